// tools.js, which is loaded when something of it is first needed: the shell's tools, and fsck, for the kernel.

export { allTools, lateBuiltins } from "@vibengine/shell/tools";
export { fsck } from "@vibengine/system";
