// The flow board: keys on a focused card, minutes that pass, and a place that is kept when the board is drawn anew.
(() => {
  const board = () => document.getElementById("board");
  const card = (element) => element?.closest?.(".flow-card");
  const who = (element) => element?.querySelector(".flow-who");
  const isVisible = (element) => element.offsetParent !== null;

  // Minutes: the server's clock counts, so the difference to this machine's is kept.
  let ahead = 0;
  const setClock = () => { if (board()) ahead = Date.parse(board().dataset.at) - Date.now(); };
  const tick = () => document.querySelectorAll("#board time[data-words]").forEach((time) => {
    const minutes = Math.floor((Date.now() + ahead - Date.parse(time.dateTime)) / 60000);
    time.textContent = time.dataset.words.replace("…", Math.max(0, minutes));
  });

  // Left and right go to the next column that has cards, up and down within it.
  const columns = () => [...board().querySelectorAll(".board-column")].filter((column) => who(column) && isVisible(who(column)));
  const cards = (column) => [...column.querySelectorAll(".flow-card")];

  function go(from, key) {
    const column = from.closest(".board-column");
    const place = cards(column).indexOf(from);
    if (key === "ArrowDown" || key === "ArrowUp") return cards(column)[place + (key === "ArrowDown" ? 1 : -1)];
    const forward = (key === "ArrowRight") === (getComputedStyle(board()).direction === "ltr");
    const beside = columns()[columns().indexOf(column) + (forward ? 1 : -1)];
    return beside && cards(beside)[Math.min(place, cards(beside).length - 1)];
  }

  function press(from, key) {
    if (key === "u" && from.dataset.undo) {
      htmx.ajax("POST", from.dataset.undo, { source: from, swap: "none" });
    }
    from.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  }

  document.addEventListener("keydown", (event) => {
    const from = card(event.target);
    if (!from || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key.startsWith("Arrow")) {
      const next = who(go(from, event.key));
      if (next) {
        event.preventDefault();
        next.focus();
      }
    } else if (event.key.length === 1) {
      press(from, event.key.toLowerCase());
    }
  });

  // A card keeps the focus wherever it moves to; a column keeps its place, and stays open if somebody opened it.
  let kept = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "board" || !event.detail.shouldSwap) return;
    const columns = [...board().querySelectorAll(".board-column")];
    kept = {
      card: card(document.activeElement)?.dataset.appointment,
      open: columns.filter((column) => column.open).map((column) => column.id),
      scrolled: columns.map((column) => [column.id, column.querySelector(".board-cards").scrollTop]),
    };
  });
  document.addEventListener("htmx:afterSwap", () => {
    setClock();
    if (!kept || !board()) return;
    for (const id of kept.open) document.getElementById(id).open = true;
    for (const [id, top] of kept.scrolled) document.querySelector(`#${id} .board-cards`).scrollTop = top;
    if (kept.card) document.getElementById(`flow-${kept.card}`)?.focus({ preventScroll: true });
    kept = null;
  });

  document.addEventListener("DOMContentLoaded", setClock);
  setInterval(tick, 5000);
})();
