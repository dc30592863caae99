// Words saved while they are written: how they are sent, and what the page says while they cannot be saved. They stay on
// it whatever comes: a page that is signed out is not led to the login, and takes up saving after one in another tab.
window.autosave = (() => {
  const SENTENCES = ["note-offline", "note-signed-out"];

  // Which of the sentences is shown; none for "".
  function tell(wanted) {
    for (const id of SENTENCES) document.getElementById(id)?.toggleAttribute("hidden", id !== wanted);
  }

  // The headers that htmx sends, with the token of the newest sign-in.
  function headersOf(form) {
    const root = form.closest("[hx-headers]");
    const token = document.cookie.match(/(?:^|; )csrftoken=(\w+)/)?.[1];
    if (token) root.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    return { "HX-Request": "true", ...JSON.parse(root.getAttribute("hx-headers")) };
  }

  // The answer about these words, or null where nobody has looked at them.
  async function post(form, words) {
    try {
      const body = new URLSearchParams(words);
      const answer = await fetch(form.action, { method: "POST", headers: headersOf(form), body });
      if (answer.status === 409 || answer.headers.get("Content-Type")?.includes("json")) {
        tell("");
        return answer;
      }
      tell(answer.status === 403 || answer.headers.has("HX-Redirect") ? "note-signed-out" : "note-offline");
    } catch {
      tell("note-offline");
    }
    return null;
  }

  // Keeps the page as long as something on it is not saved.
  function guard(isDirty) {
    window.addEventListener("beforeunload", (event) => isDirty() && event.preventDefault());
    document.addEventListener("htmx:beforeOnLoad", (event) => {
      const isToLogin = event.detail.xhr.getResponseHeader("HX-Redirect")?.includes("ended=1");
      if (!isToLogin || !isDirty()) return;
      event.preventDefault();
      tell("note-signed-out");
    });
  }

  return { tell, post, guard };
})();
