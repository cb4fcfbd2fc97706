/** Photos and files over HTTP, whatever wire the chat itself has. Fetched only where somebody sends or sees one. */

/** Sends one; `done` gets the server's answer, or null where it could not be reached. Returns what stops it. */
export function upload(base, token, { cid, file, blob }, progress, done) {
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
