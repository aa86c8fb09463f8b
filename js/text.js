// Encodes text as UTF-8 and decodes it. The runtime's own TextEncoder and TextDecoder do so where they
// exist; scopes that have only ECMAScript and WebAssembly, such as that of an AudioWorklet, have none. Both
// ways give the same result: malformed parts become U+FFFD as in the Encoding Standard, one for each maximal
// part of a sequence, and a byte order mark belongs to the text.

import { isShared } from "./views.js";

const replacement = 0xfffd;

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export function encoded(text) {
  if (typeof TextEncoder === "function") return new TextEncoder().encode(text);
  const bytes = new Uint8Array(3 * text.length);
  let end = 0;
  for (const character of text) {
    const point = character.codePointAt(0);
    end = writePoint(bytes, end, (point & 0xfffff800) === 0xd800 ? replacement : point);
  }
  return bytes.subarray(0, end);
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decoded(bytes) {
  if (typeof TextDecoder !== "function") return decodedHere(bytes);
  // Browsers do not decode bytes of a resizable buffer, nor of one that threads share.
  const { buffer } = bytes;
  const decodable = buffer.resizable || isShared(buffer) ? bytes.slice() : bytes;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(decodable);
}

/** Writes a code point and returns the offset after it. */
function writePoint(bytes, at, point) {
  if (point < 0x80) {
    bytes[at] = point;
    return at + 1;
  }
  const following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  bytes[at] = ((0xff00 >> (following + 1)) & 0xff) | (point >> (6 * following));
  for (let i = 1; i <= following; i++) {
    bytes[at + i] = 0x80 | ((point >> (6 * (following - i))) & 0x3f);
  }
  return at + 1 + following;
}

function decodedHere(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at++];
    const following = followingOf(lead);
    let point = following === 0 ? lead : following < 0 ? replacement : lead & (0x3f >> following);
    for (let i = 0; i < following; i++) {
      if (!continues(lead, i, bytes[at])) {
        point = replacement;
        break;
      }
      point = (point << 6) | (bytes[at++] & 0x3f);
    }
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Returns how many bytes follow the first one of a sequence; -1: no sequence begins with it. */
function followingOf(lead) {
  if (lead < 0x80) return 0;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

/**
 * Returns whether a byte may come next. The limits of the first byte that follows exclude overlong forms,
 * surrogates, and code points that do not exist.
 */
function continues(lead, index, byte) {
  let [least, most] = [0x80, 0xbf];
  if (index === 0) {
    if (lead === 0xe0) least = 0xa0;
    if (lead === 0xed) most = 0x9f;
    if (lead === 0xf0) least = 0x90;
    if (lead === 0xf4) most = 0x8f;
  }
  return byte >= least && byte <= most;
}
