// A terminal's settings: Linux's flags and special characters (asm-generic/termbits.h), and what a new terminal has.

export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  /** Special characters by their index (`VINTR` …), as bytes; 0 = none. `VMIN` is a count. */
  cc: readonly number[];
}

export const ISTRIP = 0o40;
export const INLCR = 0o100;
export const IGNCR = 0o200;
export const ICRNL = 0o400;
export const IXON = 0o2000;
export const IXANY = 0o4000;
export const IUTF8 = 0o40000;

export const OPOST = 0o1;
export const ONLCR = 0o4;

export const CS8 = 0o60;
export const CREAD = 0o200;
const B38400 = 0o17;

export const ISIG = 0o1;
export const ICANON = 0o2;
export const ECHO = 0o10;
export const ECHOE = 0o20;
export const ECHOK = 0o40;
export const ECHONL = 0o100;
export const NOFLSH = 0o200;
export const TOSTOP = 0o400;
export const ECHOCTL = 0o1000;
export const ECHOKE = 0o4000;
export const IEXTEN = 0o100000;

export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;
/** Size of the table of characters. */
export const CHARACTERS = 19;

/** As `stty sane` leaves a terminal that speaks UTF-8. */
export const SANE: Termios = {
  iflag: ICRNL | IXON | IUTF8,
  oflag: OPOST | ONLCR,
  cflag: B38400 | CS8 | CREAD,
  lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
  // ^C ^\ DEL ^U ^D, one byte at once, ^Q ^S ^Z ^R ^W ^V
  cc: [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0],
};

/** As `stty raw -echo` leaves it, but with output as before: what a line editor wants. */
export function rawTermios(from: Termios): Termios {
  const cc = [...from.cc];
  cc[VMIN] = 1;
  cc[VTIME] = 0;
  return {
    ...from,
    iflag: from.iflag & ~(ICRNL | INLCR | IXON),
    lflag: from.lflag & ~(ICANON | ECHO | ISIG | IEXTEN),
    cc,
  };
}
