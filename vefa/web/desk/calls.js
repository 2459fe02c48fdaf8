// The region of calls is drawn anew while somebody chooses in it: what is open stays open, the focus stays on the same
// thing, and nothing changes under a finger that is down. After an act its menu is folded, with the focus on its name.
// data-alt="2" answers to Alt and the digit, inside fields too: a call is taken down while something else is typed.

const calls = document.getElementById("calls");
const FOCUSABLE = "a[href], button, summary";

let drawn = ""; // what was last put there, without the words that each answer has anew
let held = { open: [], home: "", name: "" };
let down = false;
let late = false;

const nameOf = (element) => `${element.tagName} ${element.getAttribute("href") ?? ""} ${element.value ?? ""}`;

const hold = (looks) => {
  const focus = calls.contains(document.activeElement) ? document.activeElement : null;
  held = {
    open: looks ? [...calls.querySelectorAll("details[open][id]")].map((fold) => fold.id) : [],
    home: focus?.closest("[id]").id ?? "",
    name: focus && looks ? nameOf(focus) : "",
  };
};

const give = () => {
  for (const id of held.open) document.getElementById(id)?.setAttribute("open", "");
  if (!held.home || calls.contains(document.activeElement)) return;
  const home = document.getElementById(held.home) ?? document.getElementById("call-seat");
  const same = [...home.querySelectorAll(FOCUSABLE)].find((one) => nameOf(one) === held.name);
  (same ?? home.querySelector("summary") ?? home.querySelector(FOCUSABLE))?.focus({ preventScroll: true });
};

const release = () => {
  down = false;
  // The click that the finger makes comes first.
  if (late) setTimeout(() => calls.dispatchEvent(new CustomEvent("vefa:calls")));
  late = false;
};

const look = (event) => {
  const { serverResponse, requestConfig } = event.detail;
  const anew = serverResponse.replaceAll(/<input type="hidden"[^>]*>/g, "");
  const looks = requestConfig.verb === "get";
  if (looks && (down || anew === drawn)) {
    late ||= down;
    event.detail.shouldSwap = false;
    return;
  }
  drawn = anew;
  hold(looks);
};

if (calls) {
  calls.addEventListener("htmx:beforeSwap", look);
  calls.addEventListener("htmx:afterSwap", give);
  calls.addEventListener("pointerdown", () => (down = true));
  calls.addEventListener("keydown", (event) => event.key === " " && (down = true));
  for (const name of ["pointerup", "pointercancel", "keyup"]) addEventListener(name, release);
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || !event.code.startsWith("Digit")) return;
  const call = calls?.querySelector(`[data-alt="${event.code.slice(5)}"]`);
  const off = document.body.dataset.keys === "off" || localStorage.getItem("vefa-keys") === "off";
  if (!call || off) return;
  event.preventDefault();
  call.click();
});
