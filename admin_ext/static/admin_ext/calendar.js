// The calendar's hand and keys: arrows walk over the slots and cards, a card is dragged or pushed to another time.
(() => {
  document.getElementById("paper-print")?.addEventListener("click", () => print());
  if (document.body.matches("[data-print]")) print();
  const page = document.getElementById("calendar"), diary = document.getElementById("diary");
  if (!page) return;
  page.classList.add("is-scripted");
  const filters = document.getElementById("diary-filters"), keys = document.getElementById("diary-keys");
  const says = document.getElementById("diary-says"), scroll = page.querySelector(".diary-scroll");
  const one = (selector, root = diary) => root?.querySelector(selector), all = (selector, root = diary) => [...root.querySelectorAll(selector)];
  filters.addEventListener("change", () => filters.requestSubmit());
  document.getElementById("diary-help").addEventListener("click", () => keys.showModal());
  const zone = one("[data-zone]", page);
  if (zone.dataset.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone) zone.hidden = false;
  if (!diary) return;

  const minute = () => parseFloat(getComputedStyle(one(".diary")).getPropertyValue("--minute"));
  const number = (element, name) => parseFloat(element.style.getPropertyValue(name));
  const columns = () => all(".diary-column"), blocks = (column) => all("[data-start]", column);
  const ask = (verb, address, values = {}) => htmx.ajax(verb, address, {source: says, target: "#modal-content", swap: "innerHTML", values});

  // One stop of the tab key: the block that was last in use, else the first one.
  let last = {};
  const remember = (block) => { last = {id: block.id, column: block.parentElement.id, start: +block.dataset.start}; };
  function settle() {
    const known = document.getElementById(last.id) || nearest(document.getElementById(last.column), last.start) || one("[data-start]");
    all("[data-start]").forEach((block) => { block.tabIndex = block === known ? 0 : -1; });
    return known;
  }
  const nearest = (column, start) => column && blocks(column).reduce((best, block) =>
    !best || Math.abs(block.dataset.start - start) < Math.abs(best.dataset.start - start) ? block : best, null);
  function go(block) { if (block) { remember(block); settle(); block.focus(); } }
  diary.addEventListener("focusin", (event) => { const block = event.target.closest("[data-start]"); if (block) { remember(block); settle(); } });
  settle();

  // What is asked for again comes without losing the place: not in the middle of a move or under a dialog.
  let lost = false;
  const busy = () => drag || one("#modal-content", document)?.offsetParent;
  diary.addEventListener("htmx:beforeRequest", (event) => { if (event.target === diary && event.detail.requestConfig.triggeringEvent?.type !== "appointment-changed" && busy()) event.preventDefault(); });
  diary.addEventListener("htmx:beforeSwap", (event) => { if (event.target === diary) lost = diary.contains(document.activeElement) || document.activeElement === document.body && !!last.id; });
  diary.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== diary) return;
    const known = settle();
    if (lost && !diary.contains(document.activeElement)) known?.focus({preventScroll: true});
  });
  setInterval(() => { // the line of the present goes on by itself
    const frame = one(".diary-present"), now = number(frame, "--now");
    if (now) frame.style.setProperty("--now", now + 0.25);
  }, 15_000);
  const present = one(".diary-now");
  if (present) scroll.scrollTop = present.offsetTop - scroll.clientHeight / 3;

  // Moving: the server decides; whatever it says, the card stands where the board that comes next has it.
  const iso = (start) => new Date(start * 1000).toISOString();
  function move(card, column, start, clinic) {
    const values = {starts_at: iso(start), version: card.dataset.version, clinic: clinic || card.dataset.clinic};
    if (column.dataset.provider) values.provider = column.dataset.provider;
    last = {id: card.id, column: column.id, start};
    return ask("POST", card.dataset.move, values);
  }
  function target(column, top) { // the slot under the upper edge of the card, else the nearest step of the column
    const slot = all(".diary-slot", column).find((other) => top >= number(other, "--top") - 5 && top < number(other, "--top") + number(other, "--height") - 5);
    const step = column.dataset.step / 60, at = Math.round(top / step) * step;
    return slot ? {top: number(slot, "--top"), start: +slot.dataset.start, clinic: slot.dataset.clinic} : {top: at, start: +column.dataset.top + at * 60};
  }

  let drag = null;
  const begin = () => { drag.begun = true; drag.card.classList.add("is-dragged"); navigator.vibrate?.(15); };
  diary.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-move]");
    if (!card || event.button || drag) return;
    const box = card.getBoundingClientRect();
    drag = {card, x: event.clientX, y: event.clientY, left: scroll.scrollLeft, grip: event.clientY - box.top - number(card, "--before") * minute(), pointer: event.pointerId};
    if (event.pointerType === "touch") drag.wait = setTimeout(begin, 400);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
    if (!drag.begun) {
      if (Math.hypot(dx, dy) < 6) return;
      if (drag.wait) { clearTimeout(drag.wait); drag = null; return; } // a finger that scrolls
      begin();
    }
    drag.card.style.translate = `${dx}px ${dy}px`;
    drag.column = columns().find((column) => { const box = column.getBoundingClientRect(); return event.clientX >= box.left && event.clientX < box.right; });
    if (drag.column && !drag.column.dataset.provider) drag.column = drag.card.parentElement;
    if (!drag.column) return;
    drag.to = target(drag.column, Math.max(0, (event.clientY - drag.grip - drag.column.getBoundingClientRect().top) / minute()));
    drag.mark ||= Object.assign(document.createElement("div"), {className: "diary-drop"});
    drag.mark.style.cssText = `--top: ${drag.to.top}; --height: ${number(drag.card, "--height") - number(drag.card, "--before") - number(drag.card, "--after")}`;
    drag.column.append(drag.mark);
  });
  const drop = (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const {card, begun, column, to, mark, wait} = drag;
    drag = null;
    clearTimeout(wait);
    card.classList.remove("is-dragged");
    card.style.translate = "";
    mark?.remove();
    if (!begun) return;
    addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, {capture: true, once: true, signal: AbortSignal.timeout(80)});
    const stays = column === card.parentElement && to?.start === +card.dataset.start;
    if (event.type === "pointerup" && column && !stays) move(card, column, to.start, to.clinic);
  };
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
  diary.addEventListener("touchmove", (event) => { if (drag?.begun) event.preventDefault(); }, {passive: false});
  diary.addEventListener("contextmenu", (event) => { if (drag) event.preventDefault(); });

  const sideways = document.documentElement.dir === "rtl" ? {ArrowLeft: 1, ArrowRight: -1} : {ArrowLeft: -1, ArrowRight: 1};
  function push(card, key) {
    const row = columns(), column = row[row.indexOf(card.parentElement) + (sideways[key] || 0)];
    const step = {ArrowUp: -1, ArrowDown: 1}[key] || 0, start = +card.dataset.start + step * card.parentElement.dataset.step;
    if (!column || (sideways[key] && !column.dataset.provider)) return;
    const day = column.dataset.top - card.parentElement.dataset.top;
    const slot = all(".diary-slot", column).find((other) => +other.dataset.start === start + day);
    move(card, column, start + day, slot?.dataset.clinic);
  }
  function walk(block, key) {
    const row = columns(), here = row.indexOf(block.parentElement), own = blocks(block.parentElement);
    if (key === "Home") return go(own[0]);
    if (key === "End") return go(own.at(-1));
    if (!sideways[key]) return go(own[own.indexOf(block) + (key === "ArrowDown" ? 1 : -1)]);
    for (let next = here + sideways[key]; row[next]; next += sideways[key]) if (blocks(row[next]).length) return go(nearest(row[next], +block.dataset.start - block.parentElement.dataset.top + +row[next].dataset.top));
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable], dialog, #modal-content"), key = event.key;
    if (typing || busy() || event.ctrlKey || event.metaKey) return;
    const block = event.target.closest("#diary [data-start]"), card = block?.matches("[data-move]") && block;
    const does = {
      n: () => one("#diary-new", page)?.click(), t: () => one("#diary-today", page).click(), "?": () => keys.showModal(),
      m: card && (() => ask("GET", card.dataset.move)), a: card && (() => ask("POST", card.dataset.arrive)),
    }[key] || (block && /^(Arrow|Home|End)/.test(key) && (event.altKey ? card && (() => push(card, key)) : () => walk(block, key)));
    if (!does || (event.altKey && !/^Arrow/.test(key))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }, true);
})();
