// The lines of a command as the history keeps them: as one line, where `;` or a blank between them means the same. Pure.

/** The quote that a text leaves open. */
export function openQuote(text: string): string {
  const left = text.replace(/\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"/g, "");
  const found = /['"`]|\$\(/.exec(left)?.[0] ?? "";
  return found;
}

/** Behind these a command goes on, and no `;` may stand. */
const GOES_ON =
  /(?:^|[\s;&|(){}])(?:do|then|else|elif|if|while|until|in|time|!|\{|function\s+\S+)$|=\([^()]*$|[;&|(]$|\(\s*\)$/;

/** The lines of a command as one: with `;` between them where that means the same. */
export function joinLines(text: string, keepsLines: boolean): string {
  const lines = text.replace(/\n+$/, "").split("\n");
  let line = lines[0];
  let documentEnd: string | null = null;
  for (const next of lines.slice(1)) {
    const last = line.slice(line.lastIndexOf("\n") + 1);
    if (documentEnd !== null) {
      if (last.replace(/^\t+/, "") === documentEnd) documentEnd = null;
      line += `\n${next}`;
      continue;
    }
    documentEnd = /<<-?\s*(["']?)([^\s"'<>|;&]+)\1/.exec(last.replace(/<<</g, ""))?.[2] ?? null;
    if (openQuote(line) !== "" || keepsLines || documentEnd !== null) line += `\n${next}`;
    else if (/(?:^|[^\\])(?:\\\\)*\\$/.test(line)) line = line.slice(0, -1) + next;
    else if (/(?:^|\s)#/.test(last) || line.trim() === "") line += `\n${next}`;
    else {
      const isPattern = /\)$/.test(line) && /(?:^|[\s;])case\s/.test(line) && !/[(]/.test(last);
      line = line.trimEnd();
      line += (GOES_ON.test(line) || isPattern || next.trim() === "" ? " " : "; ") + next.trimStart();
    }
  }
  return line;
}
