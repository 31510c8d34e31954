// fnmatch patterns (find -name, grep --include, rm's none) as RegExps over text. "*" and "?" match a slash and a leading dot too.

export function globToRegExp(glob: string, ignoreCase = false): RegExp {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const character = glob[i];
    if (character === "*") source += "[^]*";
    else if (character === "?") source += "[^]";
    else if (character === "\\" && i + 1 < glob.length) source += escape(glob[++i]);
    else if (character === "[") {
      const match = /^\[([!^]?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]/.exec(glob.slice(i));
      if (!match) source += "\\[";
      else {
        i += match[0].length - 1;
        const inner = match[2].replace(/\[:([a-z]+):\]|([\\\]^[])/g, (_, name, special) =>
          special ? `\\${special}` : (CLASSES[name] ?? ""),
        );
        source += `[${match[1] ? "^" : ""}${inner}]`;
      }
    } else source += escape(character);
  }
  return new RegExp(`^${source}$`, ignoreCase ? "iu" : "u");
}

const escape = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");

const CLASSES: Record<string, string> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  digit: "0-9",
  lower: "a-z",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};
