/** The keys of the inbox, listed by `?`. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Icon } from "./parts.js";

export const KEYS = [
  ["Chats", [["j", "k", "Next, previous chat"], ["Enter", "Open the chat"], ["1", "7", "Waiting … Overdue"], ["m", "Notes that name you"], ["/", "Search all chats"], ["Ctrl", "k", "Find any command or chat"], ["w", "Take a break, come back"], ["Esc", "Leave what you are in"]]],
  ["This chat", [["t", "Take it; for leads: take it over"], ["a", "x", "Accept, pass an offer"], ["p", "Pass it on"], ["z", "Put it off"], ["g", "Add a tag"], ["r", "Reply"], ["n", "Note for colleagues"], ["b", "Hand back to the bot"], ["B", "Hand back at a chosen flow"], ["e", "Resolve"], ["i", "Details"], ["s", "Save as a test"]]],
  ["Writing", [["Enter", "Send"], ["Shift", "Enter", "New line"], ["/", "A reply for all"], ["@", "Name a colleague in a note"]]],
];

export class Help extends Component {
  componentDidMount() {
    this.base.showModal();
  }
  render({ keys, onClose }) {
    return html`<dialog class="help" aria-label="Keys" onClose=${onClose} onClick=${(e) => e.target === this.base && onClose()}>
      <header><h2>Keys</h2><button type="button" class="icon" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></header>
      <div class="columns">
        ${keys.map(([title, rows]) => html`<section key=${title}><h3>${title}</h3><dl>${rows.map((row) => html`<div key=${row.join()}><dt>${row.at(-1)}</dt><dd>${row.slice(0, -1).map((k) => html`<kbd key=${k}>${k}</kbd>`)}</dd></div>`)}</dl></section>`)}
      </div>
    </dialog>`;
  }
}
