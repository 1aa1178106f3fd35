// Draws the samples of the last two minutes, as they come.

const byId = (id) => document.getElementById(id);
const span = 120_000; // milliseconds from the left to the right of the chart
const gap = 2_000; // milliseconds without a sample, after which the line is interrupted
const samples = new Map(); // by time, so that a sample that comes twice is kept once
let isPaused = false;

function keep(sample) {
  samples.set(sample.at, sample.load);
}

/** Loads the samples that the server has: for a page that has none yet, or that has missed too many. */
async function load() {
  const answer = await fetch("/samples");
  (await answer.json()).forEach(keep);
  draw();
}

function draw() {
  if (isPaused || samples.size === 0) return;
  const newest = Math.max(...samples.keys());
  for (const at of samples.keys()) if (at < newest - span) samples.delete(at);
  const points = [...samples].sort(([a], [b]) => a - b);
  const loads = points.map(([, load]) => load);

  let line = "";
  let area = "";
  let last = -Infinity;
  for (const [at, load] of points) {
    const x = (1200 * (at - newest + span) / span).toFixed(1);
    const y = (299 - 2.98 * load).toFixed(1);
    if (at - last > gap) {
      if (area) area += "V299Z";
      area += `M${x} 299`;
      line += `M${x} ${y}`;
    }
    line += `L${x} ${y}`;
    area += `L${x} ${y}`;
    last = at;
  }
  byId("line").setAttribute("d", line);
  byId("area").setAttribute("d", area + "V299Z");

  const texts = { newest: loads.at(-1), lowest: Math.min(...loads), highest: Math.max(...loads) };
  for (const [id, load] of Object.entries(texts)) byId(id).textContent = `${load.toFixed(0)} %`;
  byId("chart").setAttribute("aria-label", "The last two minutes: " +
    Object.keys(texts).map((id) => `${id} ${byId(id).textContent}`).join(", "));
}

function show(state, kind) {
  byId("state").textContent = state;
  byId("state").dataset.kind = kind;
}

// The browser connects again by itself when the connection is lost. It sends the id of the last event that it has got,
// and the server sends what came after it. An event `reset` says that this is no longer known.
const source = new EventSource("/samples/events");
source.addEventListener("open", load, { once: true });
source.addEventListener("open", () => show("Live", "open"));
source.addEventListener("error", () => show("The connection was lost. Trying again …", "lost"));
source.addEventListener("reset", load);
source.addEventListener("message", ({ data }) => {
  keep(JSON.parse(data));
  draw();
});

byId("pause").addEventListener("click", ({ target }) => {
  isPaused = !isPaused;
  target.setAttribute("aria-pressed", isPaused);
  draw();
});
