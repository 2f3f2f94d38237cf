// The queue changes by itself; what is being read does not move.

import { forPage, get, hear, keepingFocus } from "./common.js";

const lines = document.getElementById("lines");
const tabs = document.getElementById("tabs");
const count = document.getElementById("waiting-count");
const promised = document.getElementById("promised");
const pressing = document.getElementById("pressing-count");
const said = document.getElementById("waiting-said");
let chosen = null;
let asked = null;
let asking = false;
let again = false;

function rows() {
  return [...lines.querySelectorAll("li.row")];
}

/** What is being read stays where it is; who was on a line that is gone is on the one that has taken its place. */
function take(answer) {
  const top = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
  const read = rows().filter((row) => row.getBoundingClientRect().bottom > top);
  const before = new Map(read.map((row) => [row, row.getBoundingClientRect().top]));
  const place = rows().findIndex(isFocused);
  keepingFocus(() => draw(answer));
  if (place >= 0 && !rows().some(isFocused)) {
    const next = rows()[Math.min(place, rows().length - 1)];
    if (next) choose(next);
  }
  const anchor = read.find((row) => row.isConnected);
  if (anchor && window.scrollY > 0) window.scrollBy(0, anchor.getBoundingClientRect().top - before.get(anchor));
}

function draw(answer) {
  const known = new Map(rows().map((row) => [row.id, row]));
  const page = new DOMParser().parseFromString(answer.lines, "text/html");
  const list = lines.querySelector("ol.queue");
  const fresh = page.querySelector("ol.queue");
  if (!list || !fresh) {
    lines.replaceChildren(...page.body.childNodes);
  } else {
    const wanted = [...fresh.children].map((row) => {
      const old = known.get(row.id);
      known.delete(row.id);
      if (!old) { row.classList.add("new"); return row; }
      if (old.className.replace(" new", "").replace(" chosen", "") !== row.className) old.className = row.className;
      if (old.innerHTML !== row.innerHTML) old.innerHTML = row.innerHTML;
      return old;
    });
    for (const gone of known.values()) gone.remove();
    wanted.forEach((row, place) => { if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null); });
  }
  if (tabs.innerHTML !== answer.tabs) tabs.innerHTML = answer.tabs;
  if (promised.innerHTML !== answer.promises) promised.innerHTML = answer.promises;
  pressing.textContent = answer.pressing;
  pressing.hidden = !answer.pressing;
  if (count) { count.textContent = answer.waiting; count.hidden = false; }
  if (said.textContent !== answer.said) said.textContent = answer.said;
  document.getElementById("model-line").hidden = answer.ready;
  document.title = document.title.replace(/^(\(\d+\) )?/, answer.waiting ? `(${answer.waiting}) ` : "");
  mark(chosen);
}

async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  const answer = await get(`/queue/lines${location.search}`);
  asking = false;
  if (answer) take(answer);
  if (again) { again = false; refresh(); }
}

function mark(id) {
  for (const row of rows()) row.classList.toggle("chosen", row.id === id);
}

function isFocused(row) {
  return row.contains(document.activeElement);
}

function choose(row) {
  chosen = row.id;
  mark(chosen);
  row.querySelector("a").focus({ preventScroll: true });
}

function move(step) {
  const all = rows();
  const focused = all.findIndex(isFocused);
  const place = focused < 0 ? all.findIndex((row) => row.id === chosen) : focused;
  const next = all[Math.min(Math.max(place + step, 0), all.length - 1)];
  if (!next) return;
  choose(next);
  next.scrollIntoView({ block: "nearest" });
}

hear(() => { clearTimeout(asked); asked = setTimeout(refresh, 120); });
// Waiting times grow without any event; and the model's loading leaves none.
setInterval(() => { if (!document.hidden) refresh(); }, document.getElementById("model-line").hidden ? 30000 : 3000);

document.addEventListener("keydown", (event) => {
  if (!forPage(event)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "arrowdown") { event.preventDefault(); move(1); }
  if (key === "k" || key === "arrowup") { event.preventDefault(); move(-1); }
  if (key === "/") { event.preventDefault(); document.getElementById("search").focus(); }
});

for (const field of document.querySelectorAll(".filters select, .filters input[type=checkbox]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
