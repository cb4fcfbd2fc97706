/** The middle pane: who it is, what was said, and what can be done. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { markdown, plain } from "../shared/md.js";
import { Composer } from "./composer.js";
import { Chip, Empty, Face, Icon, Key } from "./parts.js";
import { ago, at, bytes, dayOf, line, stretch } from "./words.js";

const GROUP = 180_000;
const NEAR = 120;

export function Talk({ store, composer, onPanel, onRecord, onAsk }) {
  const { row } = store;
  if (!store.open || !row) return html`<main class="talk none">${store.open ? null : html`<${Choose} store=${store} />`}</main>`;
  return html`<main class="talk" aria-label=${`Chat with ${row.name}`}>
    <${Head} store=${store} row=${row} onPanel=${onPanel} onRecord=${onRecord} onAsk=${onAsk} />
    <${Log} key=${store.open.session} store=${store} items=${store.open.items} />
    ${store.answers ? html`<${Composer} key=${`c${store.open.session}`} store=${store} ref=${composer} />` : html`<p class="hint reading">Your role reads along. Ask a lead for another one to answer.</p>`}
  </main>`;
}

function Choose({ store }) {
  const waiting = store.rows("waiting").length;
  const title = waiting ? `${waiting === 1 ? "One customer waits" : `${waiting} customers wait`} for a person` : "All calm";
  return html`<${Empty} icon=${waiting ? "inbox" : "leaf"} title=${title}>
    ${waiting ? html`Choose a chat on the left, or press <${Key}>j<//> and <${Key}>Enter<//>.` : "New chats show on the left as soon as a customer needs a person."}
  <//>`;
}

function Head({ store, row, onPanel, onRecord, onAsk }) {
  const view = store.open.view ?? {};
  const where = [row.bot, view.page?.replace(/^https?:\/\//, ""), row.team && row.state !== "bot" ? row.team : null, row.ticket?.reference].filter(Boolean).join(" · ");
  return html`<header>
    <button type="button" class="icon back" aria-label="Back to the list" onClick=${() => store.closeChat()}><${Icon} name="back" /></button>
    <${Face} row=${row} size="small" />
    <div class="name"><h1>${row.name}</h1><span class="muted">${where}</span><${Measured} visit=${store.open.visit} /></div>
    <span class="grow"></span>
    <${Looking} who=${store.open.looking} />
    <${Actions} store=${store} row=${row} onAsk=${onAsk} />
    <button type="button" class="icon second" aria-label="Save as a test" title="Save as a test (s)" data-test="record-open" onClick=${onRecord}><${Icon} name="record" /></button>
    <button type="button" class="icon more" aria-label="More" data-test="more" onClick=${() => onAsk("palette")}><${Icon} name="more" /></button>
    <button type="button" class="icon details" aria-label="Details" title="Details (i)" onClick=${onPanel}><${Icon} name="panel" /></button>
  </header>`;
}

/** How long the customer waited, and how it went. */
function Measured({ visit }) {
  if (!visit) return null;
  const felt = visit.felt && [visit.felt.first, visit.felt.last].map((f) => f ?? "calm");
  const facts = [
    visit.waited !== null && `waited ${stretch(visit.waited)}`,
    visit.first_reply !== null && `first reply after ${stretch(visit.first_reply)}`,
    visit.resolution !== null && `solved after ${stretch(visit.resolution)}`,
    felt && (felt[0] === felt[1] ? felt[0] : `${felt[0]} → ${felt[1]}`),
    visit.kept > 0 && `${visit.kept} ${visit.kept === 1 ? "promise" : "promises"} kept`,
    visit.late > 0 && `${visit.late} late`,
    visit.feedback && `feedback ${visit.feedback} of 5`,
  ].filter(Boolean);
  return facts.length > 0 && html`<span class="muted measured" data-test="measured">${facts.join(" · ")}</span>`;
}

/** Who else has this chat open. */
function Looking({ who }) {
  if (!who?.length) return null;
  const names = who.map((w) => w.name).join(", ");
  return html`<span class="looking muted" data-test="looking" title=${`${names} also ${who.length === 1 ? "has" : "have"} this chat open`}><${Icon} name="eye" />${names}</span>`;
}

function Actions({ store, row, onAsk }) {
  const off = store.state !== "open";
  if (store.isMine)
    return html`<button type="button" class="icon second" aria-label="Put off" title="Put off (z)" data-test="snooze" disabled=${off} onClick=${() => onAsk("snooze")}><${Icon} name="clock" /></button>
      <button type="button" class="icon second" aria-label="Pass on" title="Pass on (p)" data-test="transfer" disabled=${off} onClick=${() => onAsk("transfer")}><${Icon} name="pass" /></button>
      <button type="button" class="second" data-test="hand-back" disabled=${off} onClick=${() => store.act("hand_back")}>Hand back<${Key}>B<//></button>
      <button type="button" class="primary" data-test="resolve" disabled=${off} onClick=${() => store.act("resolve")}>Resolve<${Key}>E<//></button>`;
  if (row.state === "agent")
    return html`<${Chip} tone="accent">with ${row.agent?.name ?? "a colleague"}<//>
      ${store.mayTakeOver && html`<button type="button" data-test="take-over" disabled=${off} onClick=${() => store.act("take_over")}>Take over<${Key}>T<//></button>`}`;
  if (row.state === "resolved") return html`<${Chip} tone="good">solved ${ago(row.since)}${/\d [smh]$/.test(ago(row.since)) ? " ago" : ""}<//>`;
  if (!store.answers) return null;
  return html`<button type="button" class="primary" data-test="take" disabled=${off} onClick=${() => store.act("take")}>Take<${Key}>T<//></button>`;
}

/** Stays at the end while new words come, unless the agent has scrolled up. */
class Log extends Component {
  constructor() {
    super();
    this.stick = true;
    this.keep = (el) => (this.el = el);
    this.scrolled = () => (this.stick = this.el.scrollHeight - this.el.scrollTop - this.el.clientHeight < NEAR);
  }
  componentDidMount() {
    this.watch = new ResizeObserver(() => this.end());
    this.watch.observe(this.el);
    this.seek();
    this.end();
  }
  componentWillUnmount() {
    this.watch.disconnect();
  }
  componentDidUpdate() {
    this.seek();
    this.end();
  }
  /** The message for which the chat was opened from a search. */
  seek() {
    const { store } = this.props;
    const sought = store.goal && this.el?.querySelector(`[data-seq="${store.goal}"]`);
    if (!sought) return;
    store.goal = null;
    this.stick = false;
    sought.scrollIntoView({ block: "center" });
    sought.classList.add("sought");
  }
  end() {
    if (this.stick && this.el) this.el.scrollTop = this.el.scrollHeight;
  }
  render({ store, items }) {
    const { typing, session } = store.open;
    return html`<div class="log" role="log" tabindex="0" data-test="transcript" aria-label="Transcript" ref=${this.keep} onScroll=${this.scrolled}>
      ${blocks(items, store.me).map((b) => html`<${Block} key=${b.key} block=${b} me=${store.me} name=${store.row.name} session=${session} />`)}
      ${store.out.of(session).map((e) => html`<${Unsent} key=${e.cid} entry=${e} store=${store} />`)}
      ${typing && html`<div class="by"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${typing.from?.name ?? store.row.name} is typing</div>`}
    </div>`;
  }
}

/** Messages in groups of one sender, and runs of quiet lines as one. */
function blocks(items, me) {
  const out = [];
  let day = "";
  for (const item of items) {
    if (dayOf(item.at) !== day) {
      day = dayOf(item.at);
      out.push({ key: `d${item.seq}`, type: "day", day: day === dayOf(Date.now()) ? "Today" : day });
    }
    const last = out.at(-1);
    if (item.kind === "message" || item.kind === "note") {
      const who = `${item.kind}/${item.from.role}/${item.from.id ?? ""}`;
      if (last?.who === who && item.at - last.items.at(-1).at < GROUP) last.items.push(item);
      else out.push({ key: item.seq, type: item.kind, who, from: item.from, items: [item] });
    } else if (item.kind === "waiting") out.push({ key: item.seq, type: "asked", item });
    else {
      const words = line(item, me);
      if (!words) continue;
      if (last?.type === "quiet" && !words.time && !last.time) last.lines.push({ ...words, seq: item.seq });
      else out.push({ key: item.seq, type: "quiet", at: item.at, time: words.time, kind: item.kind, lines: [{ ...words, seq: item.seq }] });
    }
  }
  return out;
}

function Block({ block, me, name, session }) {
  const { type, item } = block;
  if (type === "day") return html`<div class="day">${block.day}</div>`;
  if (type === "quiet")
    return html`<div class="quiet-line" data-test="line" data-kind=${block.kind}>
      ${block.lines.map((l, i) => html`${i > 0 && "\u00a0· "}<span key=${l.seq} class=${l.tone ?? ""}>${l.text}</span>`)}${block.time && ` · ${at(block.at)}`}
    </div>`;
  if (type === "asked")
    return html`<div class="asked" data-test="line" data-kind="waiting">
      <strong>A person was needed · ${item.team}</strong><span>${item.why}</span>
      ${item.summary && item.summary !== item.why && html`<span class="muted">${item.summary}</span>`}<small class="muted">${at(item.at)}</small>
    </div>`;
  return html`<${Group} block=${block} me=${me} customer=${name} session=${session} />`;
}

function Group({ block, me, customer, session }) {
  const { from, items, type } = block;
  const mine = from.role === "agent" && from.id === me?.id;
  const kind = type === "note" ? "note" : mine ? "me" : from.role;
  const name = type === "note" ? `Note by ${mine ? "you" : from.name} · only colleagues see it` : mine ? "You" : from.role === "bot" ? `${from.name} · bot` : (from.name ?? customer);
  return html`<div class=${`group ${kind}`}>
    ${items.map((m) => html`<div key=${m.seq} class="bubble" data-test=${type === "note" ? "note-entry" : "message"} data-from=${from.role} data-seq=${m.seq} dir="auto">
      ${m.files ? m.files.map((f) => html`<${Sent} key=${f.id} file=${f} session=${session} />`) : html`<${Words} text=${m.text} raw=${from.role === "customer"} />`}
      ${m.choices?.length > 0 && html`<div class="offered" aria-label="Offered">${m.choices.map((c) => html`<span key=${c.id}>${c.label}</span>`)}</div>`}
      ${m.choice && html`<small class="tapped">tapped</small>`}
    </div>`)}
    <span class="by">${name} · ${at(items.at(-1).at)}</span>
  </div>`;
}

/** What the customer sent: a photo that opens in a page of its own, or a link that saves the file. */
class Sent extends Component {
  render({ file, session }, { broken }) {
    const url = `/v1/inbox/sessions/${session}/files/${file.id}`;
    const shown = !broken && /^image\/(jpeg|png|gif|webp)$/.test(file.type);
    if (shown)
      return html`<a class="photo" href=${url} target="_blank" rel="noopener noreferrer" title=${`${file.name}, ${bytes(file.size)}`}>
        <img data-test="photo" src=${url} alt=${`Photo ${file.name}`} loading="lazy" onError=${() => this.setState({ broken: true })} />
      </a>`;
    return html`<a class="file" data-test="file" href=${url} download=${file.name}><${Icon} name="file" /><span><b>${file.name}</b><small>${bytes(file.size)}</small></span></a>`;
  }
}

/** Light Markdown as nodes; rendered once, since words do not change. */
class Words extends Component {
  shouldComponentUpdate(next) {
    return next.text !== this.props.text;
  }
  componentDidMount() {
    this.fill();
  }
  componentDidUpdate() {
    this.fill();
  }
  fill() {
    const { text, raw } = this.props;
    this.base.replaceChildren(raw ? plain(text) : markdown(text));
  }
  render() {
    return html`<div class="words"></div>`;
  }
}

function Unsent({ entry, store }) {
  const { t, text, state, problem, code } = entry;
  const edit = () => {
    store.out.keepDraft(entry.session, t, text);
    store.out.drop(entry);
    store.drafted(t);
  };
  return html`<div class=${`group ${t === "note" ? "note" : "me"} ${state}`} data-test="unsent">
    <div class="bubble" dir="auto"><div class="words"><p>${text}</p></div></div>
    <span class="by" role=${state === "failed" ? "alert" : null}>
      ${state === "failed"
        ? html`Not sent: ${problem ?? "it was refused"}
            <button type="button" class="link" onClick=${() => store.out.retry(entry, store.open.upto)}>${code === "stale" ? "Send it now" : "Try again"}</button><button type="button" class="link" onClick=${edit}>Edit</button
            ><button type="button" class="link" onClick=${() => store.out.drop(entry)}>Delete</button>`
        : store.state === "open"
          ? "Sending…"
          : "Kept; will be sent when the connection is back"}
    </span>
  </div>`;
}
