// Toasts: dismissed by hand, or after a while when they hold nothing to do (WCAG 2.2.1).

const box = document.getElementById("toasts");
const LIFE_MS = 8000;

function age(toast) {
  if (toast.dataset.aged) return;
  toast.dataset.aged = "1";
  if (!toast.hasAttribute("data-keep")) setTimeout(() => toast.remove(), LIFE_MS);
}

/** Shows a sentence; it goes by itself unless keep is true. */
export function say(text, keep = false) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.toggleAttribute("data-keep", keep);
  toast.append(Object.assign(document.createElement("span"), { className: "grow", textContent: text }));
  box.replaceChildren(toast);
}

const ageAll = () => { for (const toast of box.children) age(toast); };
new MutationObserver(ageAll).observe(box, { childList: true });
ageAll();

addEventListener("click", (event) => {
  if (event.target.closest?.("[data-dismiss]")) event.target.closest(".toast").remove();
});
