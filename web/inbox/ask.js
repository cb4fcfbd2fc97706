/** Small dialogs that ask where a chat shall go: to a team or a colleague, or back to the bot at a chosen flow. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Icon } from "./parts.js";

class Dialog extends Component {
  componentDidMount() {
    this.base.showModal();
  }
  frame(title, onClose, inside) {
    return html`<dialog class="help ask" aria-label=${title} onClose=${onClose} onClick=${(e) => e.target === this.base && onClose()}>
      <header><h2>${title}</h2><button type="button" class="icon" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></header>
      ${inside}
    </dialog>`;
  }
}

export class Transfer extends Dialog {
  state = { to: "", note: "" };
  send = (event) => {
    event.preventDefault();
    const [kind, name] = this.state.to.split(":");
    if (!name) return;
    const target = kind === "team" ? { team: name } : { to: Number(name) };
    this.props.onClose();
    this.props.store.transfer({ ...target, note: this.state.note.trim() || null });
  };
  render({ store, onClose }, { to, note }) {
    const teams = store.bot?.teams ?? [];
    const people = store.people.filter((p) => p.id !== store.me?.id);
    return this.frame(
      "Pass this chat on",
      onClose,
      html`<form onSubmit=${this.send}>
        <label>To
          <select data-test="transfer-to" required value=${to} onChange=${(e) => this.setState({ to: e.target.value })}>
            <option value="">Choose …</option>
            <optgroup label="Teams">${teams.map((t) => html`<option key=${t} value=${`team:${t}`}>${t}</option>`)}</optgroup>
            ${people.length > 0 && html`<optgroup label="Colleagues who are here">${people.map((p) => html`<option key=${p.id} value=${`agent:${p.id}`}>${p.name}${p.takes ? "" : " (away)"}</option>`)}</optgroup>`}
          </select>
        </label>
        <label>A word for whoever takes it
          <textarea data-test="transfer-note" rows="3" maxlength="2000" value=${note} onInput=${(e) => this.setState({ note: e.target.value })} placeholder="What was agreed, what is still to do. The customer does not see it."></textarea>
        </label>
        <div class="bar"><span class="grow"></span><button type="button" class="plain" onClick=${onClose}>Keep it</button><button class="primary" data-test="transfer-send" disabled=${!to}>Pass on</button></div>
      </form>`,
    );
  }
}

export class HandBack extends Dialog {
  state = { flow: "" };
  send = (event) => {
    event.preventDefault();
    this.props.onClose();
    this.props.store.act("hand_back", { flow: this.state.flow || null });
  };
  render({ store, onClose }, { flow }) {
    const flows = store.bot?.flows ?? [];
    return this.frame(
      "Hand back to the bot",
      onClose,
      html`<form onSubmit=${this.send}>
        <label>It goes on with
          <select data-test="hand-back-flow" autofocus value=${flow} onChange=${(e) => this.setState({ flow: e.target.value })}>
            <option value="">where it stood</option>
            ${flows.map((f) => html`<option key=${f.name} value=${f.name}>${f.title}</option>`)}
          </select>
        </label>
        <div class="bar"><span class="grow"></span><button type="button" class="plain" onClick=${onClose}>Keep it</button><button class="primary" data-test="hand-back-send">Hand back</button></div>
      </form>`,
    );
  }
}
