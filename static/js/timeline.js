// The timeline: playhead, zoom, window frame, ruler. Positions are numbers in custom properties; CSS does the arithmetic.

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const PARTS = [100, 50, 20, 10, 5, 2]; // of a second, where they divide it evenly
const TICK_PX = 88;
const byId = (id) => document.getElementById(id);

export class Timeline {
  constructor(root, clock, player, hooks) {
    Object.assign(this, { root, clock, player, hooks });
    this.scroll = byId("scroll");
    this.lanes = byId("lanes");
    this.seek = byId("seek");
    this.zoomer = byId("zoom");
    const drawn = (name) => Number(getComputedStyle(root).getPropertyValue(`--${name}`)) || 0;
    this.duration = Math.max(drawn("dur"), 0.001);
    this.pps = drawn("pps");
    this.seek.addEventListener("input", () => { player.show(Number(this.seek.value)); this.centre(); });
    this.scroll.addEventListener("scroll", () => this.frameWindow(), { passive: true });
    this.zoomer?.addEventListener("input", () => this.zoomTo(this.ppsOf(Number(this.zoomer.value))));
    new ResizeObserver(() => { this.frameWindow(); this.rule(); this.thin(); }).observe(this.scroll);
    if (!this.pps && this.duration > 240) this.zoomTo(10);
    else this.zoomTo(this.pps);
  }

  set(element, name, value) { element.style.setProperty(`--${name}`, value); }

  get fitPps() { return this.scroll.clientWidth / this.duration; }

  /** The zoom slider runs from fit to eight pixels a frame, evenly to the eye. */
  ppsOf(part) { return this.fitPps * (this.maxZoom ** part); }

  get maxZoom() { return Math.max(1.01, 8 * this.clock.perSecond / (this.clock.audio ? 25 : 1) / this.fitPps); }

  zoomTo(pps) {
    this.pps = pps <= this.fitPps * 1.001 ? 0 : Math.min(pps, this.fitPps * this.maxZoom);
    this.set(this.root, "pps", this.pps);
    if (this.zoomer) this.zoomer.value = this.pps ? Math.log(this.pps / this.fitPps) / Math.log(this.maxZoom) : 0;
    this.centre();
    this.frameWindow();
    this.rule();
    this.thin();
  }

  /** Shows as many pictures as have room to be seen whole. */
  thin() {
    const film = this.lanes.querySelector(".lane.film");
    const tiles = film?.querySelectorAll(".at-t").length ?? 0;
    if (!tiles) return;
    const room = this.lanes.clientWidth / tiles;
    const whole = film.clientHeight * Number(getComputedStyle(film).getPropertyValue("--shape"));
    film.dataset.step = [1, 2, 4].find((step) => room * step >= whole * 0.55) ?? 8;
  }

  zoomBy(factor) { this.zoomTo((this.pps || this.fitPps) * factor); }

  /** Pixels from the left edge of the lanes for a second. */
  x(seconds) { return seconds / this.duration * this.lanes.clientWidth; }

  secondsAt(clientX) {
    const { left, width } = this.lanes.getBoundingClientRect();
    return Math.min(this.duration, Math.max(0, (clientX - left) / width * this.duration));
  }

  show(frame) {
    const at = this.clock.seconds(frame);
    this.set(this.root, "at", at);
    this.seek.value = frame;
    this.seek.setAttribute("aria-valuetext", this.clock.label(frame));
    if (this.player.playing) this.follow(at);
  }

  follow(at) {
    const x = this.x(at);
    const { scrollLeft, clientWidth } = this.scroll;
    if (x < scrollLeft || x > scrollLeft + clientWidth - 24) this.scroll.scrollLeft = x - clientWidth * 0.1;
  }

  centre() { this.scroll.scrollLeft = this.x(this.clock.seconds(this.player.frame)) - this.scroll.clientWidth * 0.42; }

  /** Brings a second into view when it is not. */
  reveal(at) {
    const x = this.x(at);
    const { scrollLeft, clientWidth } = this.scroll;
    if (x < scrollLeft + 24 || x > scrollLeft + clientWidth - 24) this.scroll.scrollLeft = x - clientWidth * 0.42;
  }

  frameWindow() {
    const whole = this.lanes.clientWidth || 1;
    const frame = byId("window");
    frame.classList.toggle("all", whole <= this.scroll.clientWidth + 1);
    this.set(frame, "in", this.scroll.scrollLeft / whole * this.duration);
    this.set(frame, "out", (this.scroll.scrollLeft + this.scroll.clientWidth) / whole * this.duration);
    const [from, to] = this.ruled ?? [-1, Infinity];
    if (this.scroll.scrollLeft < from || this.scroll.scrollLeft + this.scroll.clientWidth > to) this.rule();
  }

  /** Draws the ruler around the window: a label about every 88 pixels, on round times. */
  rule() {
    const whole = this.lanes.clientWidth;
    if (!whole) return;
    const { clock } = this;
    const perTick = whole / clock.frames;
    const parts = PARTS.filter((part) => clock.nominal % part === 0 && part < clock.nominal).map((part) => clock.nominal / part);
    const steps = [1, ...parts, ...SECONDS.map((seconds) => seconds * clock.nominal)];
    const step = steps.find((ticks) => ticks * perTick >= TICK_PX) ?? steps.at(-1);
    const margin = this.scroll.clientWidth;
    const from = Math.max(0, this.scroll.scrollLeft - margin);
    const to = Math.min(whole, this.scroll.scrollLeft + 2 * margin);
    this.ruled = [from > 0 ? from : -1, to < whole ? to : Infinity];
    const marks = [];
    let number = Math.ceil(clock.number(clock.clamp(from / perTick)) / step) * step;
    for (let frame = clock.ofNumber(number); frame < clock.frames && this.x(clock.seconds(frame)) < to - 8; frame = clock.ofNumber(number)) {
      marks.push(this.tick(frame, step < clock.nominal));
      number += step;
    }
    byId("ruler").replaceChildren(...marks);
  }

  tick(frame, fine) {
    const tick = document.createElement("i");
    const label = this.clock.label(frame);
    const short = fine ? label : label.slice(0, 8);
    tick.textContent = short.startsWith("00:") ? short.slice(3) : short;
    this.set(tick, "in", this.clock.seconds(frame));
    return tick;
  }

  /** Seconds a drag may snap to: the playhead, silences, scenes, clips, and then words. */
  snapPoints(except) {
    const points = [this.clock.seconds(this.player.frame)];
    for (const el of this.lanes.querySelectorAll("[data-snap], .bar")) {
      if (el === except) continue;
      points.push(Number(el.style.getPropertyValue("--in")), Number(el.style.getPropertyValue("--out")));
    }
    for (const { dataset } of document.querySelectorAll(".turn[data-starts]")) {
      points.push(Number(dataset.end) / 1000, ...dataset.starts.split(" ").map((part) => Number(dataset.at) / 1000 + Number(part) / 100));
    }
    return points;
  }
}
