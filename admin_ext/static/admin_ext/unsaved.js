// Words typed on an appointment's card are saved before the card is closed or makes room for another dialog.
(() => {
  const card = () => document.getElementById("modal-content");
  const isTyped = (form) => [...form.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
  const typed = (within) => [...(within?.querySelectorAll("form.notes") ?? [])].find(isTyped);
  let waiting = null; // what shall happen once the words are saved

  function saveFirst(event, goOn) {
    const form = card()?.offsetParent !== null && typed(card());
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form, goOn };
    htmx.trigger(form, "submit");
  }

  function leaves(element) {
    if (!card()?.contains(element)) return !element.closest(".toast");
    return Boolean(element.closest("a[href], .card-corner button"));
  }

  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape") saveFirst(event, () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })));
  }, true);
  window.addEventListener("click", (event) => {
    const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!isElsewhere && leaves(event.target)) saveFirst(event, () => event.target.click());
  }, true);

  // 204: saved. Any other answer stays on the card, with the words: refused, written meanwhile, no server.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt.matches?.("form.notes") && detail.elt;
    if (!form) return;
    const goOn = waiting?.form === form && waiting.goOn;
    waiting = null;
    if (detail.xhr.status !== 204) return;
    for (const field of form.querySelectorAll("input, textarea")) field.defaultValue = field.value;
    if (goOn) goOn();
  });
  window.addEventListener("beforeunload", (event) => typed(document) && event.preventDefault());
})();
