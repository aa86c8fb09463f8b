// Accepts the imports, exports and sizes of the products as they are now. Look at the difference
// before you commit it: users link to these exports and download these bytes.

import { goldenFile, sizesFile, sizesOf, surfaceOf, writeGolden } from "./golden.js";
import { shippedModules } from "./products.js";
import { readmeFile, withTable } from "./products-table.js";

const sizes = {};
for (const { name, path } of shippedModules) {
  writeGolden(goldenFile(name), surfaceOf(path));
  sizes[name] = sizesOf(path);
  console.log(`${name}: ${sizes[name].raw} bytes, ${sizes[name].gzip} with gzip`);
}
writeGolden(sizesFile, `${JSON.stringify(sizes, null, 2)}\n`);
writeGolden(readmeFile, withTable());
