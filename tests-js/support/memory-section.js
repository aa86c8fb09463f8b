// The tests' name for what the bench has too.
export { sectionsOf, setMaximumPages } from "../../bench/memory-section.js";
