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

  const offline = (isIt) => { document.getElementById("note-offline").hidden = !isIt; };

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
    try {
      const answer = await fetch(sheet.action, {
        method: "POST",
        headers: { "HX-Request": "true", ...JSON.parse(sheet.closest("[hx-headers]").getAttribute("hx-headers")) },
        body: new URLSearchParams({ text: written, version: sheet.dataset.version }),
      });
      if (answer.status === 409) {
        sheet.querySelector(".note-conflict").innerHTML = await answer.text();
        say("typing");
        return false;
      }
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error("not saved");
      Object.assign(sheet.dataset, await answer.json());
      area.defaultValue = written;
      offline(false);
      say(isDirty() ? "typing" : "saved");
      return true;
    } catch {
      offline(true);
      say("typing");
      return false;
    }
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
  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && !isDirty() && offline(false));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id === "my-day-current") text()?.matches("[autofocus]") && text().focus();
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
  window.addEventListener("beforeunload", (event) => isDirty() && event.preventDefault());
  setInterval(save, EVERY);
})();
