/** The transcript on the page: bubbles in groups, quiet lines, the buttons offered now, what is not sent yet, typing dots. */
import { markdown, plain } from "../shared/md.js";
import { act, make, styled, t } from "./parts.js";

const GROUP = 180_000;
const NEAR = 90;
const TYPING_LASTS = 8_000;
/** Times as this browser writes them, where it speaks the page's language. */
const { lang: spoken } = document.documentElement;
const lang = navigator.language.startsWith(spoken) ? navigator.language : spoken;
const time = new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long" });

/** Files and cards are rare: what draws them is fetched with the first. */
let files = null;
const withFiles = (does) => (files ? does() : Promise.all([import("./clip.js"), styled()]).then(([module]) => ((files = module), does())));

export class Log {
  /** The last message, for its buttons; and whom the chat is with. */
  #last = null;
  #sent = false;
  #lastDay = "";
  #outbox = [];
  #timer = 0;
  #list = make("div");
  #marks = {};
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

  /** What the teaser shows. */
  point(seq) {
    for (const el of this.#list.children) el.classList.toggle("news", el.dataset.seq === String(seq));
  }

  /** How high that is. */
  get news() {
    return this.#list.querySelector(".news")?.offsetHeight ?? 0;
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
        line.dataset.at = item.at;
        this.#list.append(line);
      }
    }
    this.#group(this.#list);
    this.#mark();
    this.#offer();
    if (stick || mine) this.bottom();
    else if (items.some((i) => i.kind === "message")) this.on.behind(true);
  }

  /** How far the agent who has the chat has come; nothing where the bot has it. */
  marks(marks) {
    this.#marks = marks;
    this.#mark();
  }

  /** It stands under the customer's last message alone. */
  #mark() {
    const { delivered = 0, read = 0 } = this.#marks;
    const mine = [...this.#list.querySelectorAll(".msg.customer")];
    const last = mine.at(-1);
    for (const el of mine) {
      const { seq, at } = el.dataset;
      const how = el !== last || el !== this.#list.lastChild ? "" : seq <= read ? t("Read") : seq <= delivered ? t("Delivered") : t("Sent");
      el.lastChild.textContent = how ? `${time.format(at)} · ${how}` : time.format(at);
    }
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

  #message({ seq, at, from, text, cid, cards, files: sentFiles }, fresh) {
    const mine = from.role === "customer";
    const sent = mine && this.#unsent.querySelector(`[data-cid="${cid}"]`);
    const el = this.#bubble(from, text, at, fresh && !sent);
    if (cards) Promise.all([import("./deck.js"), styled()]).then(([{ deck }]) => (el.querySelector("div").replaceWith(deck(cards)), el.classList.add("wide"), this.#stick && this.bottom()));
    if (sentFiles) this.#fill(el, sentFiles[0], sent ? sent.querySelector("img")?.src : null);
    el.dataset.seq = seq;
    if (sent) sent.remove();
    return el;
  }

  #bubble(from, text, at, rise) {
    const el = make("div", `msg ${from.role}${rise ? " rise" : ""}`);
    el.dataset.test = "message";
    el.dataset.from = from.role;
    el.dataset.at = at;
    const body = make("div", "", make("span", "quiet", `${nameOf(from)}: `));
    body.dir = "auto";
    body.append(from.role === "customer" ? plain(text) : markdown(text));
    if (from.role === "agent" && from.name) {
      const by = make("small", "by", from.name);
      by.ariaHidden = "true";
      el.append(by);
    }
    el.append(body, make("small", "", time.format(at)));
    return el;
  }

  #waiting({ cid, t: kind, text, secret, at, state, problem, file, blob, part }, open) {
    const el = this.#bubble({ role: "customer" }, kind === "person" ? t("Talk to a person") : secret ? "•••••" : text, at, false);
    el.dataset.cid = cid;
    el.classList.add(state);
    if (blob) this.#fill(el, file, /^image\/(jpeg|png|gif|webp)$/.test(file.type) && this.#preview(cid, blob));
    const below = el.lastChild;
    if (state === "failed") {
      if (blob) below.role = "alert";
      below.textContent = problem ? t("Not sent: {}", t(problem)) : t("Not sent");
      below.append(act(t("Try again"), () => this.on.retry(cid)), act(t("Delete"), () => this.on.drop(cid)));
    } else if (blob && open && state === "waiting") {
      const bar = make("progress");
      bar.ariaLabel = t("Sending {}", file.name);
      bar.value = part ?? 0;
      below.textContent = t("Sending…");
      below.append(bar, act(t("Cancel"), () => this.on.drop(cid)));
    } else below.textContent = state === "kept" ? `${time.format(at)} · ${t("Sent")}` : open ? t("Sending…") : t("Will be sent when you are back online");
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
    withFiles(() => {
      const inside = files.face(file, url);
      const save = file.id ? act("", () => this.#save(file)) : make("span");
      if (file.id) save.title = t("Save {}", file.name);
      save.className = "file";
      save.append(inside);
      body.replaceChildren(body.firstChild, save);
      body.classList.add("sent");
      inside.onload = () => this.#stick && this.bottom();
      if (inside.src !== "") return;
      this.on.address(file.id).then((src) => (inside.src = src), () => inside.replaceWith(files.face({ ...file, type: "" })));
    });
  }

  async #save({ id, name }) {
    const a = make("a");
    a.href = await this.on.address(id);
    a.download = name;
    a.click();
  }

  #newDay(at) {
    const name = day.format(at);
    if (name === this.#lastDay) return;
    const first = !this.#lastDay;
    this.#lastDay = name;
    const now = Date.now();
    const words = name === day.format(now) ? t("Today") : name === day.format(now - 86_400_000) ? t("Yesterday") : name;
    if (!first || words !== t("Today")) this.#list.append(make("p", "day", words));
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
    const buttons = choices.map((choice) => {
      const button = act(choice.label, () => this.on.tap(choice));
      button.dataset.test = "choice";
      button.dataset.choice = choice.id;
      button.dir = "auto";
      return button;
    });
    this.#choices.className = "choices";
    this.#choices.replaceChildren(...buttons);
    this.#choices.hidden = !choices.length;
    if (scale && choices.length) Promise.all([import("./scale.js"), styled()]).then(([module]) => module.draw(this.#choices, buttons, choices, scale));
    if (choices.length && this.#stick) this.bottom();
  }
}

function nameOf({ role, name }) {
  return role === "customer" ? t("You") : (name ?? t("Assistant"));
}

function lineFor({ kind, name }) {
  if (kind === "waiting") return t("A person was asked to join. You can keep writing.");
  if (kind === "joined") return t("{} joined the chat", name);
  if (kind === "handed_back") return t("The assistant is back");
  if (kind === "resolved") return t("This chat is solved. Write again any time.");
  return null;
}
