// Emscripten takes this into the script of a program: when the program ends, it writes into the file
// `pages` how many wasm pages its memory has. Standard output and error are closed by then.
Module["onExit"] = () => require("fs").writeFileSync("pages", `${HEAPU8.length / 65536}`);
