/** Colleagues who are named in notes: found by an at sign and a few letters; and what names oneself, to be opened. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Empty, Icon } from "./parts.js";
import { when } from "./words.js";

const MOST = 6;
const TYPED = /(^|[^\p{L}\p{N}])@([\p{L}\p{N}]*)$/u;

/** Those whose name begins like the word behind the last at sign; null where there is none. */
export function colleagues(text, staff, me) {
  const typed = TYPED.exec(text)?.[2]?.toLowerCase();
  if (typed === undefined) return null;
  const fits = ({ name }) => name.toLowerCase().split(/\s+/).some((part) => part.startsWith(typed));
  const found = staff.filter((p) => p.id !== me?.id && fits(p)).slice(0, MOST);
  return found.length ? found.map(({ name }) => ({ name, text: "" })) : null;
}

/** The note with the whole name. */
export const completed = (text, name) => text.replace(TYPED, (_, before) => `${before}@${name} `);

export class Mentions extends Component {
  componentDidMount() {
    this.base.showModal();
  }
  open(mention) {
    this.props.onClose();
    this.props.store.openChat(mention.session, mention.seq);
  }
  render({ store, onClose }) {
    const { mentions } = store;
    return html`<dialog class="help ask" aria-label="Notes that name you" onClose=${onClose} onClick=${(e) => e.target === this.base && onClose()}>
      <header><h2>Notes that name you</h2><button type="button" class="icon" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></header>
      ${mentions.length === 0 && html`<${Empty} icon="leaf" title="Nothing to read">When a colleague writes @ and your name in a note, it stands here until you open the chat.<//>`}
      <ul class="moments">${mentions.map((m, i) => html`<li key=${`${m.session}${m.seq}`}><button type="button" class="plain mention" autofocus=${i === 0} data-test="mention" onClick=${() => this.open(m)}><span><b>${m.by}</b> · ${m.chat}</span><span class="said" dir="auto">${m.text}</span><span class="muted">${when(m.at)}</span></button></li>`)}</ul>
    </dialog>`;
  }
}
