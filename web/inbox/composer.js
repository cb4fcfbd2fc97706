/** Where an agent writes: a reply to the customer, or a note for colleagues. Drafts are kept for every chat. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Menu, filled, fitting } from "./canned.js";
import { hints } from "./hints.js";
import { colleagues, completed } from "./mention.js";
import { Key } from "./parts.js";

const TYPING_EVERY = 3_000;
const LONGEST = 4_000;

export class Composer extends Component {
  constructor(props) {
    super(props);
    const shown = props.store.isMine ? "reply" : "note";
    this.state = { mode: "reply", shown, text: props.store.out.draft(props.store.open.session, shown) };
    this.typed = 0;
    this.keep = (el) => (this.el = el);
  }

  /** Where this agent does not have the chat, only a note can be written. */
  get mode() {
    return this.props.store.isMine ? this.state.mode : "note";
  }
  get session() {
    return this.props.store.open?.session;
  }

  switchTo(mode) {
    this.setState({ mode, shown: this.props.store.isMine ? mode : "note", text: this.props.store.out.draft(this.session, mode) }, () => this.focus());
  }
  focus() {
    this.el?.focus();
  }
  componentDidUpdate() {
    const shown = this.mode;
    if (this.session && this.state.shown !== shown) this.setState({ shown, text: this.props.store.out.draft(this.session, shown) });
  }

  /** What is offered: replies where one types a slash, in a note colleagues where one types an at sign. */
  get offered() {
    const { store } = this.props;
    if (this.state.shut) return null;
    return this.mode === "reply" ? fitting(this.state.text, store.canned[store.row?.bot]) : colleagues(this.state.text, store.staff, store.me);
  }

  pick = (reply) => {
    const { store } = this.props;
    const text = this.mode === "note" ? completed(this.state.text, reply.name) : filled(reply.text, { row: store.row, view: store.open?.view, me: store.me });
    this.setState({ text, pick: 0 }, () => this.focus());
    store.out.keepDraft(this.session, this.mode, text);
  };

  input = (event) => {
    const text = event.target.value;
    this.setState({ text, pick: 0, shut: false });
    this.props.store.out.keepDraft(this.session, this.mode, text);
    if (this.mode === "reply" && Date.now() - this.typed > TYPING_EVERY) {
      this.typed = Date.now();
      this.props.store.typing();
    }
  };

  key = (event) => {
    const found = this.offered;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (found?.length && !event.isComposing && (by || event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      if (by) this.setState({ pick: ((this.state.pick ?? 0) + by + found.length) % found.length });
      else this.pick(found[this.state.pick ?? 0]);
      return;
    }
    if (found && event.key === "Escape") {
      event.stopPropagation();
      return this.setState({ shut: true });
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  };

  send = () => {
    const text = this.state.text.trim();
    if (!text) return;
    const { out } = this.props.store;
    out.keepDraft(this.session, this.mode, "");
    out.put(this.mode, this.session, text, this.props.store.open.upto);
    this.setState({ text: "" });
    this.focus();
  };

  render({ store }, { text, pick = 0 }) {
    const { mode, offered } = this;
    const { row, isMine } = store;
    const note = mode === "note";
    const hint = row.state === "agent" && !isMine ? `${row.agent?.name} has this chat. You can leave a note.` : row.state === "resolved" ? "This chat is solved. You can still leave a note." : "Take this chat to reply. You can leave a note without taking it.";
    return html`<form class=${`compose ${note ? "is-note" : ""}`} onSubmit=${(e) => (e.preventDefault(), this.send())}>
      ${!isMine && html`<p class="hint">${hint}</p>`}
      ${offered && html`<${Menu} sign=${note ? "@" : "/"} found=${offered} at=${pick} onPick=${this.pick} />`}
      <textarea
        aria-controls=${offered ? "canned" : null}
        aria-activedescendant=${offered?.length ? `canned-${pick}` : null}
        ref=${this.keep}
        data-test=${note ? "note-text" : "reply"}
        rows="2"
        maxlength=${LONGEST}
        dir="auto"
        aria-label=${note ? "Note for colleagues" : `Reply to ${row.name}`}
        placeholder=${note ? "Note for colleagues. The customer does not see it." : `Reply to ${row.name}…`}
        value=${text}
        onInput=${this.input}
        onKeyDown=${this.key}
      ></textarea>
      ${!note && isMine && html`<${Hints} text=${text} store=${store} />`}
      <div class="bar">
        ${isMine && html`<button type="button" class=${note ? "mode" : "mode on"} aria-pressed=${!note} data-test="reply-tab" onClick=${() => this.switchTo("reply")}>Reply<${Key}>R<//></button>`}
        <button type="button" class=${note ? "mode on" : "mode"} aria-pressed=${note} data-test="note" onClick=${() => this.switchTo("note")}>Note<${Key}>N<//></button>
        <span class="grow"></span>
        ${text.length > LONGEST - 500 && html`<span class="muted">${LONGEST - text.length} left</span>`}
        <button class="primary" data-test="send" disabled=${!text.trim()}>${note ? "Save note" : "Send"}<${Key}>⏎<//></button>
      </div>
    </form>`;
  }
}

/** Beside the words, never in their way. */
function Hints({ text, store }) {
  const found = hints(text, store.bot?.manner, store.open?.view).slice(0, 2);
  return html`<div role="status" data-test="hints">${found.length > 0 && html`<ul class="hints">${found.map((h) => html`<li key=${h.words} class=${h.tone}>${h.words}</li>`)}</ul>`}</div>`;
}
