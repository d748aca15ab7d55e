// Links to messages and channels, as Discord has them: they lead there on this very page.

import { el } from "./dom.js";

const JUMP = /^https:\/\/discord\.com\/channels\/(?:@me|\d+)\/(\d+)\/(\d+)$/;
const FLASH_MS = 2000;

// Returns which channel and message an address leads to, or null.
export function jumpOf(url) {
  const match = JUMP.exec(url);
  return match && { channel: match[1], message: match[2] };
}

// A link that calls go() in place of leaving the page.
export function jumpLink(text, title, go) {
  const jump = (event) => {
    event.preventDefault();
    go();
  };
  return el("a", { href: "#messages", class: "mention", title, onclick: jump }, text);
}

// Shows one message of the list in the middle, marked for a moment; returns whether it is there.
export function showMessage(list, id) {
  const node = list.querySelector(`li[data-id="${id}"]`);
  if (!node) return false;
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "center" });
  node.classList.add("jumped");
  setTimeout(() => node.classList.remove("jumped"), FLASH_MS);
  return true;
}
