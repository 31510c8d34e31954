// @vibengine/shell: the shell as a library. The tools are a second entry (tools/index.ts), loaded when the first is needed.

export type { ShellHost, SpawnRequest, ToolSet } from "./host.ts";
export { FetchFault, type FetchRequest, type FetchResponse } from "./host.ts";
export { runShell, runTool } from "./shell.ts";
export type { ToolContext } from "./tool.ts";
