// Frame numbers, seconds and labels: the same arithmetic as app/core/timecode.py, for keys that cannot wait for the server.
// A tick is one frame of video or one millisecond of audio. Drop-frame leaves out labels, never frames.

const two = (n, width = 2) => String(n).padStart(width, "0");

export class Clock {
  /** num/den: ticks a second; start: the label number of frame 0; frames: how many there are;
      times: for variable rate, the second at which each frame begins; offset: where frame 0 lies in the played file. */
  constructor({ num, den, drop, start, frames, offset, times = null }) {
    Object.assign(this, { num, den, start, frames, offset, times });
    this.audio = num === 1000 * den;
    this.nominal = this.audio ? 1000 : Math.max(1, Math.floor((2 * num + den) / (2 * den)));
    this.dropped = drop && !this.audio && this.nominal % 30 === 0 ? this.nominal / 15 : 0;
    this.width = Math.max(2, String(this.nominal - 1).length);
    this.perSecond = Math.max(1, Math.round(num / den));
  }

  get last() { return Math.max(0, this.frames - 1); }

  clamp(frame) { return Math.min(this.last, Math.max(0, Math.round(frame))); }

  /** The second at which a frame begins, from the first frame. frames itself gives the end. */
  seconds(frame) {
    if (this.times && frame < this.times.length) return this.times[frame];
    if (this.times?.length > 1) {
      const last = this.times.length - 1;
      return this.times[last] + (frame - last) * (this.times[last] - this.times[0]) / last;
    }
    return frame * this.den / this.num;
  }

  /** Where to put the player so that this frame, and no neighbour, is on screen: its middle. */
  middle(frame) { return this.offset + (this.seconds(frame) + this.seconds(frame + 1)) / 2; }

  /** The frame on screen at a second from the first frame. slack: how far before its start still counts, in seconds. */
  frameAt(seconds, slack = 1e-4) {
    if (!this.times) return this.clamp(Math.floor((seconds + slack) * this.num / this.den));
    let low = 0;
    let high = this.times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= seconds + slack) low = middle;
      else high = middle - 1;
    }
    return this.clamp(low);
  }

  label(frame) {
    let number = frame + this.start;
    if (this.dropped) {
      const minute = this.nominal * 60 - this.dropped;
      const ten = minute * 10 + this.dropped;
      if (this.start) number %= ten * 144;
      const tens = Math.floor(number / ten);
      number += this.dropped * (9 * tens + Math.floor(Math.max(0, number % ten - this.dropped) / minute));
    } else if (this.start) number %= this.nominal * 86400;
    const seconds = Math.floor(number / this.nominal);
    const clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map((part) => two(Math.floor(part))).join(":");
    return clock + (this.audio ? "." : this.dropped ? ";" : ":") + two(number % this.nominal, this.width);
  }

  /** The frame a typed label names, or null. Hours and minutes may be left out; eight digits may stand alone. */
  parse(text) {
    const typed = text.trim();
    if (this.audio) return this.parseClock(typed);
    const packed = /^\d{8}$/.test(typed) ? typed.match(/\d\d/g) : null;
    if (!packed && !/^\d+([:;.,]\d+){1,3}$/.test(typed)) return null;
    const parts = (packed ?? typed.split(/[:;.,]/)).map(Number);
    while (parts.length < 4) parts.unshift(0);
    const [hours, minutes, seconds, frames] = parts;
    if (minutes > 59 || seconds > 59 || frames >= this.nominal) return null;
    if (seconds === 0 && minutes % 10 && frames < this.dropped) return null;
    return this.inside(this.ofNumber(((hours * 60 + minutes) * 60 + seconds) * this.nominal + frames));
  }

  parseClock(typed) {
    const found = typed.match(/^(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,](\d{1,3}))?$/);
    if (!found) return null;
    const [hours, minutes, seconds] = found.slice(1, 4).map((part) => Number(part ?? 0));
    if (minutes > 59 || (seconds > 59 && found[2] !== undefined)) return null;
    return this.inside(this.ofNumber(((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((found[4] ?? "0").padEnd(3, "0"))));
  }

  /** The frame when it is one of the recording's, past midnight too; else null. */
  inside(frame) {
    const day = this.dropped ? (this.nominal * 600 - this.dropped * 9) * 144 : this.nominal * 86400;
    const found = frame < -day / 2 ? frame + day : frame;
    return found >= 0 && found < this.frames ? found : null;
  }

  /** The number of the label on a frame, counted as if none were left out: its seconds times nominal, plus its frames. */
  number(frame) {
    const [hours, minutes, seconds, frames] = this.label(frame).split(/[:;.]/).map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * this.nominal + frames;
  }

  /** The frame that carries such a number; a label that is left out gives the next. May lie outside the recording. */
  ofNumber(number) {
    const minutes = Math.floor(number / this.nominal / 60);
    const gone = minutes % 10 ? Math.max(0, this.dropped - number % (this.nominal * 60)) : 0;
    return number + gone - this.dropped * (minutes - Math.floor(minutes / 10)) - this.start;
  }

  /** A length in words: 17 s 22 f. */
  length(frames) {
    const seconds = Math.floor(frames / this.nominal);
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const words = hours ? [`${hours} h`] : [];
    if (minutes) words.push(`${minutes % 60} min`);
    return [...words, `${seconds % 60} s`, `${frames % this.nominal} ${this.audio ? "ms" : "f"}`].join(" ");
  }
}

/** The clock of a drawn timeline; fetches the frame times of a variable-rate recording. */
export async function clockOf({ dataset }) {
  const numbers = {
    num: Number(dataset.rateNum), den: Number(dataset.rateDen), drop: dataset.drop === "1", start: Number(dataset.start),
    frames: Number(dataset.frames), offset: Number(dataset.offset),
  };
  if (!dataset.frameTimes) return new Clock(numbers);
  const answer = await fetch(dataset.frameTimes).catch(() => null);
  return new Clock({ ...numbers, times: answer?.ok ? await answer.json() : null });
}
