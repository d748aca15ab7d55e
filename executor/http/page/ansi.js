// Shows a program's output with the colours it asked for. Everything else that a terminal would obey is dropped.

const SEQUENCE = /\x1b(?:\[([0-9;:?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;
const UNFINISHED = /\x1b(?:\[[0-9;:?]*|\][^\x07\x1b]*)?$/;

export class Terminal {
  // `element` gets spans appended; the text of a stream may be cut anywhere.
  constructor(element) {
    this.element = element;
    this.clear();
  }

  clear() {
    this.element.replaceChildren();
    this.rest = { stdout: "", stderr: "" };
    this.style = { stdout: {}, stderr: {} };
  }

  write(stream, text) {
    const isAtEnd = this.element.scrollTop + this.element.clientHeight >= this.element.scrollHeight - 4;
    let input = this.rest[stream] + text;
    const unfinished = input.match(UNFINISHED);
    this.rest[stream] = unfinished && unfinished[0].length < 256 ? unfinished[0] : "";
    input = input.slice(0, input.length - this.rest[stream].length);
    let at = 0;
    for (const match of input.matchAll(SEQUENCE)) {
      this.append(stream, input.slice(at, match.index));
      at = match.index + match[0].length;
      if (match[2] === "m") this.style[stream] = restyled(this.style[stream], match[1]);
    }
    this.append(stream, input.slice(at));
    if (isAtEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  append(stream, text) {
    if (!text) return;
    const span = document.createElement("span");
    span.textContent = text.replace(/\r\n/g, "\n");
    const style = this.style[stream];
    if (stream === "stderr") span.classList.add("stderr");
    for (const name of ["bold", "dim", "italic", "underline"]) if (style[name]) span.classList.add(name);
    if (typeof style.colour === "number") span.classList.add(`f${style.colour}`);
    if (typeof style.colour === "string") span.style.color = style.colour;
    this.element.append(span);
  }
}

function restyled(style, parameters) {
  const codes = parameters.split(/[;:]/).map(Number);
  let now = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) now = {};
    else if (code === 1) now.bold = true;
    else if (code === 2) now.dim = true;
    else if (code === 3) now.italic = true;
    else if (code === 4) now.underline = true;
    else if (code === 22) now.bold = now.dim = false;
    else if (code === 23) now.italic = false;
    else if (code === 24) now.underline = false;
    else if (code >= 30 && code <= 37) now.colour = code - 30;
    else if (code >= 90 && code <= 97) now.colour = code - 90;
    else if (code === 39) delete now.colour;
    else if (code === 38 && codes[i + 1] === 2) {
      const [red, green, blue] = codes.slice(i + 2, i + 5).map((n) => Math.min(255, n || 0));
      now.colour = `rgb(${red ?? 0}, ${green ?? 0}, ${blue ?? 0})`;
      i += 4;
    } else if (code === 38 && codes[i + 1] === 5) {
      now.colour = palette(codes[i + 2] || 0);
      i += 2;
    } else if (code === 48) i += codes[i + 1] === 2 ? 4 : 2;
  }
  return now;
}

function palette(index) {
  if (index < 16) return index % 8;
  if (index >= 232) {
    const grey = 8 + 10 * (Math.min(index, 255) - 232);
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const level = (n) => (n ? 55 + 40 * n : 0);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6) % 6)}, ${level(cube % 6)})`;
}
