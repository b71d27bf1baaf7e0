// Uploads: files dropped or chosen go by tus, some at a time, and go on where a dropped line broke off.
// The words and rows are in the page (library/_drop.html); without this script its form is a plain multipart one.
import { say } from "./app.js";

const AT_ONCE = 3;
const RETRY_MS = [0, 1000, 3000, 5000, 10000, 20000];
const form = document.querySelector("[data-upload]");
const list = form.querySelector("[data-upload-rows]");
const rowTemplate = form.querySelector("[data-upload-row]");
const waiting = [];
const moving = new Set();
const broken = new Set();
let library = null;

function loadTus() {
  library ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: form.dataset.tus });
    script.onload = () => resolve(window.tus);
    script.onerror = () => reject(new Error("The upload script did not load."));
    document.head.append(script);
  });
  return library;
}

/** A sentence of the page, with its {places} filled. */
const words = (name, values) => form.dataset[name].replace(/\{(\w+)\}/g, (place, key) => values[key]);

const size = (bytes) => bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;

function left(seconds) {
  if (seconds < 60) return words("soon");
  return seconds < 5400 ? words("minutes", { count: Math.round(seconds / 60) }) : words("hours", { count: Math.round(seconds / 3600) });
}

class Row {
  constructor(file) {
    this.file = file;
    this.el = rowTemplate.content.firstElementChild.cloneNode(true);
    this.part(".name").textContent = file.name;
    this.part("progress").setAttribute("aria-label", words("uploading", { name: file.name }));
    this.part('[data-act="cancel"]').addEventListener("click", () => this.cancel());
    this.part('[data-act="retry"]').addEventListener("click", () => { this.part('[data-act="retry"]').hidden = true; queue(this); });
    list.append(this.el);
    list.hidden = false;
  }

  part(selector) { return this.el.querySelector(selector); }

  words(text) { this.part(".stage").textContent = text; }

  async start() {
    const tus = await loadTus();
    this.began = { at: performance.now(), sent: null };
    this.upload = new tus.Upload(this.file, {
      endpoint: form.dataset.upload,
      chunkSize: Number(form.dataset.chunk),
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRFToken": form.dataset.token },
      metadata: { filename: this.file.name, filetype: this.file.type, project: form.dataset.project },
      onProgress: (sent, total) => this.progress(sent, total),
      onSuccess: () => this.done(),
      onError: (error) => this.failed(error),
    });
    const [previous] = await this.upload.findPreviousUploads();
    if (previous) this.upload.resumeFromPreviousUpload(previous);
    this.upload.start();
  }

  progress(sent, total) {
    this.began.sent ??= sent;
    const elapsed = (performance.now() - this.began.at) / 1000;
    const rate = (sent - this.began.sent) / Math.max(elapsed, 0.001);
    const percent = total ? Math.floor((sent / total) * 100) : 0;
    this.part("progress").value = percent;
    this.part(".pc").textContent = `${percent}%`;
    const eta = elapsed > 3 && rate > 0 ? ` · ${left((total - sent) / rate)}` : "";
    this.words(words("sent", { sent: size(sent), all: size(total) }) + eta);
  }

  done() {
    moving.delete(this);
    this.part(".pc").textContent = "100%";
    this.words(words("received"));
    this.part('[data-act="cancel"]').hidden = true;
    setTimeout(() => { this.el.remove(); list.hidden = !list.children.length; }, 4000);
    document.body.dispatchEvent(new Event("media-changed"));
    next();
  }

  failed(error) {
    moving.delete(this);
    const answer = error.originalResponse;
    const reason = answer && answer.getStatus() >= 400 && answer.getBody();
    this.el.classList.add("failed");
    this.part("progress").classList.add("is-failed");
    this.words(reason && reason.length < 300 && !reason.startsWith("<") ? reason : words("broke"));
    this.part('[data-act="retry"]').hidden = Boolean(answer && answer.getStatus() === 415);
    this.el.setAttribute("role", "alert");
    if (!answer) broken.add(this);
    next();
  }

  async cancel() {
    moving.delete(this);
    broken.delete(this);
    const place = waiting.indexOf(this);
    if (place >= 0) waiting.splice(place, 1);
    this.el.remove();
    list.hidden = !list.children.length;
    await this.upload?.abort(true).catch(() => {}); // the server forgets it by itself when this does not arrive
    next();
  }
}

function queue(row) {
  broken.delete(row);
  row.el.classList.remove("failed");
  row.part("progress").classList.remove("is-failed");
  row.words(words("waiting"));
  waiting.push(row);
  next();
}

function next() {
  while (moving.size < AT_ONCE && waiting.length) {
    const row = waiting.shift();
    moving.add(row);
    row.start().catch((error) => row.failed(error));
  }
}

function take(files) {
  const some = [...files].filter((file) => file.size > 0 || file.type);
  if (!some.length) { say(words("folders")); return; }
  for (const file of some) queue(new Row(file));
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;
addEventListener("dragenter", (event) => { if (carriesFiles(event)) { depth += 1; form.classList.add("is-over"); } });
addEventListener("dragleave", (event) => { if (carriesFiles(event) && --depth <= 0) { depth = 0; form.classList.remove("is-over"); } });
addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  depth = 0;
  form.classList.remove("is-over");
  take(event.dataTransfer.files);
});

form.querySelector("input[type=file]").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-upload-pick]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  form.querySelector("input[type=file]").click();
});
document.querySelector("[data-upload-plain]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = event.target.querySelector("input[type=file]");
  take(input.files);
  input.value = "";
});
addEventListener("online", () => { for (const row of broken) queue(row); });
addEventListener("beforeunload", (event) => { if (moving.size) event.preventDefault(); });
