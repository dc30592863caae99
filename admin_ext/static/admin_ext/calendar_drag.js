// Dragging a card of the calendar to another time: at once by mouse, after a long press by finger.
// Where it is dropped is told by the event `diary-move`; what comes of it is decided elsewhere.
(() => {
  const diary = document.getElementById("diary"), scroll = document.querySelector(".diary-scroll");
  if (!diary) return;
  const LONG_PRESS = 400, STARTS_AT = 6, EDGE = 40, PULL = 16; // milliseconds, then pixels
  const { zone: timeZone } = document.querySelector("[data-zone]").dataset;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  const number = (element, name) => parseFloat(element.style.getPropertyValue(name)) || 0;
  const minute = () => number(diary.querySelector(".diary"), "--minute");
  const box = (element) => element.getBoundingClientRect();
  const all = (selector, root = diary) => [...root.querySelectorAll(selector)];
  let drag = null;

  function timeAt(column, top) { // the slot under the upper edge of the card, else the nearest step of the column
    const slot = all(".diary-slot", column).find((other) => {
      const above = top + 5 - number(other, "--top");
      return above >= 0 && above < number(other, "--height");
    });
    if (slot) return { top: number(slot, "--top"), start: +slot.dataset.start, clinic: slot.dataset.clinic };
    const step = column.dataset.step / 60, rounded = Math.round(top / step) * step;
    return { top: rounded, start: +column.dataset.top + rounded * 60 };
  }

  function lift() {
    drag.lifted = true;
    drag.card.classList.add("is-dragged");
    drag.mark = Object.assign(document.createElement("div"), { className: "diary-drop" });
  }

  function follow(x, y) {
    const { card, mark } = drag, frame = box(scroll);
    const pull = (at, low, high) => (at > high - EDGE ? PULL : at < low + EDGE ? -PULL : 0);
    scroll.scrollBy(pull(x, frame.left + 50, frame.right), pull(y, frame.top + 60, frame.bottom));
    const under = all(".diary-column").find((column) => x >= box(column).left && x < box(column).right);
    drag.column = under?.dataset.provider ? under : card.parentElement; // rooms are given out by the server
    drag.to = timeAt(drag.column, Math.max(0, (y - drag.grip - box(drag.column).top) / minute()));
    const height = number(card, "--height") - number(card, "--before") - number(card, "--after");
    mark.textContent = clock.format(drag.to.start * 1000);
    mark.style.cssText = `--top: ${drag.to.top}; --height: ${height}`;
    drag.column.append(mark);
    card.style.translate = `${x + scroll.scrollLeft - drag.x}px ${y + scroll.scrollTop - drag.y}px`;
  }

  diary.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-move]:not([aria-busy])");
    if (!card || event.button || drag) return;
    const { clientX: x, clientY: y, pointerId } = event, grip = y - box(card).top - number(card, "--before") * minute();
    drag = { card, pointerId, grip, x: x + scroll.scrollLeft, y: y + scroll.scrollTop };
    if (event.pointerType === "touch") drag.wait = setTimeout(lift, LONG_PRESS);
  });

  document.addEventListener("pointermove", ({ clientX: x, clientY: y, pointerId }) => {
    if (drag?.pointerId !== pointerId) return;
    if (!drag.lifted) {
      if (Math.hypot(x + scroll.scrollLeft - drag.x, y + scroll.scrollTop - drag.y) < STARTS_AT) return;
      if (drag.wait) { // a finger that scrolls
        clearTimeout(drag.wait);
        drag = null;
        return;
      }
      lift();
    }
    follow(x, y);
  });

  function drop({ type, pointerId }) {
    if (drag?.pointerId !== pointerId) return;
    const { card, lifted, column, to, mark, wait } = drag;
    drag = null;
    clearTimeout(wait);
    if (!lifted) return;
    card.classList.remove("is-dragged");
    card.style.translate = "";
    const swallow = (click) => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true, signal: AbortSignal.timeout(80) });
    const stays = !to || (column === card.parentElement && to.start === +card.dataset.start);
    if (type === "pointercancel" || stays) mark.remove();
    else diary.dispatchEvent(new CustomEvent("diary-move", { detail: { card, column, ...to } }));
  }
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, drop);
  diary.addEventListener("touchmove", (event) => drag?.lifted && event.preventDefault(), { passive: false });
  diary.addEventListener("contextmenu", (event) => drag && event.preventDefault());
})();
