// The calendar's hand and keys: arrows walk over slots and cards, a card is dragged or pushed to another time.
(() => {
  document.getElementById("paper-print")?.addEventListener("click", () => print());
  if (document.body.matches("[data-print]")) print();
  const page = document.getElementById("calendar"), diary = document.getElementById("diary");
  if (!page) return;
  page.classList.add("is-scripted");
  const one = (selector, root = diary) => root.querySelector(selector);
  const all = (selector, root = diary) => [...root.querySelectorAll(selector)];
  const keys = document.getElementById("diary-keys"), says = document.getElementById("diary-says");
  const filters = document.getElementById("diary-filters"), zone = one("[data-zone]", page);
  const scroll = one(".diary-scroll", page);
  filters.addEventListener("change", () => filters.requestSubmit());
  document.getElementById("diary-help").addEventListener("click", () => keys.showModal());
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone.dataset.zone, hour: "2-digit", minute: "2-digit" });
  if (zone.dataset.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone) zone.hidden = false;
  if (!diary) return;

  const number = (element, name) => parseFloat(element.style.getPropertyValue(name)) || 0;
  const minute = () => number(one(".diary"), "--minute");
  const columns = () => all(".diary-column"), blocks = (column) => all("[data-start]", column);
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

  // The board comes again without losing the place: not during a drag, and by the clock not under a dialog.
  let drag = null, lost = false;
  const busy = () => drag || one("#modal-content", document)?.offsetParent;
  diary.addEventListener("htmx:beforeRequest", (event) => {
    const cause = event.detail.requestConfig.triggeringEvent?.type;
    if (event.target === diary && cause !== "appointment-changed" && busy()) event.preventDefault();
  });
  diary.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    const active = document.activeElement;
    if (target === diary) detail.shouldSwap &&= !drag; // what was on its way when the drag began
    if (target === diary) lost = diary.contains(active) || (active === document.body && last.id);
  });
  diary.addEventListener("htmx:afterSwap", ({ target }) => {
    const known = target === diary && settle();
    if (known && lost && !diary.contains(document.activeElement)) known.focus({ preventScroll: true });
  });
  if (one(".diary-now")) scroll.scrollTop = one(".diary-now").offsetTop - 160;
  setInterval(() => {
    const frame = one(".diary-present"), now = number(frame, "--now");
    if (now) frame.style.setProperty("--now", now + 0.25);
  }, 15_000);

  // Moving: the server decides. Until it has answered the card waits where it was; a refusal opens as a dialog.
  function move(card, column, { start, clinic = card.dataset.clinic }) {
    const { provider } = column.dataset, starts_at = new Date(start * 1000).toISOString();
    last = { id: card.id, column: column.id, start };
    card.ariaBusy = "true";
    ask("POST", card.dataset.move, { starts_at, clinic, version: card.dataset.version, ...(provider && { provider }) });
  }
  says.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr.status === 204) return; // the next board is on its way
    for (const card of all("[aria-busy]")) card.removeAttribute("aria-busy");
    for (const mark of all(".diary-drop")) mark.remove();
  });
  function time(column, top) { // the slot under the upper edge of the card, else the nearest step of the column
    const step = column.dataset.step / 60, rounded = Math.round(top / step) * step;
    const slot = all(".diary-slot", column).find((other) => {
      const above = top + 5 - number(other, "--top");
      return above >= 0 && above < number(other, "--height");
    });
    if (!slot) return { top: rounded, start: +column.dataset.top + rounded * 60 };
    return { top: number(slot, "--top"), start: +slot.dataset.start, clinic: slot.dataset.clinic };
  }

  function lift() {
    drag.lifted = true;
    drag.card.classList.add("is-dragged");
    drag.mark = Object.assign(document.createElement("div"), { className: "diary-drop" });
  }
  diary.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-move]:not([aria-busy])");
    if (!card || event.button || drag) return;
    const { clientX: x, clientY: y, pointerId } = event, before = number(card, "--before") * minute();
    drag = { card, x: x + scroll.scrollLeft, y: y + scroll.scrollTop, pointerId, grip: y - card.getBoundingClientRect().top - before };
    if (event.pointerType === "touch") drag.wait = setTimeout(lift, 400);
  });
  document.addEventListener("pointermove", ({ clientX: x, clientY: y, pointerId }) => {
    if (drag?.pointerId !== pointerId) return;
    if (!drag.lifted) {
      if (Math.hypot(x + scroll.scrollLeft - drag.x, y + scroll.scrollTop - drag.y) < 6) return;
      if (drag.wait) return void (clearTimeout(drag.wait), (drag = null)); // a finger that scrolls
      lift();
    }
    const { card, mark } = drag;
    const box = (element) => element.getBoundingClientRect(), frame = box(scroll);
    const pull = (at, low, high) => (at > high - 40 ? 16 : at < low + 40 ? -16 : 0);
    scroll.scrollBy(pull(x, frame.left + 50, frame.right), pull(y, frame.top + 60, frame.bottom));
    const under = columns().find((column) => x >= box(column).left && x < box(column).right);
    drag.column = under?.dataset.provider ? under : card.parentElement; // rooms are given out by the server
    drag.to = time(drag.column, Math.max(0, (y - drag.grip - box(drag.column).top) / minute()));
    const height = number(card, "--height") - number(card, "--before") - number(card, "--after");
    card.style.translate = `${x + scroll.scrollLeft - drag.x}px ${y + scroll.scrollTop - drag.y}px`;
    mark.textContent = clock.format(drag.to.start * 1000);
    mark.style.cssText = `--top: ${drag.to.top}; --height: ${height}`;
    drag.column.append(mark);
  });
  function drop({ type, pointerId }) {
    if (drag?.pointerId !== pointerId) return;
    const { card, lifted, column, to, mark, wait } = drag;
    drag = null;
    clearTimeout(wait);
    if (!lifted) return;
    card.classList.remove("is-dragged");
    card.style.translate = "";
    const stop = (click) => (click.preventDefault(), click.stopPropagation());
    addEventListener("click", stop, { capture: true, once: true, signal: AbortSignal.timeout(80) });
    const stays = !to || (column === card.parentElement && to.start === +card.dataset.start);
    if (type === "pointerup" && !stays) move(card, column, to);
    else mark.remove();
  }
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, drop);
  diary.addEventListener("touchmove", (event) => drag?.lifted && event.preventDefault(), { passive: false });
  diary.addEventListener("contextmenu", (event) => drag && event.preventDefault());

  const isRtl = document.documentElement.dir === "rtl", sideways = { ArrowLeft: isRtl ? 1 : -1, ArrowRight: isRtl ? -1 : 1 };
  const beside = (column, key) => columns()[columns().indexOf(column) + (sideways[key] ?? 0)];
  const shifted = (block, column) => +block.dataset.start + (column.dataset.top - block.parentElement.dataset.top);
  function push(card, key) {
    const column = beside(card.parentElement, key), steps = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
    if (!column || (sideways[key] && !column.dataset.provider)) return;
    const start = shifted(card, column) + steps * column.dataset.step;
    move(card, column, { start, clinic: one(`.diary-slot[data-start="${start}"]`, column)?.dataset.clinic });
  }
  function walk(block, key) {
    const own = blocks(block.parentElement), by = { ArrowUp: -1, ArrowDown: 1 }[key];
    let to = key === "Home" ? own[0] : key === "End" ? own.at(-1) : own[own.indexOf(block) + by];
    for (let column = block.parentElement; sideways[key] && !to && (column = beside(column, key)); )
      to = nearest(column, shifted(block, column));
    to?.focus();
  }
  document.addEventListener("keydown", (event) => {
    const { key, target, altKey } = event, block = target.closest("#diary [data-start]");
    if (target.closest("input, select, textarea, dialog, #modal-content") || busy() || event.ctrlKey || event.metaKey) return;
    const card = block?.matches("[data-move]:not([aria-busy])") ? block : null, isArrow = /^(Arrow|Home|End)/.test(key);
    const letters = {
      n: () => document.getElementById("diary-new")?.click(),
      t: () => document.getElementById("diary-today").click(),
      "?": () => keys.showModal(),
      m: card && (() => ask("GET", card.dataset.move)),
      a: card?.dataset.arrive && (() => ask("POST", card.dataset.arrive)),
    };
    const does = altKey ? isArrow && card && (() => push(card, key)) : isArrow ? block && (() => walk(block, key)) : letters[key];
    if (!does) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }, true);
})();
