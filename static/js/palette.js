// The command palette: a combobox over the commands of this page.

const dialog = document.querySelector("#palette");
const input = document.querySelector("#palette-input");
const list = document.querySelector("#palette-list");
const none = document.querySelector(".palette-none");
const count = document.querySelector("#palette-count");
const commands = JSON.parse(document.querySelector("#commands")?.textContent ?? "[]");
const SVG = "http://www.w3.org/2000/svg";

let chosen = 0;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function rank(command, words) {
  const label = plain(command.label);
  const starts = label.split(/[^\p{L}\p{N}]+/u);
  if (!words.every((word) => label.includes(word))) return -1;
  return words.filter((word) => starts.some((start) => start.startsWith(word))).length;
}

function found(query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return commands
    .map((command, place) => ({ command, place, score: rank(command, words) }))
    .filter((entry) => entry.score >= 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map((entry) => entry.command);
}

function symbol(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${dialog.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function option(command, place) {
  const item = document.createElement("li");
  item.id = `palette-option-${place}`;
  item.setAttribute("role", "option");
  const label = document.createElement("span");
  label.className = "label";
  label.textContent = command.label;
  item.append(symbol(command.icon), label);
  if (command.hint) {
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = command.hint;
    item.append(hint);
  }
  if (command.keys) {
    const keys = document.createElement("span");
    keys.className = "keys";
    for (const key of command.keys.split(" ")) {
      const kbd = document.createElement("kbd");
      kbd.textContent = key;
      keys.append(kbd);
    }
    item.append(keys);
  }
  item.addEventListener("click", () => choose(command));
  item.addEventListener("pointermove", () => mark(place));
  return item;
}

function choose(command) {
  dialog.close();
  document.dispatchEvent(new CustomEvent("command", { detail: command }));
}

function mark(place) {
  const options = list.querySelectorAll('[role="option"]');
  options.forEach((item, i) => item.setAttribute("aria-selected", String(i === place)));
  chosen = place;
  if (options[place]) {
    input.setAttribute("aria-activedescendant", options[place].id);
    options[place].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

// What the server finds is put below the commands, once it is there.
const source = document.querySelector('meta[name="suggest"]')?.content ?? "";
const PAUSE = 150;
let turn = 0;

async function look() {
  const words = input.value.trim();
  const mine = ++turn;
  if (!source || words.length < 2) return;
  none.hidden = true; // until that is known
  await new Promise((resume) => setTimeout(resume, PAUSE));
  if (mine !== turn) return;
  const answer = await fetch(`${source}?${new URLSearchParams({ q: words })}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (mine !== turn || !dialog.open) return;
  const { results } = answer?.ok ? await answer.json() : { results: [] };
  const before = chosen; // they come below what is there already
  draw(results.map((row) => ({ name: "", label: row.label, hint: row.hint, icon: row.icon, href: row.href })));
  mark(before);
}

function draw(rows = []) {
  const results = [...found(input.value), ...rows];
  list.replaceChildren(...results.map(option));
  list.hidden = results.length === 0;
  none.hidden = results.length > 0;
  input.setAttribute("aria-expanded", String(results.length > 0));
  count.textContent = `${count.dataset.text} ${results.length}`;
  mark(0);
}

function move(step) {
  const total = list.querySelectorAll('[role="option"]').length;
  if (total) mark((chosen + step + total) % total);
}

if (dialog && input && list) {
  document.addEventListener("palette", () => {
    for (const other of document.querySelectorAll("dialog[open]")) if (other !== dialog) return;
    input.value = "";
    if (!dialog.open) dialog.showModal();
    draw();
    input.focus();
  });
  input.addEventListener("input", () => {
    draw();
    look();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      move(steps[event.key]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.querySelectorAll('[role="option"]')[chosen]?.click();
    }
  });
}
