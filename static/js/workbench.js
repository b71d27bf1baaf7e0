// The workbench: puts clock, player, timeline and marking together, and says which key and which button does what.
import { shortcut } from "./app.js";
import { clockOf } from "./timecode.js";
import { Player } from "./player.js";
import { Timeline } from "./timeline.js";
import { Marking } from "./marking.js";

const byId = (id) => document.getElementById(id);
const root = byId("timeline");
const clock = await clockOf(root);
const media = root.closest(".wb").dataset.media;
const frameStep = clock.audio ? 10 : 1; // one frame, or 10 ms of sound

const player = new Player(document.querySelector(".viewer video, .viewer audio"), clock, {
  id: media,
  onFrame: (frame) => {
    if (document.activeElement !== byId("now")) byId("now").value = clock.label(frame);
    timeline?.show(frame);
    transcript?.show(frame);
    if (marking && !byId("selection").hidden) marking.draw();
  },
  onState: () => {
    const viewer = document.querySelector(".viewer");
    viewer.classList.toggle("is-playing", player.playing);
    viewer.querySelector('[data-act="play"]').setAttribute("aria-pressed", String(player.playing));
    byId("shuttle").textContent = player.playing && player.rate !== 1 ? `${player.rate}×` : "";
  },
});

async function saveBounds(bar, from, to) {
  bar.classList.add("is-saving");
  await window.htmx.ajax("POST", `/clips/${bar.dataset.clip}/bounds`, {
    source: root, swap: "none",
    values: {
      in_timecode: clock.label(from), out_timecode: clock.label(to - 1), version: bar.dataset.version,
      seen_in: bar.dataset.in, seen_out: bar.dataset.out,
    },
  });
}

let transcript = null;
let marking = null;
let timeline = null;
timeline = new Timeline(root, clock, player, {
  select: (id) => marking.choose(id),
  bounds: saveBounds,
  edge: (which, frame) => marking.set(which, frame),
  read: (from, to) => (from === null ? marking.draw() : marking.read(from, to)),
});
marking = new Marking(root, clock, player);

function toEdge(side) {
  const edges = [0, clock.last];
  for (const bar of root.querySelectorAll(".bar")) edges.push(Number(bar.dataset.in), Number(bar.dataset.out) - 1);
  const beyond = edges.filter((edge) => (side > 0 ? edge > player.frame : edge < player.frame));
  if (beyond.length) go(side > 0 ? Math.min(...beyond) : Math.max(...beyond));
}

function go(frame) {
  if (frame === null || frame === undefined) return;
  player.pause();
  player.show(frame);
  timeline.reveal(clock.seconds(frame));
}

function toggleLoop() {
  const range = player.range ? null : marking.range() ?? [0, clock.frames];
  player.range = range;
  document.querySelector('[data-act="loop"]').setAttribute("aria-pressed", String(Boolean(range)));
  if (range && (player.frame < range[0] || player.frame >= range[1])) go(range[0]);
}

function fullScreen() {
  const screen = document.querySelector(".viewer");
  if (document.fullscreenElement) document.exitFullscreen();
  else if (screen.requestFullscreen) screen.requestFullscreen();
  else player.el?.webkitEnterFullscreen?.();
}

function mute() {
  if (!player.el) return;
  player.el.muted = !player.el.muted;
  document.querySelector('[data-act="mute"]').setAttribute("aria-pressed", String(player.el.muted));
}

function captions() {
  const [track] = player.el?.textTracks ?? [];
  if (!track) return;
  track.mode = track.mode === "showing" ? "hidden" : "showing";
  document.querySelector('[data-act="captions"]')?.setAttribute("aria-pressed", String(track.mode === "showing"));
}

const acts = {
  play: () => player.toggle(),
  "frame-": () => player.step(-frameStep),
  "frame+": () => player.step(frameStep),
  in: () => marking.set("in", player.frame),
  out: () => marking.set("out", player.frame),
  discard: () => marking.discard(),
  loop: toggleLoop,
  mute,
  full: fullScreen,
  captions,
  follow: () => transcript?.toggleFollow(document.querySelector('[data-act="follow"]')),
  fit: () => timeline.zoomTo(0),
};

const keys = {
  j: () => player.shuttle(-1), k: () => player.pause(), l: () => player.shuttle(1),
  "Shift+j": () => player.play(-0.5), "Shift+l": () => player.play(0.5),
  ArrowLeft: acts["frame-"], ArrowRight: acts["frame+"],
  "Shift+ArrowLeft": () => player.step(-Math.max(1, clock.audio ? 1000 : clock.perSecond)),
  "Shift+ArrowRight": () => player.step(Math.max(1, clock.audio ? 1000 : clock.perSecond)),
  ArrowUp: () => toEdge(-1), ArrowDown: () => toEdge(1),
  Home: () => go(0), End: () => go(clock.last),
  "Shift+i": () => go(marking.get("in")), "Shift+o": () => go(marking.get("out")),
  "+": () => timeline.zoomBy(1.5), "=": () => timeline.zoomBy(1.5), "-": () => timeline.zoomBy(1 / 1.5),
  Enter: () => marking.save(), c: captions, t: acts.follow,
};

/** E and Delete act on the row that holds the focus. */
function rowKey(event, key) {
  const row = event.target.closest?.(".clip");
  const action = row?.querySelector(`[data-row-key="${key}"]`);
  action?.click();
  return Boolean(action);
}

function undo(event) {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  const form = isUndo && !event.target.matches("input, textarea") && document.querySelector("#toasts form");
  if (form) { event.preventDefault(); form.requestSubmit(); }
}

addEventListener("keydown", (event) => {
  undo(event);
  const key = shortcut(event);
  if (!key || event.target.matches("select, [type=radio], [type=checkbox]")) return;
  const scrolls = event.target.matches(".scroll, .tl-scroll") && /^Arrow(Up|Down)$/.test(key);
  if (scrolls) return;
  if (rowKey(event, key)) { event.preventDefault(); return; }
  if (!keys[key]) return;
  event.preventDefault();
  keys[key]();
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && acts[button.dataset.act]) {
    acts[button.dataset.act]();
    if (event.detail > 0) button.blur(); // pressed with the mouse: Space goes on meaning play
  }
  const link = event.target.closest("a[data-frame]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(Number(link.dataset.frame));
});

byId("now").addEventListener("keydown", (event) => { if (event.key === "Enter") byId("now").blur(); });
byId("now").addEventListener("change", () => {
  const frame = clock.parse(byId("now").value);
  if (frame === null) byId("now").value = clock.label(player.frame);
  else go(frame);
});
byId("speed").value = String(player.speed ?? 1);
byId("speed").addEventListener("change", () => {
  player.speed = Number(byId("speed").value);
  if (player.rate > 0) player.el.playbackRate = player.speed;
  player.remember?.();
});
byId("volume").value = player.el?.volume ?? 1;
byId("volume").addEventListener("input", () => { if (player.el) player.el.volume = Number(byId("volume").value); });
if (player.el?.muted) document.querySelector('[data-act="mute"]').setAttribute("aria-pressed", "true");

// A <source> that fails tells only itself: heard on the way down.
player.el?.addEventListener("error", () => { byId("undecoded").hidden = false; }, true);

const asked = new URLSearchParams(location.search);
const start = asked.has("f") || asked.has("clip") || asked.has("t") ? Number(root.dataset.at) : player.place() ?? Number(root.dataset.at);
player.show(start);
timeline.centre();

// What only hands and ears need comes when the page is drawn.
await new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));
const { Drag } = await import("./drag.js");
timeline.drag = new Drag(timeline, timeline.hooks);
const said = document.querySelector("[data-transcript]");
if (said) {
  const { Transcript } = await import("./transcript.js");
  transcript = new Transcript(said, clock, player, go);
}
