// record.js in a runtime without a page: prints its answer as JSON.

import "./record.js";

console.log(JSON.stringify(await globalThis.answer));
