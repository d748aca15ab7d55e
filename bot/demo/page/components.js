// Buttons, menus and the newer components below a message.

import { el } from "./dom.js";
import { markdown } from "./markdown.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

// use(action, payload) performs a click or a choice.
export function components(message, names, use) {
  return (message.components || []).map((component) => render(component, message, names, use));
}

function render(component, message, names, use) {
  const children = (component.components || []).map((one) => render(one, message, names, use));
  switch (component.type) {
    case 1:
      return el("div", { class: "row" }, children);
    case 2:
      return button(component, message, use);
    case 9: {
      const side = component.accessory ? [render(component.accessory, message, names, use)] : [];
      return el("div", { class: "section" }, el("div", {}, children), side);
    }
    case 10:
      return el("div", { class: "text" }, markdown(component.content, names));
    case 14:
      return el("hr");
    case 17: {
      const box = el("div", { class: "container" }, children);
      if (component.accent_color) box.style.borderLeftColor = colour(component.accent_color);
      return box;
    }
    default:
      return component.custom_id ? menu(component, message, names, use) : el("span");
  }
}

export function colour(number) {
  return `#${number.toString(16).padStart(6, "0")}`;
}

function button(component, message, use) {
  const text = [component.emoji && component.emoji.name, component.label].filter(Boolean).join(" ");
  if (component.style === 5) {
    const safe = /^https?:/.test(component.url) ? component.url : undefined;
    return el("a", { class: "button link", href: safe, target: "_blank", rel: "noopener noreferrer" }, text);
  }
  return el(
    "button",
    {
      type: "button",
      class: `button ${STYLES[component.style] || "secondary"}`,
      disabled: component.disabled,
      "data-custom-id": component.custom_id,
      onclick: (event) => use("click", { message: message.id, custom_id: component.custom_id }, event.currentTarget),
    },
    text,
  );
}

// What a menu offers: its own options, or the people, roles or channels of the place.
function choices(component, names) {
  if (component.options) return component.options;
  const chosen = new Set((component.default_values || []).map((one) => one.id));
  return names.offered(component).map((one) => ({ ...one, default: chosen.has(one.value) }));
}

function menu(component, message, names, use) {
  // A menu in which nothing may be chosen needs a way to say so, even if it takes one alone.
  const several = (component.max_values ?? 1) > 1 || component.min_values === 0;
  const select = el("select", {
    multiple: several,
    disabled: component.disabled,
    "aria-label": component.placeholder || "Choose",
    "data-custom-id": component.custom_id,
  });
  if (!several) select.append(el("option", { value: "", disabled: true, selected: true }, component.placeholder || "Choose…"));
  for (const option of choices(component, names)) {
    const label = option.description ? `${option.label} (${option.description})` : option.label;
    select.append(el("option", { value: option.value, selected: option.default }, label));
  }
  const send = () => {
    const values = [...select.selectedOptions].map((option) => option.value);
    use("select", { message: message.id, custom_id: component.custom_id, values }, select);
  };
  if (!several) {
    select.addEventListener("change", send);
    return select;
  }
  const hint = component.placeholder ? el("small", { "aria-hidden": "true" }, component.placeholder) : null; // the list has it as its name
  return el("div", { class: "several" }, hint, select, el("button", { type: "button", class: "button primary", onclick: send }, "Choose"));
}
