// The page prints by the browser's own key; the button is for who does not know it.

const button = document.querySelector("[data-print]");

button?.addEventListener("click", (event) => {
  event.preventDefault();
  window.print();
});
