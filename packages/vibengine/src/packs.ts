// packs.js, which the page imports when a program of a pack is first run.

export { othersPrograms, packSource } from "./packs/source.ts";
