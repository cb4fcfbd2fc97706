/** Puts the inbox together: panes, keys, sound, title. */
import { Component, html, render } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Bell } from "./bell.js";
import { Mentions } from "./mention.js";
import { Help, KEYS } from "./help.js";
import { HandBack, Snooze, Tag, Transfer } from "./ask.js";
import { Palette } from "./palette.js";
import { Panel } from "./panel.js";
import { Record } from "./record.js";
import { Queue, Rail } from "./rows.js";
import { Search } from "./search.js";
import { Store, VIEWS } from "./store.js";
import { Talk } from "./transcript.js";

const REDRAW = 20_000;
const BANNER_AFTER = 1_500;
const csrf = document.querySelector("meta[name=csrf]").content;
const bell = new Bell();

class App extends Component {
  state = { help: false, panel: false, late: false, record: null, palette: false, search: false, ask: null, mentions: false };

  constructor() {
    super();
    this.store = new Store({ csrf, changed: () => this.draw(), called: () => bell.ring() });
    this.store.drafted = (mode) => this.composer?.switchTo(mode);
    this.keep = (composer) => (this.composer = composer);
    addEventListener("keydown", (event) => this.key(event));
    setInterval(() => this.draw(), REDRAW);
  }

  componentDidMount() {
    const asked = new URLSearchParams(location.hash.slice(1)).get("chat");
    if (asked) this.store.openChat(asked);
    this.store.start();
    this.draw();
  }

  /** Several frames in one turn of the loop draw once. */
  draw() {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.setState({});
    });
  }

  componentDidUpdate() {
    const { store } = this;
    const waiting = store.rows("waiting").length;
    document.body.dataset.state = store.state;
    document.body.dataset.open = store.open ? "chat" : "list";
    document.title = `${waiting ? `(${waiting}) ` : ""}Inbox · rapport`;
    const hash = store.open ? `#chat=${store.open.session}` : "";
    if (location.hash !== hash) history.replaceState(null, "", hash || location.pathname);
    clearTimeout(this.timer);
    if (store.state === "open") this.late = false;
    else this.timer = setTimeout(() => ((this.late = true), this.draw()), this.late ? REDRAW : BANNER_AFTER);
  }

  key(event) {
    const writing = event.target.closest?.("textarea, input, select");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !this.busy) {
      event.preventDefault();
      return this.setState({ palette: true });
    }
    if (event.key === "Escape") return this.escape(writing);
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.keys[event.key] ?? (/^[1-7]$/.test(event.key) ? () => this.store.show(VIEWS[event.key - 1]) : null);
    // Enter on a button is that button's; on a row, the row the keys have reached.
    if (!act || this.busy || (event.key === "Enter" && event.target.closest?.("button:not(.row), a"))) return;
    event.preventDefault();
    act();
  }

  keys = {
    j: () => this.move(1),
    k: () => this.move(-1),
    ArrowDown: () => this.move(1),
    ArrowUp: () => this.move(-1),
    Enter: () => this.store.openChat(this.store.cursor),
    t: () => this.can(this.store.mayTakeOver ? "take_over" : "take"),
    a: () => this.store.offers[0] && this.store.accept(this.store.offers[0].session),
    x: () => this.store.offers[0] && this.store.pass(this.store.offers[0].session),
    m: () => this.setState({ mentions: true }),
    w: () => this.store.answers && this.store.setAway(!this.store.away),
    b: () => this.can("hand_back"),
    B: () => this.ask("hand_back"),
    p: () => this.ask("transfer"),
    z: () => this.ask("snooze"),
    g: () => this.store.row && this.store.answers && this.setState({ ask: "tag" }),
    e: () => this.can("resolve"),
    r: () => this.composer?.switchTo(this.store.isMine ? "reply" : "note"),
    n: () => this.composer?.switchTo("note"),
    i: () => this.setState({ panel: !this.state.panel }),
    s: () => this.record(),
    "/": () => this.setState({ search: true }),
    "?": () => this.setState({ help: true }),
  };

  /** A dialog is open: it has the keys. */
  get busy() {
    const { help, record, palette, search, ask, mentions } = this.state;
    return help || record || palette || search || ask || mentions;
  }

  ask(what) {
    if (this.store.isMine && this.store.state === "open") this.setState({ ask: what });
  }

  /** What can be done now, for the palette. */
  get commands() {
    const { store } = this;
    const { row, isMine } = store;
    const writes = row && store.answers;
    const takes = writes && (row.state === "waiting" || row.state === "bot");
    const own = [
      [store.offers.length, "Accept the offered chat", "A", this.keys.a],
      [takes, "Take this chat", "T", this.keys.t],
      [store.mayTakeOver, "Take this chat over", "T", this.keys.t],
      [isMine, "Reply", "R", this.keys.r],
      [writes, "Write a note for colleagues", "N", this.keys.n],
      [isMine, "Pass this chat on", "P", this.keys.p],
      [isMine, "Hand back to the bot", "B", this.keys.b],
      [isMine, "Hand back to the bot at a chosen flow", "⇧B", this.keys.B],
      [isMine, "Put this chat off", "Z", this.keys.z],
      [writes, "Add a tag", "G", this.keys.g],
      [isMine, "Resolve", "E", this.keys.e],
      [row, "Save as a test", "S", this.keys.s],
      [store.answers, store.away ? "I am back: offer chats to me" : "Take a break: offer me no chats", "W", this.keys.w],
      [true, "Search all chats", "/", this.keys["/"]],
      [true, "Notes that name you", "M", this.keys.m],
      [true, "Show the keys", "?", this.keys["?"]],
      [true, "Log out", null, () => document.querySelector("form[action='/logout']").requestSubmit()],
    ];
    const views = VIEWS.map((view, i) => [true, `Show ${view}`, String(i + 1), () => store.show(view)]);
    const chats = store.everyRow().map((r) => [true, `Open ${r.name}`, null, () => store.openChat(r.session)]);
    return [...own, ...views, ...chats].filter(([may]) => may).map(([, name, key, run]) => ({ name, key, run }));
  }

  record() {
    if (this.store.open?.view) this.setState({ record: this.store.open.session });
  }

  move(by) {
    this.store.move(by);
    requestAnimationFrame(() => document.querySelector(".row.at")?.focus());
  }

  /** Keys do what the buttons on the page do, and no more. */
  can(t) {
    const { row, isMine, state } = this.store;
    const may = t === "take_over" ? this.store.mayTakeOver : t === "take" ? this.store.answers && (row?.state === "waiting" || row?.state === "bot") : isMine;
    if (may && state === "open") this.store.act(t);
  }

  escape(writing) {
    if (this.state.search) this.setState({ search: false });
    else if (this.state.mentions) this.setState({ mentions: false });
    else if (this.state.palette) this.setState({ palette: false });
    else if (this.state.ask) this.setState({ ask: null });
    else if (this.state.help) this.setState({ help: false });
    else if (this.state.record) this.setState({ record: null });
    else if (writing) document.activeElement.blur();
    else if (this.state.panel) this.setState({ panel: false });
    else this.store.closeChat();
  }

  render(_, { help, panel, record, palette, search, ask, mentions }) {
    const { store } = this;
    return html`<div class=${`inbox ${panel ? "with-panel" : ""}`}>
      <${Rail} store=${store} csrf=${csrf} sound=${bell.on} onSound=${() => (bell.toggle(), this.draw())} onHelp=${() => this.setState({ help: true })} />
      <${Queue} store=${store} onSearch=${this.keys["/"]} onMentions=${this.keys.m} />
      <${Talk} store=${store} composer=${this.keep} onAsk=${(what) => (what === "palette" ? this.setState({ palette: true }) : this.ask(what))} onPanel=${() => this.setState({ panel: !panel })} onRecord=${() => this.record()} />
      <${Panel} store=${store} onClose=${() => this.setState({ panel: false })} />
      <${Banner} store=${store} late=${this.late} />
      <div class="toasts" role="status">${store.toasts.map((t) => html`<p key=${t.key} class=${`toast ${t.kind}`} data-test="toast">${t.words}</p>`)}</div>
      ${record && html`<${Record} key=${record} session=${record} store=${store} csrf=${csrf} onClose=${() => this.setState({ record: null })} />`}
      ${palette && html`<${Palette} commands=${this.commands} onClose=${() => this.setState({ palette: false })} />`}
      ${mentions && html`<${Mentions} store=${store} onClose=${() => this.setState({ mentions: false })} />`}
      ${search && html`<${Search} store=${store} onClose=${() => this.setState({ search: false })} />`}
      ${ask === "transfer" && html`<${Transfer} store=${store} onClose=${() => this.setState({ ask: null })} />`}
      ${ask === "snooze" && html`<${Snooze} store=${store} onClose=${() => this.setState({ ask: null })} />`}
      ${ask === "tag" && html`<${Tag} store=${store} onClose=${() => this.setState({ ask: null })} />`}
      ${ask === "hand_back" && html`<${HandBack} store=${store} onClose=${() => this.setState({ ask: null })} />`}
      ${help && html`<${Help} keys=${KEYS} onClose=${() => this.setState({ help: false })} />`}
    </div>`;
  }
}

function Banner({ store, late }) {
  if (store.signedOut) return html`<p class="banner bad" role="alert">You have been signed out. What you wrote is kept. <a href="/login">Log in again</a></p>`;
  if (store.state === "open" || !late) return null;
  const words = { offline: "No connection. Replies are kept and sent when it is back.", paused: "The server restarts; it is back in a moment. Replies are kept and sent then." };
  return html`<p class="banner" role="status">${words[store.state] ?? "Connecting…"}</p>`;
}

render(html`<${App} />`, document.getElementById("app"));
