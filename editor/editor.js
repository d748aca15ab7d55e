// The playground's editor: CodeMirror, in the page's own colours.
//
// It stands in a shadow root because there CodeMirror uses constructed style sheets. In the document it would need a
// <style> element, which the page's content security policy rightly refuses.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { modeOf } from "./modes.js";

const HIGHLIGHTS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], color: "var(--keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character, tags.escape], color: "var(--string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--number)" },
  { tag: [tags.comment, tags.docComment, tags.meta, tags.processingInstruction], color: "var(--quiet)" },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: "var(--type)" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.standard(tags.name), tags.macroName],
    color: "var(--function)",
  },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "none" }, // the frame around the editor shows it
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { background: "transparent", color: "var(--quiet)", border: "none" },
  ".cm-activeLine": { background: "var(--active)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".cm-selectionMatch": { background: "var(--selection)" },
  "&.cm-focused .cm-matchingBracket": { background: "none", outline: "1px solid var(--quiet)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "none", color: "var(--bad)" },
  ".cm-panels": { background: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels input, .cm-panels button": {
    background: "var(--ground)", color: "var(--text)", border: "1px solid var(--line)", font: "inherit",
  },
  ".cm-searchMatch": { background: "none", outline: "1px solid var(--main)" },
  ".cm-searchMatch-selected": { background: "var(--selection)" },
});

export class Editor {
  // Stands in `host`, an element without a shadow root. `label` names it, `hint` describes it, for those who hear it.
  constructor(host, { label, hint }) {
    this.mode = new Compartment();
    const root = host.attachShadow({ mode: "open", delegatesFocus: true });
    const description = document.createElement("span");
    description.id = "hint";
    description.hidden = true;
    description.textContent = hint;
    this.view = new EditorView({
      root,
      parent: root,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        EditorState.allowMultipleSelections.of(true),
        syntaxHighlighting(HIGHLIGHTS),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        keymap.of([
          { key: "Mod-Enter", run: () => true }, // runs the program; the page hears it too
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": description.id }),
        this.mode.of([]),
        LOOK,
      ],
    });
    root.append(description);
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(text) {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      annotations: Transaction.addToHistory.of(false),
    });
  }

  // Highlights as the first of these names and aliases of a language that is known; otherwise not at all.
  speak(names) {
    this.view.dispatch({ effects: this.mode.reconfigure(modeOf(names)) });
  }
}
