// The xterm.js screen: made once, in the page's colours, as large as its place. It knows nothing of shells.

import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";

const LIGHT: ITheme = {
  scrollbarSliderBackground: "#22282a26",
  scrollbarSliderHoverBackground: "#22282a4d",
  scrollbarSliderActiveBackground: "#22282a4d",
  background: "#fdfcf9",
  foreground: "#22282a",
  cursor: "#0d6b50",
  cursorAccent: "#fdfcf9",
  selectionBackground: "#bfe3d4",
  black: "#22282a",
  red: "#b3261e",
  green: "#0d6b50",
  yellow: "#8a5a00",
  blue: "#1f5fae",
  magenta: "#8b3a8f",
  cyan: "#0b6d78",
  white: "#6b7270",
  brightBlack: "#6b7270",
  brightRed: "#b3261e",
  brightGreen: "#0d6b50",
  brightYellow: "#8a5a00",
  brightBlue: "#1f5fae",
  brightMagenta: "#8b3a8f",
  brightCyan: "#0b6d78",
  brightWhite: "#22282a",
};

const DARK: ITheme = {
  scrollbarSliderBackground: "#dfe6e226",
  scrollbarSliderHoverBackground: "#dfe6e24d",
  scrollbarSliderActiveBackground: "#dfe6e24d",
  background: "#0c0f0e",
  foreground: "#dfe6e2",
  cursor: "#7ff0c4",
  cursorAccent: "#0c0f0e",
  selectionBackground: "#23483b",
  black: "#1b211f",
  red: "#ff8a80",
  green: "#6fdcb2",
  yellow: "#f0c674",
  blue: "#86b8ff",
  magenta: "#dca0e6",
  cyan: "#76d6de",
  white: "#dfe6e2",
  brightBlack: "#86918c",
  brightRed: "#ff8a80",
  brightGreen: "#6fdcb2",
  brightYellow: "#f0c674",
  brightBlue: "#86b8ff",
  brightMagenta: "#dca0e6",
  brightCyan: "#76d6de",
  brightWhite: "#ffffff",
};

export function openScreen(host: HTMLElement): Terminal {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 720px)");
  const terminal = new Terminal({
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    cursorStyle: "bar",
    cursorWidth: 2,
    fontFamily: getComputedStyle(host).fontFamily,
    fontSize: narrow.matches ? 12 : 13.5,
    lineHeight: 1.3,
    minimumContrastRatio: 4.5,
    scrollback: 5000,
    theme: dark.matches ? DARK : LIGHT,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(host);
  terminal.textarea?.setAttribute("aria-label", "Terminal input. Shift Tab leaves the terminal.");
  terminal.attachCustomKeyEventHandler((event) => {
    // Tab completes; its twin stays the browser's, so that the keyboard can get out. ctrl-c copies what is selected, and
    // ctrl-v pastes, as everywhere else in a page.
    const isCopy = event.key === "c" && event.ctrlKey && terminal.hasSelection();
    const isPaste = event.key === "v" && event.ctrlKey;
    return !isCopy && !isPaste && !(event.key === "Tab" && event.shiftKey);
  });
  host.addEventListener("copy", () => setTimeout(() => terminal.clearSelection()));

  dark.addEventListener("change", () => {
    terminal.options.theme = dark.matches ? DARK : LIGHT;
  });
  narrow.addEventListener("change", () => {
    terminal.options.fontSize = narrow.matches ? 12 : 13.5;
    fit.fit();
  });
  new ResizeObserver(() => {
    // Hidden behind another view it has no size: it keeps its last one.
    if (host.clientWidth > 0 && host.clientHeight > 0) fit.fit();
  }).observe(host);
  return terminal;
}
