// Where the sources come from and where the results go. Everything is fetched and built under
// build/interop/wasi; nothing of it is part of the repository.

import { inRepository } from "../../tools/paths.js";

export const own = inRepository("interop/wasi");
export const built = inRepository("build/interop/wasi");
