// Completion while typing (a combobox as the ARIA Authoring Practices describe it), and what people do with hits, where the
// service wants to know. Every page works without this file.
"use strict";

const WAIT = 120; // milliseconds after the last key before titles are asked for

class Completion {
  constructor(form, number) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.field = this.input.parentElement;
    this.asked = null;
    this.timer = 0;
    this.active = -1;
    this.options = [];
    this.list = document.createElement("ul");
    this.list.id = `completions-${number}`;
    this.list.className = "completions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "제안하는 도움말 제목");
    this.said = document.createElement("p");
    this.said.className = "hidden";
    this.said.setAttribute("role", "status");
    this.field.append(this.list, this.said);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    // "input" comes during IME composition too, so that half-typed syllables complete; keys that the IME takes do not count.
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options.indexOf(option));
    });
    window.addEventListener("pageshow", () => this.close());
  }

  later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    this.asked?.abort();
    const prefix = this.input.value.trim();
    if (!prefix) return this.close();
    this.asked = new AbortController();
    try {
      const address = `${this.form.dataset.complete}?prefix=${encodeURIComponent(prefix)}`;
      const response = await fetch(address, { signal: this.asked.signal });
      if (response.ok && document.activeElement === this.input) this.show((await response.json()).completions);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // offline: searching itself will tell
    }
  }

  show(completions) {
    this.options = completions.map((completion, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(...pieces(completion));
      return option;
    });
    this.list.replaceChildren(...this.options);
    this.list.hidden = !this.options.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.activate(-1);
    this.said.textContent = this.options.length ? `제안 ${this.options.length}개. 위아래 화살표로 고를 수 있어요.` : "";
  }

  close() {
    window.clearTimeout(this.timer);
    this.asked?.abort();
    this.show([]);
  }

  get open() {
    return !this.list.hidden;
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const last = this.options.length - 1;
    if (event.key === "ArrowDown" && this.open) this.activate(this.active < last ? this.active + 1 : -1);
    else if (event.key === "ArrowUp" && this.open) this.activate(this.active < 0 ? last : this.active - 1);
    else if (event.key === "ArrowDown") this.ask();
    else if (event.key === "Enter" && this.open && this.active >= 0) this.choose(this.active);
    else if (event.key === "Escape" && this.open) this.close();
    else return;
    event.preventDefault();
  }

  activate(place) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.options[place];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  choose(place) {
    this.input.value = this.options[place].textContent;
    this.close();
    this.form.requestSubmit();
  }
}

// Texts and <mark>s; spans count code points, as the server does.
function pieces({ text, spans }) {
  const points = Array.from(text);
  const found = [];
  let end = 0;
  for (const [left, right] of spans) {
    const mark = document.createElement("mark");
    mark.textContent = points.slice(left, right).join("");
    found.push(points.slice(end, left).join(""), mark);
    end = right;
  }
  found.push(points.slice(end).join(""));
  return found;
}

// Events, only where the service takes them. The search that an article was opened from is kept for this tab only.
function tell(address) {
  const send = (event) => fetch(address, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(event), keepalive: true,
  });
  const results = document.querySelector("[data-search-id]");
  results?.addEventListener("click", (event) => {
    const title = event.target.closest("a.title");
    if (!title) return;
    const from = { search_id: results.dataset.searchId, rank: Number(title.dataset.rank) };
    sessionStorage.setItem(`from ${title.dataset.id}`, JSON.stringify(from));
    send({ ...from, document_id: title.dataset.id, kind: "click" }).catch(() => {});
  });
  const form = document.querySelector(".feedback form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = form.dataset.id;
    const from = JSON.parse(sessionStorage.getItem(`from ${id}`) ?? "{}");
    try {
      const response = await send({ ...from, document_id: id, kind: event.submitter.value });
      if (!response.ok) throw new Error(response.status);
      const thanks = document.createElement("p");
      thanks.id = "asked";
      thanks.tabIndex = -1;
      thanks.textContent = "의견을 보내 주셔서 고마워요.";
      form.replaceWith(thanks);
      thanks.focus();
    } catch {
      const kind = document.createElement("input");
      Object.assign(kind, { type: "hidden", name: "kind", value: event.submitter.value });
      form.append(kind);
      form.submit(); // as without a script
    }
  });
}

document.querySelectorAll("form[data-complete]").forEach((form, number) => new Completion(form, number));
if (document.body.dataset.events) tell(document.body.dataset.events);
