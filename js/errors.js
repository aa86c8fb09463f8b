// The one exception of the package. `code` is for programs, the message is a sentence for people:
// what was wrong and what is right. index.d.ts lists the codes.

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

// On the prototype as a string, so that it outlives minifiers and stays out of the own properties.
Object.defineProperty(GranaryError.prototype, "name", {
  value: "GranaryError",
  configurable: true,
  writable: true,
});

/** How a wrong value stands in a sentence: short, and never the result of its own toString. */
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

/** What an object says it is, the same for objects of other realms: "Response", "WebAssembly.Memory". */
export function tagOf(value) {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
