/** Search over all chats: what was said in them, opened at that place. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Empty, Face } from "./parts.js";
import { when } from "./words.js";

const PAUSE = 180;
const LEAST = 2;
const BY = { customer: "", agent: "agent", note: "note", name: "name" };

export class Search extends Component {
  state = { text: "", at: 0, hits: null, problem: null };

  componentDidMount() {
    this.base.showModal();
  }
  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  type = (event) => {
    const text = event.target.value;
    this.setState({ text, at: 0 });
    clearTimeout(this.timer);
    if (text.trim().length < LEAST) return this.setState({ hits: null, problem: null });
    this.timer = setTimeout(() => this.ask(text), PAUSE);
  };

  async ask(text) {
    const { ok, message, hits = [] } = await this.props.store.out.act({ t: "search", text });
    // A later search is under way: this answer is not wanted any more.
    if (text === this.state.text) this.setState(ok ? { hits, problem: null } : { hits: null, problem: message });
  }

  open(hit) {
    if (!hit) return;
    this.props.onClose();
    this.props.store.openChat(hit.session, hit.by === "name" ? null : hit.seq);
  }

  key = (event) => {
    const hits = this.state.hits ?? [];
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      this.setState({ at: (this.state.at + by + hits.length) % Math.max(1, hits.length) }, () => this.base.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }));
    } else if (event.key === "Enter") this.open(hits[this.state.at]);
    else return;
    event.preventDefault();
  };

  render({ onClose }, { text, at, hits, problem }) {
    const chosen = hits?.[at] ? `hit-${at}` : null;
    return html`<dialog class="help palette search" aria-label="Search" onClose=${onClose} onClick=${(e) => e.target === this.base && onClose()}>
      <input data-test="search" type="text" role="combobox" autofocus aria-label="Words that were said" aria-expanded=${Boolean(hits?.length)} aria-controls="hits" aria-activedescendant=${chosen} placeholder="What was said, or by whom?" value=${text} onInput=${this.type} onKeyDown=${this.key} />
      <ul id="hits" role="listbox" aria-label="Found">
        ${hits?.map((h, i) => html`<li key=${`${h.session}${h.seq}`} id=${`hit-${i}`} role="option" aria-selected=${i === at} data-test="hit" onClick=${() => this.open(h)}>
          <${Face} row=${h.row} size="small" />
          <span class="hit"><b>${h.row.name}</b> <small class="muted">${[BY[h.by], when(h.at), h.row.bot].filter(Boolean).join(" · ")}</small><span class="said" dir="auto">${marked(h.text)}</span></span>
        </li>`)}
      </ul>
      <p class="quiet" role="status">${hits ? `${hits.length} found` : ""}</p>
      ${problem && html`<p class="none" role="alert">${problem}</p>`}
      ${hits && !hits.length && html`<${Empty} icon="leaf" title="Nothing found">Every word must stand in one message, or a word that begins like it. What bots say is not looked through.<//>`}
    </dialog>`;
  }
}

/** What was looked for stands between two marks. */
function marked(text) {
  return text.split("\u0001").flatMap((part, i) => {
    if (i === 0) return [part];
    const [found, rest = ""] = part.split("\u0002");
    return [html`<mark>${found}</mark>`, rest];
  });
}
