// The kernel's worker: wiring only.

import { expose } from "comlink";
import { carryErrors } from "../transfer.ts";
import { Kernel } from "./kernel.ts";

carryErrors();
expose(new Kernel());
