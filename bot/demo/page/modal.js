// The window that the app opens: its inputs, and what is sent back.

import { byId, el } from "./dom.js";

// submit(values, files) sends it and throws with a sentence when it is refused.
export function openModal(modal, submit) {
  const dialog = byId("modal");
  const inputs = [];
  const problem = el("p", { class: "problem", role: "alert" });
  const fields = modal.components.map((component) => field(component, inputs)).flat();
  const send = async (event) => {
    event.preventDefault();
    const files = [];
    const values = Object.fromEntries(inputs.map((input) => [input.id, input.value(files)]));
    problem.textContent = "";
    try {
      await submit(values, files);
      if (dialog.dataset.modal === modal.id) dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  const form = el(
    "form",
    { onsubmit: send },
    el("h2", { id: "modal-title" }, modal.title),
    fields,
    problem,
    el(
      "div",
      { class: "row end" },
      el("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel"),
      el("button", { type: "submit", class: "button primary" }, "Submit"),
    ),
  );
  dialog.replaceChildren(form);
  dialog.setAttribute("aria-labelledby", "modal-title");
  dialog.dataset.modal = modal.id;
  if (!dialog.open) dialog.showModal();
}

function field(component, inputs) {
  if (component.type === 10) return [el("p", {}, component.content)];
  if (component.type === 1) return component.components.map((one) => labelled(one.label, "", one, inputs));
  return [labelled(component.label, component.description, component.component, inputs)];
}

function labelled(text, description, component, inputs) {
  const required = component.required !== false && component.type !== 23;
  const id = `field-${component.custom_id}`;
  const { node, value } = input(component, id, required);
  inputs.push({ id: component.custom_id, value });
  const mark = required ? el("span", { class: "required", title: "required" }, " *") : null;
  return el("div", { class: "field" }, el("label", { htmlFor: id }, text, mark), description ? el("small", {}, description) : null, node);
}

function input(component, id, required) {
  switch (component.type) {
    case 4:
      return textInput(component, id, required);
    case 19: {
      const node = el("input", { id, type: "file", multiple: (component.max_values || 1) > 1, required });
      return { node, value: (files) => ({ files: [...node.files].map((file) => files.push(file) - 1) }) };
    }
    case 23: {
      const node = el("input", { id, type: "checkbox", checked: component.default });
      return { node, value: () => node.checked };
    }
    default: {
      const several = (component.max_values || 1) > 1;
      const node = el("select", { id, multiple: several, required });
      if (!several) node.append(el("option", { value: "" }, component.placeholder || "Choose…"));
      for (const one of component.options || []) node.append(el("option", { value: one.value, selected: one.default }, one.label));
      return { node, value: () => [...node.selectedOptions].map((one) => one.value).filter(Boolean) };
    }
  }
}

function textInput(component, id, required) {
  const long = component.style === 2;
  const node = el(long ? "textarea" : "input", {
    id,
    class: long ? "mono" : "",
    rows: long ? (required ? 10 : 3) : undefined,
    spellcheck: false,
    required,
    minLength: component.min_length,
    maxLength: component.max_length || 4000,
    placeholder: component.placeholder || "",
    value: component.value || "",
  });
  return { node, value: () => node.value };
}
