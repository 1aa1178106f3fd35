// The to-do list in the browser. The server has the items, the address says what is shown:
//   /  /open  /done   a list        /items/7   the list, with item 7 being edited

const lists = {
  "/": { holds: () => true, empty: "Nothing yet. What comes first?" },
  "/open": { holds: (item) => !item.done, empty: "Nothing is open. Well done." },
  "/done": { holds: (item) => item.done, empty: "Nothing is done yet." },
};
let items = [];
let list = "/"; // the list that was shown last
let silence; // the timer that removes a message
const find = (selector, within = document) => within.querySelector(selector);

// ---- the server ----

/** Returns the answer of the API. Throws an Error with its message and `faults`, messages by field. */
async function call(method, path, content) {
  const answer = await fetch("/api" + path, {
    method,
    headers: { "Accept": "application/json", "Content-Type": "application/json" },
    body: content && JSON.stringify(content),
  }).catch(() => { throw new Error("The server cannot be reached."); });
  const result = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return result;
  const faults = Object.fromEntries((result.errors ?? []).map((e) => [e.field, e.message]));
  throw Object.assign(new Error(result.detail ?? result.title), { faults });
}

async function add(content) {
  const item = await call("POST", "/items", { ...content, done: false });
  items.push(item);
  if (!lists[list].holds(item)) list = "/";
  go(list, '#new [name="title"]');
  say(`Added “${item.title}”.`);
}

async function replace(item, content) {
  const changed = await call("PUT", `/items/${item.id}`, { ...item, ...content });
  items = items.map((each) => (each.id === item.id ? changed : each));
  return changed;
}

async function remove(item) {
  await call("DELETE", `/items/${item.id}`);
  items = items.filter((each) => each.id !== item.id);
  draw('#new [name="title"]');
  say(`Deleted “${item.title}”.`);
}

// ---- forms ----

/** Fills `form` with fields that it passes to `save`; the server's messages are shown beside them. */
function fill(form, item, save) {
  form.append(find("#fields").content.cloneNode(true));
  for (const input of form.querySelectorAll("input")) {
    const fault = find(".fault", input.closest(".field"));
    fault.id = `${form.id}-${input.name}-fault`;
    input.setAttribute("aria-describedby", fault.id);
    input.value = item[input.name] ?? "";
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { title, due } = form.elements;
    try {
      await save({ title: title.value.trim(), due: due.value || null });
      showFaults(form, {});
    } catch (error) {
      showFaults(form, error.faults ?? {});
      if (!find("[aria-invalid]", form)) say(error.message);
    }
  });
}

function showFaults(form, faults) {
  for (const input of form.querySelectorAll("input")) {
    const message = faults[input.name] ?? "";
    find(".fault", input.closest(".field")).textContent = message;
    message ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  }
  find("[aria-invalid]", form)?.focus();
}

// ---- what is shown ----

/** Goes to a path of this page; `focus` is the selector of the element that gets the focus. */
function go(path, focus) {
  if (path !== location.pathname) history.pushState(null, "", path);
  draw(focus);
}

function draw(focus) {
  const path = location.pathname;
  const edited = Number(path.match(/^\/items\/(\d+)$/)?.[1]);
  if (path in lists) list = path;
  const shown = items.filter(lists[list].holds);
  const isLost = !(path in lists) && !items.some((item) => item.id === edited);

  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === list) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const done = items.filter((item) => item.done).length;
  find("#summary").textContent = items.length ? `${items.length - done} open, ${done} done` : "";
  find("#empty").textContent =
    isLost ? "There is no such page. This is the list:" : shown.length ? "" : lists[list].empty;
  find("#items").replaceChildren(...shown.map((item) => item.id === edited ? editor(item) : row(item)));
  if (focus) find(focus)?.focus();
}

function row(item) {
  const element = document.createElement("li");
  element.id = `item-${item.id}`;
  element.classList.toggle("done", item.done);
  element.append(find("#item").content.cloneNode(true));
  find(".title", element).textContent = item.title;
  const box = find("input", element);
  box.checked = item.done;
  box.addEventListener("change", () => attempt(async () => {
    const changed = await replace(item, { done: box.checked });
    draw(`#${element.id} input`);
    say(`“${item.title}” is ${changed.done ? "done" : "open again"}.`);
  }));
  showDay(find("time", element), item);
  const edit = find(".edit", element);
  edit.href = `/items/${item.id}`;
  edit.setAttribute("aria-label", `Edit “${item.title}”`);
  const button = find(".delete", element);
  button.setAttribute("aria-label", `Delete “${item.title}”`);
  button.addEventListener("click", () => attempt(() => remove(item)));
  return element;
}

function editor(item) {
  const element = document.createElement("li");
  const form = document.createElement("form");
  form.id = "edit";
  form.noValidate = true;
  form.setAttribute("aria-label", `Edit “${item.title}”`);
  fill(form, item, async (content) => {
    await replace(item, content);
    go(list, `#item-${item.id} .edit`);
    say(`Saved “${content.title}”.`);
  });
  const cancel = document.createElement("a");
  cancel.textContent = "Cancel";
  cancel.href = list;
  cancel.dataset.focus = `#item-${item.id} .edit`;
  find(".buttons", form).append(cancel);
  element.append(form);
  return element;
}

function showDay(time, item) {
  time.hidden = !item.due;
  if (!item.due) return;
  const day = new Date(`${item.due}T00:00`);
  const days = Math.round((day - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
  time.dateTime = item.due;
  time.textContent = near ?? day.toLocaleDateString("en", { day: "numeric", month: "short",
    year: Math.abs(days) > 300 ? "numeric" : undefined });
  time.classList.toggle("late", days < 0 && !item.done);
}

/** Shows a message for some seconds; screen readers read it out. */
function say(message) {
  clearTimeout(silence);
  find("#status").textContent = message;
  if (message) silence = setTimeout(() => say(""), 6000);
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    draw(); // undoes what the browser shows already, such as a ticked box
    say(error.message);
  }
}

// ---- the start ----

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.pathname, link.dataset.focus ?? '#edit [name="title"]');
});
addEventListener("popstate", () => draw('#edit [name="title"]'));

const form = find("#new");
fill(form, {}, async (content) => {
  await add(content);
  form.reset();
});
find("button", form).textContent = "Add";
attempt(async () => {
  items = await call("GET", "/items");
  draw('#edit [name="title"]');
});
