// Shows a story while it is told, and stops it.

const byId = (id) => document.getElementById(id);
let stop = () => {}; // ends the story that is being told
let words = 0;

/** Passes each piece of the answer to `show`, as it arrives. Throws an AbortError when it is stopped. */
async function readText(address, show) {
  const controller = new AbortController();
  stop = () => controller.abort(); // closes the connection, which is how the server learns of it
  const answer = await fetch(address, { signal: controller.signal, headers: { Accept: "text/plain;q=0.9, application/json" } });
  if (!answer.ok) throw await refusal(answer);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) show(piece.value);
}

/** The same by EventSource, which connects again by itself unless it is closed. */
function readEvents(address, show) {
  return new Promise((resolve, reject) => {
    const source = new EventSource(address);
    const end = (settle, value) => {
      source.close();
      settle(value);
    };
    stop = () => end(reject, new DOMException("stopped", "AbortError"));
    source.onmessage = (event) => show(event.data);
    source.addEventListener("end", () => end(resolve));
    source.onerror = () => { // an EventSource does not say why
      const isRefused = source.readyState === EventSource.CLOSED;
      end(reject, new Error(isRefused ? "The server tells no such story." : "The connection was lost."));
    };
  });
}

async function refusal(answer) {
  const problem = await answer.json();
  const faults = Object.fromEntries((problem.errors ?? []).map((each) => [each.field, each.message]));
  return Object.assign(new Error(problem.detail ?? problem.title), { faults });
}

async function tell(event) {
  event.preventDefault();
  const how = event.target.elements.how.value;
  const query = "?hero=" + encodeURIComponent(byId("hero").value.trim());
  begin();
  try {
    await (how === "text" ? readText("/story" + query, show) : readEvents("/story/events" + query, show));
    end(`The whole story: ${words} words.`);
  } catch (error) {
    end(error.name === "AbortError" ? `Stopped after ${words} words.` : "");
    if (error.name !== "AbortError") complain(error.faults?.hero ?? error.message);
  }
  if (words > 0) await showDiary();
}

function begin() {
  words = 0;
  complain("");
  byId("told").textContent = "";
  byId("told").setAttribute("aria-busy", "true"); // screen readers read the text when it is complete
  byId("state").textContent = "Listening …";
  byId("tell").disabled = true;
  byId("stop").disabled = false;
  byId("stop").focus();
}

function show(piece) {
  byId("told").append(piece);
  words = byId("told").textContent.trim().split(/\s+/).length;
}

function end(state) {
  byId("told").setAttribute("aria-busy", "false");
  byId("state").textContent = state;
  byId("tell").disabled = false;
  if (document.activeElement === byId("stop")) byId("tell").focus();
  byId("stop").disabled = true;
}

function complain(message) {
  byId("hero-wrong").textContent = message;
  if (message) byId("hero").setAttribute("aria-invalid", "true");
  else byId("hero").removeAttribute("aria-invalid");
}

/** Shows the diary as soon as the story is in it: the server may learn of a stop a moment later. */
async function showDiary() {
  const before = byId("diary").dataset.newest;
  for (let i = 0; i < 20; ++i) {
    const tellings = await (await fetch("/diary")).json();
    if (tellings.length > 0 && String(tellings[0].number) !== before) {
      byId("diary").dataset.newest = tellings[0].number;
      byId("diary").replaceChildren(...tellings.map(line));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function line({ hero, told, all }) {
  const item = document.createElement("li");
  for (const text of [hero, told === all ? `all ${all} words` : `left after ${told} of ${all} words`]) {
    const span = document.createElement("span");
    span.textContent = text;
    item.append(span);
  }
  item.lastChild.className = "end";
  return item;
}

byId("wish").addEventListener("submit", tell);
byId("stop").addEventListener("click", () => stop());
fetch("/diary").then((answer) => answer.json()).then((tellings) => {
  byId("diary").dataset.newest = tellings[0]?.number;
  byId("diary").replaceChildren(...tellings.map(line));
});
