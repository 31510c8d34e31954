// saving.js, which a kernel loads soon after it has begun: how a disk becomes segments, and segments a disk;
// and how programs of packs are run.

import { checksummer } from "./snapshot/checksum.ts";

export { Packs } from "./kernel/packs.ts";
export { fillDisk } from "./snapshot/load.ts";
export { harvest, harvestAhead, harvestAtRest, isUnsettled, markRewritten, orDirty } from "./snapshot/save.ts";

checksummer().catch(() => {}); // compiled while the rest is on its way
