// The JSON that JsonCpp is given: nested objects and arrays, numbers of every kind, and strings with
// escapes and letters of several scripts. The same on every run.

const words = ["grain", "Speicher", "хлеб", "穀倉", 'quo"ted', "line\nbreak", "\u0001", "", "🌾"];

/** The document as text, about 300,000 characters. */
export function document() {
  let state = 7;
  const random = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % limit;
  };
  const sentence = () => Array.from({ length: random(12) }, () => words[random(words.length)]);
  const scalar = () => {
    const kinds = [random(1000), -random(2 ** 24), random(10 ** 6) / 64, true, null];
    return [...kinds, sentence().join(" ")][random(6)];
  };
  const value = (depth) => {
    const length = 1 + random(9);
    if (depth === 0 || random(5) === 0) return scalar();
    if (random(2) === 0) return Array.from({ length }, () => value(depth - 1));
    const names = Array.from({ length }, (_, i) => `${words[random(words.length)]} ${i}`);
    return Object.fromEntries(names.map((name) => [name, value(depth - 1)]));
  };
  return JSON.stringify(Array.from({ length: 150 }, () => value(4)));
}
