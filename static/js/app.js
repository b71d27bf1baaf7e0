// The script of every page. Links, forms, <details> and native players work without it.
import "./keys.js";
import "./menu.js";
import "./toast.js";
import "./live.js";

if (document.querySelector("[data-upload]")) import("./upload.js");
if (document.getElementById("media")) import("./scrub.js");
