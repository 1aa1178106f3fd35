// The page of the chat. The address says which room is shown: /#tea

const byId = (id) => document.getElementById(id);

/** Close codes after which the page connects again: the server goes away, the connection was lost, the server
 *  restarts, and the page was too slow. All others are an answer to something that the page did. */
const comesBack = new Set([1001, 1006, 1012, 1013]);

let socket; // the current WebSocket, or undefined while there is none
let timer; // of the next attempt
let attempts = 0; // since the page was last in a room
let me = ""; // the name of the guest, and empty in front of the door

// ---- the connection ----

function connect() {
  disconnect();
  show("Connecting …", "waiting");
  const current = new WebSocket(`${location.origin.replace(/^http/, "ws")}/room/${location.hash.slice(1)}`);
  socket = current;
  current.onopen = () => send({ type: "join", name: me });
  current.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    receive[message.type]?.(message);
  };
  current.onclose = ({ code, reason }) => {
    if (socket !== current) return; // this page has closed it
    disconnect();
    if (comesBack.has(code)) connectLater();
    else leave(reason || `The server has closed the connection (${code}).`);
  };
}

/** Tries again after half a second, then a second, and so on up to half a minute. The time is random, so that not all
 *  pages come back at once after the server was started. */
function connectLater() {
  const wait = Math.min(30_000, 500 * 2 ** attempts++) * (0.5 + Math.random() / 2);
  show(`The connection was lost. Next attempt in ${Math.ceil(wait / 1000)} s.`, "lost");
  byId("now").hidden = false;
  timer = setTimeout(connect, wait);
}

function disconnect() {
  clearTimeout(timer);
  const old = socket;
  socket = undefined;
  old?.close();
  byId("now").hidden = true;
  byId("say").querySelector("button").disabled = true;
}

function send(message) {
  socket.send(JSON.stringify(message));
}

/** What each message does, by its type. */
const receive = {
  welcome({ history }) {
    attempts = 0;
    history.forEach(receive.said);
    show("Connected", "open");
    byId("say").querySelector("button").disabled = false;
  },
  said: append,
  people({ names }) {
    byId("people").replaceChildren(...names.map((name) => named("li", name)));
    document.title = `${location.hash} (${names.length})`;
  },
  refused({ field, message }) {
    if (field === "name") leave("", message);
    else complain("text", message);
  },
};

// ---- what is shown ----

function show(state, kind) {
  byId("state").textContent = state;
  byId("state").dataset.kind = kind;
}

function complain(field, message) {
  byId(`${field}-wrong`).textContent = message;
  if (message) byId(field).setAttribute("aria-invalid", "true");
  else byId(field).removeAttribute("aria-invalid");
}

/** An element with a name, in a colour that everybody sees. */
function named(tag, name) {
  const element = document.createElement(tag);
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  element.style.setProperty("--hue", hue);
  element.textContent = name;
  element.className = "name";
  return element;
}

/** Shows a message at its place, unless it is there already: the history repeats what the page has shown before the
 *  connection was lost, and a message may come by the topic before the history that has it, too. */
function append({ at, name, text }) {
  const list = byId("messages");
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  let before = list.lastChild;
  while (before && Number(before.dataset.at) > at) before = before.previousSibling;
  if (Number(before?.dataset.at) === at) return;
  const item = document.createElement("li");
  item.classList.toggle("mine", name === me);
  item.dataset.name = name;
  item.dataset.at = at;
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = document.createElement("p");
  words.textContent = text;
  item.append(named("span", name), time, words);
  list.insertBefore(item, before ? before.nextSibling : list.firstChild);
  for (const each of [item, item.nextSibling]) {
    each?.classList.toggle("again", each.previousSibling?.dataset.name === each.dataset.name);
  }
  while (list.childElementCount > 500) list.firstChild.remove();
  if (isAtEnd || name === me) list.scrollTop = list.scrollHeight;
}

// ---- coming and going ----

function enter() {
  byId("door").hidden = true;
  byId("room").hidden = false;
  byId("title").textContent = location.hash;
  byId("messages").replaceChildren();
  byId("people").replaceChildren();
  byId("text").focus();
  connect();
}

/** Goes back to the door, and says why. */
function leave(reason = "", fault = "") {
  disconnect();
  me = "";
  byId("room").hidden = true;
  byId("door").hidden = false;
  byId("title").textContent = document.title = "Chat";
  show(reason, "lost");
  complain("name", fault);
  byId("name").focus();
}

byId("door").addEventListener("submit", (event) => {
  event.preventDefault();
  me = byId("name").value.trim();
  localStorage.setItem("name", me);
  const hash = `#${byId("place").value}`;
  if (hash !== location.hash) location.hash = hash; // an event enters the room
  else enter();
});
byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (!text || byId("say").querySelector("button").disabled) return; // it stays in the field
  complain("text", "");
  send({ type: "say", text });
  byId("text").value = "";
});
byId("leave").addEventListener("click", () => leave());
byId("now").addEventListener("click", connect);
addEventListener("online", () => { if (me && !byId("now").hidden) connect(); });
addEventListener("hashchange", () => {
  byId("place").value = location.hash.slice(1);
  if (me) enter();
});

byId("name").value = localStorage.getItem("name") ?? "";
if (location.hash) byId("place").value = location.hash.slice(1);
byId("name").focus();
