// stty: prints and changes a terminal's settings, as GNU's does.

import * as t from "@vibengine/system";
import { AT_FDCWD, encode, O_NONBLOCK, O_RDWR, type System, strerror, type Termios } from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";

type Word = "iflag" | "oflag" | "cflag" | "lflag";

/** Settings by name: the word and its bits, and whether `sane` has them on. In GNU's order. */
const FLAGS: [name: string, word: Word, bits: number][] = [
  ["cread", "cflag", t.CREAD],
  ["istrip", "iflag", t.ISTRIP],
  ["inlcr", "iflag", t.INLCR],
  ["igncr", "iflag", t.IGNCR],
  ["icrnl", "iflag", t.ICRNL],
  ["ixon", "iflag", t.IXON],
  ["ixany", "iflag", t.IXANY],
  ["iutf8", "iflag", t.IUTF8],
  ["opost", "oflag", t.OPOST],
  ["onlcr", "oflag", t.ONLCR],
  ["isig", "lflag", t.ISIG],
  ["icanon", "lflag", t.ICANON],
  ["iexten", "lflag", t.IEXTEN],
  ["echo", "lflag", t.ECHO],
  ["echoe", "lflag", t.ECHOE],
  ["echok", "lflag", t.ECHOK],
  ["echonl", "lflag", t.ECHONL],
  ["noflsh", "lflag", t.NOFLSH],
  ["tostop", "lflag", t.TOSTOP],
  ["echoctl", "lflag", t.ECHOCTL],
  ["echoke", "lflag", t.ECHOKE],
];
const ALIASES: Record<string, string> = { crterase: "echoe", crtkill: "echoke", ctlecho: "echoctl" };
/** Accepted, and without effect: there is no line behind this terminal. */
const NO_EFFECT =
  /^-?(?:parenb|parodd|cmspar|cs[5678]|hupcl|cstopb|clocal|crtscts|ignbrk|brkint|ignpar|parmrk|inpck|ixoff|iuclc|imaxbel|olcuc|ocrnl|onocr|onlret|ofill|ofdel|nl\d|cr\d|tab\d|tabs|bs\d|vt\d|ff\d|xcase|echoprt|prterase|flusho|extproc|evenp|oddp|parity)$|^(?:ispeed|ospeed|\d+)$/;

const CHARACTERS: [name: string, index: number][] = [
  ["intr", t.VINTR],
  ["quit", t.VQUIT],
  ["erase", t.VERASE],
  ["kill", t.VKILL],
  ["eof", t.VEOF],
  ["eol", t.VEOL],
  ["eol2", t.VEOL2],
  ["start", t.VSTART],
  ["stop", t.VSTOP],
  ["susp", t.VSUSP],
  ["rprnt", t.VREPRINT],
  ["werase", t.VWERASE],
  ["lnext", t.VLNEXT],
];
const COUNTS: [name: string, index: number][] = [
  ["min", t.VMIN],
  ["time", t.VTIME],
];

export const stty = define(
  {
    name: "stty",
    usage:
      "[-F DEVICE | --file=DEVICE] [SETTING]...\n[-F DEVICE | --file=DEVICE] [-a|--all]\n[-F DEVICE | --file=DEVICE] [-g|--save]",
    help: `Print or change terminal characteristics.

  -a, --all          print all current settings in human-readable form
  -g, --save         print all current settings in a stty-readable form
  -F, --file=DEVICE  open and use the specified DEVICE instead of stdin

Optional - before SETTING indicates negation. Special characters: eof eol eol2 erase intr kill lnext quit rprnt start stop
susp werase, each with a character, ^X, or undef. Others: size, rows N, cols N, min N, time N, sane, raw, cooked, cbreak,
echo, icanon, isig, ixon, icrnl, onlcr, opost, ...`,
    operandLike: /^-[a-z]{2,}\d?$/,
  },
  async ({ operands, options, sys, stdout }) => {
    const device = options.value("F");
    const fd = device === undefined ? 0 : sys.open(AT_FDCWD, encode(device), O_RDWR | O_NONBLOCK, 0);
    const label = device ?? "'standard input'";
    if (fd < 0) throw new Failure(`${label}: ${strerror(fd)}`);
    const termios = sys.tcgetattr(fd);
    if (typeof termios === "number") throw new Failure(`${label}: ${strerror(termios)}`);
    if (options.has("a") && options.has("g")) {
      throw new UsageError("the options for verbose and stty-readable output styles are\nmutually exclusive");
    }
    if (options.has("g")) await stdout.write(`${saved(termios)}\n`);
    else if (operands.length === 0) await stdout.write(described(sys, fd, termios, options.has("a")));
    else await change(sys, fd, termios, operands, (text) => stdout.write(text));
    return 0;
  },
);

async function change(
  sys: System,
  fd: number,
  from: Termios,
  words: string[],
  print: (text: string) => unknown,
): Promise<void> {
  const termios = { ...from, cc: [...from.cc] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const isOff = word.startsWith("-");
    const name = isOff ? word.slice(1) : word;
    const argument = (): string => {
      if (at + 1 >= words.length) throw new UsageError(`missing argument to '${word}'`);
      return words[++at];
    };
    const flag = FLAGS.find(([known]) => known === (ALIASES[name] ?? name));
    const character = CHARACTERS.find(([known]) => known === word);
    const count = COUNTS.find(([known]) => known === word);
    if (flag !== undefined) {
      const [, field, bits] = flag;
      termios[field] = isOff ? termios[field] & ~bits : termios[field] | bits;
    } else if (character !== undefined) termios.cc[character[1]] = byteOf(argument());
    else if (count !== undefined) termios.cc[count[1]] = numberOf(argument());
    else if (["rows", "cols", "columns"].includes(word)) resize(sys, fd, word, numberOf(argument()));
    else if (word === "size") await print(size(sys, fd));
    else if (word === "speed") await print("38400\n");
    else if (word.includes(":")) restore(termios, word);
    else if (!combination(termios, word)) {
      if (!NO_EFFECT.test(word)) throw new UsageError(`invalid argument '${word}'`);
      if (/^[io]speed$/.test(word)) argument();
    }
  }
  sys.tcsetattr(fd, termios);
}

/** The names that stand for several settings. */
function combination(termios: Termios & { cc: number[] }, word: string): boolean {
  const inputs = t.ICRNL | t.IXON;
  switch (word) {
    case "sane":
      Object.assign(termios, { ...t.SANE, cc: [...t.SANE.cc] });
      return true;
    case "raw":
    case "-cooked":
      termios.iflag &= ~(inputs | t.INLCR | t.IGNCR | t.ISTRIP);
      termios.oflag &= ~t.OPOST;
      termios.lflag &= ~(t.ICANON | t.ISIG);
      termios.cc[t.VMIN] = 1;
      termios.cc[t.VTIME] = 0;
      return true;
    case "cooked":
    case "-raw":
      termios.iflag |= inputs;
      termios.oflag |= t.OPOST;
      termios.lflag |= t.ICANON | t.ISIG;
      return true;
    case "cbreak":
    case "-cbreak":
      termios.lflag = word === "cbreak" ? termios.lflag & ~t.ICANON : termios.lflag | t.ICANON;
      return true;
    case "nl":
    case "-nl":
      termios.iflag = word === "nl" ? termios.iflag & ~t.ICRNL : termios.iflag | t.ICRNL;
      termios.oflag = word === "nl" ? termios.oflag & ~t.ONLCR : termios.oflag | t.ONLCR;
      return true;
    case "ek":
      termios.cc[t.VERASE] = t.SANE.cc[t.VERASE];
      termios.cc[t.VKILL] = t.SANE.cc[t.VKILL];
      return true;
    default:
      return false;
  }
}

function resize(sys: System, fd: number, name: string, value: number): void {
  const size = sys.windowSize(fd);
  if (typeof size === "number") return;
  sys.setWindowSize(fd, name === "rows" ? { ...size, rows: value } : { ...size, columns: value });
}

function size(sys: System, fd: number): string {
  const found = sys.windowSize(fd);
  return typeof found === "number" ? "0 0\n" : `${found.rows} ${found.columns}\n`;
}

/** `^C`, `undef`, a number, or the character itself. */
function byteOf(text: string): number {
  if (text === "undef" || text === "^-" || text === "") return 0;
  if (/^\^.$/.test(text)) return text === "^?" ? 127 : text.toUpperCase().charCodeAt(1) & 0x1f;
  if (encode(text).length === 1) return encode(text)[0];
  return numberOf(text);
}

function numberOf(text: string): number {
  const value = Number(text);
  if (!/^(?:\d+|0x[\da-f]+)$/i.test(text) || value > 65_535) throw new Failure(`invalid integer argument: '${text}'`);
  return value;
}

/** Linux's table has 19 characters, of which these are in use; the line discipline is 0. */
function saved({ iflag, oflag, cflag, lflag, cc }: Termios): string {
  return [iflag, oflag, cflag, lflag, ...cc].map((value) => value.toString(16)).join(":");
}

function restore(termios: Termios & { cc: number[] }, text: string): void {
  const values = text.split(":").map((word) => Number.parseInt(word, 16));
  if (values.length < 4 + t.CHARACTERS || values.some(Number.isNaN)) throw new UsageError(`invalid argument '${text}'`);
  [termios.iflag, termios.oflag, termios.cflag, termios.lflag] = values;
  termios.cc = values.slice(4, 4 + t.CHARACTERS);
}

/** All of it, or what differs from `sane`. */
function described(sys: System, fd: number, termios: Termios, isAll: boolean): string {
  const found = sys.windowSize(fd);
  const { rows, columns } = typeof found === "number" ? { rows: 0, columns: 0 } : found;
  const width = columns > 0 ? columns : 80;
  let text = `speed 38400 baud; ${isAll ? `rows ${rows}; columns ${columns}; ` : ""}line = 0;\n`;
  const characters = CHARACTERS.filter(([, index]) => isAll || termios.cc[index] !== t.SANE.cc[index]).map(
    ([name, index]) => `${name} = ${shown(termios.cc[index])};`,
  );
  const counts = COUNTS.filter(([, index]) => isAll || termios.cc[index] !== t.SANE.cc[index]);
  text += wrapped([...characters, ...counts.map(([name, index]) => `${name} = ${termios.cc[index]};`)], width);
  const words: Word[] = ["cflag", "iflag", "oflag", "lflag"];
  for (const word of words) {
    const settings = FLAGS.filter(([, field, bits]) => {
      return field === word && (isAll || (termios[word] & bits) !== (t.SANE[word] & bits));
    });
    text += wrapped(
      settings.map(([name, , bits]) => ((termios[word] & bits) !== 0 ? name : `-${name}`)),
      width,
    );
  }
  return text;
}

function shown(byte: number): string {
  if (byte === 0) return "<undef>";
  if (byte === 127) return "^?";
  return byte < 32 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte);
}

function wrapped(words: string[], width: number): string {
  let text = "";
  let column = 0;
  for (const word of words) {
    if (column > 0 && column + word.length + 1 > width) {
      text += "\n";
      column = 0;
    }
    text += column > 0 ? ` ${word}` : word;
    column += word.length + (column > 0 ? 1 : 0);
  }
  return text === "" ? "" : `${text}\n`;
}
