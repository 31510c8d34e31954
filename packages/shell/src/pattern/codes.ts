// Text as code points, which is what patterns match. Lone surrogates (bytes that are no text) count as one each.

/** A text's code points by number; nearly all texts have one per UTF-16 unit and are not copied. */
export class Codes {
  readonly text: string;
  readonly wide: number[] | null;
  readonly length: number;

  constructor(text: string) {
    this.text = text;
    this.wide = /[\ud800-\udbff]/.test(text) ? toCodes(text) : null;
    this.length = this.wide === null ? text.length : this.wide.length;
  }

  at(index: number): number {
    return this.wide === null ? this.text.charCodeAt(index) : this.wide[index];
  }

  slice(start: number, end: number): string {
    return this.wide === null ? this.text.slice(start, end) : fromCodes(this.wide, start, end);
  }

  /** UTF-16 units between two places. */
  units(start: number, end: number): number {
    return this.wide === null ? end - start : fromCodes(this.wide, start, end).length;
  }
}

export function toCodes(text: string): number[] {
  const codes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code > 0xffff) i++;
    codes.push(code);
  }
  return codes;
}

export function fromCodes(codes: number[], start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCodePoint(codes[i]);
  return text;
}
