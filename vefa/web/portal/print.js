// The button that prints this page; without this file the browser's own menu does it.

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
