// The note of a session: saved every five seconds while it is written, before every step, and never over other words.
(() => {
  const EVERY = 5000;
  const form = () => document.querySelector("form.note");
  const text = () => form()?.elements.text;
  const isDirty = () => Boolean(text()) && text().value !== text().defaultValue;
  const conflict = () => form()?.querySelector(".note-conflict").hasChildNodes();
  let saving = null;

  function say(word) {
    const state = form()?.querySelector(".note-state");
    if (!state) return;
    const { time = "" } = form().dataset; // of the clinic's clock
    state.textContent = word === "saved" ? `${form().dataset.saved} ${time}` : form().dataset[word];
  }

  // Whether the page may go on: everything that was written is on the server.
  function save() {
    saving ??= send().finally(() => { saving = null; });
    return saving;
  }

  async function send() {
    if (!isDirty()) return true;
    if (conflict()) return false;
    const [sheet, area, written] = [form(), text(), text().value];
    say("saving");
    const answer = await autosave.post(sheet, { text: written, version: sheet.dataset.version });
    if (answer?.ok) {
      Object.assign(sheet.dataset, await answer.json());
      area.defaultValue = written;
    } else if (answer?.status === 409) sheet.querySelector(".note-conflict").innerHTML = await answer.text();
    say(isDirty() ? "typing" : "saved");
    return Boolean(answer?.ok);
  }

  function choose(kept) {
    const theirs = form().querySelector(".note-theirs");
    form().dataset.version = theirs.dataset.version;
    text().defaultValue = theirs.value;
    if (kept === "theirs") text().value = theirs.value;
    form().querySelector(".note-conflict").replaceChildren();
    text().focus();
    save().then(() => isDirty() || say("saved"));
  }

  document.addEventListener("input", (event) => event.target === text() && say("typing"));
  document.addEventListener("click", (event) => {
    const kept = event.target.closest?.("[data-keep]");
    if (kept) choose(kept.dataset.keep);
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    save();
  });

  // A step, or another patient: first what was written.
  document.addEventListener("htmx:confirm", (event) => {
    if (!isDirty() || event.target.id === "my-day-list") return;
    event.preventDefault();
    save().then((isSaved) => isSaved && event.detail.issueRequest(true));
  });
  document.addEventListener("htmx:sendError", () => autosave.tell("note-offline"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && !isDirty() && autosave.tell(""));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id === "my-day-current") text()?.matches("[autofocus]") && text().focus();
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
  autosave.guard(isDirty);
  setInterval(save, EVERY);
})();
