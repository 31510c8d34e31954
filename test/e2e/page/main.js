// The page that the e2e tests drive: it offers the package and does nothing by itself.

import * as vibengine from "vibengine";

Object.assign(window, { vibengine });
