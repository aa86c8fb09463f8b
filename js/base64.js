// Decodes base64. The scope of an AudioWorklet has no atob.

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * @param {string} text without white space or padding
 * @returns {Uint8Array}
 */
export function bytesOfBase64(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, count, end] = [0, 0, 0];
  for (const digit of text) {
    bits = (bits << 6) | digits.indexOf(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[end++] = bits >> count;
    bits &= (1 << count) - 1;
  }
  return bytes;
}
