// The playground: a program, its input and files on one side, what it does on the other.

import { Terminal } from "/page/ansi.js";
import { run as runThere, runtimes } from "/page/client.js";
import { Editor } from "/page/editor.js";
import { packed, unpacked } from "/page/share.js";

const at = (id) => document.getElementById(id);
const terminal = new Terminal(at("output"));
const editor = new Editor(at("code"), { label: "Program", hint: at("code-hint").textContent });
const HELLO = 'name = input("Who are you? ")\nprint(f"\\x1b[32mHello {name}\\x1b[0m")\n';
let running = null;
let aliases = new Map(); // of each language

function notice(text) {
  at("notice").textContent = text;
}

function made(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// --- the program -------------------------------------------------------------------------------------------------

function addFile(name = "", content = "") {
  const number = at("files").children.length + 1;
  const box = made("div", "", { class: "file", role: "group", "aria-label": `File ${number}` });
  const path = made("input", "", { type: "text", placeholder: "data.txt", "aria-label": "Name of the file" });
  const text = made("textarea", "", { rows: "3", spellcheck: "false", "aria-label": "Content of the file" });
  const remove = made("button", "Remove", { type: "button" });
  path.value = name;
  text.value = content;
  remove.addEventListener("click", () => {
    box.remove();
    at("add-file").focus();
  });
  box.append(path, remove, text);
  at("files").append(box);
  return path;
}

function state() {
  const [language, version] = JSON.parse(at("language").value || '["", "*"]');
  const files = [...at("files").children].map((box) => ({
    name: box.querySelector("input").value,
    content: box.querySelector("textarea").value,
  }));
  return {
    language, version, files,
    code: editor.text,
    stdin: at("stdin").value,
    args: at("args").value.split("\n").filter((line) => line),
    time: Number(at("time").value),
    memory: Number(at("memory").value),
  };
}

function restore(saved) {
  const text = (value) => (typeof value === "string" ? value : "");
  editor.text = text(saved.code);
  at("stdin").value = text(saved.stdin);
  at("args").value = Array.isArray(saved.args) ? saved.args.map(text).join("\n") : "";
  at("time").value = saved.time || "";
  at("memory").value = saved.memory || "";
  for (const file of Array.isArray(saved.files) ? saved.files : []) addFile(text(file.name), text(file.content));
  const wanted = [...at("language").options].filter((option) => JSON.parse(option.value)[0] === saved.language);
  const exact = wanted.find((option) => JSON.parse(option.value)[1] === saved.version);
  if (exact ?? wanted[0]) at("language").value = (exact ?? wanted[0]).value;
  highlight();
  at("more").open ||= Boolean(saved.stdin || saved.args?.length || saved.files?.length || saved.time || saved.memory);
}

function request() {
  const { language, version, code, files, stdin, args, time, memory } = state();
  return {
    language, version, args, stdin,
    files: [{ content: code }, ...files.filter((file) => file.name)],
    run_timeout: Math.round(time * 1000),
    run_memory_limit: memory * 1024 * 1024,
  };
}

// --- running it --------------------------------------------------------------------------------------------------

const SAID = {
  ok: "Finished", cancelled: "Stopped", time_limit: "Ran too long", cpu_limit: "Used too much processor time",
  memory_limit: "Used too much memory", output_limit: "Printed too much", internal_error: "Failed on our side",
};

function run() {
  if (running) return;
  terminal.clear();
  at("made").replaceChildren();
  at("ending").textContent = "";
  at("ending").className = "";
  notice("Starting…");
  const asked = request();
  const on = {
    output: (stream, text) => terminal.write(stream, text),
    queued: (position) => notice(`Waiting, place ${position}`),
    stage: (name) => {
      notice(name === "compile" ? "Compiling…" : "Running…");
      at("typing").hidden = name !== "run" || Boolean(asked.stdin);
    },
    exit: ended,
    result: ({ artifacts }) => artifacts.forEach(show),
    error: (text) => {
      at("ending").textContent = text;
      at("ending").className = "bad";
    },
    close: () => {
      running = null;
      notice("");
      at("typing").hidden = true;
      at("stop").hidden = true;
      at("run").disabled = false;
    },
  };
  at("stop").hidden = false;
  at("run").disabled = true;
  running = runThere(asked, at("key").value, on);
}

function ended(stage) {
  if (stage.stage === "compile" && stage.verdict === "ok") return;
  const what = stage.verdict === "compile_error" ? "Did not compile" : SAID[stage.verdict] ?? stage.message;
  const figures = `${stage.wall_time} ms, ${(stage.memory / 1048576).toFixed(1)} MiB`;
  const cut = stage.truncated ? `, output cut after ${stage.stdout_bytes + stage.stderr_bytes} bytes` : "";
  at("ending").textContent = `${what} · ${figures}${cut}`;
  at("ending").className = stage.verdict === "ok" ? "" : "bad";
}

function show(artifact) {
  const address = `data:${artifact.type};base64,${artifact.content}`;
  const figure = made("figure", "");
  if (/^image\/(png|jpeg|gif|webp|svg\+xml)$/.test(artifact.type)) {
    figure.append(made("img", "", { src: address, alt: `${artifact.path}, made by the program` }));
  }
  const link = made("a", `${artifact.path} (${artifact.size} bytes)`, { download: artifact.path, href: address });
  const caption = made("figcaption", "");
  caption.append(link);
  figure.append(caption);
  at("made").append(figure);
}

// --- the page ----------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
at("run").addEventListener("click", run);
at("stop").addEventListener("click", () => running?.stop());
at("add-file").addEventListener("click", () => addFile().focus());
at("eof").addEventListener("click", () => {
  running?.end();
  at("typing").hidden = true;
});
at("typing").addEventListener("submit", (event) => {
  event.preventDefault();
  running?.send(`${at("line").value}\n`);
  terminal.write("stdout", `${at("line").value}\n`);
  at("line").value = "";
});
at("share").addEventListener("click", async () => {
  history.replaceState(null, "", `#${await packed(state())}`);
  try {
    await navigator.clipboard.writeText(location.href);
    notice("The link is copied.");
  } catch {
    notice("The link is in the address bar.");
  }
});
at("key").addEventListener("change", fill);
at("language").addEventListener("change", highlight);

function highlight() {
  const [name] = JSON.parse(at("language").value || '[""]');
  editor.speak([name, ...(aliases.get(name) ?? [])]);
}

async function fill() {
  try {
    const listed = await runtimes(at("key").value);
    const chosen = at("language").value;
    aliases = new Map(listed.map((runtime) => [runtime.language, runtime.aliases]));
    at("language").replaceChildren(
      ...listed.map(({ language, version }) => {
        const value = JSON.stringify([language, version]);
        return made("option", `${language} ${version}`, { value });
      }),
    );
    if (chosen) at("language").value = chosen;
    highlight();
    notice(listed.length ? "" : "No language can run here.");
  } catch (error) {
    at("key-label").hidden = error.status !== 401 && !at("key").value;
    at("more").open = !at("key-label").hidden;
    notice(error.message);
  }
}

await fill();
restore((await unpacked(location.hash.slice(1))) ?? { language: "python", version: "*", code: HELLO });
