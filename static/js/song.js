// The page of a song: two stems played as one, the balance between them, and lyrics that follow.
// One element is the clock; the other is brought back to it where they drift apart.

const DRIFT_S = 0.04;
const HAVE_FUTURE_DATA = 3;
const root = document.getElementById("song-player");
const byId = (id) => document.getElementById(id);
const stems = [...root.querySelectorAll("[data-stem]")];
const sounds = stems.length ? stems : [...root.querySelectorAll("[data-whole]")];
const [clock] = sounds;
const offset = Number(clock?.dataset.offset ?? 0);

/** A sentence of the page, with its {places} filled. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, key) => values[key]);

const words = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Where the song is, in seconds from its first tick. */
const now = () => Math.max(0, clock.currentTime - offset);

const lyrics = {
  box: byId("sung"),
  lines: [...document.querySelectorAll("#sung [data-ms]")],
  current: null,
  get follows() { return byId("follow")?.checked; },

  show(seconds) {
    const ms = seconds * 1000 + 50;
    const line = this.lines.findLast((each) => Number(each.dataset.ms) <= ms) ?? null;
    if (line === this.current) return;
    this.current?.removeAttribute("aria-current");
    line?.setAttribute("aria-current", "true");
    this.current = line;
    if (line && this.follows) this.box.scrollTop = line.offsetTop - this.box.clientHeight / 3;
  },
};

function show() {
  const at = now();
  byId("song-now").textContent = words(at);
  const place = byId("song-at");
  if (!place.matches(":active")) place.value = at;
  place.setAttribute("aria-valuetext", fill(place.dataset.of, { at: words(at), all: words(Number(place.max)) }));
  lyrics.show(at);
}

/** Brings the others to where the clock is; while it waits for its bytes, they wait too. */
function together() {
  const waits = clock.paused || clock.readyState < HAVE_FUTURE_DATA;
  for (const sound of sounds.slice(1)) {
    if (waits) sound.pause();
    else if (sound.paused && !sound.ended) sound.play().catch(() => { /* then it stays silent */ });
    if (!sound.seeking && Math.abs(sound.currentTime - clock.currentTime) > DRIFT_S) sound.currentTime = clock.currentTime;
  }
}

function seek(seconds) {
  for (const sound of sounds) sound.currentTime = seconds + offset;
  show();
}

let timer = 0;
function tick() {
  together();
  show();
  cancelAnimationFrame(timer);
  if (!clock.paused) timer = requestAnimationFrame(tick);
}

function state() {
  root.classList.toggle("is-playing", !clock.paused);
  root.querySelector("[data-act=play]").setAttribute("aria-pressed", String(!clock.paused));
  tick();
}

function toggle() {
  if (clock.paused) clock.play().catch(state);
  else clock.pause();
}

/** -100: only vocals; 100: only instrumental; in the middle both as they were sung. */
function balance(value) {
  const slider = byId("balance");
  slider.value = value;
  for (const stem of stems) {
    const side = stem.dataset.stem === "vocals" ? value : -value;
    stem.volume = Math.min(1, 1 - side / 100);
  }
  const share = (kind) => Math.round(stems.find((stem) => stem.dataset.stem === kind).volume * 100);
  slider.setAttribute("aria-valuetext", value === 0 ? slider.dataset.alike : fill(slider.dataset.shares, { vocals: share("vocals"), instrumental: share("instrumental") }));
}

function begin() {
  root.classList.add("is-scripted");
  for (const sound of sounds) sound.controls = false;
  root.querySelector("[data-act=play]").addEventListener("click", toggle);
  byId("song-at").addEventListener("input", (event) => seek(Number(event.target.value)));
  byId("song-length").textContent = words(Number(byId("song-at").max));
  for (const name of ["play", "pause", "ended"]) clock.addEventListener(name, state);
  clock.addEventListener("seeked", show);
  byId("balance")?.addEventListener("input", (event) => balance(Number(event.target.value)));
  for (const button of root.querySelectorAll("[data-balance]")) {
    button.addEventListener("click", () => balance(Number(button.dataset.balance)));
  }
  for (const line of lyrics.lines) {
    line.firstElementChild.addEventListener("click", (event) => {
      event.preventDefault();
      seek(Number(line.dataset.ms) / 1000);
    });
  }
  const asked = Number(byId("song-at").getAttribute("value"));
  if (clock.readyState > 0) seek(asked);
  else clock.addEventListener("loadedmetadata", () => seek(asked), { once: true });
}

if (clock) begin();
