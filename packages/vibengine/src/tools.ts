// tools.js, which is loaded when something of it is first needed: the shell's tools and seldom used parts, the network and the trace
// for them, and for the kernel fsck, export and import; and for the shell the files of packs.

export { toolSet } from "@vibengine/shell/tools";
export { fsck, Mounts } from "@vibengine/system";
export { newExport } from "./archive/export.ts";
export { importArchive } from "./archive/import.ts";
export { Watches } from "./kernel/watches.ts";
export { fetchForTools } from "./shell/fetch.ts";
export { tracedSystem, traceSpawn } from "./shell/trace.ts";
