/** The command palette: everything that can be done now, and every chat, found by a few letters. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Key } from "./parts.js";

const MOST = 9;

export class Palette extends Component {
  state = { text: "", at: 0 };

  componentDidMount() {
    this.base.showModal();
  }

  /** What fits the letters: each must come in its order. */
  found() {
    const wanted = this.state.text.trim().toLowerCase();
    const fits = ({ name }) => {
      const words = name.toLowerCase();
      if (words.includes(wanted)) return true;
      let at = -1;
      return [...wanted].every((letter) => (at = words.indexOf(letter, at + 1)) >= 0);
    };
    const exact = ({ name }) => (name.toLowerCase().includes(wanted) ? 0 : 1);
    return this.props.commands.filter(fits).sort((a, b) => exact(a) - exact(b)).slice(0, MOST);
  }

  run(command) {
    if (!command) return;
    this.props.onClose();
    command.run();
  }

  key = (event) => {
    const found = this.found();
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) this.setState({ at: (this.state.at + by + found.length) % Math.max(1, found.length) });
    else if (event.key === "Enter") this.run(found[this.state.at]);
    else return;
    event.preventDefault();
  };

  render({ onClose }, { text, at }) {
    const found = this.found();
    const chosen = found[at] ? `command-${at}` : null;
    return html`<dialog class="help palette" aria-label="Commands" onClose=${onClose} onClick=${(e) => e.target === this.base && onClose()}>
      <input data-test="palette" type="text" role="combobox" autofocus aria-label="What to do" aria-expanded="true" aria-controls="commands" aria-activedescendant=${chosen} placeholder="What do you want to do?" value=${text} onInput=${(e) => this.setState({ text: e.target.value, at: 0 })} onKeyDown=${this.key} />
      <ul id="commands" role="listbox" aria-label="Commands">
        ${found.map((c, i) => html`<li key=${c.name} id=${`command-${i}`} role="option" aria-selected=${i === at} data-test="command" onClick=${() => this.run(c)}><span>${c.name}</span>${c.key && html`<${Key}>${c.key}<//>`}</li>`)}
      </ul>
      ${!found.length && html`<p class="muted none">Nothing fits these letters.</p>`}
    </dialog>`;
  }
}
