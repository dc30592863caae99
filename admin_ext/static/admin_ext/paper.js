// Paper: a page made for the printer prints by its button, and by itself where it is asked to.
(() => {
  document.getElementById("paper-print")?.addEventListener("click", () => print());
  if (document.body.matches("[data-print]")) print();
})();
