// The kernel's worker: wiring only.

import { expose } from "comlink";
import { database } from "../snapshot/database.ts";
import { carryErrors } from "../transfer.ts";
import { Kernel } from "./kernel.ts";

carryErrors();
database().catch(() => {}); // opened while the first call is on its way; who needs it asks again
expose(new Kernel());
