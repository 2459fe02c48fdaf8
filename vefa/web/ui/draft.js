// Keeps what is typed: a field with data-draft="URL" is saved on the server within two seconds.
// The server's answer never touches the field. While the network is away the words also stay in this browser.

const CALM_MS = 900; // after the last key
const LONGEST_MS = 1800; // while somebody types without a pause
const RETRY_MS = 3000;

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
const store = (url) => `vefa-draft:${url}`;

class Draft {
  constructor(field) {
    this.field = field;
    this.url = field.dataset.draft;
    this.state = document.getElementById(field.dataset.draftState);
    this.saved = field.value;
    this.waiting = 0;
    this.since = 0;
    this.restore();
    field.addEventListener("input", () => this.touch());
    field.form?.addEventListener("submit", () => this.stop());
    addEventListener("pagehide", () => this.part());
  }

  restore() {
    const kept = sessionStorage.getItem(store(this.url));
    if (kept && !this.field.value.trim()) {
      this.field.value = kept;
      this.touch();
    }
  }

  touch() {
    sessionStorage.setItem(store(this.url), this.field.value);
    const now = performance.now();
    this.since ||= now;
    clearTimeout(this.waiting);
    const wait = Math.max(0, Math.min(CALM_MS, this.since + LONGEST_MS - now));
    this.waiting = setTimeout(() => this.save(), wait);
  }

  async save() {
    const text = this.field.value;
    this.since = 0;
    if (text === this.saved || this.stopped) return;
    this.tell("saving");
    try {
      const answer = await this.post(text);
      if (!answer.ok) throw new Error(String(answer.status));
      this.saved = text;
      const detail = await answer.json().catch(() => ({}));
      this.field.dispatchEvent(new CustomEvent("vefa:saved", { bubbles: true, detail }));
      sessionStorage.removeItem(store(this.url));
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
    if (!this.state) return;
    this.state.textContent = this.state.dataset[what];
    this.state.classList.toggle("failed", what === "failed");
  }
}

const seen = new WeakSet();
const begin = (root) => {
  for (const field of root.querySelectorAll("[data-draft]")) if (!seen.has(field)) seen.add(field) && new Draft(field);
};
begin(document);
document.addEventListener("htmx:load", (event) => begin(event.target.parentElement ?? document));
