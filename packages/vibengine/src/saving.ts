// saving.js, which a kernel loads when it first saves or reads a disk: how a disk becomes segments, and segments a disk.

import { checksummer } from "./snapshot/checksum.ts";

export { fillDisk } from "./snapshot/load.ts";
export { harvest, harvestAhead, harvestAtRest, isUnsettled, markRewritten, orDirty } from "./snapshot/save.ts";

checksummer().catch(() => {}); // compiled while the rest is on its way
