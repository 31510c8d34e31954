// The scripts to pick from: each is a file of the sandbox's home, and a text of examples/ until it is changed there.

import groups from "./examples/groups.py?raw";
import guess from "./examples/guess.py?raw";
import hello from "./examples/hello.py?raw";
import loop from "./examples/loop.py?raw";
import orders from "./examples/orders.py?raw";
import plot from "./examples/plot.py?raw";

interface Example {
  /** Its name in the home directory. */
  file: string;
  title: string;
  /** What it shows, in a line. */
  about: string;
  text: string;
}

export const EXAMPLES: Example[] = [
  { file: "hello.py", title: "Hello", about: "Which Python this is, and where it runs.", text: hello },
  { file: "orders.py", title: "CSV and JSON", about: "The standard library, and files on the disk.", text: orders },
  { file: "groups.py", title: "pandas: groups", about: "A table, grouped and turned.", text: groups },
  { file: "plot.py", title: "matplotlib: a picture", about: "The picture it writes appears beside it.", text: plot },
  { file: "loop.py", title: "A loop to stop", about: "It runs until Stop interrupts it.", text: loop },
  { file: "guess.py", title: "A game: input()", about: "It asks you for numbers.", text: guess },
];
