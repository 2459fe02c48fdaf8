// Counts down the seconds in which an answer can be taken back. The server decides; this only shows it.

const begin = (form) => {
  const words = form.querySelector("[data-undo-words]");
  const count = new Intl.NumberFormat(document.documentElement.lang);
  const end = performance.now() + Number(form.dataset.undo) * 1000;
  const step = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (!form.isConnected) return;
    if (left > 0) {
      words.textContent = form.dataset.words.replace("{seconds}", count.format(left));
      setTimeout(step, 250);
      return;
    }
    words.textContent = form.dataset.gone;
    const button = form.querySelector("button");
    if (document.activeElement === button) document.getElementById("main")?.focus();
    button.remove();
  };
  words.parentElement.setAttribute("role", "timer"); // a timer is not read aloud every second
  step();
};

const seen = new WeakSet();
const look = (root) => {
  for (const form of root.querySelectorAll("[data-undo]:not([data-paused])")) {
    if (!seen.has(form)) seen.add(form) && begin(form);
  }
};
look(document);
document.addEventListener("htmx:load", (event) => look(event.target.parentElement ?? document));
