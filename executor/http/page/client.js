// Talks to the API.

export async function runtimes(key) {
  const response = await fetch("/api/v2/runtimes", { headers: authorization(key) });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.message), { status: response.status });
  return body;
}

// Calls on.output(stream, text), on.stage(name), on.queued(position), on.exit(stage), on.result(result), on.error(text),
// and on.close() once, last. Returns {send, end, stop}.
export function run(request, key, on) {
  // A browser lets no page set a WebSocket's Authorization header: the key is offered as a sub-protocol. What can be no
  // key, such as one with a space, must not be refused by the browser before the server can say so.
  const protocols = key ? ["codecage", `codecage.key.${key.replace(/[^\w.-]/g, "_")}`] : [];
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v2/connect`, protocols);
  const say = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  socket.onopen = () => {
    say({ ...request, type: "init" });
    if (request.stdin) {
      say({ type: "data", stream: "stdin", data: request.stdin });
      say({ type: "eof" });
    }
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "data") on.output(message.stream, message.data);
    else if (message.type === "stage") on.stage(message.stage);
    else if (message.type === "queued") on.queued(message.position);
    else if (message.type === "exit") on.exit(message);
    else if (message.type === "result") on.result(message);
    else if (message.type === "error") on.error(message.message);
  };
  socket.onclose = async ({ code }) => {
    if (code === 1006) on.error(await reason(key));
    on.close();
  };
  return {
    send: (text) => say({ type: "data", stream: "stdin", data: text }),
    end: () => say({ type: "eof" }),
    stop: () => say({ type: "cancel" }),
  };
}

// Says why there was no socket, which a browser keeps to itself.
async function reason(key) {
  try {
    await runtimes(key);
    return "The connection broke.";
  } catch (error) {
    return error.status ? error.message : "The server cannot be reached.";
  }
}

function authorization(key) {
  return key ? { Authorization: `Bearer ${key}` } : {};
}
