// The chat without reloading: answers appear as they come, a line goes out without losing the page, and what is
// typed stays on this device until it is sent. Without this file everything works by reloading.

const UNSENT = "vefa-chat:";
const CALM_MS = 300;
const root = document.querySelector("[data-talk]");
const talk = document.getElementById("talk");
const form = document.getElementById("write");
const field = document.getElementById("id_text");
const store = UNSENT + location.pathname;

// What is typed survives a reload, a lost connection and a closed tab.
const kept = localStorage.getItem(store);
if (kept && !field.value) field.value = kept;
field.addEventListener("input", () => localStorage.setItem(store, field.value));
if (root) localStorage.removeItem(`${UNSENT}/chat`); // what was written there has arrived here

// The same words and files; that "just now" became "a minute ago" is no news.
const isSame = (one, other) =>
  [".message-text", ".message-files"].every((part) => {
    const [here, there] = [one.querySelector(part), other.querySelector(part)];
    return here ? here.isEqualNode(there) : !there;
  });

// Only what is new is put in, so that a screen reader reads only that.
const show = (text) => {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-token]");
  if (!fresh) return "";
  const here = talk.querySelector("[data-token]");
  const near = innerHeight + scrollY > document.documentElement.scrollHeight - 400;
  const old = [...here.children];
  const now = [...fresh.children];
  now.forEach((message, at) => {
    if (!old[at]) here.append(message);
    else if (!isSame(old[at], message)) old[at].replaceWith(message);
  });
  for (const left of old.slice(now.length)) left.remove();
  if (near) form.scrollIntoView({ block: "nearest" });
  return fresh.dataset.token;
};

let asking = 0;
const look = () => {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch(root.dataset.talk).catch(() => null);
    if (answer?.ok) show(await answer.text()); // a line on its way keeps the token of its first attempt
  }, CALM_MS);
};

let stream = null;
const listen = () => {
  if (stream) look(); // it begins once more: what was said in between is not told again
  stream?.close();
  stream = new EventSource(root.dataset.talkLive);
  stream.addEventListener("said", look);
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
  });
};

const sent = (token) => {
  form.reset();
  form.elements.token.value = token;
  field.value = "";
  localStorage.removeItem(store);
  field.focus();
};

let sending = false;
const send = async () => {
  const failed = form.querySelector("[data-not-sent]");
  sending = true;
  failed.hidden = true;
  try {
    const answer = await fetch(root.dataset.talk, { method: "POST", body: new FormData(form) });
    if (answer.status === 422 || answer.status === 429) return form.submit(); // the page itself says what is wrong
    const token = answer.ok && show(await answer.text());
    if (!token) throw new Error(String(answer.status));
    sent(token);
  } catch {
    failed.hidden = false;
  } finally {
    sending = false;
  }
};

if (root) {
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "speak") return; // another language: nothing is sent
    event.preventDefault();
    if (!sending) send();
  });
  listen();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && listen()); // back from the browser's memory
}
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
