// The consultation room: words are saved every five seconds and before every step, and never over other words. What was
// written meanwhile in another window is added where nothing has been typed here; elsewhere both stand there to choose.
(() => {
  const EVERY = 5000;
  const sheet = document.getElementById("sheet");
  if (!sheet) return;
  const fields = [...sheet.querySelectorAll("[data-word]")];
  const field = (name) => fields.find((one) => one.name === name);
  const box = (name) => sheet.querySelector(`[data-of="${name}"]`);
  const saved = new Map(fields.map((one) => [one.name, one.value])); // as typed, and on the server
  const stored = new Map(saved); // as the server writes it
  const wrong = new Map(); // what the server did not take, not to be sent twice
  const isDirty = () => fields.some((one) => one.value !== saved.get(one.name));
  const clashes = () => [...sheet.querySelectorAll(".clash")];
  let saving = null, met = null, isOver = false; // whether nothing more can be written here, as after closing

  function say(word, more = "") {
    document.getElementById("room-state").textContent = `${sheet.dataset[word]} ${more}`.trim();
  }
  const sayIfTyped = () => document.getElementById("room-state").textContent && say("saved", sheet.dataset.time);
  const tell = (id, text) => Object.assign(document.getElementById(id), { hidden: !text, textContent: text });

  // Whether the page may go on: everything that was written is on the server.
  function save() {
    saving ??= send().finally(() => { saving = null; });
    return saving;
  }

  async function send() {
    if (clashes().length) return false;
    const dirty = fields.filter((one) => one.value !== saved.get(one.name));
    const fresh = dirty.filter((one) => wrong.get(one.name) !== one.value);
    for (const name of [...wrong.keys()]) if (!dirty.includes(field(name))) fault(name, "");
    if (!dirty.length) sayIfTyped();
    if (!fresh.length) return !dirty.length;
    const isVital = (one) => one.closest(".vital"); // one may be right again because of another, as two pressures are
    const sent = new Map((fresh.some(isVital) ? dirty : fresh).map((one) => [one.name, one.value]));
    say("saving");
    const answer = await autosave.post(sheet, [...sent, ["version", sheet.dataset.version]]);
    if (!answer) {
      say("typing");
      return false;
    }
    if (answer.status === 409) return meet(await answer.text());
    isOver = answer.status === 422;
    return take(await answer.json(), sent);
  }

  function take({ refusal = "", closed = false, version, time, stored: taken = {}, wrong: faults = {} }, sent) {
    tell("room-refused", refusal);
    document.getElementById("room-closed").hidden = !closed;
    if (refusal) {
      say("typing");
      return false;
    }
    setVersion(version);
    if (time) sheet.dataset.time = time;
    for (const [name, value] of Object.entries(taken)) {
      saved.set(name, sent.get(name));
      stored.set(name, value);
    }
    for (const name of sent.keys()) fault(name, faults[name] ?? "", sent.get(name));
    if (isDirty()) say("typing");
    else say("saved", time);
    return !isDirty();
  }

  function fault(name, sentence, value) {
    if (sentence) wrong.set(name, value);
    else wrong.delete(name);
    document.getElementById(`wrong-${name}`).textContent = sentence;
    field(name).setAttribute("aria-invalid", Boolean(sentence));
  }

  function setVersion(version) {
    sheet.dataset.version = version;
    document.getElementById("room-version").value = version;
  }

  // Somebody else has written: what is theirs alone is added, what both have written stands there twice.
  function meet(html) {
    met = Object.assign(document.createElement("div"), { innerHTML: html });
    const added = [];
    for (const theirs of met.querySelectorAll("[data-theirs]")) {
      const { theirs: name, label } = theirs.dataset;
      const one = field(name), isMine = one.value !== saved.get(name), isTheirs = theirs.value !== stored.get(name);
      if (isMine && isTheirs && one.value !== theirs.value) {
        box(name).append(met.querySelector(`[data-clash="${name}"]`));
        continue;
      }
      if (isTheirs && !isMine) {
        put(one, theirs.value);
        added.push(label);
      }
      saved.set(name, theirs.value);
      stored.set(name, theirs.value);
    }
    setVersion(met.querySelector("[data-version]").dataset.version);
    if (added.length) tell("room-added", `${sheet.dataset.added} ${added.join(", ")}`);
    say("typing");
    if (!clashes().length) return send();
    tell("room-refused", met.querySelector(".refusal").textContent);
    return false;
  }

  function choose(button) {
    const clash = button.closest(".clash"), name = clash.dataset.clash, one = field(name);
    const theirs = met.querySelector(`[data-theirs="${name}"]`).value;
    if (button.dataset.keep === "theirs") put(one, theirs);
    if (button.dataset.keep === "both") put(one, both(name, theirs, one.value));
    saved.set(name, theirs);
    stored.set(name, theirs);
    clash.remove();
    (name === "diagnosis_codes" ? search : one).focus();
    if (clashes().length) return;
    tell("room-refused", "");
    save();
  }

  function both(name, theirs, mine) {
    if (name !== "diagnosis_codes") return [theirs, mine].filter(Boolean).join("\n\n");
    return [...new Set([...theirs.split(","), ...mine.split(",")].filter(Boolean))].join(",");
  }

  function put(one, value) {
    one.value = value;
    if (one.name === "diagnosis_codes") drawCodes();
  }

  // Diagnosis codes: a search whose options are walked through with the arrows, and a chip for each that was taken.
  const search = document.getElementById("code-search"), list = document.getElementById("code-list");
  const chips = document.getElementById("codes"), hidden = field("diagnosis_codes");
  const options = () => [...list.querySelectorAll("[data-code]")];
  const chosen = () => options().find((option) => option.ariaSelected === "true");
  const codes = () => hidden.value.split(",").filter(Boolean);
  const titles = new Map();

  function learn(root) {
    for (const { dataset } of root.querySelectorAll("[data-code][data-title]")) titles.set(dataset.code, dataset.title);
  }

  function show(isOpen) {
    list.hidden = !isOpen;
    search.ariaExpanded = isOpen;
    mark(isOpen ? chosen() : null);
  }

  function mark(option) {
    for (const one of options()) one.ariaSelected = one === option;
    if (option) search.setAttribute("aria-activedescendant", option.id);
    else search.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function setCodes(wanted) {
    hidden.value = wanted.join(",");
    drawCodes();
    hidden.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function drawCodes() {
    if (met) learn(met);
    chips.replaceChildren(...codes().map((code) => {
      const chip = document.getElementById("code-chip").content.firstElementChild.cloneNode(true);
      Object.assign(chip.dataset, { code, title: titles.get(code) ?? "" });
      chip.querySelector("bdi").textContent = code;
      chip.querySelector("span").textContent = titles.get(code) ?? "";
      chip.querySelector("button").ariaLabel = `${chips.dataset.remove} ${code}`;
      return chip;
    }));
  }

  function pick(option) {
    learn(list);
    if (!codes().includes(option.dataset.code)) setCodes([...codes(), option.dataset.code]);
    search.value = "";
    list.replaceChildren();
    show(false);
    search.focus();
  }

  learn(chips);
  list.addEventListener("htmx:afterSwap", () => show(Boolean(list.children.length)));
  search.addEventListener("keydown", (event) => {
    const all = options(), place = all.indexOf(chosen());
    if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && chosen()) pick(chosen());
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && all.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) show(true);
      else mark(all[(place + step + all.length) % all.length]);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the search
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-code]");
    if (option) pick(option);
  });
  search.addEventListener("blur", () => show(false));
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest(".code-remove")?.closest("[data-code]");
    if (!chip) return;
    setCodes(codes().filter((code) => code !== chip.dataset.code));
    search.focus();
  });

  sheet.addEventListener("input", (event) => event.target.matches("[data-word]") && say("typing"));
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep]");
    if (button) choose(button);
  });
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  // Ctrl+S by the place of the key: on an Arabic keyboard it writes another letter.
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyS" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  });

  // A step, or a dialog: first what was written; where that cannot be saved, the place is shown.
  document.addEventListener("htmx:confirm", (event) => {
    if (!isDirty() || event.target === search) return;
    event.preventDefault();
    save().then((isSaved) => {
      if (isSaved) event.detail.issueRequest(true);
      else (sheet.querySelector(".clash button") ?? sheet.querySelector("[aria-invalid=true]"))?.focus();
    });
  });
  document.addEventListener("visibilitychange", () => document.hidden && !isOver && save());
  autosave.guard(isDirty);
  setInterval(() => isOver || save(), EVERY);
  sheet.querySelector("[autofocus]")?.focus();
})();
