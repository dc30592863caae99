// Toasts: what has just been done, said to eyes and screen readers, with Undo for ten seconds (also Ctrl+Z).
// The server asks for one with the event `toast`: text, undo and more (addresses or ""), tags, words (of the buttons);
// failures.js too, with `reload` where only a new page helps.
(() => {
  const SECONDS = { plain: 6, undo: 10, error: 12 };
  const corners = {};

  function corner(role) {
    corners[role] ??= document.body.appendChild(
      Object.assign(document.createElement("div"), { className: "toasts", role }),
    );
    return corners[role];
  }

  function button(name, text, onClick) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: name, textContent: text });
    made.addEventListener("click", (event) => {
      event.stopPropagation(); // a click here is not a click outside the dialog
      onClick();
    });
    return made;
  }

  function show({ text, undo, more, reload, tags, words }) {
    const isError = tags === "error";
    const toast = Object.assign(document.createElement("div"), { className: isError ? "toast is-error" : "toast" });
    const sentence = Object.assign(document.createElement("p"), { textContent: text, dir: "auto" });
    toast.append(sentence);
    if (undo) toast.append(button("toast-undo", words?.undo ?? "Undo", () => takeBack(toast, undo)));
    if (more) toast.append(Object.assign(document.createElement("a"), { className: "toast-more", href: more, textContent: words.more }));
    if (reload) toast.append(button("toast-reload", words.reload, () => location.reload()));
    toast.append(Object.assign(button("toast-close", "×", () => toast.remove()), { ariaLabel: words?.close ?? "Close" }));
    const isOver = (older) => !older.matches(".is-error") || older.querySelector("p").textContent === text;
    [...document.querySelectorAll(".toast")].filter(isOver).forEach((older) => older.remove());
    corner(isError ? "alert" : "status").append(toast);
    leaveAfter(toast, isError ? SECONDS.error : undo ? SECONDS.undo : SECONDS.plain);
  }

  // The clock stands still while somebody points at the toast or has the focus in it.
  function leaveAfter(toast, seconds) {
    let left = seconds * 10;
    const clock = setInterval(() => {
      if (!toast.isConnected) clearInterval(clock);
      else if (!toast.matches(":hover, :focus-within") && --left <= 0) toast.remove();
    }, 100);
  }

  function takeBack(toast, address) {
    if (toast.dataset.asked) return;
    toast.dataset.asked = "yes";
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
    htmx.ajax("POST", address, { source: document.body, swap: "none", headers: { "X-CSRFToken": token } });
    toast.remove();
  }

  document.addEventListener("toast", (event) => show(event.detail));
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, textarea, select, [contenteditable]");
    const undo = document.querySelector(".toast-undo");
    if (undo && !isTyping && event.key === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      undo.click();
    }
  });
})();
