// Gives a module's own memory a maximum, to show what an allocator does when the memory cannot grow.
// Only the memory section of the binary is rewritten (core specification, "Binary Format", sections
// 5.5.8 and 5.3.10); the code under test stays as it was linked.

const memorySectionId = 5;
const hasMaximum = 0x01;
const headerLength = 8;

/**
 * @param {Uint8Array} bytes a module that defines one memory
 * @param {number} maximumPages
 * @returns {Uint8Array}
 */
export function setMaximumPages(bytes, maximumPages) {
  for (const { id, begin, bodyBegin, end } of sectionsOf(bytes)) {
    if (id !== memorySectionId) continue;
    const body = withMaximum(bytes.subarray(bodyBegin, end), maximumPages);
    const section = [memorySectionId, ...unsigned(body.length), ...body];
    return Uint8Array.from([...bytes.subarray(0, begin), ...section, ...bytes.subarray(end)]);
  }
  throw new Error("the module defines no memory");
}

/** Returns how many pages the memory of a module has before it grows. */
export function initialPages(bytes) {
  for (const { id, bodyBegin } of sectionsOf(bytes)) {
    if (id === memorySectionId) return readUnsigned(bytes, bodyBegin + 2).value;
  }
  throw new Error("the module defines no memory");
}

/** Yields the sections of a module in order: id, and where section, body and next section begin. */
export function* sectionsOf(bytes) {
  for (let begin = headerLength; begin < bytes.length;) {
    const size = readUnsigned(bytes, begin + 1);
    const end = size.next + size.value;
    yield { id: bytes[begin], begin, bodyBegin: size.next, end };
    begin = end;
  }
}

function withMaximum(section, maximumPages) {
  const [count, flags] = section;
  if (count !== 1) throw new Error(`the module defines ${count} memories, not one`);
  const initial = readUnsigned(section, 2);
  return [count, flags | hasMaximum, ...unsigned(initial.value), ...unsigned(maximumPages)];
}

/** Reads the unsigned LEB128 number at `offset`. Returns it and where the next byte is. */
export function readUnsigned(bytes, offset) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[offset++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: offset };
  }
}

function unsigned(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return [...bytes, value];
}
