// What the scripts of a case's page share: its words, its address, and what the server says to an action.

import { toast } from "./common.js";

export const main = document.getElementById("content");
export const words = JSON.parse(main.dataset.words);
export const first = JSON.parse(main.dataset.state); // as the page was drawn
export const here = `/cases/${first.number}`;

/** Tells what came of an action, and returns whether it was carried out. */
export function say(answer) {
  if (answer.ok) { if (answer.sentence) toast(answer.sentence); return true; }
  toast(answer.sentence ?? words.network, { bad: true, stay: 8000 });
  return false;
}
