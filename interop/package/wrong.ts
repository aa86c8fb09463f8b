// Uses that must not compile: every line with a comment at its end, and no other.

import { CheckedHeap, GranaryError, GranaryFault, Heap } from "granary";
import { InspectedHeap, SharedHeap, guard } from "granary";

const heap = await Heap.create({ maximumPages: 10 });
const memory = new WebAssembly.Memory({ initial: 1 });

const checked = await CheckedHeap.create();
const inspected: InspectedHeap = checked;

const wide = await CheckedHeap.create({ width: 64 });

new Heap(); // the constructor is protected
Heap.createSync(); // the module is needed
Heap.createSync({ module: new URL("https://example.org/") }); // nothing waits for it
Heap.createSync({ module: fetch("https://example.org/") }); // nothing waits for it
Heap.create({ module: 5 }); // no source
Heap.create({ maximum: 10 }); // no such option
Heap.create({ memory: memory.buffer }); // no memory
heap.memory = memory; // read only
heap.alloc("1025"); // a length is a number
heap.alloc(1025n); // and no bigint
Heap.create({ width: 16 }); // no such width
wide.exports.alloc(0, 100, 4, 0); // raw calls of 64 bits take bigints
wide.exports.free(0n, 8n, 8n, 4n, 0n); // an alignment is a number for them too
const narrow: Heap = wide; // raw calls of other types
const raw: number = wide.exports.alloc(0n, 8n, 4, 0n); // answers with a bigint
const pointer: bigint = wide.alloc(8); // a pointer is a number
heap.free(8n); // a heap of 32 bits takes no bigint
heap.alloc(1025, 16); // options are an object
heap.alloc(1025, { align: 16 }); // with a name that exists
heap.free(heap.tryAlloc(1025)); // may be null
heap.free(); // the pointer is needed
heap.realloc(heap.alloc(5)); // the length is needed
heap.realloc(heap.remap(5, 5), 6); // may be null
heap.allocBytes("text"); // no bytes
heap.allocString(new Uint8Array(5)); // no text
heap.allocString("text", { zeroed: true }); // it has contents
heap.allocArray([1, 2, 3]); // the class is needed
heap.allocArray(Int32Array); // the count is needed
heap.allocArray([1, 2, 3], BigInt64Array); // these are bigints
heap.allocArray([1, 2, 3], DataView); // no class of arrays
heap.viewAt(Int32Array, 8); // the count is needed
heap.block(8).pointer = 16; // read only
heap.release(8); // the name is disown
heap.realloc(8, 8, { alignment: 8 }); // alloc's
heap.view(Array, heap.alloc(5)); // no class of views
heap.view(Float64Array, heap.alloc(8)).getUint8(0); // no DataView
const words: Uint16Array = heap.view(Uint32Array, heap.alloc(8)); // another class
heap.bytes(heap.alloc(8), "4"); // a length is a number
heap.exports.malloc(8); // not one of the four calls
heap.stats(); // not of a plain heap
heap.alloc(8, { caller: true }); // a caller is a name or a number
Heap.create({ stacks: true }); // for heaps that catch misuses
heap.free(8, { alignment: 8 }); // alloc's
heap.adopt(8, 8, { caller: 8 }); // alloc's
new CheckedHeap(); // the constructor is protected
new GranaryFault(); // only thrown
const asChecked: CheckedHeap = inspected; // it does not check
inspected.check(); // it does not check
inspected.exports.fault; // it does not check
InspectedHeap.createSync({}); // the module is needed
checked.setLimits({ quarantine: 5 }); // both are needed
checked.guard(5); // no function
checked.guard(async () => 5); // not done when it returns
guard(checked.exports, () => Promise.resolve(5)); // not done when it returns
const text: string = checked.guard(() => 5); // the answer's type
guard(heap.exports, () => asChecked); // no record
for (const { kind } of checked.walk()) if (kind === "gone") break; // no such kind
checked.stats().bytes + text; // no such figure
const shared = await SharedHeap.create({ maximumPages: 10 });
new SharedHeap(); // the constructor is private
SharedHeap.create({}); // a maximum is needed
SharedHeap.create({ maximumPages: 10, memory }); // the memory has its own
SharedHeap.create({ maximumPages: 10, width: 64 }); // no such option
SharedHeap.createSync({ maximumPages: 10 }); // the module is needed
SharedHeap.open(memory); // what share returns is needed
SharedHeap.open({ module: new Uint8Array(8), memory }); // a compiled module is needed
shared.stats(); // not of a shared heap
heap.flush(); // not of a plain heap
const plain: Heap = shared; // its bytes lie in a SharedArrayBuffer
const code: "ERR_UNKNOWN" = new GranaryError("ERR_TYPE", "").code; // no such code
throw new GranaryError("ERR_UNKNOWN", words + code + plain); // no such code
