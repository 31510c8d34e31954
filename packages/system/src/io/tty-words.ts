// Where the words of a terminal stand in shared memory, for the three files on terminals, and what an entry of its input is.

import { TTY_INPUT, TTY_WORDS } from "../disk/layout.ts";
import * as t from "./termios.ts";
import { WAITER_WORDS } from "./waiters.ts";

/** Words of a terminal. The first six are its `Termios`, as `termios.ts` says. */
export const IFLAG = 0;
export const OFLAG = 1;
export const CFLAG = 2;
export const LFLAG = 3;
export const CC = 4; // one word each
export const STATE = CC + t.CHARACTERS;
export const ROWS = STATE + 1;
export const COLUMNS = STATE + 2;
/** The foreground process group, 0 = none. */
export const GROUP = STATE + 3;
/** The pipe that takes the output. */
export const OUTPUT = STATE + 4;
/** Output is held (^S). */
export const HELD = STATE + 5;
/** The next character is taken as it is (^V). */
export const LITERAL = STATE + 6;
/** Counts of entries: read so far, in whole lines so far, typed so far. */
export const READ_AT = STATE + 7;
export const LINES_AT = STATE + 8;
export const WRITE_AT = STATE + 9;
export const READERS = STATE + 10;
export const WRITERS = READERS + WAITER_WORDS;
export const TYPISTS = WRITERS + WAITER_WORDS;
/** The session whose terminal it is, 0 = none; and how many open files are on it. */
export const SESSION = TYPISTS + WAITER_WORDS;
export const OPENED = SESSION + 1;
export const INPUT = TTY_WORDS - TTY_INPUT;

export const FREE = 0;
export const OPEN = 1;
export const HUNG_UP = 2;

/** An entry of the input: a byte, and whether a line ends with it; or the mark that ^D makes, which is no byte. */
export const LINE_END = 0x100;
export const END_OF_FILE = 0x300;
