// A draft as the page shows it: slots filled, blanks marked, the words underlined of which the checks speak.

import { words } from "./case_page.js";

export const blank = /\[\s*(?:…|\.\.\.)[^[\]]*\]/;
const findings = document.getElementById("findings");

/** The text as the customer will read it: slots filled and marked, blanks shown as such. */
function filled(source, slots) {
  return source.split(/(\{[^{}\n]+\}|\[\s*(?:…|\.\.\.)[^[\]]*\])/).map((piece) => {
    const value = slots[piece] ?? (blank.test(piece) ? piece : null);
    if (value === null) return document.createTextNode(piece);
    const mark = document.createElement("mark");
    mark.textContent = value;
    mark.title = piece in slots ? `${words.slots}: ${piece}` : "";
    mark.classList.toggle("blank", !(piece in slots));
    return mark;
  });
}

/** The same with the words underlined of which the checks have something to say. */
export function shownText(source, slots, wrong) {
  const letters = [...source]; // places are counted in characters, which are not always one unit here
  const nodes = [];
  let at = 0;
  for (const one of [...wrong].sort((a, b) => a.start - b.start)) {
    if (one.start < at || one.end === one.start) continue;
    nodes.push(...filled(letters.slice(at, one.start).join(""), slots));
    const mark = document.createElement("u");
    mark.className = `found ${one.severity}`;
    mark.title = one.advice;
    mark.append(...filled(letters.slice(one.start, one.end).join(""), slots));
    nodes.push(mark);
    at = one.end;
  }
  return [...nodes, ...filled(letters.slice(at).join(""), slots)];
}

let listed = "";

/** What the checks say, under the text. */
export function list(wrong) {
  const now = JSON.stringify(wrong);
  if (now === listed) return;
  listed = now;
  findings.hidden = !wrong.length;
  findings.replaceChildren(...wrong.map((one) => {
    const line = document.createElement("li");
    const has = one.end > one.start;
    const box = document.createElement(has ? "button" : "p");
    box.className = `finding ${one.severity}`;
    if (has) { box.title = words.finding_show; box.dataset.from = one.start; box.dataset.to = one.end; }
    const head = document.createElement("strong");
    head.textContent = words[`finding_${one.severity}`];
    box.append(head, ` ${one.advice}`);
    line.append(box);
    return line;
  }));
}
