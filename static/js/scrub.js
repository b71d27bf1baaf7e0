// Thumbnails scrub under the pointer, after a pause so that a passing mouse sets nothing off.
// data-sprite: a sheet of data-tiles pictures in data-columns columns.

const DELAY_MS = 200;
const wanted = matchMedia("(hover: hover) and (prefers-reduced-motion: no-preference)");
let current = null;

function leave() {
  if (!current) return;
  clearTimeout(current.timer);
  current.sheet?.remove();
  current = null;
}

function start(thumb) {
  const sheet = document.createElement("span");
  sheet.className = "sheet";
  const picture = Object.assign(new Image(), { src: thumb.dataset.sprite, alt: "" });
  sheet.append(picture);
  thumb.append(sheet);
  current.sheet = sheet;
  current.tiles = Number(thumb.dataset.tiles);
  current.columns = Number(thumb.dataset.columns || thumb.dataset.tiles);
  sheet.style.setProperty("--columns", current.columns);
}

addEventListener("pointerover", (event) => {
  if (!wanted.matches || event.pointerType !== "mouse") return;
  const thumb = event.target.closest?.(".card")?.querySelector("[data-sprite]");
  if (thumb === current?.thumb) return;
  leave();
  if (thumb) current = { thumb, timer: setTimeout(() => start(thumb), DELAY_MS) };
});

addEventListener("pointermove", (event) => {
  if (!current?.sheet) return;
  const { left, width } = current.thumb.getBoundingClientRect();
  const part = Math.min(0.9999, Math.max(0, (event.clientX - left) / width));
  const tile = Math.floor(part * current.tiles);
  current.sheet.style.setProperty("--column", tile % current.columns);
  current.sheet.style.setProperty("--line", Math.floor(tile / current.columns));
});

document.documentElement.addEventListener("pointerleave", leave);
