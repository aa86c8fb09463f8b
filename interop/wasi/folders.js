// Where the sources come from and where the results go. Everything is fetched and built under
// build/interop/wasi; nothing of it is part of the repository.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const own = fileURLToPath(new URL(".", import.meta.url));
export const built = join(root, "build/interop/wasi");
