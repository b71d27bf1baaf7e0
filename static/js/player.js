// The player: exact seeks, frame steps, shuttle both ways, loop; volume, speed and place are remembered.
// A seek goes to the middle of a frame and is confirmed by the frame the browser then really shows.

const NUDGE = 0.25; // of a frame, when the browser shows the neighbour of the frame asked for
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* then it is not remembered */ } },
};

export class Player {
  /** el: <video>, <audio> or null (nothing playable yet: the place can still be moved). onFrame(frame, confirmed). */
  constructor(el, clock, { id, onFrame, onState }) {
    Object.assign(this, { el, clock, id, onFrame, onState });
    this.frame = 0;
    this.wanted = null;
    this.rate = 0;
    this.range = null; // [in, out) while looping
    if (el) this.listen();
  }

  get playing() { return this.rate !== 0; }

  listen() {
    const { el } = this;
    el.controls = false;
    const saved = store.get("player") ?? {};
    el.volume = saved.volume ?? 1;
    el.muted = saved.muted ?? false;
    this.speed = saved.speed ?? 1;
    el.addEventListener("seeked", () => this.arrived());
    el.addEventListener("loadedmetadata", () => this.show(this.wanted ?? this.frame));
    el.addEventListener("pause", () => { if (this.rate > 0 && !el.seeking) this.stopped(); });
    el.addEventListener("ended", () => this.stopped());
    el.addEventListener("volumechange", () => this.remember());
    addEventListener("pagehide", () => { store.set(`place:${this.id}`, this.frame); this.tellPlace(); });
    if (el.requestVideoFrameCallback) el.requestVideoFrameCallback((now, meta) => this.shown(meta));
  }

  remember() { store.set("player", { volume: this.el.volume, muted: this.el.muted, speed: this.speed }); }

  /** The frame this person left the recording at in this browser, or null. */
  place() { return store.get(`place:${this.id}`); }

  /** Tells the server too, so that the place is known on the person's other machines. */
  tellPlace() {
    const form = new FormData();
    form.set("f", this.frame);
    form.set("csrf_token", document.querySelector("[name=csrf_token]")?.value ?? "");
    navigator.sendBeacon(`/m/${this.id}/playhead`, form);
  }

  set(frame, confirmed) {
    this.frame = frame;
    this.onFrame(frame, confirmed);
  }

  /** The browser put a frame on screen. */
  shown(meta) {
    this.el.requestVideoFrameCallback((now, next) => this.shown(next));
    const slack = this.clock.times ? 0.002 : 0.49 * this.clock.den / this.clock.num; // mediaTime may be rounded down
    const frame = this.clock.frameAt(meta.mediaTime - this.clock.offset, slack);
    if (this.rate > 0) this.set(frame, true);
    else if (this.wanted === null) this.confirm(frame);
    else this.landed = frame;
  }

  confirm(frame) {
    if (this.aim === undefined || frame === this.aim || this.nudged) {
      if (this.rate >= 0) this.set(frame, true);
      return;
    }
    if (Math.abs(frame - this.aim) > 2) return; // a late frame of an earlier seek
    this.nudged = true;
    const length = this.clock.seconds(this.aim + 1) - this.clock.seconds(this.aim);
    this.el.currentTime = this.clock.middle(this.aim) + Math.sign(this.aim - frame) * NUDGE * length;
  }

  /** Shows a frame. The place moves at once; the picture follows, and only the newest wish is fetched. */
  show(frame) {
    const target = this.clock.clamp(frame);
    this.set(target, !this.el);
    if (!this.el) return;
    if (this.el.readyState === 0 || (this.el.seeking && this.wanted !== null)) { this.wanted = target; return; }
    this.wanted = target;
    this.aim = target;
    this.nudged = false;
    this.el.currentTime = this.clock.middle(target);
  }

  arrived() {
    const next = this.wanted;
    this.wanted = null;
    if (next !== null && next !== this.aim) { this.show(next); return; }
    if (this.landed !== undefined) { const frame = this.landed; this.landed = undefined; if (this.rate === 0) this.confirm(frame); }
    else if (!this.el.requestVideoFrameCallback && this.rate === 0) this.set(this.aim ?? this.frame, true);
  }

  step(frames) {
    this.pause();
    this.show(this.frame + frames);
  }

  toggle() { if (this.playing) this.pause(); else this.play(1); }

  /** rate: a multiple of normal speed; below 0 plays backwards by seeking. */
  play(rate) {
    if (!this.el) return;
    const forward = rate > 0;
    if (!forward) this.el.pause();
    if (forward && this.frame >= this.clock.last) this.show(this.range?.[0] ?? 0);
    this.rate = rate;
    this.began = { at: performance.now(), frame: this.frame };
    if (forward) {
      this.el.playbackRate = Math.min(16, rate * this.speed);
      this.el.play().catch(() => this.stopped());
    }
    this.onState(this);
    cancelAnimationFrame(this.timer);
    this.timer = requestAnimationFrame(() => this.tick());
  }

  pause() {
    if (!this.playing) return;
    this.rate = 0;
    this.el.pause();
    this.stopped();
    this.show(this.frame);
  }

  stopped() {
    this.rate = 0;
    store.set(`place:${this.id}`, this.frame);
    this.onState(this);
  }

  /** J and L: towards one side, faster each time (1 2 4 8); from the other side first back to one. */
  shuttle(side) {
    const same = Math.sign(this.rate) === side;
    this.play(side * (same ? Math.min(8, Math.abs(this.rate) * 2) : 1));
  }

  tick() {
    if (!this.playing) return;
    this.timer = requestAnimationFrame(() => this.tick());
    if (this.rate < 0) this.backwards();
    else if (!this.el.requestVideoFrameCallback && !this.el.seeking) this.set(this.clock.frameAt(this.el.currentTime - this.clock.offset), true);
    const [from, to] = this.range ?? [];
    if (this.range && this.rate > 0 && !this.el.seeking && this.frame >= to - 1) this.show(from);
  }

  backwards() {
    const gone = (performance.now() - this.began.at) / 1000 * -this.rate;
    const frame = this.clock.frameAt(this.clock.seconds(this.began.frame) - gone);
    if (frame !== this.frame && !this.el.seeking) this.show(frame);
    if (frame === 0) this.pause();
  }
}
