/** A soft sound for what comes while nobody looks. Of several tabs with the same chat, one leads: it alone is heard, and asks the system to tell. */
let leads = !navigator.locks;
let audio = null;

/** Whether this tab leads; the first that asks does, until it is closed. */
function lead(bot) {
  if (leads) return true;
  return new Promise((asked) => {
    navigator.locks.request(`rapport/${bot}/lead`, { ifAvailable: true }, (free) => {
      leads = Boolean(free);
      asked(leads);
      return leads ? new Promise(() => {}) : null;
    });
  });
}

export async function ring(bot, title, text, embedded) {
  if (!(await lead(bot))) return;
  document.body.dataset.rang = Number(document.body.dataset.rang ?? 0) + 1;
  if (!embedded && document.hidden && globalThis.Notification?.permission === "granted") new Notification(title, { body: text, tag: "rapport" });
  try {
    audio ??= new AudioContext();
    const now = audio.currentTime;
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.setValueAtTime(740, now);
    tone.frequency.setValueAtTime(988, now + 0.09);
    loud.gain.setValueAtTime(0.06, now);
    loud.gain.exponentialRampToValueAtTime(0.0001, now + 0.35);
    tone.connect(loud).connect(audio.destination);
    tone.start(now);
    tone.stop(now + 0.36);
  } catch {
    // A browser without sound.
  }
}
