// Counts the words of each text that it is handed, and answers with a block that holds the counts as JSON.

let opened;

onmessage = async ({ data }) => {
  if (data.shared !== undefined) {
    opened = import(data.package).then(({ SharedHeap }) => SharedHeap.open(data.shared));
    return;
  }
  const heap = await opened;
  const { pointer, length, alignment } = data.block;
  heap.adopt(pointer, length, { alignment });
  const counts = new Map();
  for (const word of heap.readString(pointer).split(/\W+/)) {
    if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  heap.free(pointer);
  const answer = heap.allocString(JSON.stringify([...counts]));
  postMessage({ pointer: answer, ...heap.disown(answer) });
  // There may be no other text for a while.
  heap.flush();
};
