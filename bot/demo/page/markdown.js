// The part of Discord's markdown that the bot uses, turned into elements. Pure but for the DOM.

import { el } from "./dom.js";
import { jumpLink, jumpOf } from "./jumping.js";

const FENCE = /```(?:([\w+#.-]+)\n)?\n?([\s\S]+?)\n?```/g;
const INLINE = /\\([\\`*_~|>#@<-])|<@!?(\d+)>|<@&(\d+)>|<#(\d+)>|<t:(-?\d{1,11})(?::([tTdDfFR]))?>|\*\*(.+?)\*\*|__(.+?)__|\*(?!\s)(.+?)\*|(?<![\w_])_(.+?)_(?![\w_])|~~(.+?)~~|(https?:\/\/[^\s<>()]+)|\[([^\[\]\n]+)\]\((https?:\/\/[^\s<>()]+)\)/gs;
const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

// names: { user(id), role(id), channel(id) } return a name or undefined; go(channel, message) leads there.
export function markdown(text, names) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(FENCE)) {
    parts.push(...lines(text.slice(end, match.index), names));
    parts.push(codeBlock(match[1] || "", match[2]));
    end = match.index + match[0].length;
  }
  parts.push(...lines(text.slice(end), names));
  return parts;
}

function codeBlock(tag, text) {
  const code = el("code", {}, ...(tag === "ansi" ? ansi(text) : [text]));
  return el("pre", { class: "code", tabIndex: 0, "data-tag": tag || false }, code);
}

function lines(text, names) {
  const trimmed = text.replace(/^\n|\n$/g, "");
  if (!trimmed) return [];
  const parts = [];
  trimmed.split("\n").forEach((line, index) => {
    if (index) parts.push("\n");
    const small = /^-# (.*)$/.exec(line);
    const heading = /^#{1,3} (.*)$/.exec(line);
    if (small) parts.push(el("small", {}, ...inline(small[1], names)));
    else if (heading) parts.push(el("strong", { class: "heading" }, ...inline(heading[1], names)));
    else parts.push(...inline(line, names));
  });
  return parts;
}

function inline(text, names) {
  const parts = [];
  let end = 0;
  for (const [from, to, code] of codeSpans(text)) {
    parts.push(...plain(text.slice(end, from), names), el("code", {}, code.trim() || code));
    end = to;
  }
  parts.push(...plain(text.slice(end), names));
  return parts;
}

// Where inline code is: a run of backticks up to the next run as long. Linear in the text, whatever
// a hostile program prints: a regular expression for this takes minutes on 4000 backticks.
function codeSpans(text) {
  const runs = [...text.matchAll(/`+/g)].filter((run) => text[run.index - 1] !== "\\");
  const following = new Map();
  const partner = new Array(runs.length);
  for (let at = runs.length - 1; at >= 0; at -= 1) {
    partner[at] = following.get(runs[at][0].length);
    following.set(runs[at][0].length, at);
  }
  const spans = [];
  for (let at = 0; at < runs.length; at += 1) {
    if (partner[at] === undefined) continue;
    const close = runs[partner[at]];
    const from = runs[at].index + runs[at][0].length;
    spans.push([runs[at].index, close.index + close[0].length, text.slice(from, close.index)]);
    at = partner[at];
  }
  return spans;
}

function plain(text, names) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(end, match.index), element(match, names));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

function element(match, names) {
  const [whole, escaped, user, role, channel, seconds, style, bold, under, star, line, struck, url, label, target] = match;
  if (escaped !== undefined) return escaped;
  if (user) return mention("@", names.user(user), whole);
  if (role) return mention("@", names.role(role), whole);
  if (channel) return place(channel, names) ?? whole;
  if (seconds !== undefined) return moment(new Date(seconds * 1000), style);
  if (bold !== undefined) return el("strong", {}, ...plain(bold, names));
  if (under !== undefined) return el("u", {}, ...plain(under, names));
  if (star !== undefined || line !== undefined) return el("em", {}, ...plain(star ?? line, names));
  if (struck !== undefined) return el("s", {}, ...plain(struck, names));
  return link(url ?? target, label, names);
}

function place(channel, names, message) {
  const name = names.channel(channel);
  return name && jumpLink(`#${name}${message ? " › message" : ""}`, "Go there", () => names.go(channel, message));
}

function link(url, label, names) {
  const jump = jumpOf(url);
  if (jump && label) return jumpLink(label, "Go to the message", () => names.go(jump.channel, jump.message));
  const shown = jump && place(jump.channel, names, jump.message);
  return shown || el("a", { href: url, title: url, target: "_blank", rel: "noopener noreferrer" }, label ?? url);
}

// A time as its reader has it: in words for R, else date and clock.
function moment(date, style) {
  const whole = date.toLocaleString();
  return el("time", { dateTime: date.toISOString(), title: whole, class: "mention" }, style === "R" ? ago(date) : whole);
}

function ago(date) {
  const seconds = (date - Date.now()) / 1000;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) || units[3];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

function mention(sign, name, whole) {
  return name ? el("span", { class: "mention" }, sign + name) : whole;
}

// Colours of ```ansi blocks: 30-37, 40-47, bold, underline, reset; other sequences vanish.
export function ansi(text) {
  const parts = [];
  let style = new Set();
  let end = 0;
  for (const match of text.matchAll(/\x1b\[([\d;]*)([A-Za-z])/g)) {
    parts.push(styled(text.slice(end, match.index), style));
    end = match.index + match[0].length;
    if (match[2] === "m") style = changed(style, match[1]);
  }
  parts.push(styled(text.slice(end), style));
  return parts.filter((part) => part !== null);
}

function changed(style, codes) {
  const next = new Set(style);
  for (const code of codes.split(";").map(Number)) {
    const kind = code >= 40 ? "bg" : "fg";
    if (code === 0) next.clear();
    else if (code === 1) next.add("bold");
    else if (code === 4) next.add("underline");
    else if ((code >= 30 && code <= 37) || (code >= 40 && code <= 47)) {
      for (const one of next) if (one.startsWith(kind)) next.delete(one);
      next.add(`${kind}-${COLOURS[code % 10]}`);
    }
  }
  return next;
}

function styled(text, style) {
  if (!text) return null;
  return style.size ? el("span", { class: [...style].map((s) => `ansi-${s}`).join(" ") }, text) : text;
}
