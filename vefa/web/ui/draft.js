// Keeps what is typed: a field with data-draft="URL" is saved on the server within two seconds.
// The server's answer never touches the field. Until the server has them, the words stay in this browser too, beside
// what the server had last: who opens the page again there finds them, unless the draft was changed elsewhere.

const CALM_MS = 900; // after the last key
const LONGEST_MS = 1800; // while somebody types without a pause
const RETRY_MS = 3000;

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
const store = (url) => `vefa-draft:${document.body.dataset.staff ?? ""}:${url}`;

class Draft {
  constructor(field) {
    this.field = field;
    this.url = field.dataset.draft;
    this.state = document.getElementById(field.dataset.draftState);
    this.saved = field.value;
    this.going = Promise.resolve(); // one after another: a slow connection must not bring an older text last
    this.restore();
    field.addEventListener("input", () => this.touch());
    field.form?.addEventListener("submit", () => this.stop());
    addEventListener("pagehide", () => this.part());
    document.addEventListener("vefa:flush", ({ detail: { form, waits } }) => {
      if (form !== field.form && field.value !== this.saved) waits.push(this.save());
    });
  }

  restore() {
    const { text, base } = JSON.parse(sessionStorage.getItem(store(this.url)) ?? "{}");
    if (!text) return;
    if (base === this.saved || !this.saved.trim()) this.field.value = text;
    this.touch();
  }

  hold() {
    const kept = { text: this.field.value, base: this.saved };
    if (kept.text === this.saved) sessionStorage.removeItem(store(this.url));
    else sessionStorage.setItem(store(this.url), JSON.stringify(kept));
  }

  touch() {
    this.hold();
    const now = performance.now();
    this.since ||= now;
    clearTimeout(this.waiting);
    const wait = Math.max(0, Math.min(CALM_MS, this.since + LONGEST_MS - now));
    this.waiting = setTimeout(() => this.save(), wait);
  }

  save() {
    return (this.going = this.going.then(() => this.send()));
  }

  async send() {
    const text = this.field.value;
    this.since = 0;
    if (text === this.saved || this.stopped) return;
    this.tell("saving");
    try {
      const answer = await this.post(text);
      if (answer.redirected || answer.status === 403) document.dispatchEvent(new Event("vefa:signed-out"));
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status)); // a door is no draft
      this.saved = text;
      const detail = await answer.json().catch(() => ({}));
      this.field.dispatchEvent(new CustomEvent("vefa:saved", { bubbles: true, detail }));
      this.hold();
      this.tell("saved");
    } catch {
      this.tell("failed");
      this.waiting = setTimeout(() => this.save(), RETRY_MS);
    }
  }

  post(text, leaving = false) {
    const body = new URLSearchParams({ text });
    return fetch(this.url, { method: "POST", body, keepalive: leaving, headers: { "X-CSRFToken": token() } });
  }

  part() {
    if (!this.stopped && this.field.value !== this.saved) this.post(this.field.value, true).catch(() => {});
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.waiting);
    sessionStorage.removeItem(store(this.url));
  }

  tell(what) {
    this.state?.classList.toggle("failed", what === "failed");
    if (this.state) this.state.textContent = this.state.dataset[what];
  }
}

const seen = new WeakSet();
const begin = (root) => {
  for (const field of root.querySelectorAll("[data-draft]")) if (!seen.has(field)) seen.add(field) && new Draft(field);
};
begin(document);
document.addEventListener("htmx:load", (event) => begin(event.target.parentElement ?? document));
