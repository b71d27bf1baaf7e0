// Keeps a choice in the account of whoever is signed in.

/** Sends a form's fields; where the server does not answer, the choice lasts for this page. */
export function keep(path, fields) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
  fetch(path, { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual" })
    .catch(() => { /* then it lasts for this page */ });
}
