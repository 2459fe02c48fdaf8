// Lists the files that were chosen, each with its size and a button that takes it out again; a further choice
// adds to the earlier one. Without this file the browser's own chooser holds the last choice.

const chosen = new WeakMap(); // what each field holds

const sizeOf = (bytes) => {
  const [value, unit] = bytes < 1e6 ? [Math.max(1, bytes / 1e3), "kilobyte"] : [bytes / 1e6, "megabyte"];
  const style = { style: "unit", unit, maximumFractionDigits: unit === "megabyte" ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(value);
};
const isSame = (one, other) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

function hold(input, files) {
  const kept = new DataTransfer();
  for (const file of files) kept.items.add(file);
  input.files = kept.files;
  chosen.set(input, files);
  draw(input, files);
}

function draw(input, files) {
  const list = input.parentElement.querySelector(".enclosed");
  list.hidden = !files.length;
  list.replaceChildren(...files.map((file) => line(input, file)));
}

function line(input, file) {
  const item = document.createElement("li");
  const name = document.createElement("bdi");
  const size = document.createElement("span");
  const out = document.createElement("button");
  name.textContent = file.name;
  size.textContent = sizeOf(file.size);
  size.className = "quiet";
  out.type = "button";
  out.className = "button";
  out.textContent = "×";
  out.setAttribute("aria-label", input.dataset.enclose.replace("{name}", file.name));
  out.addEventListener("click", () => {
    hold(input, chosen.get(input).filter((one) => one !== file));
    (input.parentElement.querySelector(".enclosed button") ?? input).focus();
  });
  item.append(name, size, out);
  return item;
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !("enclose" in input.dataset)) return;
  const before = chosen.get(input) ?? [];
  const fresh = [...input.files].filter((file) => !before.some((one) => isSame(one, file)));
  hold(input, [...before, ...fresh]);
});

// A page that comes back from the browser's memory may still hold a choice.
for (const input of document.querySelectorAll("[data-enclose]")) if (input.files.length) hold(input, [...input.files]);
