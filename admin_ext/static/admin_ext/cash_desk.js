// The cash desk: paper that is printed without leaving the page, and a queue that is drawn anew under the hand.
(() => {
  // The server asks for paper with the event `print-paper`. It is fetched into the page, printed, and thrown away.
  const paper = () => document.getElementById("paper") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "paper" }));

  document.addEventListener("print-paper", async ({ detail }) => {
    await htmx.ajax("GET", detail.address, { source: document.body, target: paper(), swap: "innerHTML" });
    if (!paper().childElementCount) return; // failures.js has said why
    await document.fonts.ready;
    print();
  });
  addEventListener("afterprint", () => paper().replaceChildren());

  // Who has the focus in the queue has it in the new one as well.
  let kept = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id === "cash-queue") kept = document.activeElement?.closest("#cash-queue") ? document.activeElement.id : "";
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (kept) document.getElementById(kept)?.focus({ preventScroll: true });
    kept = "";
  });
})();
