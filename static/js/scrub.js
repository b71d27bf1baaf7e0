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
  const tiles = Number(thumb.dataset.tiles);
  const columns = Number(thumb.dataset.columns || tiles);
  const lines = Math.ceil(tiles / columns);
  const sheet = document.createElement("span");
  sheet.className = "sheet";
  const frame = document.createElement("span");
  const picture = new Image();
  picture.alt = "";
  picture.onload = () => {
    sheet.style.setProperty("--tile-shape", (picture.naturalWidth / columns) / (picture.naturalHeight / lines));
    thumb.append(sheet);
  };
  picture.src = thumb.dataset.sprite;
  frame.append(picture);
  sheet.append(frame);
  sheet.style.setProperty("--columns", columns);
  sheet.style.setProperty("--lines", lines);
  Object.assign(current, { sheet, tiles, columns });
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
