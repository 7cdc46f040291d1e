// Pick a row by typing: a combobox over what the server finds. Without it the words are searched on submit.

const source = document.querySelector('meta[name="suggest"]')?.content ?? "";
const PAUSE = 120;
let number = 0;

function parts(input) {
  const field = input.closest("[data-pick]");
  return { field, chosen: field.querySelector('input[type="hidden"]'), list: field.querySelector('[role="listbox"]') };
}

function arm(input) {
  if (input.getAttribute("role") === "combobox") return;
  const { field } = parts(input);
  const list = document.createElement("ul");
  list.id = `pick-${number++}`;
  list.className = "pick-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.parentElement.querySelector("label")?.textContent ?? "");
  field.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
}

function shut(input) {
  const { list } = parts(input);
  if (!list) return;
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(input, place) {
  const options = [...parts(input).list.children];
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
  const option = options[place];
  if (!option) return;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function marked(input) {
  return [...parts(input).list.children].findIndex((option) => option.getAttribute("aria-selected") === "true");
}

function take(input, option) {
  const { chosen, field } = parts(input);
  input.value = option.dataset.label;
  if (chosen) chosen.value = option.dataset.id;
  field.querySelector(".pick-offers")?.remove();
  shut(input);
  input.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { ...option.dataset } }));
}

function option(input, row, place) {
  const { list } = parts(input);
  const item = document.createElement("li");
  item.id = `${list.id}-${place}`;
  item.setAttribute("role", "option");
  Object.assign(item.dataset, { id: row.id, label: row.label, href: row.href ?? "" });
  const label = document.createElement("span");
  label.textContent = row.shown ?? row.label;
  item.append(label);
  if (row.hint) {
    const hint = document.createElement("small");
    hint.textContent = row.hint;
    item.append(hint);
  }
  // Before the blur that would shut the list.
  item.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    take(input, item);
  });
  return item;
}

function draw(input, rows) {
  const { list } = parts(input);
  list.replaceChildren(...rows.map((row, place) => option(input, row, place)));
  list.hidden = rows.length === 0;
  input.setAttribute("aria-expanded", String(rows.length > 0));
  if (rows.length) mark(input, 0);
}

const asked = new WeakMap();

async function look(input) {
  const { field, chosen } = parts(input);
  const words = input.value.trim();
  if (chosen) chosen.value = "";
  if (!words) return shut(input);
  const turn = {};
  asked.set(input, turn);
  await new Promise((resume) => setTimeout(resume, PAUSE));
  if (asked.get(input) !== turn) return;
  const query = new URLSearchParams({ q: words });
  for (const kind of field.dataset.pick.split(" ")) query.append("kind", kind);
  const answer = await fetch(`${source}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || asked.get(input) !== turn) return;
  const { results } = await answer.json();
  if (field.dataset.new && !results.some((row) => row.label === words))
    results.push({ id: "new", label: words, shown: `${field.dataset.new} ${words}` });
  if (document.activeElement === input) draw(input, results);
}

const words = (target) => (target instanceof Element ? target.closest('[data-pick] > input[type="text"]') : null);

document.addEventListener("focusin", (event) => {
  const input = words(event.target);
  if (input && source) arm(input);
});

document.addEventListener("input", (event) => {
  const input = words(event.target);
  if (input && source) {
    arm(input);
    look(input);
  }
});

document.addEventListener("focusout", (event) => {
  const input = words(event.target);
  if (input) shut(input);
});

document.addEventListener("keydown", (event) => {
  const input = words(event.target);
  if (!input || event.isComposing) return;
  const { list } = parts(input);
  if (!list || list.hidden) return;
  const total = list.children.length;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) mark(input, (marked(input) + steps[event.key] + total) % total);
  else if (event.key === "Enter") take(input, list.children[marked(input)]);
  else if (event.key === "Escape") shut(input);
  else return;
  event.preventDefault();
  event.stopPropagation();
});
