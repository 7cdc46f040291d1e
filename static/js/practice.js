// The sum of what is given to the phases, while it is typed.

const form = document.querySelector("[data-reading]");
const sum = form?.querySelector("[data-sum]");

function add() {
  const numbers = [...form.querySelectorAll("input[type=number]")].map((input) => Number(input.value) || 0);
  sum.textContent = new Intl.NumberFormat(document.documentElement.lang).format(numbers.reduce((a, b) => a + b, 0));
}

if (form) {
  form.addEventListener("input", add);
  add(); // what was typed before this listened, or came back with the page
}
