// The page that the e2e tests drive: it offers the package and a look behind its back, and does nothing by itself.

import * as vibengine from "vibengine";
import * as behind from "./behind.ts";

Object.assign(window, { vibengine, behind });
