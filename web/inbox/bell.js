/** A soft double tone when a customer needs somebody. Off until it is switched on; made by the browser, no file. */

const KEY = "rapport/inbox/sound";
const TONES = [659.25, 880];

/** Of several tabs one rings: whoever holds the lock. When it closes, the next one does. */
let leads = !navigator.locks;
navigator.locks?.request("rapport/inbox/bell", () => new Promise(() => (leads = true)));

export class Bell {
  on = read();
  #audio = null;

  toggle() {
    this.on = !this.on;
    try {
      localStorage.setItem(KEY, this.on ? "on" : "off");
    } catch {
      // Not kept: off again after a reload.
    }
    if (this.on) this.#ring();
  }

  ring() {
    if (this.on && leads) this.#ring();
  }

  #ring() {
    this.#audio ??= new AudioContext();
    TONES.forEach((tone, i) => this.#play(tone, this.#audio.currentTime + i * 0.14));
  }

  #play(tone, at) {
    const voice = this.#audio.createOscillator();
    const volume = this.#audio.createGain();
    voice.frequency.value = tone;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
    voice.connect(volume).connect(this.#audio.destination);
    voice.start(at);
    voice.stop(at + 0.45);
  }
}

function read() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}
