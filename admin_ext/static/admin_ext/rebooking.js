/* How many changes the button approves, and one tick for all of them. Without this file the ticks work all the same. */
"use strict";

(() => {
  const ticks = () => [...document.querySelectorAll("input.lost-tick")];

  function count() {
    const button = document.getElementById("approve-button");
    if (!button) {
      return;
    }
    const chosen = ticks().filter((tick) => tick.checked).length;
    const words = chosen === 1 ? button.dataset.one : button.dataset.many;
    button.textContent = words.replace("{n}", chosen);
    button.disabled = chosen === 0;
    const all = document.querySelector("[data-tick-all]");
    all.checked = chosen === ticks().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) {
      ticks().forEach((tick) => { tick.checked = event.target.checked; });
    } else if (event.target.matches(".spot input")) {
      event.target.closest(".lost-time").querySelector("input.lost-tick").checked = true;
    }
    count();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "approve") {
      document.getElementById("approve-button").disabled = true;
    }
  });
  window.addEventListener("pageshow", count);
})();
