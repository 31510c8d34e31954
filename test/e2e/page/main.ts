// The page that end-to-end tests drive: an application that has `vibengine` and does nothing with it. Tests build and serve
// it by `site("test/e2e/page")` and reach the package as a global, inside `page.evaluate`.

import * as sdk from "vibengine";

declare global {
  var vibengine: typeof sdk;
}

globalThis.vibengine = sdk;
