// Nothing typed is lost: what a form sends is kept until an answer came. The rest is fetched only when it is needed.

const KEPT = "typed";
const SECRET = /password|secret|csrf_token|^code$/;

function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SECRET.test(name));
}

addEventListener("submit", ({ target }) => {
  const { pathname, search } = location;
  if (target.method !== "post" || pathname.startsWith("/sign-in") || target.querySelector("[type=password]")) return;
  const kept = { page: pathname + search, action: target.getAttribute("action"), who: document.documentElement.dataset.who, fields: fieldsOf(target) };
  try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* the form itself still holds it */ }
}, true);

// Fetched while there is a line: once it broke, it is too late.
addEventListener("input", () => import("./again.js"), { once: true });

// A swap is an answer: it shows what was saved, or the form with what was typed.
addEventListener("htmx:after:request", ({ detail }) => {
  const { request, response } = detail.ctx;
  if (request.method === "POST" && response?.status !== 204) sessionStorage.removeItem(KEPT);
});
addEventListener("htmx:error", async ({ detail }) => {
  const form = detail?.ctx?.request.method === "POST" && detail.ctx.sourceElement?.closest("form");
  if (form) (await import("./again.js")).sendAgain(form);
});

try {
  if (sessionStorage.getItem(KEPT)) import("./again.js").then(({ giveBack }) => giveBack(KEPT));
} catch { /* storage may be switched off */ }
