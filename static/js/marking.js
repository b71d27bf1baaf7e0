// Marking: in and out of the draft clip, its form, and what the lists do with a chosen clip.
// The form is the truth; it is found anew each time, because a save swaps it for an empty one.

const byId = (id) => document.getElementById(id);

export class Marking {
  constructor(root, clock, player) {
    Object.assign(this, { root, clock, player });
    this.key = `draft:${root.closest(".wb").dataset.media}`;
    document.addEventListener("input", (event) => { if (event.target.closest("#draft")) this.typed(event.target); });
    document.addEventListener("keydown", (event) => this.enter(event));
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("focusin", (event) => this.typing(event));
    document.addEventListener("htmx:after:request", (event) => this.answered(event));
    document.addEventListener("htmx:before:swap", () => { this.row = this.rows().indexOf(document.activeElement?.closest(".clip")); });
    document.addEventListener("htmx:after:swap", () => this.swapped());
    this.restore();
    this.draw();
  }

  get form() { return byId("draft"); }

  input(which) { return this.form?.querySelector(`[data-io="${which}"]`); }

  /** The frame typed into a field, or null. */
  get(which) {
    const value = this.input(which)?.value;
    return value ? this.clock.parse(value) : null;
  }

  /** Sets in or out to a frame; out is the last frame kept. A mark on the wrong side starts over. */
  set(which, frame) {
    if (!this.form) return;
    const other = this.get(which === "in" ? "out" : "in");
    const crossed = other !== null && (which === "in" ? frame > other : frame < other);
    if (which === "in" && crossed) this.input("out").value = "";
    this.input(which).value = this.clock.label(frame);
    this.input(which).setAttribute("aria-invalid", "false");
    this.changed();
  }

  changed() {
    this.form.dispatchEvent(new Event("draft-check"));
    this.keep();
    this.draw();
  }

  discard() {
    if (!this.form) return;
    for (const input of this.form.querySelectorAll("input:not([type=hidden])")) input.value = "";
    byId("overlap").replaceChildren();
    for (const error of this.form.querySelectorAll(".error")) error.remove();
    this.keep();
    this.draw();
  }

  nudge(which, by) {
    const frame = this.clock.clamp((this.get(which) ?? this.player.frame) + by);
    this.set(which, frame);
    this.player.pause();
    this.player.show(frame);
  }

  save() {
    if (!this.form || this.get("in") === null || this.get("out") === null) return false;
    this.form.requestSubmit();
    return true;
  }

  /** Shows the marks: the band over the lanes, the numbers above them, the length in the form. */
  draw() {
    const from = this.get("in");
    const to = this.get("out");
    const band = byId("selection");
    this.form?.classList.toggle("is-empty", !this.form.querySelector(".error") && !this.input("in").value && !this.input("out").value);
    this.form?.toggleAttribute("data-dirty", from !== null || to !== null);
    band.hidden = from === null && to === null;
    const [start, end] = [from ?? to, to ?? Math.max(from, this.player.frame)];
    band.classList.toggle("is-open", to === null);
    band.classList.toggle("is-wrong", from !== null && to !== null && to < from);
    if (!band.hidden) {
      band.style.setProperty("--in", this.clock.seconds(Math.min(start, end)));
      band.style.setProperty("--out", this.clock.seconds(Math.max(start, end) + 1));
    }
    this.read(from, to);
    const length = byId("draft-length");
    if (length) length.textContent = from !== null && to !== null && to >= from ? this.clock.length(to - from + 1) : "";
  }

  read(from, to) {
    byId("read-in").textContent = from === null ? "–" : this.clock.label(from);
    byId("read-out").textContent = to === null ? "–" : this.clock.label(to);
    byId("read-length").textContent = from === null || to === null || to < from ? "–" : this.clock.length(to - from + 1);
  }

  /** The range to loop: the draft, or else the chosen clip. In frames, half-open; null for the whole. */
  range() {
    const [from, to] = [this.get("in"), this.get("out")];
    if (from !== null && to !== null && to >= from) return [from, to + 1];
    const bar = this.root.querySelector(".bar[aria-current]");
    return bar ? [Number(bar.dataset.in), Number(bar.dataset.out)] : null;
  }

  choose(id, scroll = true) {
    for (const el of document.querySelectorAll("[data-clip]")) {
      if (el.dataset.clip === id) el.setAttribute("aria-current", "true");
      else el.removeAttribute("aria-current");
    }
    if (scroll) byId(`clip-${id}`)?.scrollIntoView({ block: "nearest" });
  }

  typed() { this.keep(); this.draw(); }

  rows() { return [...document.querySelectorAll(".clip")]; }

  /** After a swap: marks anew, and the focus goes to the row now in the place of the one that had it, or to the heading. */
  swapped() {
    this.draw();
    if (this.row < 0 || document.activeElement !== document.body) return;
    const row = this.rows()[Math.min(this.row, this.rows().length - 1)];
    (row?.querySelector(".nm") ?? byId("clips-h")).focus();
  }

  enter(event) {
    const field = event.target.closest?.("[data-io]");
    if (event.key !== "Enter" || !field) return; // a typed time: take it and give the keys back
    event.preventDefault();
    const frame = this.clock.parse(field.value);
    field.setAttribute("aria-invalid", String(frame === null));
    if (frame === null) return;
    this.set(field.dataset.io, frame);
    this.player.show(frame);
    field.blur();
  }

  click(event) {
    const nudge = event.target.closest("[data-nudge]");
    if (nudge) this.nudge(nudge.dataset.nudge, Number(nudge.dataset.by));
    const after = event.target.closest("[data-set-in]");
    if (after) this.set("in", this.clock.parse(after.dataset.setIn) ?? this.player.frame);
    const row = event.target.closest(".clip");
    if (row && event.target.closest("[data-frame]")) this.choose(row.dataset.clip, false);
    const split = event.target.closest("[data-split]");
    if (split) split.href = `/clips/${split.dataset.split}/split?f=${this.player.frame}`;
  }

  typing(event) {
    if (!event.target.closest?.("#draft") || event.target.type !== "text" || !this.player.playing) return;
    this.resume = true;
    this.player.pause();
  }

  answered(event) {
    const { ctx } = event.detail;
    if (ctx?.sourceElement?.id !== "draft" || ctx.response?.status !== 200) return;
    try { sessionStorage.removeItem(this.key); } catch { /* nothing was kept */ }
    if (this.resume) this.player.play(1);
    this.resume = false;
  }

  fields() { return [...this.form.querySelectorAll("input:not([type=hidden])")]; }

  keep() {
    const values = Object.fromEntries(this.fields().map((input) => [input.name, input.value]));
    try { sessionStorage.setItem(this.key, JSON.stringify(values)); } catch { /* then a reload forgets it */ }
  }

  restore() {
    if (!this.form || this.fields().some((input) => input.value)) return;
    let saved = null;
    try { saved = JSON.parse(sessionStorage.getItem(this.key)); } catch { /* nothing was kept */ }
    for (const input of this.fields()) input.value = saved?.[input.name] ?? "";
  }
}
