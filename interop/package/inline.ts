// The types of `granary/inline`, as a program uses them. It must compile in strict mode.

import {
  ArenaHeap,
  CheckedArenaHeap,
  CheckedHeap,
  GranaryError,
  Heap,
  InspectedHeap,
  SharedHeap,
  guard,
  type Arena,
  type InlineOptions,
  type InlineSharedOptions,
} from "granary/inline";
import * as granary from "granary";

const options: InlineOptions = { maximumPages: 10 };
const sharedOptions: InlineSharedOptions = { maximumPages: 10 };

export async function use(bytes: Uint8Array): Promise<number> {
  const heaps: granary.Heap[] = [
    Heap.createSync(),
    Heap.createSync(options),
    Heap.createSync({ module: bytes }),
    InspectedHeap.createSync(),
    CheckedHeap.createSync(options),
    ArenaHeap.createSync(options),
    CheckedArenaHeap.createSync(),
    await Heap.create({ maximumPages: 10 }),
  ];
  const heap: Heap = Heap.createSync();
  const arena: Arena = ArenaHeap.createSync().arena();
  const wide: Heap<bigint> = Heap.createSync({ width: 64, module: bytes });
  const shared: SharedHeap = SharedHeap.createSync(sharedOptions);
  const opened: granary.SharedHeap = SharedHeap.openSync(shared.share());
  const checked: CheckedHeap = CheckedHeap.createSync();
  guard({ memory: checked.memory, fault: checked.exports.fault }, () => checked.check());
  if (heaps[0] instanceof Heap && opened instanceof SharedHeap)
    throw new GranaryError("ERR_TYPE", "");
  return heap.alloc(1) + arena.alloc(1) + wide.alloc(1n);
}
