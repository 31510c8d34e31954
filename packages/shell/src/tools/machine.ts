// date, id, whoami, uname, hostname and nproc: what the machine has to say about itself.

import { decode, EPERM, strerror } from "@vibengine/system";
import { readAccounts, readSmallFile } from "./accounts.ts";
import { checkOperands, closeInput, define, Failure, type Invocation, openInput, UsageError } from "./define.ts";
import { stat } from "./files.ts";
import { chooseWord } from "./options.ts";
import { quote, quotePlain } from "./quote.ts";
import { parseMoment, parseStamp } from "./time.ts";
import { formatInZone, UTC, zoneOf } from "./zone.ts";

export const date = define(
  {
    name: "date",
    usage: "[OPTION]... [+FORMAT]",
    help: `Display date and time in the given FORMAT, by the clock of $TZ.

  -d, --date=STRING        display time described by STRING, not 'now'
      --debug              (ignored)
  -f, --file=DATEFILE      like --date; once for each line of DATEFILE
  -I[TIMESPEC], --iso-8601[=TIMESPEC]  ISO 8601 format: date (the default), hours, minutes, seconds, or ns
  -R, --rfc-email          RFC 5322 format
      --rfc-3339=TIMESPEC  RFC 3339 format: date, seconds, or ns
  -r, --reference=FILE     display the last modification time of FILE
  -s, --set=STRING         refused: nothing here may set the clock
  -u, --utc, --universal   print Coordinated Universal Time

FORMAT: %% %a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %n %N %p %P %q %r %R %s %S %t %T %u %U %V %w %W %x %X %y %Y %z %Z,
with the flags - _ 0 ^ # and a width.`,
  },
  async (invocation) => {
    const { options, operands, sys, env, stdout } = invocation;
    const zone = options.has("u") ? UTC : zoneOf(env.get("TZ"));
    const now = Date.now();
    let [sec, nsec] = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const text = options.value("d") ?? options.value("s");
    const reference = options.value("r");
    if (["d", "f", "r"].filter((key) => options.has(key)).length > 1)
      throw new UsageError("the options to specify dates for printing are mutually exclusive");
    if (options.has("s") && ["d", "f", "r"].some((key) => options.has(key)))
      throw new UsageError("the options to print and set the time may not be used together");
    if (text !== undefined) {
      const moment = parseMoment(text, now / 1000, zone);
      if (!moment) throw new Failure(`invalid date ${quotePlain(text)}`);
      ({ sec, nsec } = moment);
      if (options.has("s")) invocation.warn(`cannot set date: ${strerror(EPERM)}`);
    } else if (reference !== undefined) {
      const found = stat(sys, reference);
      if (typeof found === "number") throw new Failure(`${reference}: ${strerror(found)}`);
      [sec, nsec] = [found.mtimeSec, found.mtimeNsec];
    }
    if (operands.length > 1) throw new UsageError(`extra operand ${quotePlain(operands[1])}`);
    let format = "%a %b %e %H:%M:%S %Z %Y";
    if (operands.length === 1) {
      if (!operands[0].startsWith("+")) {
        if (text !== undefined || reference !== undefined)
          throw new UsageError(
            `the argument ${quotePlain(operands[0])} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'`,
          );
        const set = /^(\d{8})(\d\d(?:\d\d)?)?(\.\d\d)?$/.exec(operands[0]);
        const stamp = set && parseStamp((set[2] ?? "") + set[1] + (set[3] ?? ""), now / 1000, zone);
        if (stamp === null) throw new Failure(`invalid date ${quotePlain(operands[0])}`);
        invocation.warn(`cannot set date: ${strerror(EPERM)}`);
        [sec, nsec] = [stamp, 0];
      } else format = operands[0].slice(1);
    } else if (options.has("I")) {
      const formats: Record<string, string> = {
        hours: "T%H%:z",
        minutes: "T%H:%M%:z",
        date: "",
        seconds: "T%H:%M:%S%:z",
        ns: "T%H:%M:%S,%N%:z",
      };
      const spec = chooseWord(options.value("I") ?? "date", "--iso-8601", Object.keys(formats));
      format = `%Y-%m-%d${formats[spec]}`;
    } else if (options.has("rfc-3339")) {
      const formats: Record<string, string> = { date: "", seconds: " %H:%M:%S%:z", ns: " %H:%M:%S.%N%:z" };
      format = `%Y-%m-%d${formats[chooseWord(options.value("rfc-3339")!, "--rfc-3339", Object.keys(formats))]}`;
    } else if (options.has("R")) format = "%a, %d %b %Y %H:%M:%S %z";
    const file = options.value("f");
    if (file === undefined) return void (await stdout.write(`${formatInZone(zone, format, sec, nsec)}\n`));
    const reader = openInput(invocation, file);
    if (!reader) return;
    for (let block = await reader.lines(); block; block = await reader.lines()) {
      for (const words of decode(block).replace(/\n$/, "").split("\n")) {
        const moment = parseMoment(words, now / 1000, zone);
        if (moment) await stdout.write(`${formatInZone(zone, format, moment.sec, moment.nsec)}\n`);
        else invocation.warn(`invalid date ${quotePlain(words)}`);
      }
    }
    closeInput(invocation, reader);
  },
);

/** The System has no user ids of its own: everything runs as the owner of the working directory's home, /etc/passwd's entry for $USER. */
function identity({ sys, env }: Invocation): { uid: number; gid: number } {
  const name = env.get("USER") ?? env.get("LOGNAME") ?? "user";
  for (const line of (readSmallFile(sys, "/etc/passwd") ?? "").split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 1000, gid: 1000 };
}

export const id = define(
  {
    name: "id",
    usage: "[OPTION]... [USER]...",
    help: `Print user and group information for each specified USER, or for the current user.

  -g, --group   print only the effective group ID
  -G, --groups  print all group IDs
  -n, --name    print a name instead of a number, for -ugG
  -r, --real    (ignored)
  -u, --user    print only the effective user ID
  -z, --zero    delimit entries with NUL characters`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const accounts = readAccounts(sys);
    const kind = options.last("g", "G", "u");
    const named = options.has("n");
    if (named && !kind) throw new Failure("cannot print only names or real IDs in default format");
    for (const name of operands.length > 0 ? operands : [null]) {
      let { uid, gid } = identity(invocation);
      if (name !== null) {
        uid = accounts.uidOf(name);
        const entry = (readSmallFile(sys, "/etc/passwd") ?? "")
          .split("\n")
          .map((line) => line.split(":"))
          .find((fields) => Number(fields[2]) === uid);
        if (uid < 0 || !entry) {
          invocation.warn(`${quotePlain(name)}: no such user`);
          continue;
        }
        gid = Number(entry[3]);
      }
      const [user, group] = [accounts.user(uid), accounts.group(gid)];
      const text =
        kind === "u"
          ? named
            ? user
            : String(uid)
          : kind
            ? named
              ? group
              : String(gid)
            : `uid=${uid}(${user}) gid=${gid}(${group}) groups=${gid}(${group})`;
      await stdout.write(text + (options.has("z") ? "\0" : "\n"));
    }
  },
);

export const whoami = define(
  {
    name: "whoami",
    usage: "[OPTION]...",
    help: "Print the user name associated with the current effective user ID.\n",
  },
  async (invocation) => {
    checkOperands(invocation.operands, 0, 0);
    await invocation.stdout.write(`${readAccounts(invocation.sys).user(identity(invocation).uid)}\n`);
  },
);

const hostName = ({ sys, env }: Invocation) =>
  (readSmallFile(sys, "/etc/hostname") ?? env.get("HOSTNAME") ?? "vibengine").trim();

export const hostname = define(
  {
    name: "hostname",
    usage: "[OPTION]...",
    help: `Print the name of the machine.

  -s, --short  the name up to the first dot
  -f, --fqdn, --long  the whole name`,
  },
  async (invocation) => {
    const name = hostName(invocation);
    await invocation.stdout.write(`${invocation.options.has("s") ? name.split(".", 1)[0] : name}\n`);
  },
);

export const uname = define(
  {
    name: "uname",
    usage: "[OPTION]...",
    help: `Print certain system information. With no OPTION, same as -s.

  -a, --all                print all information
  -s, --kernel-name        print the kernel name
  -n, --nodename           print the network node hostname
  -r, --kernel-release     print the kernel release
  -v, --kernel-version     print the kernel version
  -m, --machine            print the machine hardware name
  -p, --processor          print the processor type
  -i, --hardware-platform  print the hardware platform
  -o, --operating-system   print the operating system`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    if (operands.length > 0) throw new UsageError(`extra operand ${quote(operands[0])}`);
    const parts: [string, string][] = [
      ["s", "Linux"],
      ["n", hostName(invocation)],
      ["r", "6.1.0-vibengine"],
      ["v", "#1 vibengine"],
      ["m", "wasm32"],
      ["p", "unknown"],
      ["i", "unknown"],
      ["o", "GNU/Linux"],
    ];
    const all = options.has("a");
    const shown = parts.filter(([key, text]) => (all ? text !== "unknown" : options.has(key)));
    await stdout.write(`${(shown.length > 0 ? shown : parts.slice(0, 1)).map(([, text]) => text).join(" ")}\n`);
  },
);

export const nproc = define(
  {
    name: "nproc",
    usage: "[OPTION]...",
    help: `Print the number of processing units available.

      --all       print the number of installed processors
      --ignore=N  if possible, exclude N processing units`,
  },
  async ({ options, stdout }) => {
    const ignored = options.value("ignore") ?? "0";
    if (!/^\d+$/.test(ignored)) throw new Failure(`invalid number: ${quotePlain(ignored)}`);
    await stdout.write(`${Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 1) - Number(ignored))}\n`);
  },
);
