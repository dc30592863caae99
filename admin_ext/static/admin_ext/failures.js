// A request of the page that failed is said in a toast: never silently, and by the clock once until it goes well again.
(() => {
  const wrong = new Set(); // what asks by itself, every few seconds, and did not get its answer

  function sentence({ xhr, requestConfig }, words) {
    const unsaved = requestConfig.verb === "get" ? "" : ` ${words.unsaved}`;
    if (xhr.status === 403) return { text: words.forbidden, reload: true };
    if (xhr.status === 404) return { text: words.gone, reload: true };
    return { text: (xhr.status ? words.broken : words.offline) + unsaved };
  }

  function fail({ target, detail }) {
    const words = document.querySelector("meta[name=failures]")?.dataset;
    const saysItself = !detail.xhr.status && document.getElementById("note-offline");
    const isByItself = !detail.requestConfig.triggeringEvent;
    const place = target.id;
    if (!words || saysItself || (isByItself && wrong.has(place))) return;
    if (isByItself) wrong.add(place);
    const toast = { tags: "error", words: { reload: words.reload, close: words.close }, ...sentence(detail, words) };
    document.dispatchEvent(new CustomEvent("toast", { detail: toast }));
  }

  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, fail);
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && wrong.clear());
})();
