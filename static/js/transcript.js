// The transcript beside the player: the word being said, click to seek, follow, select words to clip, correct in place.
// Words are not elements: a line says when each begins, and the word is found by its place in the text.

const UNDERLINE = "word-said";
const byId = (id) => document.getElementById(id);
const canMark = typeof Highlight === "function" && Boolean(CSS.highlights);

export class Transcript {
  constructor(root, clock, player, go) {
    Object.assign(this, { root, clock, player, go, line: null, word: -1, follows: true });
    this.list = byId("turns");
    this.box = root.querySelector(".scroll");
    this.clip = byId("words-clip");
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.list.addEventListener("keydown", (event) => this.typed(event));
    document.addEventListener("selectionchange", () => this.selected());
    this.clip?.addEventListener("htmx:after:request", () => getSelection().empty());
    document.addEventListener("htmx:after:swap", () => this.swapped());
    addEventListener("keydown", (event) => this.byWord(event));
    this.show(player.frame);
  }

  ms(frame) { return this.clock.seconds(frame) * 1000; }

  frame(ms) { return this.clock.frameAt(ms / 1000); }

  lines() { return [...this.list.querySelectorAll(".turn[data-at]")]; }

  starts(line) { return (line.dataset.starts || "0").split(" ").map((part) => Number(line.dataset.at) + Number(part) * 10); }

  /** The words of a line as ranges over its text. */
  ranges(line) {
    if (line.words) return line.words;
    const walker = document.createTreeWalker(line.querySelector(".said"), NodeFilter.SHOW_TEXT);
    line.words = [];
    while (walker.nextNode()) {
      for (const found of walker.currentNode.data.matchAll(/\S+/g)) {
        const range = new Range();
        range.setStart(walker.currentNode, found.index);
        range.setEnd(walker.currentNode, found.index + found[0].length);
        line.words.push(range);
      }
    }
    return line.words;
  }

  /** Marks what is said at a frame; called for every one. The end of the frame counts: a word begins inside it. */
  show(frame) {
    const at = this.ms(frame + 1) - 1;
    const within = this.line?.isConnected && Number(this.line.dataset.at) <= at && at < Number(this.line.dataset.end);
    const line = within ? this.line : this.lines().find((each) => Number(each.dataset.at) <= at && at < Number(each.dataset.end)) ?? null;
    if (line !== this.line) {
      this.line?.removeAttribute("aria-current");
      line?.setAttribute("aria-current", "true");
      this.line = line;
      this.word = -1;
      if (line) this.follow(line);
    }
    if (!line && this.player.playing && this.follows) this.fetch(at);
    this.mark(line, at);
  }

  mark(line, at) {
    const word = line ? this.starts(line).findLastIndex((start) => start <= at) : -1;
    if (word === this.word || !canMark) return;
    this.word = word;
    const range = line && this.ranges(line)[word];
    if (range) CSS.highlights.set(UNDERLINE, new Highlight(range));
    else CSS.highlights.delete(UNDERLINE);
  }

  follow(line) {
    const busy = this.list.contains(document.activeElement) && document.activeElement.matches("textarea, input");
    if (!this.follows || busy || this.box.scrollHeight <= this.box.clientHeight) return;
    const top = line.offsetTop - this.box.clientHeight * 0.3;
    if (line.offsetTop < this.box.scrollTop || line.offsetTop + line.offsetHeight > this.box.scrollTop + this.box.clientHeight * 0.8) this.box.scrollTop = top;
  }

  /** Fetches the lines around a moment that is not among those shown. */
  async fetch(at) {
    const lines = this.lines();
    const beyond = !lines.length || at < Number(lines[0].dataset.at) ? this.list.querySelector(".more") : at > Number(lines.at(-1).dataset.end) && this.list.querySelector("[data-more]");
    if (!beyond || this.fetching || this.list.querySelector("[data-dirty]")) return;
    this.fetching = true;
    await window.htmx.ajax("GET", `${location.pathname}/transcript?at=${Math.round(at)}`, { target: "#turns" });
    this.fetching = false;
  }

  toggleFollow(button) {
    this.follows = !this.follows;
    button.setAttribute("aria-pressed", String(this.follows));
    if (this.follows && this.line) this.follow(this.line);
  }

  /** The line and the number of the word at a place in the text, or null. */
  wordAt(node, offset) {
    const line = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".turn[data-at]");
    if (!line || !this.list.contains(line)) return null;
    const words = this.ranges(line);
    const found = words.findIndex((range) => range.comparePoint(node, offset) <= 0);
    return { line, word: found < 0 ? words.length - 1 : found };
  }

  clicked(event) {
    if (!event.target.closest(".said") || event.target.closest("textarea") || !getSelection().isCollapsed) return;
    const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const range = place ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const found = this.wordAt(place?.offsetNode ?? range?.startContainer, place?.offset ?? range?.startOffset);
    if (found) this.seek(this.starts(found.line)[found.word]);
  }

  /** Shows the frame a moment lies in, playing on when it plays. */
  seek(ms) {
    const playing = this.player.playing;
    this.go(this.frame(ms));
    if (playing) this.player.play(1);
  }

  byWord(event) {
    if (!(event.ctrlKey || event.metaKey) || !/^Arrow(Left|Right)$/.test(event.key) || event.target.matches("input:not([type=range]), textarea, select")) return;
    event.preventDefault();
    const starts = this.lines().flatMap((line) => this.starts(line)).map((ms) => this.frame(ms));
    const next = event.key === "ArrowRight" ? starts.find((frame) => frame > this.player.frame) : starts.findLast((frame) => frame < this.player.frame);
    if (next !== undefined) this.go(next);
  }

  /** Offers to clip what is selected. */
  selected() {
    this.aim();
    if (!this.clip) return;
    const selection = getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const inside = range && this.list.contains(range.commonAncestorContainer);
    const first = inside && this.wordAt(range.startContainer, range.startOffset);
    const last = inside && this.wordAt(range.endContainer, Math.max(0, range.endOffset - 1));
    this.clip.hidden = !(first && last);
    if (this.clip.hidden) return;
    const values = { line: first.line.dataset.line, word: first.word, last_line: last.line.dataset.line, last_word: last.word };
    for (const [name, value] of Object.entries(values)) this.clip.elements[name].value = value;
  }

  /** Tells the split button before which word the caret stands. */
  aim() {
    const field = document.activeElement;
    const at = field?.closest?.("[data-line-form]")?.querySelector("[data-part-at]");
    if (!at || field.tagName !== "TEXTAREA") return;
    const before = field.value.slice(0, field.selectionStart);
    const inside = /\S$/.test(before) && /^\S/.test(field.value.slice(field.selectionStart));
    at.value = before.split(/\s+/).filter(Boolean).length - (inside ? 1 : 0);
  }

  typed(event) {
    const form = event.target.closest("[data-line-form]");
    if (!form || event.target.tagName !== "TEXTAREA") return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && event.target.value === event.target.defaultValue) form.querySelector("[data-cancel]").click();
  }

  /** After a swap: a line that opens takes the focus and stops the picture; one that closes gives both back. */
  swapped() {
    const field = this.list.querySelector("[data-line-form] textarea");
    const open = field?.closest("li").id;
    if (open && open !== this.open) {
      this.resumes ||= this.player.playing;
      this.player.pause();
      field.focus();
    } else if (!open && this.open) {
      if (document.activeElement === document.body) byId(this.open)?.querySelector(".fix")?.focus();
      if (this.resumes) this.player.play(1);
      this.resumes = false;
    }
    this.open = open;
    this.line = null;
    this.show(this.player.frame);
    if (this.clip && getSelection().isCollapsed) this.clip.hidden = true;
  }
}
