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
greet();
listRoutes();
