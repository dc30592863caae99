// A request of the page that failed is said in a toast: never silently, and by the clock once until it goes well again.
(() => {
  let isTold = false; // that what asks by itself, every few seconds, gets no answer

  function sentence({ xhr, requestConfig }, words) {
    const unsaved = requestConfig.verb === "get" ? "" : ` ${words.unsaved}`;
    if (xhr.status === 403) return { text: words.forbidden, reload: true };
    if (xhr.status === 404) return { text: words.gone, reload: true };
    return { text: (xhr.status ? words.broken : words.offline) + unsaved };
  }

  function fail({ detail }) {
    const words = document.querySelector("meta[name=failures]")?.dataset;
    const saysItself = !detail.xhr.status && document.getElementById("note-offline");
    const isByItself = !detail.requestConfig.triggeringEvent;
    if (!words || saysItself || (isByItself && isTold)) return;
    isTold ||= isByItself;
    const toast = { tags: "error", words: { reload: words.reload, close: words.close }, ...sentence(detail, words) };
    document.dispatchEvent(new CustomEvent("toast", { detail: toast }));
  }

  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, fail);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) isTold = false;
  });
})();
