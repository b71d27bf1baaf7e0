// The grid of recordings, asked for anew when uploads or jobs changed it.

// Once more after the last change: uploads that end together must all be seen.
let changed = false;
let asking = false;
const runs = () => Boolean(document.querySelector("#strip-rows[data-live]"));
let ran = runs();

async function refresh() {
  changed = true;
  if (asking) return;
  asking = true;
  while (changed) {
    changed = false;
    await window.htmx.ajax("GET", location.pathname + location.search, { target: "#media", swap: "outerHTML" });
  }
  asking = false;
}

document.body.addEventListener("media-changed", refresh);
addEventListener("htmx:after:swap", () => {
  const still = runs();
  if (ran && !still) refresh();
  ran = still;
});
