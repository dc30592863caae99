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

  // Who has the focus in the queue has it in the new one as well; who comes back from a dialog goes on with the next.
  let kept = "", isBack = false;
  document.addEventListener("cash-changed", () => { isBack = true; });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target?.id === "cash-queue") kept = document.activeElement?.closest("#cash-queue") ? document.activeElement.id : "";
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const queue = detail.target?.id === "cash-queue" && document.getElementById("cash-queue");
    if (!queue) return;
    if (kept) document.getElementById(kept)?.focus({ preventScroll: true });
    if (isBack && document.activeElement === document.body) queue.querySelector(".cash-bill a")?.focus({ preventScroll: true });
    kept = "", isBack = false;
  });
})();
