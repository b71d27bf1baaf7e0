// Sets the chosen theme before the first paint; loaded in <head>, not as a module, so nothing flashes.
(() => {
  const root = document.documentElement;
  let saved = null;
  try { saved = localStorage.getItem("theme"); } catch { /* storage may be switched off */ }
  // Whoever is signed in has their look from the server.
  const place = root.dataset.keepTheme;
  if (saved && !place) root.dataset.theme = saved;

  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    if (place) {
      const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
      fetch(place, { method: "POST", headers, body: new URLSearchParams({ theme: root.dataset.theme }), redirect: "manual" })
        .catch(() => { /* then it lasts for this page */ });
      return;
    }
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* then it lasts for this page */ }
  });
})();
