// Accepts the imports, exports and sizes of the products as they are now. Look at the difference
// before you commit it: it is what users link to and download.

import { modules } from "../tests-js/support/products.js";
import { goldenFile, sizesFile, sizesOf, surfaceOf, writeGolden } from "./golden.js";

const sizes = {};
for (const { name, path } of modules) {
  writeGolden(goldenFile(name), surfaceOf(path));
  sizes[name] = sizesOf(path);
  console.log(`${name}: ${sizes[name].raw} bytes, ${sizes[name].gzip} with gzip`);
}
writeGolden(sizesFile, `${JSON.stringify(sizes, null, 2)}\n`);
