/** What the philosophy has to say while an agent writes: words that we never say, better ones, and promises, made and about to be made. */
import { unfilled } from "./canned.js";
import { due } from "./words.js";

const SOON = 4 * 3_600_000;
/** "I'll write", "we will call you by Friday", "within two days". */
const PROMISE = /\b(?:(?:i|we)(?:['’]ll| will)\s+(?:write|call|send|reply|let you know|get back|check|refund|ship|come back)|within (?:\d+|an?|one|two|three) (?:working )?(?:minute|hour|day|week)s?|by (?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|the end of))\b/i;

const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const holds = (text, words) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(words)}(?![\\p{L}\\p{N}])`, "iu").test(text);

/** Hints for a text, the most important first: `{tone, words}`. */
export function hints(text, manner, view, now = Date.now()) {
  const found = [];
  const gap = unfilled(text);
  if (gap) found.push({ tone: "bad", words: `${gap} is not filled in.` });
  for (const words of manner?.never_say ?? []) if (holds(text, words)) found.push({ tone: "bad", words: `We never say “${words}”.` });
  for (const [better, others] of Object.entries(manner?.say ?? {})) for (const words of others) if (holds(text, words)) found.push({ tone: "warm", words: `We say “${better}” instead of “${words}”.` });
  const open = (view?.promises ?? []).filter((p) => p.state !== "kept");
  const late = open.find((p) => p.due < now);
  const soon = open.find((p) => p.due >= now && p.due - now < SOON);
  if (late) found.push({ tone: "bad", words: `A promise is late since ${due(late.due)}: ${late.words}` });
  else if (soon) found.push({ tone: "warm", words: `Promised by ${due(soon.due)}: ${soon.words}` });
  if (PROMISE.test(text)) found.push({ tone: "warm", words: "This sounds like a promise. Say by when, and put the chat off until then (z)." });
  return found;
}
