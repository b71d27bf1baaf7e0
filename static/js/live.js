// What asks the server again. A piece that wants news carries data-live="running" (every 2 s) or "idle" (15 s) and
// hx-trigger="jobs-tick from:body"; when none is left, or the tab is hidden, nothing is asked.

const RUNNING_MS = 2000;
const IDLE_MS = 15000;
const LOST_MS = 20000;
const live = document.getElementById("live");
let lastTick = Date.now();
let lastAnswer = Date.now();

function showLost(is) { document.getElementById("lost").hidden = !is; }

function tick() {
  const wait = document.querySelector('[data-live="running"]') ? RUNNING_MS
    : document.querySelector('[data-live="idle"]') ? IDLE_MS : Infinity;
  if (document.hidden || Date.now() - lastTick < wait) return;
  lastTick = Date.now();
  document.body.dispatchEvent(new Event("jobs-tick"));
}
setInterval(tick, 500);

// A finished piece asks for the whole page anew, unless someone is in the middle of something.
function reloadWhenQuiet() {
  if (!document.querySelector("[data-reload]")) return;
  const busy = document.querySelector("[data-dirty], dialog[open], details.menu[open], .is-playing") || document.activeElement?.matches("input, textarea, select");
  if (!busy) location.reload();
}

addEventListener("htmx:after:request", () => {
  lastAnswer = Date.now();
  showLost(false);
});
addEventListener("htmx:error", () => {
  if (Date.now() - lastAnswer > LOST_MS) showLost(true);
});
// A page that asks nothing hears of it from the browser.
let offline = 0;
addEventListener("offline", () => { offline = setTimeout(showLost, LOST_MS, true); });
addEventListener("online", () => { clearTimeout(offline); showLost(false); });
addEventListener("htmx:after:swap", () => {
  const words = document.querySelector("[data-say]");
  if (words && live.textContent !== words.dataset.say) live.textContent = words.dataset.say;
  reloadWhenQuiet();
});
