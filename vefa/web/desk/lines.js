// One more line at a time on a page of lines: the last one is copied, emptied, and gets the next number.

const list = document.querySelector("[data-rows]");
const more = document.querySelector("[data-more-rows]");

const numberOf = (row) => Number(row.querySelector("input").name.split("-").pop());

const add = () => {
  const rows = [...list.children];
  const next = Math.max(...rows.map(numberOf)) + 1;
  if (rows.length >= Number(list.dataset.most) || next > Number(list.dataset.most)) {
    more.disabled = true;
    return;
  }
  const row = rows.at(-1).cloneNode(true);
  row.classList.remove("wrong");
  row.querySelector(".row-error")?.remove();
  for (const input of row.querySelectorAll("input, select, textarea")) {
    input.name = input.name.replace(/\d+$/, String(next));
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    if (!input.hasAttribute("data-kept")) input.value = "";
  }
  list.append(row);
  row.querySelector("input").focus();
};

more?.addEventListener("click", add);

// Enter goes to the next line instead of sending a half-typed page; Ctrl+Enter sends.
list?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.target.matches("textarea")) return;
  event.preventDefault();
  const row = event.target.closest("li");
  if (row.nextElementSibling) row.nextElementSibling.querySelector("input").focus();
  else add();
});
