// <details class="menu">: one open at a time, closed by Esc or a click elsewhere. Buttons that open a dialog.

const open = () => document.querySelectorAll("details.menu[open]");

addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest?.("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A menu near the lower edge of what it lies in opens upwards.
addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.menu") || !event.target.open) return;
  const pop = event.target.querySelector(".pop");
  pop.classList.remove("up");
  const floor = event.target.closest(".scroll, .tbl-scroll")?.getBoundingClientRect().bottom ?? innerHeight;
  pop.classList.toggle("up", pop.getBoundingClientRect().bottom > Math.min(floor, innerHeight));
}, true);
