// Keys. What they do comes from the server: <script type="application/json" id="commands">.

const commands = JSON.parse(document.querySelector("#commands")?.textContent ?? "[]");
const WAITS = 1200;

const byKeys = new Map(commands.filter((c) => c.keys).map((c) => [c.keys.toLowerCase(), c]));
// Voice and tremor press keys by accident (WCAG 2.1.4), so all but Ctrl-K can be turned off, on this device.
const OFF = "single-keys-off";
const toggle = document.querySelector("#single-keys");
let begun = "";
let timer;

function isTyping(target) {
  // A field in a dialog that was closed just now keeps the focus until the next frame.
  return target instanceof Element && target.checkVisibility() && target.closest("input, textarea, select, [contenteditable], [role=combobox]") !== null;
}

function run(command) {
  document.dispatchEvent(new CustomEvent("command", { detail: command }));
}

document.addEventListener("command", ({ detail: command }) => {
  // The page may have its own way to do it: the log of the deal one looks at.
  const here = document.querySelector(`[data-does="${CSS.escape(command.name)}"]`);
  if (here) here.click();
  else if (command.post) document.querySelector(`form[data-command="${CSS.escape(command.name)}"]`)?.requestSubmit();
  else location.assign(command.href);
});

function forget() {
  begun = "";
  clearTimeout(timer);
}

function openPalette() {
  document.dispatchEvent(new CustomEvent("palette"));
}

function openShortcuts() {
  const dialog = document.querySelector("#shortcuts");
  if (!dialog || dialog.open) return;
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    forget();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem(OFF)) return;
  if (["Shift", "CapsLock", "Tab", "Escape"].includes(event.key)) return;
  if (event.key === "/" || event.key === "?") {
    event.preventDefault();
    forget();
    if (event.key === "/") openPalette();
    else openShortcuts();
    return;
  }
  const keys = begun ? `${begun} ${event.key.toLowerCase()}` : event.key.toLowerCase();
  const command = byKeys.get(keys);
  forget();
  if (command) {
    event.preventDefault();
    run(command);
  } else if ([...byKeys.keys()].some((known) => known.startsWith(`${keys} `))) {
    begun = keys;
    timer = setTimeout(forget, WAITS);
  }
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const opener = event.target.closest?.("[data-palette], [data-shortcuts]");
  if (!opener) return;
  event.preventDefault();
  if (opener.matches("[data-palette]")) openPalette();
  else openShortcuts();
});

if (/Mac|iPhone|iPad/.test(navigator.platform))
  for (const kbd of document.querySelectorAll("kbd")) if (kbd.textContent === "Ctrl K") kbd.textContent = "⌘ K";

if (toggle) {
  const box = toggle.querySelector("input");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  toggle.hidden = false;
}
