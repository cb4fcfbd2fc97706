/** "Save as a test": the chat as a conversation test with made-up names, shown before it is kept. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Icon } from "./parts.js";

const TYPING = 400;

export class Record extends Component {
  state = { test: null, name: null, problem: null, busy: false };

  componentDidMount() {
    this.base.showModal();
    this.load("");
  }
  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  get address() {
    return `/v1/inbox/chats/${this.props.session}/test`;
  }

  /** The server writes the text: the name is all that comes from here. */
  async load(name) {
    const asked = (this.asked = {});
    const test = await ask(`${this.address}?name=${encodeURIComponent(name)}`);
    if (asked !== this.asked) return;
    this.setState(test.error ? { problem: test.error.message } : { test, name: this.state.name ?? test.name, problem: null });
  }

  named = (event) => {
    const name = event.target.value;
    this.setState({ name });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(name), TYPING);
  };

  save = async (event) => {
    event.preventDefault();
    this.setState({ busy: true, problem: null });
    const saved = await ask(this.address, { name: this.state.name ?? "", csrf: this.props.csrf });
    if (saved.error) return this.setState({ busy: false, problem: saved.error.message });
    this.props.store.toast(`Saved as ${saved.file}.`);
    this.props.onClose();
  };

  copy = () => {
    navigator.clipboard?.writeText(this.state.test.text).then(
      () => this.props.store.toast("Copied."),
      () => this.setState({ problem: "The browser does not let this page copy. Mark the text and copy it yourself." }),
    );
  };

  download = () => {
    const url = URL.createObjectURL(new Blob([this.state.test.text], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: url, download: this.state.test.file }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1_000);
  };

  render({ onClose }, { test, name, problem, busy }) {
    return html`<dialog class="help record" aria-label="Save as a test" data-test="record" onClose=${onClose} onClick=${(e) => e.target === this.base && onClose()}>
      <header><h2>Save as a test</h2><button type="button" class="icon" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></header>
      <p class="muted">The bot is held to this conversation from now on. Names, addresses and numbers are made up; read it all the same, a name in the middle of a sentence may still be a real one.</p>
      <form onSubmit=${this.save}>
        <label>Name<input name="name" maxlength="120" data-test="record-name" value=${name ?? ""} disabled=${!test} onInput=${this.named} /></label>
        <pre tabindex="0" data-test="record-text" aria-label="The test" aria-busy=${!test}>${test?.text ?? (problem ? "" : "Writing it down…")}</pre>
        ${test && html`<${Outcome} problem=${test.problem} />`}
        ${problem && html`<p class="wrong" role="alert" data-test="record-problem">${problem}</p>`}
        ${test && !test.saves && html`<p class="muted">This server was started without the bot's folder. Put the file into its folder <code>tests</code> yourself.</p>`}
        <div class="bar">
          <button type="button" class="plain" disabled=${!test} onClick=${this.copy}>Copy</button>
          <button type="button" class="plain" data-test="record-download" disabled=${!test} onClick=${this.download}>Download</button>
          <span class="grow"></span>
          ${(!test || test.saves) && html`<button class="primary" data-test="record-save" disabled=${!test || busy}>Save</button>`}
        </div>
      </form>
    </dialog>`;
  }
}

function Outcome({ problem }) {
  if (!problem) return html`<p class="right" data-test="record-outcome">It passes with the bot as it is.</p>`;
  return html`<div class="wrong" data-test="record-outcome"><p>It does not pass with the bot as it is:</p><pre>${problem}</pre></div>`;
}

/** The answer, or `{error}` where the server refused or is not there. */
async function ask(url, body) {
  const options = body ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {};
  try {
    return await (await fetch(url, { ...options, cache: "no-store" })).json();
  } catch {
    return { error: { message: "The server does not answer right now. Try again in a moment." } };
  }
}
