/** The transcript on the page: bubbles in groups, quiet lines, the buttons offered now, what is not sent yet, typing dots. */
import { link, markdown, plain } from "../shared/md.js";
import { face, shows } from "./files.js";
import { icon, make } from "./parts.js";

const GROUP = 180_000;
const NEAR = 90;
const TYPING_LASTS = 8_000;
const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export class Log {
  /** The last message, for its buttons; and whom the chat is with. */
  #last = null;
  #sent = false;
  #lastDay = "";
  #outbox = [];
  #timer = 0;
  #list = make("div");
  #unsent = make("div");
  #choices = make("div", "choices");
  #typing = make("div", "typing rise", make("i"), make("i"), make("i"));

  /** `on.tap(choice)`, `on.retry(cid)`, `on.drop(cid)`, `on.address(id)` of a file, `on.behind(bool)`: whether there is more below than can be seen. */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.#choices.dataset.test = "choices";
    this.#typing.ariaHidden = "true";
    this.#typing.hidden = true;
    this.#unsent.ariaLive = "off";
    root.replaceChildren(this.#list, this.#unsent, this.#choices, this.#typing);
    root.addEventListener("scroll", () => this.near && on.behind(false), { passive: true });
    new ResizeObserver(() => this.#stick && this.bottom()).observe(root);
    root.addEventListener("scroll", () => (this.#stick = this.near), { passive: true });
  }
  #stick = true;

  get near() {
    return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < NEAR;
  }

  /** Whether the question that is open asks for what nobody shall read. */
  get secret() {
    return Boolean(this.#last?.secret) && this.#last.from.role === "bot" && !this.#outbox.some((e) => e.state !== "failed");
  }

  /** Whether the open question takes a `photo` or a `file`. */
  get takes() {
    return this.#last?.takes;
  }

  bottom() {
    this.root.scrollTop = this.root.scrollHeight;
    this.#stick = true;
    this.on.behind(false);
  }

  clear() {
    this.#last = null;
    this.#lastDay = "";
    this.#list.replaceChildren();
    this.typing(false);
    this.#offer();
  }

  /** Entries of the journal, in order. `fresh` is false for what was said before the page was opened. */
  add(items, fresh) {
    const stick = this.#stick;
    let mine = false;
    for (const item of items) {
      this.#newDay(item.at);
      if (item.kind === "message") {
        this.#list.append(this.#message(item, fresh));
        // Words that follow a question leave it open; only an answer or a person closes it. Whether a file was one shows when the bot speaks.
        const asks = item.choices || item.takes;
        if (item.files) this.#sent = true;
        else if (item.from.role !== "bot" || asks || this.#sent || !(this.#last?.choices || this.#last?.takes)) this.#last = item;
        this.#sent &&= item.from.role === "customer";
        mine ||= item.from.role === "customer";
        if (item.from.role !== "customer") this.typing(false);
      } else {
        const words = lineFor(item);
        if (!words) continue;
        this.#last = null;
        const line = make("p", fresh ? "line rise" : "line", words);
        line.dataset.test = "line";
        line.dataset.kind = item.kind;
        this.#list.append(line);
      }
    }
    this.#group(this.#list);
    this.#offer();
    if (stick || mine) this.bottom();
    else if (items.some((i) => i.kind === "message")) this.on.behind(true);
  }

  /** What the customer wrote and the chat does not show yet. */
  pending(outbox, open) {
    const more = outbox.length > this.#outbox.length;
    this.#outbox = outbox.filter((e) => e.t !== "person" || e.state === "failed");
    this.#unsent.replaceChildren(...this.#outbox.map((e) => this.#waiting(e, open)));
    this.#group(this.#unsent);
    this.#offer();
    if (more) this.bottom();
  }

  typing(on) {
    clearTimeout(this.#timer);
    if (this.#typing.hidden !== on) return;
    this.#typing.hidden = !on;
    if (on && this.#stick) this.bottom();
    if (on) this.#timer = setTimeout(() => this.typing(false), TYPING_LASTS);
  }

  #message({ seq, at, from, text, cid, cards, files }, fresh) {
    const mine = from.role === "customer";
    const sent = mine && this.#unsent.querySelector(`[data-cid="${cid}"]`);
    const el = this.#bubble(from, text, at, fresh && !sent);
    if (cards) el.querySelector("div").replaceWith(deck(cards));
    if (files) this.#fill(el, files[0], sent ? sent.querySelector("img")?.src : null);
    el.dataset.seq = seq;
    if (sent) sent.remove();
    return el;
  }

  #bubble(from, text, at, rise) {
    const el = make("div", `msg ${from.role}${rise ? " rise" : ""}`);
    el.dataset.test = "message";
    el.dataset.from = from.role;
    el.dataset.at = at;
    const body = make("div", "", make("span", "quiet", from.role === "customer" ? "You: " : `${from.name ?? "Assistant"}: `));
    body.dir = "auto";
    body.append(from.role === "customer" ? plain(text) : markdown(text));
    if (from.role === "agent" && from.name) {
      const by = make("small", "by", from.name);
      by.ariaHidden = "true";
      el.append(by);
    }
    el.append(body, make("small", "", from.role === "customer" ? `${time.format(at)} · Sent` : time.format(at)));
    return el;
  }

  #waiting({ cid, t, text, secret, at, state, problem, file, blob, part }, open) {
    const el = this.#bubble({ role: "customer" }, t === "person" ? "Talk to a person" : secret ? "•••••" : text, at, false);
    el.dataset.cid = cid;
    el.classList.add(state);
    if (blob) this.#fill(el, file, shows(file.type) && this.#preview(cid, blob));
    const below = el.lastChild;
    if (state === "failed") {
      if (blob) below.role = "alert";
      below.textContent = problem ? `Not sent: ${problem}` : "Not sent";
      below.append(this.#act("Try again", () => this.on.retry(cid)), this.#act("Delete", () => this.on.drop(cid)));
    } else if (blob && open && state === "waiting") {
      const bar = make("progress");
      bar.ariaLabel = `Sending ${file.name}`;
      bar.value = part ?? 0;
      below.textContent = "Sending…";
      below.append(bar, this.#act("Cancel", () => this.on.drop(cid)));
    } else below.textContent = state === "kept" ? `${time.format(at)} · Sent` : open ? "Sending…" : "Will be sent when you are back online";
    return el;
  }

  /** How far a file is on its way. */
  progress({ cid, part }) {
    const bar = this.#unsent.querySelector(`[data-cid="${cid}"] progress`);
    if (bar) bar.value = part;
  }

  /** The same picture however often the list is drawn. */
  #preview(cid, blob) {
    return (this.#previews[cid] ??= URL.createObjectURL(blob));
  }
  #previews = {};

  /** A photo or a file in the place of words; whoever taps it saves it. */
  #fill(el, file, url) {
    const body = el.querySelector(".msg > div");
    const inside = face(file, url);
    const save = file.id ? this.#act("", () => this.#save(file)) : make("span");
    if (file.id) save.title = `Save ${file.name}`;
    save.className = "file";
    save.append(inside);
    body.replaceChildren(body.firstChild, save);
    body.classList.add("sent");
    inside.onload = () => this.#stick && this.bottom();
    if (inside.src !== "") return;
    this.on.address(file.id).then((src) => (inside.src = src), () => inside.replaceWith(face({ ...file, type: "" })));
  }

  async #save({ id, name }) {
    const a = make("a");
    a.href = await this.on.address(id);
    a.download = name;
    a.click();
  }

  #act(label, act) {
    const button = make("button", "", label);
    button.type = "button";
    button.onclick = act;
    return button;
  }

  #newDay(at) {
    const name = day.format(at);
    if (name === this.#lastDay) return;
    const first = !this.#lastDay;
    this.#lastDay = name;
    const now = Date.now();
    const words = name === day.format(now) ? "Today" : name === day.format(now - 86_400_000) ? "Yesterday" : name;
    if (!first || words !== "Today") this.#list.append(make("p", "day", words));
  }

  /** Bubbles of one sender within a few minutes belong together, under one name; a time stands only where the talk pauses. */
  #group(list) {
    let before = null;
    for (const el of list.children) {
      const bubble = el.dataset.test === "message";
      const soon = bubble && before && !before.classList.contains("failed") && el.dataset.at - before.dataset.at < GROUP;
      const same = soon && before.dataset.from === el.dataset.from;
      if (bubble) {
        el.classList.toggle("first", !same);
        el.classList.add("last", "timed");
        const by = el.querySelector(".by");
        if (by) by.hidden = same && by.textContent === before.querySelector(".by")?.textContent;
      }
      before?.classList.toggle("last", !same);
      before?.classList.toggle("timed", !soon);
      before = bubble ? el : null;
    }
  }

  /** The buttons of the last message, unless the customer has answered since. */
  #offer() {
    const { choices = [], scale } = (!this.#outbox.some((e) => e.state !== "failed") && this.#last) || {};
    this.#choices.className = scale ? "choices scale" : "choices";
    this.#choices.replaceChildren(...choices.map((choice, i) => this.#choice(choice, scale, i)));
    const [low, high] = [choices[0]?.label, choices.at(-1)?.label];
    if (scale === "one_to_five" && choices.length) this.#choices.append(make("small", "", make("span", "", words(low) ?? "Not good"), make("span", "", words(high) ?? "Very good")));
    this.#choices.hidden = !choices.length;
    if (choices.length && this.#stick) this.bottom();
  }

  #choice(choice, scale, i) {
    const thumb = scale === "thumbs" && (/^(5|up|yes)$/i.test(choice.id) ? "up" : "down");
    const button = this.#act("", () => this.on.tap(choice));
    button.dataset.test = "choice";
    button.dataset.choice = choice.id;
    button.append(thumb ? icon(`thumb-${thumb}`) : scale ? String(i + 1) : choice.label);
    button.dir = "auto";
    if (scale) button.ariaLabel = words(choice.label) ?? (thumb ? `Thumbs ${thumb}` : `${i + 1} of 5`);
    return button;
  }
}

/** Cards side by side; the row scrolls where they do not fit, with the keys too. */
function deck(cards) {
  const row = make("div", "deck", ...cards.map(card));
  row.role = "group";
  row.ariaLabel = cards.length > 1 ? `${cards.length} cards` : cards[0].title;
  row.tabIndex = 0;
  return row;
}

function card({ title, text, picture, links = [] }) {
  const el = make("article", "card");
  if (picture) {
    const img = el.appendChild(document.createElement("img"));
    img.alt = "";
    img.referrerPolicy = "no-referrer";
    img.onerror = () => img.remove();
    img.src = picture;
  }
  el.append(make("strong", "", title));
  if (text) el.append(markdown(text));
  el.append(...links.map(({ label, url }) => link(label, url)).filter(Boolean));
  el.dir = "auto";
  return el;
}

/** A label that says more than its number. */
function words(label) {
  return /[^\d\s]/u.test(label ?? "") ? label : null;
}

function lineFor({ kind, name }) {
  if (kind === "waiting") return "A person was asked to join. You can keep writing.";
  if (kind === "joined") return `${name} joined the chat`;
  if (kind === "handed_back") return "The assistant is back";
  if (kind === "resolved") return "This chat is solved. Write again any time.";
  return null;
}
