// The code editor: CodeMirror with Python, in the page's colours (python.css has them). Loaded when the Python view is first seen.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

interface Listeners {
  onChange(): void;
  onRun(): void;
  onSave(): void;
}

export class Code {
  readonly #view: EditorView;
  readonly #extensions: Extension;
  #isLoading = false;

  constructor(host: HTMLElement, listeners: Listeners) {
    const act = (action: () => void) => () => {
      action();
      return true;
    };
    this.#extensions = [
      lineNumbers(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      indentUnit.of("    "),
      EditorState.tabSize.of(4),
      python(),
      syntaxHighlighting(classHighlighter),
      keymap.of([
        { key: "Mod-Enter", run: act(listeners.onRun), preventDefault: true },
        { key: "Mod-s", run: act(listeners.onSave), preventDefault: true },
        indentWithTab,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.contentAttributes.of({
        "aria-label": "Python code. Escape and then Tab leaves the editor.",
        "data-testid": "python-code",
        spellcheck: "false",
        autocapitalize: "off",
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !this.#isLoading) listeners.onChange();
      }),
    ];
    this.#view = new EditorView({ parent: host, state: this.#stateOf("") });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Shows another text; what was typed before can't be undone into it. */
  load(text: string): void {
    this.#isLoading = true;
    this.#view.setState(this.#stateOf(text));
    this.#isLoading = false;
  }

  /** Puts a text in the place of this one, as if typed: it can be undone. */
  replace(text: string): void {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  focus(): void {
    this.#view.focus();
  }

  #stateOf(doc: string): EditorState {
    return EditorState.create({ doc, extensions: this.#extensions });
  }
}
