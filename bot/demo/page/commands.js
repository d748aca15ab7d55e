// Slash commands: the list that "/" opens, and the form of the chosen one.

import { byId, el, show } from "./dom.js";

// Every command a person can pick, sub-commands as entries of their own.
export function entries(commands) {
  return commands.filter((one) => one.type === 1).flatMap((one) => flat(one, one.name, one));
}

function flat(node, path, command) {
  const inner = (node.options || []).filter((one) => one.type <= 2);
  if (inner.length) return inner.flatMap((one) => flat(one, `${path} ${one.name}`, command));
  return [{ path, description: node.description, options: node.options || [], command }];
}

// Shows the matching commands; pick(entry) is called for the chosen one.
export class Suggestions {
  constructor(pick) {
    this.list = byId("suggestions");
    this.pick = pick;
    this.found = [];
    this.at = 0;
  }

  get open() {
    return !this.list.hidden;
  }

  update(text, commands) {
    const typed = /^\/([^\n]*)$/.exec(text);
    this.found = typed ? entries(commands).filter((one) => one.path.startsWith(typed[1].toLowerCase())) : [];
    this.at = Math.min(this.at, Math.max(0, this.found.length - 1));
    this.draw();
  }

  draw() {
    this.list.replaceChildren(
      ...this.found.map((entry, index) =>
        el(
          "li",
          { role: "option", id: `suggestion-${index}`, "aria-selected": index === this.at ? "true" : "false", onclick: () => this.pick(entry) },
          el("strong", {}, `/${entry.path}`),
          el("span", {}, entry.description),
        ),
      ),
    );
    show(this.list, this.found.length > 0);
    const chosen = this.list.children[this.at];
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  }

  // Returns whether the key was meant for the list.
  key(event) {
    if (!this.open) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.draw();
    } else if (event.key === "Enter" || event.key === "Tab") this.pick(this.found[this.at]);
    else if (event.key === "Escape") show(this.list, false);
    else return false;
    event.preventDefault();
    return true;
  }
}

// The options of one command as fields. offered(type) returns the people, roles or channels of the place,
// complete(name, values) resolves to the app's suggestions.
export class CommandForm {
  constructor(entry, offered, { complete, cancel }) {
    this.entry = entry;
    this.fields = entry.options.map((option) => field(option, offered, () => this.complete(option)));
    this.asked = 0;
    this.askApp = complete;
    byId("command").replaceChildren(
      el("legend", {}, el("strong", {}, `/${entry.path}`), " ", entry.description),
      el("div", { class: "options" }, this.fields.map((one) => one.node)),
      el("button", { type: "button", class: "as-link", onclick: cancel }, "Cancel"),
    );
    show(byId("command"), true);
    const first = this.fields[0];
    if (first) first.input.focus();
  }

  // Returns { options, files }; fields left empty are not sent.
  values() {
    const options = {};
    const files = [];
    for (const one of this.fields) {
      const value = one.value(files);
      if (value !== undefined) options[one.option.name] = value;
    }
    return { options, files };
  }

  missing() {
    const { options } = this.values();
    return this.fields.find((one) => one.option.required && !(one.option.name in options));
  }

  // Puts files into options that have none yet, and returns those that are left.
  take(files) {
    const left = [...files];
    for (const { input } of this.fields) {
      if (input.type !== "file" || input.files.length || !left.length) continue;
      const transfer = new DataTransfer();
      transfer.items.add(left.shift());
      input.files = transfer.files;
    }
    return left;
  }

  async complete(option) {
    const asked = ++this.asked;
    const { options } = this.values();
    const target = this.fields.find((one) => one.option === option);
    options[option.name] = target.input.value;
    const choices = await this.askApp(option.name, options);
    if (asked === this.asked && document.activeElement === target.input) target.offer(choices);
  }

  close() {
    byId("command").replaceChildren();
    show(byId("command"), false);
  }
}

function field(option, offered, typed) {
  const id = `option-${option.name}`;
  const made = option.autocomplete ? suggesting(option, id, typed) : plain(option, id, offered);
  const mark = option.required ? el("span", { class: "required" }, " *") : null;
  const node = el(
    "div",
    { class: "option" },
    el("label", { htmlFor: id, title: option.description }, option.name, mark),
    made.node,
    el("small", {}, option.description),
  );
  return { option, offer: () => {}, ...made, node };
}

// What an option of a type asks for, and the type of menu that offers the same.
const PLACES = { 6: ["user", 5], 7: ["channel", 8], 8: ["role", 6] };

function plain(option, id, offered) {
  if ((option.choices || []).length) {
    return choice(id, option.choices.map((one) => [one.name, one.value]), (value) => value);
  }
  switch (option.type) {
    case 4:
    case 10: {
      const input = el("input", { id, type: "number", step: option.type === 4 ? 1 : "any" });
      return { node: input, input, value: () => (input.value === "" ? undefined : Number(input.value)) };
    }
    case 5:
      return choice(id, [["True", true], ["False", false]], (value) => value);
    case 6:
    case 7:
    case 8: {
      const [kind, menu] = PLACES[option.type];
      return choice(id, offered(menu).map((one) => [one.label, one.value]), (value) => ({ [kind]: value }));
    }
    case 11: {
      const input = el("input", { id, type: "file" });
      return { node: input, input, value: (files) => (input.files.length ? { file: files.push(input.files[0]) - 1 } : undefined) };
    }
    default: {
      const input = el("textarea", { id, rows: 1, spellcheck: false, class: "mono" });
      input.addEventListener("input", () => grow(input));
      return { node: input, input, value: () => input.value || undefined };
    }
  }
}

function choice(id, pairs, wrap) {
  const input = el("select", { id }, el("option", { value: "" }, "–"), pairs.map(([name], index) => el("option", { value: index }, name)));
  return { node: input, input, value: () => (input.value === "" ? undefined : wrap(pairs[Number(input.value)][1])) };
}

// A text field whose suggestions come from the app while somebody types.
function suggesting(option, id, typed) {
  const list = el("ul", { role: "listbox", id: `${id}-list`, hidden: true });
  const input = el("input", { id, role: "combobox", autocomplete: "off", spellcheck: false, "aria-controls": list.id, "aria-expanded": "false" });
  let chosen = null;
  let at = -1;
  let timer = 0;
  const close = () => {
    show(list, false);
    input.setAttribute("aria-expanded", "false");
  };
  const pick = (one) => {
    chosen = one;
    input.value = one.name;
    close();
  };
  const offer = (choices) => {
    at = -1;
    list.replaceChildren(...choices.map((one) => el("li", { role: "option", onpointerdown: (event) => (event.preventDefault(), pick(one)) }, one.name)));
    list.choices = choices;
    show(list, choices.length > 0);
    input.setAttribute("aria-expanded", String(choices.length > 0));
  };
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(typed, 120);
  };
  input.addEventListener("input", () => {
    chosen = null;
    ask();
  });
  input.addEventListener("focus", ask);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...list.children];
    if (step) {
      at = (at + step + items.length) % items.length;
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
      items[at].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && at >= 0) pick(list.choices[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const number = option.type === 4 || option.type === 10;
  const value = () => {
    if (chosen) return chosen.value;
    if (input.value === "") return undefined;
    return number ? Number(input.value) : input.value;
  };
  return { node: el("div", { class: "suggesting" }, input, list), input, offer, value };
}

export function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.4)}px`;
}
