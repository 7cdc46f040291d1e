// Menus, dialogs, toasts and htmx manners. Everything here is a convenience: pages work without it.

const sentences = document.querySelector("#sentences")?.dataset ?? {};
const signIn = document.querySelector('meta[name="sign-in"]')?.content ?? "";
const FADES_AFTER = 8000;

/* Toasts */

function dismiss(toast) {
  const held = toast.contains(document.activeElement);
  toast.remove();
  if (held) document.querySelector("main")?.focus();
}

function arm(toast) {
  // Errors and warnings stay until somebody has read them.
  if (toast.matches(".toast-error, .toast-warning")) return;
  let timer;
  const start = () => { timer = setTimeout(() => dismiss(toast), FADES_AFTER); };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
}

function say(text, level = "error") {
  const region = document.querySelector("#toasts");
  const pattern = document.querySelector(`template#toast`);
  if (!region || !pattern || !text) return;
  const toast = pattern.content.firstElementChild.cloneNode(true);
  toast.className = `toast toast-${level}`;
  toast.querySelector("p").textContent = text;
  const name = { success: "check", warning: "warning", error: "error" }[level] ?? "info";
  const use = toast.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  region.append(toast);
}

const region = document.querySelector("#toasts");
if (region) {
  for (const toast of region.querySelectorAll("[data-toast]")) arm(toast);
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) arm(node);
  }).observe(region, { childList: true });
}

/* Dialogs: data-dialog="id" opens, data-close closes, so does a click beside it */

function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  const opener = target.closest("[data-dialog]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  if (opener && plain) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      open(dialog);
    }
  }
  const closer = target.closest("[data-close]");
  const around = closer?.closest("dialog[open]");
  if (around) {
    event.preventDefault();
    around.close();
  }
  if (target.matches("dialog[open]") && outside(target, event)) target.close();
  const dismissed = target.closest("[data-dismiss]")?.closest("[data-toast]");
  if (dismissed) dismiss(dismissed);
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(target)) menu.open = false;
  if (target.closest(".menu-panel a[href]")) target.closest("details.menu").open = false;
  const theme = target.closest("[data-theme-choice]");
  if (theme && theme.type === "button") show(theme.dataset.themeChoice);
});

function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

/* Theme: the server writes the choice; here it is only shown before it is saved */

function show(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const choice of document.querySelectorAll("button[data-theme-choice]"))
    choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === theme));
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-theme-choice] input, select[data-theme-choice]")) show(event.target.value);
});

/* A file name, a range's value: the nearest <output> says it */

document.addEventListener("input", (event) => {
  const output = event.target.id && document.querySelector(`output[for="${CSS.escape(event.target.id)}"]`);
  if (output) output.value = event.target.value;
});

/* htmx */

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (token) event.detail.headers["X-CSRFToken"] ??= token;
});

function isSignIn(address) {
  return signIn !== "" && address !== "" && new URL(address, location.href).pathname === signIn;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 401 && !isSignIn(xhr.responseURL)) return;
  // The session ended: a form inside the page would be a riddle, so go and sign in.
  event.preventDefault();
  const here = encodeURIComponent(location.pathname + location.search);
  location.assign(signIn ? `${signIn}?next=${here}` : location.href);
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) return;
  const words = { 403: sentences.refused, 404: sentences.missing, 410: sentences.missing, 429: sentences.busy };
  say(words[status] ?? sentences.failed);
});
document.addEventListener("htmx:sendError", () => say(sentences.offline));
document.addEventListener("htmx:timeout", () => say(sentences.offline));

document.addEventListener("htmx:afterSettle", (event) => {
  const swapped = event.detail.elt;
  if (!(swapped instanceof Element)) return;
  if (swapped.closest("#dialog")) open(document.querySelector("#dialog"));
  const first = swapped.querySelector('[aria-invalid="true"], [data-focus]');
  const lost = document.activeElement === document.body || document.activeElement === null;
  if (first) first.focus();
  else if (lost && event.detail.requestConfig?.elt && !event.detail.requestConfig.elt.isConnected) {
    // The element that held the focus is gone: stay near it instead of at the top.
    if (!swapped.hasAttribute("tabindex")) swapped.tabIndex = -1;
    swapped.focus({ preventScroll: true });
  }
});

/* Answers may send events: HX-Trigger: {"toast": {"text": "…", "level": "success"}, "close-dialog": {}} */

document.addEventListener("toast", (event) => say(event.detail.text ?? event.detail.value, event.detail.level ?? "info"));
document.addEventListener("close-dialog", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
});
