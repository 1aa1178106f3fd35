// Uploads files and shows how far it is; lists what is on the shelf.

const byId = (id) => document.getElementById(id);
const fields = ["sender", "files"];
let request; // the last upload
let progress; // of the upload that is under way, in bytes, or undefined

function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1000 && unit < 3) {
    bytes /= 1000;
    ++unit;
  }
  return `${bytes.toFixed(unit > 0 && bytes < 10 ? 1 : 0)} ${units[unit]}`;
}

// ---- the upload ----

/** Sends the form and returns the answer. XMLHttpRequest is used because fetch does not tell how much it has sent. The
 *  server is asked by the same token how much has arrived (askServer). */
function send(form, token) {
  return new Promise((resolve, reject) => {
    request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => showProgress({ sent: loaded, all: total });
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Error("The connection was lost. Nothing was put on the shelf."));
    request.onabort = () => reject(new Error("Cancelled. Nothing was put on the shelf."));
    request.responseType = "json";
    request.open("POST", `/files?upload=${token}`);
    request.setRequestHeader("Accept", "application/json");
    request.send(new FormData(form));
  });
}

/** Asks the server four times a second how much of the form it has read. Behind a proxy that keeps uploads until they
 *  are complete, that differs from what the browser has sent. */
async function askServer(token) {
  while (progress) {
    const { state, received } = await (await fetch(`/upload-progress?upload=${token}`)).json();
    if (state === "running") showProgress({ received });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function upload(event) {
  event.preventDefault();
  complain({});
  busy(true);
  try {
    const token = crypto.randomUUID();
    const answering = send(event.target, token);
    askServer(token).catch(() => {}); // only figures are missing then
    const answer = await answering;
    if (answer.status === 201) succeed(event.target, answer.response);
    else refuse(answer.response);
  } catch (error) {
    tell(error.message, true);
  }
  busy(false);
}

function succeed(form, shelf) {
  const count = byId("files").files.length;
  tell(count === 1 ? "The file is on the shelf." : `${count} files are on the shelf.`);
  byId("files").value = "";
  showChosen();
  showShelf(shelf);
}

/** Shows the messages of the server beside their fields, and others below. */
function refuse(problem) {
  const errors = (problem?.errors ?? []).map(({ field, message }) => [field.replace(/[.[].*/, ""), message]);
  complain(Object.fromEntries(errors));
  if (errors.length === 0) tell(problem?.detail ?? problem?.title ?? "The server refused the files.", true);
}

function tell(message, isWrong = false) {
  byId("state").textContent = message;
  byId("state").classList.toggle("failed", isWrong);
}

function complain(faults) {
  tell("");
  for (const field of fields) {
    byId(`${field}-wrong`).textContent = faults[field] ?? "";
    if (faults[field]) byId(field).setAttribute("aria-invalid", "true");
    else byId(field).removeAttribute("aria-invalid");
  }
  document.querySelector("[aria-invalid]")?.focus();
}

function showProgress(news) {
  if (!progress) return;
  Object.assign(progress, news);
  const { sent, all, received } = progress;
  byId("bar").value = all ? sent / all : 0;
  byId("figures").textContent = all
    ? `${size(sent)} of ${size(all)} sent, ${size(received)} arrived` : "";
}

function busy(isBusy) {
  progress = isBusy ? { sent: 0, all: 0, received: 0 } : undefined;
  byId("put").disabled = isBusy;
  byId("cancel").hidden = byId("progress").hidden = !isBusy;
  byId("bar").value = 0;
  byId("figures").textContent = "";
}

// ---- what is shown ----

function entry(name, details) {
  const item = document.createElement("li");
  const about = document.createElement("span");
  about.className = "details";
  about.textContent = details;
  item.append(name, about);
  return item;
}

function showChosen() {
  byId("chosen").replaceChildren(...[...byId("files").files].map((file) => {
    const name = document.createElement("span");
    name.textContent = file.name;
    return entry(name, size(file.size));
  }));
}

function showShelf({ files, max_files, max_bytes }) {
  byId("limits").textContent = `At most ${max_files} files and ${size(max_bytes)} at once. Drop them here, or choose them.`;
  byId("shelf").replaceChildren(...files.map((file) => {
    const link = document.createElement("a");
    link.href = `/files/${file.id}`;
    link.textContent = file.name;
    return entry(link, `${size(file.bytes)}, from ${file.sender}`);
  }));
}

// Files can be dropped anywhere in the box; the input itself takes them.
for (const kind of ["dragover", "dragleave", "drop"]) {
  byId("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", kind === "dragover");
    if (kind !== "drop") return;
    byId("files").files = event.dataTransfer.files;
    showChosen();
  });
}
byId("files").addEventListener("change", showChosen);
byId("upload").addEventListener("submit", upload);
byId("cancel").addEventListener("click", () => request.abort());
fetch("/files").then((answer) => answer.json()).then(showShelf);
