// The line that is edited: its text, where the cursor stands, and its changes, which can be undone. Knows what characters and words
// are; pure.

export interface Change {
  at: number;
  removed: string;
  inserted: string;
  group: number;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export class Line {
  text = "";
  /** Where the next character goes: an index into `text`, always on a grapheme boundary. */
  cursor = 0;
  undo: Change[] = [];
  group = 0;

  /** The one way in which the text of a line changes. The cursor stays before what it stood before, or goes behind the new text. */
  replace(from: number, to: number, text: string): void {
    if (from === to && text === "") return;
    const removed = this.text.slice(from, to);
    this.undo.push({ at: from, removed, inserted: text, group: this.group });
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    if (this.cursor > to) this.cursor += text.length - removed.length;
    else if (this.cursor >= from) this.cursor = from + text.length;
  }

  insert(text: string): void {
    this.replace(this.cursor, this.cursor, text);
  }

  previous(at = this.cursor): number {
    let last = 0;
    for (const { index } of graphemes.segment(this.text.slice(0, at))) last = index;
    return last;
  }

  next(at = this.cursor): number {
    for (const { segment } of graphemes.segment(this.text.slice(at))) return at + segment.length;
    return at;
  }

  /** Back over what is not part of a word, then over the word. */
  wordStart(word: RegExp, from = this.cursor): number {
    let at = from;
    while (at > 0 && !word.test(this.text[at - 1])) at--;
    while (at > 0 && word.test(this.text[at - 1])) at--;
    return at;
  }

  wordEnd(word: RegExp, from = this.cursor): number {
    let at = from;
    while (at < this.text.length && !word.test(this.text[at])) at++;
    while (at < this.text.length && word.test(this.text[at])) at++;
    return at;
  }

  /** A pasted text has several lines; Home, End and the kills stay in the one with the cursor. */
  lineStart(): number {
    return this.text.lastIndexOf("\n", this.cursor - 1) + 1;
  }

  lineEnd(): number {
    const end = this.text.indexOf("\n", this.cursor);
    return end < 0 ? this.text.length : end;
  }
}
