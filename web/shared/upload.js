/** Photos and files over HTTP, whatever wire the chat itself has. Fetched only where somebody sends or sees one. */

/** One file at a time. `chat` says which is `next()`, where `to()` send it, and hears what became of it. */
export class Uploads {
  #chat;
  /** The file on its way: `{cid, stop}`. */
  #sending = null;

  constructor(chat) {
    this.#chat = chat;
  }

  pump() {
    const entry = !this.#sending && this.#chat.next();
    if (!entry) return;
    const mine = (this.#sending = { cid: entry.cid, stop: () => {} });
    const done = (answer) => this.#sending === mine && (this.stop(), this.#done(entry, answer));
    mine.stop = send(...this.#chat.to(), entry, (part) => this.#chat.progress(Object.assign(entry, { part })), done);
  }

  /** Stops the one with this client id, or whichever there is. */
  stop(cid) {
    if (!this.#sending || (cid && this.#sending.cid !== cid)) return;
    const { stop } = this.#sending;
    this.#sending = null;
    stop();
  }

  #done(entry, answer) {
    const { landed, change, isOpen, newCid } = this.#chat;
    const { code, message, retry_after_ms: wait = 2_000 } = answer?.error ?? {};
    if (answer?.cid) landed(entry.cid);
    else if (["too_fast", "busy", "crowded"].includes(code)) return setTimeout(() => this.pump(), wait);
    else if (code === "cid_reused") change(entry, { cid: newCid() });
    // Without a connection it waits for the next one; where only this broke off, the customer says when.
    else if (answer || isOpen()) change(entry, { state: "failed", problem: message ?? "the connection broke off." });
    this.pump();
  }
}

/** Sends one; `done` gets the server's answer, or null where it could not be reached. Returns what stops it. */
function send(base, token, { cid, file, blob }, progress, done) {
  const request = new XMLHttpRequest();
  request.open("POST", `${base}?${new URLSearchParams({ cid, name: file.name })}`);
  request.setRequestHeader("authorization", `Bearer ${token}`);
  request.setRequestHeader("content-type", blob.type || "application/octet-stream");
  request.upload.onprogress = ({ loaded, total }) => total && progress(loaded / total);
  request.onload = () => done(read(request));
  request.onerror = () => done(null);
  request.send(blob);
  return () => request.abort();
}

function read(request) {
  try {
    const answer = JSON.parse(request.responseText);
    return answer.cid || answer.error ? answer : null;
  } catch {
    return null;
  }
}

const known = new Map();

/** An address within this page under which a file can be shown and saved: the token is a header, which pictures cannot send. */
export function address(base, token, id) {
  if (!known.has(id)) known.set(id, fetched(`${base}/${id}`, token).catch((problem) => (known.delete(id), Promise.reject(problem))));
  return known.get(id);
}

async function fetched(url, token) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return URL.createObjectURL(await answer.blob());
}
