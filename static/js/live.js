// What asks the server again. A piece that wants news carries data-live="running" (every 2 s) or "idle" (15 s) and
// hx-trigger="jobs-tick from:body"; when none is left, or the tab is hidden, nothing is asked.

const RUNNING_MS = 2000;
const IDLE_MS = 15000;
const LOST_MS = 20000;
const live = document.getElementById("live");
let lastTick = Date.now();
let lastAnswer = Date.now();

function tick() {
  const wait = document.querySelector('[data-live="running"]') ? RUNNING_MS
    : document.querySelector('[data-live="idle"]') ? IDLE_MS : Infinity;
  if (document.hidden || Date.now() - lastTick < wait) return;
  lastTick = Date.now();
  document.body.dispatchEvent(new Event("jobs-tick"));
}
setInterval(tick, 500);

// The grid is asked for once more after the last change: uploads that end together must all be seen.
let changed = false;
let asking = false;
let worked = Boolean(document.querySelector("#strip-rows[data-live]"));
async function refreshGrid() {
  changed = true;
  if (asking || !document.getElementById("media")) return;
  asking = true;
  while (changed) {
    changed = false;
    await window.htmx.ajax("GET", location.pathname + location.search, { target: "#media", swap: "outerHTML" });
  }
  asking = false;
}
document.body.addEventListener("media-changed", refreshGrid);

// A finished piece asks for the whole page anew, unless someone is in the middle of something.
function reloadWhenQuiet() {
  if (!document.querySelector("[data-reload]")) return;
  const busy = document.querySelector("[data-dirty], dialog[open], details.menu[open], .is-playing") || document.activeElement?.matches("input, textarea, select");
  if (!busy) location.reload();
}

addEventListener("htmx:after:request", () => {
  lastAnswer = Date.now();
  document.getElementById("lost")?.setAttribute("hidden", "");
});
addEventListener("htmx:error", () => {
  if (Date.now() - lastAnswer > LOST_MS) document.getElementById("lost")?.removeAttribute("hidden");
});
addEventListener("htmx:after:swap", () => {
  const words = document.querySelector("[data-say]");
  if (words && live.textContent !== words.dataset.say) live.textContent = words.dataset.say;
  const works = Boolean(document.querySelector("#strip-rows[data-live]"));
  if (worked && !works) refreshGrid();
  worked = works;
  reloadWhenQuiet();
});
