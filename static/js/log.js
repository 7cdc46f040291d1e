// The log form by keys: a few letters name a person, a signal or a step of ours; Enter takes it.
// The rows and boxes of the form stay what is sent: without this file one fills them in by hand.

const PAUSE = 900;
const SHOWN = 8;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function matches(name, words) {
  const parts = fold(name).split(/[\s,;:()“”"'’/-]+/);
  return words.every((word) => parts.some((part) => part.startsWith(word)));
}

function entry(form) {
  return form.querySelector("[data-entry] input");
}

function boxes(form, name) {
  return [...form.querySelectorAll(`input[name="${name}"]`)].map((box) => ({
    box,
    id: box.value,
    name: box.closest("label").textContent.trim(),
  }));
}

function signals(form) {
  const select = form.querySelector("template[data-row]").content.querySelector('select[name$="-code"]');
  return [...select.options].filter((option) => option.value).map((option) => ({ id: option.value, name: option.textContent }));
}

/* What the letters may mean */

function offers(form, text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const says = entry(form).dataset;
  const of = (kind, list) => list.filter((each) => matches(each.name, words)).map((each) => ({ ...each, kind, hint: says[kind] }));
  const first = (each) => (fold(each.name).startsWith(words[0]) ? 0 : 1);
  // By the letters only: people, then signals and steps, those that begin with them first.
  const people = of("person", boxes(form, "took"));
  const rest = [...of("signal", signals(form)), ...of("action", boxes(form, "did"))];
  rest.sort((a, b) => first(a) - first(b) || a.name.localeCompare(b.name));
  return [...people, ...rest].slice(0, SHOWN);
}

/* Rows */

function rows(form) {
  return [...form.querySelectorAll("[data-signal-row]")];
}

function isEmpty(row) {
  return [...row.querySelectorAll("select, input")].every((field) => !field.value);
}

function total(form) {
  return form.querySelector('input[name$="-TOTAL_FORMS"]');
}

function addRow(form) {
  const number = total(form).value;
  const row = form.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("[name], [id], [for]"))
    for (const attribute of ["name", "id", "for"])
      if (field.hasAttribute(attribute)) field.setAttribute(attribute, field.getAttribute(attribute).replace("__prefix__", number));
  form.querySelector("[data-rows]").append(row);
  total(form).value = Number(number) + 1;
  tidy(row);
  return row;
}

function tidy(row) {
  const button = row.querySelector("[data-remove]");
  if (button) button.hidden = false;
}

function removeRow(row) {
  const form = row.closest("form");
  // Its number stays taken: an empty row says nothing.
  for (const field of row.querySelectorAll("select, input")) field.value = "";
  row.hidden = true;
  entry(form)?.focus();
  changed(form);
}

/* What was picked */

function current(form) {
  const id = form.dataset.person;
  return boxes(form, "took").find((each) => each.id === id) ?? null;
}

function setCurrent(form, person) {
  form.dataset.person = person.id;
  form.querySelector("[data-current]").textContent = `→ ${person.name}`;
}

function say(form, text) {
  const status = form.querySelector("[data-kept]");
  if (status) status.textContent = text;
}

function take(form, offer) {
  say(form, "");
  if (offer.kind === "person") {
    offer.box.checked = true;
    setCurrent(form, offer);
  } else if (offer.kind === "action") {
    offer.box.checked = true;
    offer.box.closest("details").open = true;
  } else if (!signal(form, offer.id)) return false;
  changed(form);
  return true;
}

function signal(form, code) {
  const present = boxes(form, "took").filter((each) => each.box.checked);
  const person = current(form) ?? (present.length === 1 ? present[0] : null);
  if (!person) {
    say(form, entry(form).dataset.first);
    return false;
  }
  // What is hidden is empty, and is taken first.
  const row = rows(form).find(isEmpty) ?? addRow(form);
  row.hidden = false;
  row.querySelector('select[name$="-who"]').value = person.id;
  row.querySelector('select[name$="-code"]').value = code;
  row.classList.add("is-new");
  return true;
}

/* The list under the entry line */

function list(form) {
  return form.querySelector("[data-entry] [role=listbox]");
}

function shut(form) {
  const box = list(form);
  box.hidden = true;
  entry(form).setAttribute("aria-expanded", "false");
  entry(form).removeAttribute("aria-activedescendant");
}

function mark(form, place) {
  const options = [...list(form).children];
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
  if (options[place]) {
    entry(form).setAttribute("aria-activedescendant", options[place].id);
    options[place].scrollIntoView({ block: "nearest" });
  }
}

const drawn = new WeakMap();

function draw(form) {
  const found = offers(form, entry(form).value);
  drawn.set(form, found);
  list(form).replaceChildren(
    ...found.map((offer, place) => {
      const item = document.createElement("li");
      item.id = `log-offer-${place}`;
      item.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = offer.name;
      const hint = document.createElement("small");
      hint.textContent = offer.hint;
      item.append(name, hint);
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        pick(form, place);
      });
      return item;
    }),
  );
  list(form).hidden = !found.length;
  entry(form).setAttribute("aria-expanded", String(found.length > 0));
  if (found.length) mark(form, 0);
}

function pick(form, place) {
  const offer = drawn.get(form)?.[place];
  if (!offer) {
    if (entry(form).value.trim()) say(form, entry(form).dataset.none);
    return;
  }
  if (take(form, offer)) entry(form).value = "";
  drawn.set(form, []);
  shut(form);
}

/* The draft */

const timers = new WeakMap();

function changed(form) {
  if (!form.dataset.draft) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => keep(form), PAUSE));
}

async function keep(form) {
  timers.delete(form);
  if (!form.isConnected) return;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true }).catch(() => null);
  const { lost, unkept } = entry(form).dataset;
  if (answer?.ok) say(form, "");
  else say(form, answer?.status === 401 || answer?.status === 403 ? lost : unkept);
}

function keepNow(form) {
  if (!timers.has(form)) return;
  clearTimeout(timers.get(form));
  keep(form);
}

addEventListener("pagehide", () => document.querySelectorAll("form.log").forEach(keepNow));

/* Arming: once for each form, also after a swap */

function arm(form) {
  if (form.dataset.armed || !form.querySelector("template[data-row]")) return;
  form.dataset.armed = "yes";
  const place = form.querySelector("[data-entry]");
  const input = entry(form);
  const box = document.createElement("ul");
  box.id = "log-offers";
  box.className = "pick-list";
  box.hidden = true;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", form.querySelector("[data-entry] label").textContent);
  input.after(box);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", box.id]])
    input.setAttribute(name, value);
  place.hidden = false;
  rows(form).forEach((row) => {
    tidy(row);
    if (isEmpty(row)) row.hidden = true;
  });
  input.focus();
}

function armAll() {
  document.querySelectorAll("[data-log-form] form.log").forEach(arm);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form.log");
  if (!form) return;
  if (event.target === entry(form)) draw(form);
  else changed(form);
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("form.log");
  if (form && event.target === entry(form)) shut(form);
});

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("form.log");
  if (!form) return;
  const code = event.target.closest("[data-code]");
  if (code && signal(form, code.dataset.code)) {
    show(form);
    changed(form);
  }
  const remove = event.target.closest("[data-remove]");
  if (remove) removeRow(remove.closest("[data-signal-row]"));
});

function show(form) {
  rows(form).forEach((row) => {
    if (!isEmpty(row)) row.hidden = false;
  });
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form.log");
  if (!form || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
    return;
  }
  if (event.target !== entry(form)) return;
  const open = !list(form).hidden;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && open) {
    const at = [...list(form).children].findIndex((option) => option.getAttribute("aria-selected") === "true");
    const count = list(form).children.length;
    mark(form, (at + steps[event.key] + count) % count);
  } else if (event.key === "Enter") {
    const at = [...list(form).children].findIndex((option) => option.getAttribute("aria-selected") === "true");
    pick(form, at);
    show(form);
  } else if (event.key === "Escape" && open) shut(form);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

// In place, on the page of a deal.
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const opener = event.target.closest?.('[data-does="log"]');
  const here = document.querySelector("[data-log-form][data-href]");
  if (!opener || !here) return;
  event.preventDefault();
  if (here.querySelector("form.log")) return entry(here.querySelector("form.log"))?.focus();
  window.htmx.ajax("GET", here.dataset.href, { target: here, swap: "innerHTML" });
});

document.addEventListener("htmx:afterSettle", armAll);
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("form.log");
  if (form) clearTimeout(timers.get(form));
});
armAll();
