// The calendar: arrows walk over its slots and cards, keys push a card to another time, and it keeps up to date.
(() => {
  const page = document.getElementById("calendar"), diary = document.getElementById("diary");
  if (!page) return;
  const one = (selector, root = diary) => root.querySelector(selector);
  const all = (selector, root = diary) => [...root.querySelectorAll(selector)];
  const keys = document.getElementById("diary-keys"), says = document.getElementById("diary-says");
  const filters = document.getElementById("diary-filters"), zone = one("[data-zone]", page);
  page.classList.add("is-scripted");
  filters.addEventListener("change", () => filters.requestSubmit());
  document.getElementById("diary-help").addEventListener("click", () => keys.showModal());
  if (zone.dataset.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone) zone.hidden = false;
  if (!diary) return;

  const columns = () => all(".diary-column"), blocks = (column) => all("[data-start]", column);
  const isBusy = () => one(".is-dragged") || one("#modal-content", document)?.offsetParent;
  const ask = (verb, address, values = {}) =>
    htmx.ajax(verb, address, { source: says, target: "#modal-content", swap: "innerHTML", values });

  // One stop of the tab key: the block that was last in use, or what now stands at its time, or the first one.
  let last = {};
  const nearest = (column, start) => blocks(column).reduce((best, block) => {
    const far = Math.abs(block.dataset.start - start);
    return best && Math.abs(best.dataset.start - start) <= far ? best : block;
  }, null);
  function settle() {
    const column = document.getElementById(last.column);
    const known = document.getElementById(last.id) || (column && nearest(column, last.start)) || one("[data-start]");
    for (const block of all("[data-start]")) block.tabIndex = block === known ? 0 : -1;
    return known;
  }
  diary.addEventListener("focusin", ({ target }) => {
    const block = target.closest("[data-start]");
    if (block) last = { id: block.id, column: block.parentElement.id, start: +block.dataset.start };
    settle();
  });
  settle();

  // The board comes again without losing the place: never during a drag, and by the clock not under a dialog.
  let wasFocused = false;
  diary.addEventListener("htmx:beforeRequest", (event) => {
    const cause = event.detail.requestConfig.triggeringEvent?.type;
    if (event.target === diary && cause !== "appointment-changed" && isBusy()) event.preventDefault();
  });
  diary.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    if (target !== diary) return;
    if (one(".is-dragged")) detail.shouldSwap = false;
    wasFocused = diary.contains(document.activeElement) || (document.activeElement === document.body && last.id);
  });
  diary.addEventListener("htmx:afterSwap", ({ target }) => {
    const known = target === diary && settle();
    if (known && wasFocused && !diary.contains(document.activeElement)) known.focus({ preventScroll: true });
  });
  if (one(".diary-now")) one(".diary-scroll", page).scrollTop = one(".diary-now").offsetTop - 160;
  setInterval(() => {
    const frame = one(".diary-present"), now = parseFloat(frame.style.getPropertyValue("--now"));
    if (now) frame.style.setProperty("--now", now + 0.25);
  }, 15_000);

  // Moving: the server decides. Until it has answered the card waits where it was; a refusal opens as a dialog.
  function move({ card, column, start, clinic = card.dataset.clinic }) {
    const { provider } = column.dataset, starts_at = new Date(start * 1000).toISOString();
    last = { id: card.id, column: column.id, start };
    card.ariaBusy = "true";
    ask("POST", card.dataset.move, { starts_at, clinic, version: card.dataset.version, ...(provider && { provider }) });
  }
  diary.addEventListener("diary-move", ({ detail }) => move(detail));
  says.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr.status === 204) return; // the next board is on its way
    for (const card of all("[aria-busy]")) card.removeAttribute("aria-busy");
    for (const mark of all(".diary-drop")) mark.remove();
  });

  const forward = document.documentElement.dir === "rtl" ? -1 : 1;
  const sideways = { ArrowLeft: -forward, ArrowRight: forward }, upright = { ArrowUp: -1, ArrowDown: 1 };
  const beside = (column, key) => columns()[columns().indexOf(column) + (sideways[key] ?? 0)];
  const shifted = (block, column) => +block.dataset.start + (column.dataset.top - block.parentElement.dataset.top);
  function push(card, key) {
    const column = beside(card.parentElement, key);
    if (!column || (sideways[key] && !column.dataset.provider)) return;
    const start = shifted(card, column) + (upright[key] ?? 0) * column.dataset.step;
    move({ card, column, start, clinic: one(`.diary-slot[data-start="${start}"]`, column)?.dataset.clinic });
  }
  function walk(block, key) {
    const own = blocks(block.parentElement);
    let to = key === "Home" ? own[0] : key === "End" ? own.at(-1) : own[own.indexOf(block) + upright[key]];
    for (let column = block.parentElement; sideways[key] && !to && (column = beside(column, key)); )
      to = nearest(column, shifted(block, column));
    to?.focus();
  }
  function meant({ key, altKey }, block) {
    const card = block?.matches("[data-move]:not([aria-busy])") ? block : null;
    if (altKey) return card && (key in sideways || key in upright) && (() => push(card, key));
    if (/^(Arrow|Home|End)/.test(key)) return block && (() => walk(block, key));
    return {
      n: () => document.getElementById("diary-new")?.click(),
      t: () => document.getElementById("diary-today").click(),
      "?": () => keys.showModal(),
      m: card && (() => ask("GET", card.dataset.move)),
      a: card?.dataset.arrive && (() => ask("POST", card.dataset.arrive)),
    }[key];
  }

  // A dialog that was asked for has the keys before it is there: its search begins with what was typed meanwhile.
  let early = null;
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.target.id === "modal-content" && detail.requestConfig.verb === "get") early = "";
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.target.id === "modal-content") setTimeout(() => { early = null; }, detail.successful ? 300 : 0);
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!early || !target.matches("#modal-content [type=search]")) return;
    target.value += early;
    early = null;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") early = null; // nobody waits for the dialog any more
    if (event.target.closest("input, select, textarea, dialog[open], #modal-content")) return;
    if (early !== null && !event.ctrlKey && !event.metaKey && (event.key.length === 1 || event.key === "Enter")) {
      if (event.key.length === 1) early += event.key;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (early !== null || isBusy()) return;
    const does = !event.ctrlKey && !event.metaKey && meant(event, event.target.closest("#diary [data-start]"));
    if (!does) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }, true);
})();
