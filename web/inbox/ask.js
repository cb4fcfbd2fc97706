/** Small dialogs that ask where a chat shall go: to a team or a colleague, or back to the bot at a chosen flow. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Icon } from "./parts.js";
import { when } from "./words.js";

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

/** Times at which people want to see a chat again: words and the moment. */
function moments(now = new Date()) {
  const at = (days, hour) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const monday = (8 - now.getDay()) % 7 || 7;
  const all = [
    ["In an hour", new Date(now.getTime() + 3_600_000)],
    ["In three hours", new Date(now.getTime() + 3 * 3_600_000)],
    ["Tomorrow morning", at(1, 9)],
    ["Tomorrow afternoon", at(1, 14)],
    ["Next Monday", at(monday, 9)],
  ];
  return all.map(([name, moment]) => ({ name, until: moment.getTime() }));
}

export class Snooze extends Dialog {
  render({ store, onClose }) {
    const put = (until) => (onClose(), store.snooze(until));
    return this.frame(
      "Put this chat off",
      onClose,
      html`<p class="muted">It comes back by itself, or as soon as the customer writes.</p>
        <ul class="moments">${moments().map((m, i) => html`<li key=${m.name}><button type="button" class="plain" autofocus=${i === 0} data-test="moment" onClick=${() => put(m.until)}><span>${m.name}</span><span class="muted">${when(m.until)}</span></button></li>`)}</ul>`,
    );
  }
}

export class Tag extends Dialog {
  state = { tag: "" };
  send = (event) => {
    event.preventDefault();
    const tag = this.state.tag.trim();
    this.props.onClose();
    if (tag) this.props.store.tag(tag);
  };
  render({ onClose }, { tag }) {
    return this.frame(
      "Add a tag",
      onClose,
      html`<form onSubmit=${this.send}>
        <label>A word by which chats like this one are found<input type="text" data-test="tag-text" autofocus maxlength="40" value=${tag} onInput=${(e) => this.setState({ tag: e.target.value })} /></label>
        <div class="bar"><span class="grow"></span><button type="button" class="plain" onClick=${onClose}>Not now</button><button class="primary" disabled=${!tag.trim()}>Add</button></div>
      </form>`,
    );
  }
}
