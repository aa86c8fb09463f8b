// The one exception of the package. Its code is for programs; its message is a sentence for people,
// which says what was wrong and what is right. index.d.ts lists the codes.

export class GranaryError extends Error {
  /**
   * @param {import("./index.d.ts").GranaryErrorCode} code
   * @param {string} message
   * @param {{cause?: unknown}} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}

// The name stands on the prototype as a string, so that minifiers keep it and it is no own property.
Object.defineProperty(GranaryError.prototype, "name", {
  value: "GranaryError",
  configurable: true,
  writable: true,
});

/** Returns a wrong value as it stands in a sentence: short, and never made by its own toString. */
export function shown(value) {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
    case "bigint":
      return `the bigint ${value}n`;
    case "object":
      return value === null ? "null" : `an object (${tagOf(value)})`;
    case "function":
      return "a function";
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

/** Returns what an object says it is, also one of another realm: "Response", "WebAssembly.Memory". */
export function tagOf(value) {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
