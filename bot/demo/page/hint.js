// The card of a first visit: three messages to try, put into the box by a click.

import { el, show } from "./dom.js";

const SEEN = "codecage-hint-seen";
const FENCE = "```";

function examples(bot) {
  return [
    ["Say hi in Python", `@${bot} ${FENCE}py\nprint("hi")\n${FENCE}`],
    ["Feed a program its input", `@${bot} ${FENCE}bash\nsort -n | tail -1\n${FENCE}\n3\n20\n7`],
    ["Compile and run C", `@${bot} ${FENCE}c\n#include <stdio.h>\n\nint main(void) {\n    puts("hello from C");\n}\n${FENCE}`],
  ];
}

export function hintCard(card, bot, fill) {
  if (localStorage.getItem(SEEN)) return show(card, false);
  const dismiss = () => {
    localStorage.setItem(SEEN, "1");
    show(card, false);
  };
  card.replaceChildren(
    el("h2", {}, "Send a program, get its output"),
    el("p", {}, `Mention @${bot.username} and put code between three backticks, or type /. Click one of these, then Send:`),
    el(
      "div",
      { class: "examples" },
      examples(bot.username).map(([name, text]) =>
        el("button", { type: "button", onclick: () => fill(text) }, el("strong", {}, name), el("code", {}, text)),
      ),
    ),
    el("button", { type: "button", class: "as-link", onclick: dismiss }, "Got it, hide this"),
  );
  show(card, true);
}
