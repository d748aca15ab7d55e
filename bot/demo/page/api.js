// Talks to the stand-in: reads, actions and the stream of events.

export async function read(path, query) {
  const answer = await fetch(`/demo/api/${path}?${new URLSearchParams(query)}`);
  if (!answer.ok) throw new Error((await answer.text()) || answer.statusText);
  return answer.json();
}

// Returns what the action answers; an error of the person's own making is thrown with its sentence.
export async function act(action, payload, files = []) {
  const form = new FormData();
  form.append("payload_json", JSON.stringify(payload));
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  const answer = await fetch(`/demo/api/act/${action}`, { method: "POST", body: form });
  const body = await answer.json().catch(() => ({ error: answer.statusText }));
  if (!answer.ok) throw new Error(body.error || answer.statusText);
  return body;
}

// Calls hear(event) for each event and state(connected) on changes. Returns a function that ends it,
// and a promise that is kept when the stream is open, or could not be opened at first.
export function listen(userId, hear, state) {
  let socket = null;
  let closed = false;
  let wait = 500;
  let tried = () => {};
  const ready = new Promise((resolve) => { tried = resolve; });
  const connect = () => {
    if (closed) return;
    socket = new WebSocket(`ws://${location.host}/demo/events?user=${userId}`);
    socket.onopen = () => {
      wait = 500;
      tried();
      state(true);
    };
    socket.onmessage = (frame) => hear(JSON.parse(frame.data));
    socket.onclose = () => {
      tried();
      if (closed) return;
      state(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 10000);
    };
  };
  connect();
  const stop = () => {
    closed = true;
    socket.close();
  };
  return { stop, ready };
}
