// The message box: text, files, answers, edits and slash commands.

import { act } from "./api.js";
import { CommandForm, Suggestions, grow } from "./commands.js";
import { byId, el, show, sizeText } from "./dom.js";
import { displayName } from "./messages.js";

const LONGEST_MESSAGE = 2000;
const TYPING_EVERY_MS = 8000;

export class Composer {
  // app: { user, channel, world, commands, opened(modal), lastOwn() }
  constructor(app) {
    this.app = app;
    this.text = byId("text");
    this.files = [];
    this.answered = null;
    this.edited = null;
    this.command = null;
    this.typedAt = 0;
    this.suggestions = new Suggestions((entry) => this.choose(entry));
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    byId("composer").addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.changed());
    byId("attach").addEventListener("change", (event) => {
      this.attach([...event.target.files]);
      event.target.value = "";
    });
    this.text.addEventListener("paste", (event) => this.attach([...event.clipboardData.files]));
    byId("scroll").addEventListener("dragover", (event) => event.preventDefault());
    byId("scroll").addEventListener("drop", (event) => {
      event.preventDefault();
      this.attach([...event.dataTransfer.files]);
    });
  }

  key(event) {
    if (event.isComposing) return;
    if (event.target === this.text && this.suggestions.key(event)) return;
    if (event.key === "Escape") this.reset();
    else if (event.key === "ArrowUp" && event.target === this.text && !this.text.value) this.editLast(event);
    else if (event.key === "Enter" && !event.shiftKey && event.target.matches("textarea, input:not([type=file]), select")) {
      event.preventDefault();
      this.send();
    }
  }

  changed() {
    grow(this.text);
    this.warn("");
    this.suggestions.update(this.text.value, this.app.commands);
    const now = Date.now();
    if (this.text.value && !this.text.value.startsWith("/") && now - this.typedAt > TYPING_EVERY_MS) {
      this.typedAt = now;
      act("typing", this.where()).catch(() => {});
    }
  }

  where() {
    return { user: this.app.user.id, channel: this.app.channel.id };
  }

  fill(text) {
    this.reset();
    this.text.value = text;
    this.changed();
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
  }

  // The part of the box that says what is being done: answering, editing.
  about(text) {
    const node = byId("context");
    node.replaceChildren(...(text ? [text, el("button", { type: "button", class: "as-link", onclick: () => this.reset() }, "Cancel")] : []));
    show(node, Boolean(text));
  }

  answer(message) {
    this.reset();
    this.answered = message;
    this.about(`Answering ${displayName(message.author)} `);
    this.text.focus();
  }

  edit(message) {
    const world = this.app.world;
    this.fill(message.content.replaceAll(`<@${world.bot.id}>`, `@${world.bot.username}`));
    this.edited = message;
    this.about("Editing your message ");
  }

  editLast(event) {
    const message = this.app.lastOwn();
    if (!message) return;
    event.preventDefault();
    this.edit(message);
  }

  choose(entry) {
    this.text.value = "";
    this.suggestions.update("", []);
    if (this.command) this.command.close();
    this.command = new CommandForm(entry, (type) => this.app.offered(type), {
      complete: async (focused, options) =>
        (await act("autocomplete", { ...this.where(), name: entry.path, options, focused }).catch(() => ({ choices: [] }))).choices,
      cancel: () => this.reset(),
    });
    this.text.placeholder = `Enter runs /${entry.path}`;
  }

  attach(files) {
    if (this.command) this.give(files);
    else this.files.push(...files);
    this.drawFiles();
  }

  // A command has its files in its options alone.
  give(files) {
    const left = this.command.take(files);
    const path = this.command.entry.path;
    this.warn(left.length ? `/${path} has no option left for “${left[0].name}”.` : "");
  }

  drawFiles() {
    const list = byId("files");
    list.replaceChildren(
      ...this.files.map((file, index) =>
        el("li", {}, `${file.name} (${sizeText(file.size)}) `, el("button", {
          type: "button",
          class: "as-link",
          onclick: () => {
            this.files.splice(index, 1);
            this.drawFiles();
          },
        }, "Remove")),
      ),
    );
    show(list, this.files.length > 0);
  }

  warn(text) {
    byId("notice").textContent = text;
    show(byId("notice"), Boolean(text));
  }

  reset() {
    this.text.value = "";
    this.files = [];
    this.answered = this.edited = null;
    if (this.command) this.command.close();
    this.command = null;
    this.text.placeholder = this.app.placeholder();
    this.about(null);
    this.drawFiles();
    this.warn("");
    this.suggestions.update("", []);
    grow(this.text);
  }

  async send() {
    try {
      if (this.command) await this.runCommand();
      else if (this.edited) await this.saveEdit();
      else await this.say();
    } catch (error) {
      this.warn(error.message);
    }
  }

  async runCommand() {
    const missing = this.command.missing();
    if (missing) {
      this.warn(`/${this.command.entry.path} needs “${missing.option.name}”.`);
      missing.input.focus();
      return;
    }
    const { options, files } = this.command.values();
    const path = this.command.entry.path;
    this.reset();
    this.text.focus();
    const answer = await act("slash", { ...this.where(), name: path, options }, files);
    if (answer.modal) this.app.opened(answer.modal);
  }

  async saveEdit() {
    const message = this.edited.id;
    const content = mentions(this.text.value, this.app.world);
    await act("edit", { user: this.app.user.id, message, content });
    this.reset();
  }

  async say() {
    const typed = this.text.value;
    if (!typed.trim() && !this.files.length) return;
    if (/^\/\S/.test(typed) && !typed.includes("\n")) {
      this.warn("There is no such command. Type / to see what there is.");
      return;
    }
    let content = mentions(typed, this.app.world);
    const files = [...this.files];
    if (content.trim().length > LONGEST_MESSAGE) {
      // As Discord's own client does: the mention stays, the text becomes a file.
      const [first] = /^<@\d+>\s*/.exec(content) || [""];
      files.push(new File([content.slice(first.length)], "message.txt", { type: "text/plain" }));
      content = first.trim();
    }
    const reply_to = this.answered ? this.answered.id : null;
    await act("say", { ...this.where(), content, reply_to }, files);
    this.reset();
  }
}

// "@codecage" becomes the bot's mention; what stands in code stays as it is.
export function mentions(text, world) {
  const ids = new Map([world.bot, ...world.users].map((one) => [one.username.toLowerCase(), one.id]));
  return text
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]*`)/)
    .map((part, index) =>
      index % 2 ? part : part.replace(/(^|[^\w<])@(\w+)/g, (whole, before, name) => {
        const id = ids.get(name.toLowerCase());
        return id ? `${before}<@${id}>` : whole;
      }),
    )
    .join("");
}
