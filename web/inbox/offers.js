/** Chats that the desk offers to this agent, one card above the list, with the time that is left to accept. */
import { Component, html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Face, Key, Mood } from "./parts.js";

const TICK = 1_000;

export class Offers extends Component {
  componentDidMount() {
    this.timer = setInterval(() => this.props.store.offers.length && this.setState({}), TICK);
  }
  componentWillUnmount() {
    clearInterval(this.timer);
  }
  render({ store }) {
    const { offers } = store;
    if (!offers.length) return null;
    return html`<div class="offers" role="region" aria-label="Offered to you">${offers.map((offer, i) => html`<${Offer} key=${offer.session} store=${store} offer=${offer} first=${i === 0} />`)}</div>`;
  }
}

function Offer({ store, offer, first }) {
  const row = store.rowOf(offer.session);
  const left = Math.max(0, Math.ceil((offer.until - Date.now()) / 1000));
  if (!row) return null;
  return html`<article class="offer" data-test="offer" aria-label=${`${row.name} is offered to you`}>
    <${Face} row=${row} size="small" />
    <div class="name"><strong>${row.name}</strong><span class="muted">${row.team} · ${left} s left</span></div>
    <${Mood} mood=${row.mood === "neutral" ? null : row.mood} />
    <p>${row.last || "Has not written yet"}</p>
    <div class="bar">
      <button type="button" class="primary" data-test="accept" onClick=${() => store.accept(offer.session)}>Accept${first && html`<${Key}>A<//>`}</button>
      <button type="button" class="plain" data-test="pass" onClick=${() => store.pass(offer.session)}>Pass${first && html`<${Key}>X<//>`}</button>
    </div>
  </article>`;
}
