// The palette looks for what is typed, pasted or spoken, and Enter opens the first thing found.
{
  const FIRST = "#command-results-list a";
  const field = () => document.getElementById("search-input-command");
  let answered = null; // what the results that stand there are of
  let awaited = null; // what Enter was pressed for before its answer came

  document.addEventListener("DOMContentLoaded", () => {
    field()?.setAttribute("hx-trigger", "input changed delay:200ms, enter");
    if (field()) htmx.process(field());
  });

  document.addEventListener("keydown", (event) => {
    if (event.target !== field() || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key !== "Enter") return;
    const isWalking = answered === field().value && document.querySelector("#command-results-list .active");
    if (isWalking) return; // the theme opens what the arrows have chosen
    event.preventDefault();
    event.stopPropagation();
    if (answered === field().value) return open();
    awaited = field().value;
    htmx.trigger(field(), "enter");
  }, true);

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.elt !== field() && event.detail.requestConfig?.elt !== field()) return;
    answered = new URL(event.detail.xhr.responseURL).searchParams.get("s") ?? "";
    if (awaited !== null && awaited === answered && awaited === field().value) open();
  });

  const open = () => {
    awaited = null;
    const first = document.querySelector(FIRST);
    if (first) location.assign(first.href);
  };
}
