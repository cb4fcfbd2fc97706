/** How the inbox says things: times, initials, moods, and the quiet lines of a transcript. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayTime = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

export const at = (ms) => clock.format(ms);
export const when = (ms) => dayTime.format(ms);
export const dayOf = (ms) => date.format(ms);

/** "now", "40 s", "2 m", "3 h", then the date. */
export function ago(ms, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  if (seconds < 10) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return date.format(ms);
}

/** A length of time: `40 s`, `12 min`, `3 h 5 min`, `2 days`. */
export function stretch(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${(hours / 24).toFixed(1)} days`;
}

export function due(ms, now = Date.now()) {
  const day = (n) => date.format(now + n * 86_400_000);
  const name = date.format(ms) === day(0) ? "today" : date.format(ms) === day(1) ? "tomorrow" : date.format(ms);
  return `${name} ${clock.format(ms)}`;
}

export function initials(name = "") {
  if (/^Visitor /.test(name)) return name.slice(8, 10);
  const parts = name.trim().split(/\s+/);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((p) => [...p][0] ?? "").join("").toUpperCase();
}

export const moodChip = (mood) => ({ angry: "bad", worried: "warm", disappointed: "warm", happy: "good" })[mood] ?? "";
export const MOODS = { anger: "Anger", worry: "Worry", disappointment: "Disappointment", joy: "Joy" };

/** The words of an entry that is no message: `{text, tone}`, or null for what agents need not read. */
export function line(item, me) {
  const who = item.name ?? item.from?.name ?? item.by?.name;
  const you = (item.agent ?? item.by?.id) === me?.id;
  switch (item.kind) {
    case "opened":
      return { text: item.returning ? "Came back to the chat" : item.seq === 1 ? "Chat began" : "Opened again", time: true };
    case "topic_began":
      return { text: item.title };
    case "filled":
      return { text: `${plainName(item.slot)}: ${value(item.value)}` };
    case "forgotten":
      return { text: `${plainName(item.slot)} set aside` };
    case "try_failed":
      return { text: item.tries > 1 ? `did not fit, ${item.tries} times` : "the answer did not fit", tone: "warm" };
    case "answered":
      return item.worked ? { text: `${plainName(item.action)}: ${plainName(item.outcome)}` } : { text: `${plainName(item.action)} failed${item.detail ? `: ${item.detail}` : ""}`, tone: "bad" };
    case "nobody_available":
      return { text: `Nobody was available in ${item.team}`, tone: "warm" };
    case "joined":
      return { text: `${you ? "You" : who} took this chat · the bot is silent`, time: true };
    case "handed_back":
      return { text: `${you ? "You" : who} handed back · the bot goes on`, time: true };
    case "promised":
      return { text: `Promised: ${item.words}, by ${due(item.due)}`, tone: "accent" };
    case "promise_kept":
      return { text: `Promise is kept: ${item.name}`, tone: "good" };
    case "promise_late":
      return { text: `Promise is late: ${item.name}`, tone: "bad" };
    case "feedback":
      return { text: `Feedback: ${item.score} of 5${item.comment ? `, “${item.comment}”` : ""}`, tone: "accent" };
    case "notified":
      return { text: `For ${item.team}: ${item.text}`, tone: "accent", time: true };
    case "tagged":
      return { text: `# ${item.tag}` };
    case "resolved":
      return { text: item.by?.role === "agent" ? `${you ? "You" : who} resolved this chat` : item.by?.role === "customer" ? "Resolved by the customer" : "Resolved by the bot", tone: "good", time: true };
    case "event_arrived": {
      const with_ = Object.entries(item.details ?? {}).map(([name, it]) => `${plainName(name)} ${value(it)}`);
      return { text: [plainName(item.name), ...with_].join(" · "), tone: "accent", time: true };
    }
    case "faulted":
      return { text: `Fault in the bot: ${item.problem}`, tone: "bad" };
    default:
      return null;
  }
}

/** `20 KB`, `1.4 MB`. */
export const bytes = (n) => (n < 1_000_000 ? `${Math.max(1, Math.round(n / 1_000))} KB` : `${(n / 1_000_000).toFixed(1)} MB`);

export const plainName = (name = "") => name.replace(/_/g, " ");

function value(v) {
  if (v === true || v === false) return v ? "yes" : "no";
  if (v?.label !== undefined && v.value !== undefined) return String(v.label);
  if (v?.name && v.type && v.size !== undefined) return v.name;
  if (v && typeof v === "object") return v.amount !== undefined ? `${v.amount} ${v.currency ?? ""}`.trim() : Object.values(v).filter((x) => typeof x !== "object").join(" ");
  return String(v ?? "");
}
