// What was sent and never answered: sent again when the server answers, or given back where it was typed.
import { say } from "./app.js";

const TRY_MS = 3000;
const HIDDEN = ["version", "once"];
const words = document.getElementById("toasts").dataset;
let waiting = null;

/** Sends a form again as soon as the server answers. It counts once: it carries the same mark or version. */
export function sendAgain(form) {
  if (waiting) return;
  say(words.unanswered, true);
  const send = async () => {
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    clearInterval(waiting);
    waiting = null;
    if (!form.isConnected) return;
    say(words.sent);
    form.requestSubmit();
  };
  waiting = setInterval(send, TRY_MS);
  addEventListener("online", send, { once: true });
}

function fill(form, fields) {
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = values.includes(field.value);
    else if (values.length && (field.type !== "hidden" || HIDDEN.includes(field.name))) [field.value] = values;
  }
  form.setAttribute("data-dirty", "");
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Puts back what was typed on this page and refused, or never answered; any other page is the answer. */
export function giveBack(key) {
  const kept = JSON.parse(sessionStorage.getItem(key));
  if (location.pathname.startsWith("/sign-in") || document.querySelector("main[data-error]")) {
    sessionStorage.setItem(key, JSON.stringify({ ...kept, refused: true }));
    return;
  }
  sessionStorage.removeItem(key);
  const { page, action, who, fields, refused } = kept;
  const wentBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!refused && !wentBack) return;
  if (location.pathname + location.search !== page || who !== document.documentElement.dataset.who) return;
  const form = [...document.forms].find((each) => each.getAttribute("action") === action);
  const typed = fields.filter(([name, value]) => value && !HIDDEN.includes(name));
  if (!typed.length) return;
  if (!form) {
    say(`${words.unsaved} ${typed.map(([, value]) => value).join(" · ")}`, true);
    return;
  }
  fill(form, fields);
  say(words.back, true);
  form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}
