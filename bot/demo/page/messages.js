// Shows one message: author, answer line, text, embeds, files, buttons, reactions.

import { colour, components } from "./components.js";
import { el, sizeText, timeText } from "./dom.js";
import { markdown } from "./markdown.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;
const COLOURS = ["#4f6bed", "#c2528b", "#2f8f6b", "#b3661e", "#7a5bd6", "#2c86a8"];

// hooks: { names, use(action, payload, node), menu(message, x, y), dismiss(message), react(message, emoji) }
export function messageNode(message, previous, hooks) {
  const joined = follows(message, previous);
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  const node = el(
    "li",
    { class: `message${joined ? " joined" : ""}${ephemeral ? " ephemeral" : ""}`, "data-id": message.id },
    answerLine(message, hooks),
    joined ? null : avatar(message.author),
    el("div", { class: "body" }, joined ? null : byline(message), content(message, hooks), ephemeral ? onlyYou(message, hooks) : null),
    moreButton(message, hooks),
  );
  node.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a, button, select, pre")) return;
    event.preventDefault();
    hooks.menu(message, event.clientX, event.clientY);
  });
  return node;
}

export const displayName = (author) => author.global_name || author.username;

function follows(message, previous) {
  return Boolean(
    previous &&
      previous.author.id === message.author.id &&
      !message.message_reference &&
      !message.interaction_metadata &&
      new Date(message.timestamp) - new Date(previous.timestamp) < 5 * 60 * 1000,
  );
}

function avatar(author) {
  const disc = el("span", { class: "avatar", "aria-hidden": "true" }, author.bot ? "‹›" : displayName(author).slice(0, 1));
  disc.style.background = COLOURS[Number(BigInt(author.id) % BigInt(COLOURS.length))];
  return disc;
}

function byline(message) {
  return el(
    "p",
    { class: "byline" },
    el("strong", {}, displayName(message.author)),
    message.author.bot ? el("span", { class: "tag" }, "APP") : null,
    el("time", { dateTime: message.timestamp, title: new Date(message.timestamp).toLocaleString() }, timeText(message.timestamp)),
  );
}

function answerLine(message, hooks) {
  const used = message.interaction_metadata;
  if (used) {
    const what = used.name ? `used ${used.target_message_id ? "" : "/"}${used.name}` : "used a button or window";
    return el("p", { class: "answers" }, "↱ ", el("strong", {}, displayName(used.user)), ` ${what}`);
  }
  if (!message.message_reference) return null;
  const shown = message.referenced_message;
  if (!shown) return el("p", { class: "answers" }, "↱ Original message was deleted");
  const text = shown.content || (shown.embeds.length ? "an embed" : "a file");
  return el(
    "p",
    { class: "answers" },
    "↱ ",
    el("strong", {}, displayName(shown.author)),
    " ",
    el("span", {}, markdown(oneLine(text), hooks.names)),
  );
}

// A preview: code blocks become inline code, and what is long is cut.
function oneLine(text) {
  const flat = text.slice(0, 500).replace(/```(?:\w+\n)?([^`]*)```/g, (_, code) => ` \`${code.trim()}\` `);
  const cut = flat.replace(/```\w*/g, "").replace(/\s+/g, " ").slice(0, 120);
  const isInCode = cut.split("`").length % 2 === 0;
  return isInCode ? `${cut}…\`` : cut;
}

function content(message, hooks) {
  if (message.flags & LOADING) {
    return el("p", { class: "thinking" }, `${displayName(message.author)} is thinking`, el("span", { class: "dots", "aria-hidden": "true" }, "…"));
  }
  const edited = message.edited_timestamp
    ? el("span", { class: "edited", title: new Date(message.edited_timestamp).toLocaleString() }, " (edited)")
    : null;
  const text = message.content ? el("div", { class: "text" }, markdown(message.content, hooks.names), edited) : null;
  return [
    text,
    (message.embeds || []).map((embed) => embedNode(embed, message, hooks.names)),
    (message.attachments || []).map(attachmentNode),
    components(message, hooks.names, hooks.use),
    text ? null : edited,
    reactions(message, hooks),
  ].flat();
}

function embedNode(embed, message, names) {
  const node = el(
    "article",
    { class: "embed" },
    embed.author ? el("p", { class: "embed-author" }, embed.author.name) : null,
    embed.title ? el("h2", {}, markdown(embed.title, names)) : null,
    embed.description ? el("div", { class: "text" }, markdown(embed.description, names)) : null,
    embed.fields ? el("dl", {}, embed.fields.map((field) => fieldNode(field, names))) : null,
    pictureNode(embed, message),
    embed.footer ? el("p", { class: "footer" }, embed.footer.text) : null,
  );
  if (embed.color) node.style.borderLeftColor = colour(embed.color);
  return node;
}

function fieldNode(field, names) {
  return el(
    "div",
    { class: field.inline ? "inline" : "" },
    el("dt", {}, markdown(field.name, names)),
    el("dd", { class: "text" }, markdown(field.value, names)),
  );
}

function pictureNode(embed, message) {
  const url = embed.image && embed.image.url;
  if (!url || !url.startsWith("attachment://")) return null; // nothing is loaded from elsewhere
  const file = message.attachments.find((one) => one.filename === url.slice("attachment://".length));
  return file ? el("img", { src: local(file.url), alt: file.filename }) : null;
}

// Files come from this very server, under whichever of its names the page was opened.
function local(url) {
  return new URL(url).pathname;
}

function attachmentNode(file) {
  const href = local(file.url);
  const name = el("a", { href, download: file.filename }, file.filename);
  const caption = el("figcaption", {}, name, ` ${sizeText(file.size)}`);
  const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.content_type || "");
  return el(
    "figure",
    { class: picture ? "picture" : "file" },
    picture ? el("img", { src: href, alt: file.description || file.filename, loading: "lazy" }) : null,
    caption,
  );
}

function reactions(message, hooks) {
  if (!message.reactions) return null;
  return el(
    "div",
    { class: "reactions" },
    message.reactions.map((one) =>
      el("button", { type: "button", class: "reaction", onclick: () => hooks.react(message, one.emoji.name) }, `${one.emoji.name} ${one.count}`),
    ),
  );
}

function onlyYou(message, hooks) {
  return el(
    "p",
    { class: "only-you" },
    "Only you can see this · ",
    el("button", { type: "button", class: "as-link", onclick: () => hooks.dismiss(message) }, "Dismiss"),
  );
}

function moreButton(message, hooks) {
  return el(
    "button",
    {
      type: "button",
      class: "more",
      title: "More",
      "aria-label": `More about the message of ${displayName(message.author)}`,
      "aria-haspopup": "menu",
      onclick: (event) => {
        const place = event.currentTarget.getBoundingClientRect();
        hooks.menu(message, place.left, place.bottom, event.currentTarget);
      },
    },
    "⋯",
  );
}
