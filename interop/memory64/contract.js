// The contract of the four calls with 64-bit addresses, in a page: blocks of many lengths and alignments below
// and above 4 GiB are aligned, do not overlap, keep their bytes, and can be resized, moved and freed.

const lengths = [1, 24, 100, 1000, 2500, 40_000, 200_000];
const pagesOf4Gibibytes = 65_536n;
const freeing = 3;
/** Of a longer block the first and the last bytes. */
const shown = 256;

/** What each module did: its name with "kept", "no memory64", or what was wrong. */
export async function tryAll(names) {
  const answers = {};
  for (const name of names) {
    const bytes = await (await fetch(`${name}.wasm`)).arrayBuffer();
    answers[name] = WebAssembly.validate(bytes) ? await tried(bytes) : "no memory64";
  }
  return answers;
}

async function tried(bytes) {
  try {
    const { instance } = await WebAssembly.instantiate(bytes);
    keepContract(instance.exports);
    return "kept";
  } catch (error) {
    return String(error);
  }
}

function keepContract({ memory, alloc, resize, remap, free }) {
  const view = (address, length) => new Uint8Array(memory.buffer, address, length);
  const expect = (holds, what) => {
    if (!holds) throw new Error(what);
  };
  const blocks = [];
  const check = ({ address, length, value }) => {
    const bytes = Math.min(length, shown);
    for (const begin of [address, address + length - bytes]) {
      const isRight = view(begin, bytes).every((byte) => byte === value);
      expect(isRight, `a byte of the block of ${length} bytes at ${address}`);
    }
  };
  const place = (length, alignment) => {
    const address = Number(alloc(0n, BigInt(length), alignment, 0n));
    expect(address !== 0 && address % 2 ** alignment === 0, `${length} bytes at ${address}`);
    const block = { address, length, alignment, value: 1 + (blocks.length % 255) };
    view(address, length).fill(block.value);
    blocks.push(block);
  };
  const end = ({ address, length, alignment }) =>
    free(0n, BigInt(address), BigInt(length), alignment, 0n);
  for (const above of [false, true]) {
    if (above) memory.grow(pagesOf4Gibibytes);
    for (let i = 0; i < 300; i++) place(lengths[i % lengths.length], i % 13);
    blocks.forEach(check);
    blocks.filter((_, i) => i % freeing === 0).forEach(end);
    blocks.splice(0, blocks.length, ...blocks.filter((_, i) => i % freeing !== 0));
    for (const block of blocks) {
      const { address, length, alignment } = block;
      const words = [0n, BigInt(address), BigInt(length), alignment, BigInt(2 * length), 0n];
      const moved = resize(...words) === 1 ? address : Number(remap(...words));
      if (moved === 0) continue;
      check({ ...block, address: moved });
      Object.assign(block, { address: moved, length: 2 * length });
      view(moved, 2 * length).fill(block.value);
    }
    blocks.forEach(check);
  }
  expect(
    blocks.some(({ address }) => address > 2 ** 32),
    "blocks above 4 GiB",
  );
  expect(alloc(0n, 2n ** 64n - 1n, 0, 0n) === 0n, "a length that cannot exist is no memory");
  blocks.forEach(end);
}
