// Drags on the lanes: scrub, trim a clip by its edge, move it, trim the draft. A drag belongs to the thing it began on;
// Esc brings the old numbers back; edges snap within a few pixels unless Alt is held; one drag is one save.

const SNAP_PX = 6;
const EDGE_PX = 9;
const SLOP_PX = 3;

export class Drag {
  /** hooks: select(clip id), bounds(bar, in, out) when a drag ended elsewhere than it began, edge('in'|'out', frame) of the draft, read(in, out). */
  constructor(timeline, hooks) {
    Object.assign(this, { timeline, hooks, now: null });
    const { lanes } = timeline;
    lanes.addEventListener("pointerdown", (event) => this.begin(event));
    lanes.addEventListener("pointermove", (event) => (this.now ? this.move(event) : this.hint(event)));
    lanes.addEventListener("pointerup", (event) => this.end(event));
    lanes.addEventListener("pointercancel", () => this.cancel());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.now) { event.stopPropagation(); this.cancel(); }
    }, true);
  }

  part(bar, clientX) {
    const { left, right, width } = bar.getBoundingClientRect();
    const edge = Math.min(EDGE_PX, width / 3);
    if (clientX - left < edge) return "in";
    return right - clientX < edge ? "out" : "both";
  }

  hint(event) {
    const bar = event.target.closest(".bar:not(.fixed)");
    bar?.classList.toggle("on-edge", this.part(bar, event.clientX) !== "both");
  }

  begin(event) {
    if (event.button !== 0) return;
    const edge = event.target.closest("[data-edge]");
    const bar = event.target.closest(".bar");
    const base = { x: event.clientX, pointer: event.pointerId, was: this.timeline.player.frame };
    if (edge) this.now = { ...base, kind: "draft", edge: edge.dataset.edge };
    else if (bar && !bar.classList.contains("fixed") && event.pointerType !== "touch") this.now = this.onBar(base, bar);
    else {
      if (bar) this.hooks.select(bar.dataset.clip);
      this.now = { ...base, kind: "scrub" };
      this.scrub(event);
    }
    this.timeline.player.pause();
    this.timeline.lanes.setPointerCapture(event.pointerId);
  }

  onBar(base, bar) {
    const frames = { in: Number(bar.dataset.in), out: Number(bar.dataset.out) };
    return { ...base, kind: "bar", bar, part: this.part(bar, base.x), from: frames, to: frames, points: this.timeline.snapPoints(bar) };
  }

  scrub(event) { this.timeline.player.show(this.timeline.clock.frameAt(this.timeline.secondsAt(event.clientX))); }

  move(event) {
    const drag = this.now;
    if (drag.kind === "scrub") { this.scrub(event); return; }
    if (!drag.moved && Math.abs(event.clientX - drag.x) < SLOP_PX) return;
    drag.moved = true;
    if (drag.kind === "draft") this.moveDraft(drag, event);
    else this.moveBar(drag, event);
  }

  moveDraft(drag, event) {
    drag.points ??= this.timeline.snapPoints();
    const frame = this.snapped(this.timeline.secondsAt(event.clientX), drag, event);
    const edge = this.timeline.clock.clamp(drag.edge === "out" ? frame - 1 : frame);
    this.hooks.edge(drag.edge, edge);
    this.timeline.player.show(edge);
  }

  moveBar(drag, event) {
    const { clock } = this.timeline;
    const shift = this.timeline.secondsAt(event.clientX) - this.timeline.secondsAt(drag.x);
    const length = drag.from.out - drag.from.in;
    const next = { ...drag.from };
    if (drag.part === "out") next.out = Math.min(clock.frames, Math.max(next.in + 1, this.snapped(clock.seconds(next.out) + shift, drag, event)));
    else {
      const frame = this.snapped(clock.seconds(next.in) + shift, drag, event);
      next.in = Math.min(drag.part === "in" ? next.out - 1 : clock.frames - length, Math.max(0, frame));
      if (drag.part === "both") next.out = next.in + length;
    }
    drag.to = next;
    drag.bar.classList.add("is-dragged");
    this.place(drag.bar, next);
    this.hooks.read(next.in, next.out - 1);
    this.timeline.player.show(drag.part === "out" ? next.out - 1 : next.in);
  }

  /** The frame boundary nearest to a second, or the snap point within reach. */
  snapped(seconds, drag, event) {
    const { clock } = this.timeline;
    const reach = SNAP_PX / this.timeline.x(1);
    const snapping = !event.altKey && document.getElementById("snap")?.checked;
    const near = snapping ? drag.points.find((point) => Math.abs(point - seconds) < reach) : undefined;
    const at = near ?? seconds;
    if (clock.seconds(clock.frames) - at < 1e-6) return clock.frames;
    const frame = clock.frameAt(at);
    return at - clock.seconds(frame) > (clock.seconds(frame + 1) - clock.seconds(frame)) / 2 ? frame + 1 : frame;
  }

  place(bar, frames) {
    this.timeline.set(bar, "in", this.timeline.clock.seconds(frames.in));
    this.timeline.set(bar, "out", this.timeline.clock.seconds(frames.out));
  }

  end(event) {
    const drag = this.now;
    this.now = null;
    if (drag?.kind !== "bar") return;
    drag.bar.classList.remove("is-dragged");
    if (!drag.moved) {
      this.hooks.select(drag.bar.dataset.clip);
      this.scrub(event);
    } else if (drag.to.in !== drag.from.in || drag.to.out !== drag.from.out) this.hooks.bounds(drag.bar, drag.to.in, drag.to.out);
  }

  cancel() {
    const drag = this.now;
    this.now = null;
    if (!drag) return;
    if (drag.kind === "bar") {
      drag.bar.classList.remove("is-dragged");
      this.place(drag.bar, drag.from);
      this.hooks.read(null, null);
    }
    this.timeline.lanes.releasePointerCapture?.(drag.pointer);
    this.timeline.player.show(drag.was);
  }
}
