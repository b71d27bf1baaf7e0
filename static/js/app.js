// The script of every page. Links, forms, <details> and native players work without it.
import { shortcut } from "./keys.js";
import "./menu.js";
import { say } from "./toast.js";
import "./live.js";
import "./typed.js";

// What the pages' own scripts share with it.
export { shortcut, say };

if (document.querySelector("[data-upload]")) import("./upload.js");
if (document.getElementById("media")) { import("./grid.js"); import("./scrub.js"); }
