// body data-live="/live/desk" opens one stream; each of its events goes to whoever listens here as "vefa:live", with its
// name and its data. A stream that had to begin once more does not know what was told in between: it says "resync".

const url = document.body.dataset.live ?? document.querySelector("[data-live]")?.dataset.live;
const lost = document.querySelector("[data-live-lost]");
const NAMES = ["counts", "cases", "calls", "resync"];
const AGAIN_MS = 5000;
const PATIENCE_MS = 4000; // a stream ends every few minutes and is there again in two seconds: nobody needs to know

let stream = null;
let losing = 0;
let begun = false;
let refused = 0;

const tell = (name, data = {}) => document.dispatchEvent(new CustomEvent("vefa:live", { detail: { name, data } }));

// Twice in a row may be that the sign-in has ended: then waiting does not help.
const knock = async () => {
  const answer = document.body.dataset.counts && (await fetch(document.body.dataset.counts).catch(() => null));
  if (answer?.redirected) document.dispatchEvent(new Event("vefa:signed-out"));
};

const open = () => {
  stream?.close();
  stream = new EventSource(url);
  for (const name of NAMES) stream.addEventListener(name, ({ data }) => tell(name, JSON.parse(data)));
  stream.addEventListener("hello", () => {
    if (begun) tell("resync");
    begun = true;
  });
  stream.addEventListener("open", () => {
    refused = 0;
    clearTimeout(losing);
    losing = 0;
    if (lost) lost.hidden = true;
  });
  stream.addEventListener("error", () => {
    losing ||= setTimeout(() => lost && (lost.hidden = false), PATIENCE_MS);
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(open, AGAIN_MS);
    refused += 1;
    if (refused === 2) knock();
  });
};

if (url) {
  open();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && open()); // back from the browser's memory
}
