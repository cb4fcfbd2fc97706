/** What a browser keeps of a chat: session, token, what was seen, and messages until the server has them. One entry a key, so that tabs do not overwrite each other. */

export class Kept {
  #prefix;
  #store;

  constructor(bot) {
    this.name = this.#prefix = `rapport/${bot}`;
    this.#store = usable();
  }

  /** `{session, token}` or null. */
  get session() {
    return this.#read(this.#prefix);
  }
  set session(value) {
    this.#write(this.#prefix, value);
  }

  get seen() {
    return this.#read(`${this.#prefix}/seen`) ?? 0;
  }
  set seen(seq) {
    this.#write(`${this.#prefix}/seen`, seq || null);
  }

  /** Whom the website said that the customer is. */
  get who() {
    return this.#read(`${this.#prefix}/who`);
  }
  set who(id) {
    this.#write(`${this.#prefix}/who`, id);
  }

  /** To which words the customer agreed. */
  get consent() {
    return this.#read(`${this.#prefix}/consent`);
  }
  set consent(version) {
    this.#write(`${this.#prefix}/consent`, version);
  }

  /** Forgets everything of this bot. */
  clear() {
    for (const key of this.#keys(`${this.#prefix}/`)) this.#write(key, null);
    this.#write(this.#prefix, null);
  }

  #keys(start) {
    return Array.from({ length: this.#store.length }, (_, i) => this.#store.key(i)).filter((k) => k?.startsWith(start));
  }

  /** Messages without an `ack`, oldest first. */
  unsent() {
    return this.#keys(`${this.#prefix}/out/`).map((k) => this.#read(k)).filter((e) => e?.cid && e.t).sort((a, b) => a.at - b.at);
  }
  keep(entry) {
    if (!entry.secret && !entry.blob) this.#write(`${this.#prefix}/out/${entry.cid}`, entry);
  }
  drop(cid) {
    this.#write(`${this.#prefix}/out/${cid}`, null);
  }

  /** Calls `act` when another tab began another chat. */
  onOther(act) {
    addEventListener("storage", (event) => event.key === this.#prefix && act());
  }

  #read(key) {
    try {
      return JSON.parse(this.#store.getItem(key));
    } catch {
      return null;
    }
  }

  #write(key, value) {
    try {
      if (value === null) this.#store.removeItem(key);
      else this.#store.setItem(key, JSON.stringify(value));
    } catch {
      // A full or closed storage costs the resume after a reload, not the chat.
    }
  }
}

/** Browsers may refuse storage to an embedded page; then this page's memory has to do. */
function usable() {
  try {
    localStorage.setItem("rapport", "");
    localStorage.removeItem("rapport");
    return localStorage;
  } catch {
    const map = new Map();
    return {
      getItem: (k) => map.get(k) ?? null,
      setItem: (k, v) => map.set(k, v),
      removeItem: (k) => map.delete(k),
      key: (i) => [...map.keys()][i],
      get length() {
        return map.size;
      },
    };
  }
}
