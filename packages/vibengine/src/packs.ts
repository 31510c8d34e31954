// packs.js, which the page imports when a program of a pack is first run.

export { addPrograms, packSource } from "./packs/source.ts";
