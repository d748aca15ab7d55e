// The menu of a message, by right click or by its button; arrow keys move, Escape closes.

import { byId, el, show } from "./dom.js";

let opener = null;

// entries: [{ label, run, group, danger }]
export function openMenu(entries, x, y, from = null) {
  const menu = byId("menu");
  menu.replaceChildren();
  let group = null;
  for (const entry of entries) {
    if (entry.group && entry.group !== group) menu.append(el("li", { class: "group", role: "presentation" }, entry.group));
    group = entry.group || null;
    const run = () => {
      closeMenu();
      entry.run();
    };
    menu.append(
      el("li", { role: "none" }, el("button", { type: "button", role: "menuitem", class: entry.danger ? "danger" : "", onclick: run }, entry.label)),
    );
  }
  show(menu, true);
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
  opener = from;
  menu.querySelector("button").focus();
}

export function closeMenu() {
  show(byId("menu"), false);
  if (opener) opener.focus();
  opener = null;
}

function onKey(event) {
  const items = [...byId("menu").querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    closeMenu();
  } else if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  }
}

byId("menu").addEventListener("keydown", onKey);
document.addEventListener("pointerdown", (event) => {
  if (!byId("menu").hidden && !byId("menu").contains(event.target)) show(byId("menu"), false);
});
