// Calls the endpoints of the tour and shows their answers.

const byId = (id) => document.getElementById(id);

async function greet(event) {
  event?.preventDefault();
  const name = byId("who").value.trim();
  const answer = byId("greeting");
  if (name === "") {
    answer.textContent = "Type a name first.";
    return;
  }
  const path = `/api/greeting/${encodeURIComponent(name)}?loud=${byId("loud").checked}`;
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  answer.textContent = `GET ${path}\n${response.status} ${await response.text()}`;
}

async function countDown() {
  const button = byId("count");
  const answer = byId("countdown");
  button.disabled = true;
  answer.textContent = "";
  const response = await fetch("/api/countdown");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    answer.textContent += piece.value.replace("\n", " ");
  }
  answer.textContent += "lift-off";
  button.disabled = false;
}

let socket;

/** Joins the chat, and joins again a second after the connection was lost. */
function joinChat() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/chat`);
  socket.onmessage = ({ data }) => {
    const { name, text } = JSON.parse(data);
    const line = document.createElement("li");
    const who = document.createElement("b");
    who.textContent = name;
    line.append(who, ` ${text}`);
    byId("talk").append(line);
    while (byId("talk").childElementCount > 8) byId("talk").firstChild.remove();
  };
  socket.onclose = () => setTimeout(joinChat, 1000 + 1000 * Math.random());
}

function say(event) {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return; // the text stays in the field
  socket.send(JSON.stringify({ name: byId("guest").value, text: byId("words").value }));
  byId("words").value = "";
}

/** Sends the file by XMLHttpRequest, because fetch does not tell how much it has sent. */
function upload(event) {
  event.preventDefault();
  const request = new XMLHttpRequest();
  request.upload.onprogress = ({ loaded, total }) => { byId("sent").value = loaded / total; };
  request.onloadend = () => {
    byId("sent").hidden = true;
    byId("receipt").textContent = `POST /api/upload\n${request.status} ${request.responseText}`;
  };
  request.open("POST", "/api/upload");
  request.setRequestHeader("Accept", "application/json");
  byId("sent").value = 0;
  byId("sent").hidden = false;
  request.send(new FormData(byId("send")));
}

async function listRoutes() {
  const routes = await (await fetch("/api/routes")).json();
  const rows = routes.map(({ method, pattern }) => {
    const row = document.createElement("tr");
    for (const text of [method, pattern]) {
      const cell = document.createElement("td");
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  });
  byId("route-list").tBodies[0].replaceChildren(...rows);
}

byId("greet").addEventListener("submit", greet);
byId("loud").addEventListener("change", greet);
byId("count").addEventListener("click", countDown);
byId("say").addEventListener("submit", say);
byId("send").addEventListener("submit", upload);
greet();
joinChat();
listRoutes();
