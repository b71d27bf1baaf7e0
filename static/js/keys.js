// Single-key shortcuts. An element says its own keys: data-key="Space", "g p", "i", with "|" between alternatives.
// Off, or only with Alt, by choice (WCAG 2.1.4); silent while typing; back as soon as a field is left with Esc.

const isTyping = (el) =>
  el?.isContentEditable ||
  (/^(INPUT|TEXTAREA|SELECT)$/.test(el?.tagName) && !["range", "checkbox", "radio", "button", "submit"].includes(el.type));

// Whoever is signed in has said it in their account; the others' browser remembers it.
const said = document.documentElement.dataset.keys;
const stored = () => { try { return localStorage.getItem("keys") ?? "on"; } catch { return "on"; } };
let mode = said ?? stored();
let prefix = "";

/** The name of the key as written in data-key, or null when shortcuts should stay out of it. */
export function shortcut(event) {
  if (event.defaultPrevented || mode === "off" || event.ctrlKey || event.metaKey) return null;
  if (event.altKey !== (mode === "alt") || isTyping(event.target) || document.querySelector("dialog[open]")) return null;
  const key = event.key === " " ? "Space" : event.key;
  const presses = { BUTTON: ["Space", "Enter"], SUMMARY: ["Space", "Enter"], A: ["Enter"] }[event.target.tagName];
  if (presses?.includes(key)) return null;
  return event.shiftKey && /^([a-z]|Arrow\w+)$/i.test(key) ? `Shift+${key.length === 1 ? key.toLowerCase() : key}` : key;
}

function act(event, key) {
  const wanted = prefix + key;
  prefix = "";
  if (wanted === "g") {
    prefix = "g ";
    setTimeout(() => { prefix = ""; }, 900);
    return;
  }
  const el = [...document.querySelectorAll("[data-key]")]
    .find((node) => node.dataset.key.split("|").includes(wanted) && node.checkVisibility() && !node.disabled);
  if (!el) return;
  event.preventDefault();
  if (/^(INPUT|TEXTAREA)$/.test(el.tagName) && el.type !== "checkbox") el.focus();
  else el.click();
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
  const key = shortcut(event);
  if (key) act(event, key);
});

for (const radio of document.querySelectorAll("[data-keys-mode]")) {
  radio.checked = radio.value === mode;
  radio.addEventListener("change", () => {
    mode = radio.value;
    if (said) import("./keep.js").then(({ keep }) => keep("/me/keyboard", { keys: mode }));
    else try { localStorage.setItem("keys", mode); } catch { /* then it lasts for this page */ }
  });
}
