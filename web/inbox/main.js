/** Puts the inbox together: panes, keys, sound, title. */
import { Component, html, render } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Bell } from "./bell.js";
import { Help, KEYS } from "./help.js";
import { Panel } from "./panel.js";
import { Record } from "./record.js";
import { Queue, Rail } from "./rows.js";
import { Store, VIEWS } from "./store.js";
import { Talk } from "./transcript.js";

const REDRAW = 20_000;
const BANNER_AFTER = 1_500;
const csrf = document.querySelector("meta[name=csrf]").content;
const bell = new Bell();

class App extends Component {
  state = { help: false, panel: false, late: false, record: null };

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
    if (event.key === "Escape") return this.escape(writing);
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.keys[event.key] ?? (/^[1-5]$/.test(event.key) ? () => this.store.show(VIEWS[event.key - 1]) : null);
    // Enter on a button is that button's; on a row, the row the keys have reached.
    if (!act || this.state.help || this.state.record || (event.key === "Enter" && event.target.closest?.("button:not(.row), a"))) return;
    event.preventDefault();
    act();
  }

  keys = {
    j: () => this.move(1),
    k: () => this.move(-1),
    ArrowDown: () => this.move(1),
    ArrowUp: () => this.move(-1),
    Enter: () => this.store.openChat(this.store.cursor),
    t: () => this.can("take"),
    b: () => this.can("hand_back"),
    e: () => this.can("resolve"),
    r: () => this.composer?.switchTo(this.store.isMine ? "reply" : "note"),
    n: () => this.composer?.switchTo("note"),
    i: () => this.setState({ panel: !this.state.panel }),
    s: () => this.record(),
    "?": () => this.setState({ help: true }),
  };

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
    const may = t === "take" ? row?.state === "waiting" || row?.state === "bot" : isMine;
    if (may && state === "open") this.store.act(t);
  }

  escape(writing) {
    if (this.state.help) this.setState({ help: false });
    else if (this.state.record) this.setState({ record: null });
    else if (writing) document.activeElement.blur();
    else if (this.state.panel) this.setState({ panel: false });
    else this.store.closeChat();
  }

  render(_, { help, panel, record }) {
    const { store } = this;
    return html`<div class=${`inbox ${panel ? "with-panel" : ""}`}>
      <${Rail} store=${store} csrf=${csrf} sound=${bell.on} onSound=${() => (bell.toggle(), this.draw())} onHelp=${() => this.setState({ help: true })} />
      <${Queue} store=${store} />
      <${Talk} store=${store} composer=${this.keep} onPanel=${() => this.setState({ panel: !panel })} onRecord=${() => this.record()} />
      <${Panel} store=${store} onClose=${() => this.setState({ panel: false })} />
      <${Banner} store=${store} late=${this.late} />
      <div class="toasts" role="status">${store.toasts.map((t) => html`<p key=${t.key} class=${`toast ${t.kind}`} data-test="toast">${t.words}</p>`)}</div>
      ${record && html`<${Record} key=${record} session=${record} store=${store} csrf=${csrf} onClose=${() => this.setState({ record: null })} />`}
      ${help && html`<${Help} keys=${KEYS} onClose=${() => this.setState({ help: false })} />`}
    </div>`;
  }
}

function Banner({ store, late }) {
  if (store.signedOut) return html`<p class="banner bad" role="alert">You have been signed out. What you wrote is kept. <a href="/login">Log in again</a></p>`;
  if (store.state === "open" || !late) return null;
  return html`<p class="banner" role="status">${store.state === "offline" ? "No connection. Replies are kept and sent when it is back." : "Connecting…"}</p>`;
}

render(html`<${App} />`, document.getElementById("app"));
