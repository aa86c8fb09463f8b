// Reads the map that wasm-ld writes (-Map): which object each function of a module came from. A line
// is three numbers, then `object:(chunk)`, and below it the names that stand for that chunk.

const numbers = /^ *(?:-|[0-9a-f]+) +[0-9a-f]+ +[0-9a-f]+/;
const chunk = new RegExp(`${numbers.source} {9}(\\S.*):\\((.*)\\)$`);
const name = new RegExp(`${numbers.source} {17}(\\S.*)$`);

/**
 * @param {string} map
 * @returns {Map<string, string>} from the name of a function or variable to its object, which is
 *   `path/of/library.a(member.o)` for one of a library
 */
export function objectsByName(map) {
  const objects = new Map();
  let object;
  for (const line of map.split("\n")) {
    const found = chunk.exec(line);
    if (found) {
      object = found[1];
      objects.set(found[2], object);
    } else if (name.test(line)) {
      objects.set(name.exec(line)[1], object);
    }
  }
  return objects;
}
