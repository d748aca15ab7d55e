// Talks to the API: live over the WebSocket, or in one request where a key is needed, which no WebSocket of a
// browser can carry.

export async function runtimes(key) {
  const response = await fetch("/api/v2/runtimes", { headers: authorization(key) });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.message), { status: response.status });
  return body;
}

// Calls on.output(stream, text), on.stage(name), on.queued(position), on.exit(stage), on.result(result), on.error(text),
// and on.close() once, last. Returns {send, end, stop}.
export function runLive(request, on) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v2/connect`);
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
  socket.onclose = ({ code }) => {
    if (code === 1006) on.error("The server cannot be reached.");
    on.close();
  };
  return {
    send: (text) => say({ type: "data", stream: "stdin", data: text }),
    end: () => say({ type: "eof" }),
    stop: () => say({ type: "cancel" }),
  };
}

export function runOnce(request, key, on) {
  const controller = new AbortController();
  const ask = async () => {
    try {
      const response = await fetch("/api/v2/execute", {
        method: "POST",
        body: JSON.stringify(request),
        headers: { ...authorization(key), "Content-Type": "application/json" },
        signal: controller.signal,
      });
      const answer = await response.json();
      if (!response.ok) return on.error(answer.message);
      const failed = answer.compile && answer.compile.verdict !== "ok";
      for (const stage of failed ? ["compile"] : ["compile", "run"]) {
        if (!answer[stage]) continue;
        on.output("stdout", answer[stage].stdout);
        on.output("stderr", answer[stage].stderr);
        on.exit({ ...answer[stage], stage });
      }
      on.result(answer);
    } catch (error) {
      on.error(controller.signal.aborted ? "Stopped." : `The server cannot be reached: ${error.message}`);
    }
  };
  ask().finally(on.close);
  return { send: () => {}, end: () => {}, stop: () => controller.abort() };
}

function authorization(key) {
  return key ? { Authorization: `Bearer ${key}` } : {};
}
