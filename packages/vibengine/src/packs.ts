// packs.js, which the page imports when a program of a pack is first run.

export { packSource } from "./packs/source.ts";
