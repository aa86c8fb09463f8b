// A worker of a run in a browser.

import { worker } from "./tasks.js";

const answer = worker((facts) => postMessage(facts));
onmessage = ({ data }) => answer(data);
