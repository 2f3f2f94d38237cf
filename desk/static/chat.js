// The customers' chat: every message is kept here until the server has it.

import { chosenFiles } from "./chat_files.js";

const main = document.getElementById("content");
const words = JSON.parse(main.dataset.words);
const base = main.dataset.base;
const keptAs = base === "/chat" ? "rimedio:unsent" : `rimedio:unsent:${base}`;
const csrf = document.body.dataset.csrf;
const list = document.getElementById("bubbles");
const scroll = document.getElementById("scroll");
const form = document.getElementById("form");
const text = document.getElementById("text");
const problem = document.getElementById("problem");
const name = document.getElementById("name");
const known = new Map();
const unsent = JSON.parse(localStorage.getItem(keptAs) ?? "[]");

function bubble(message) {
  const item = document.createElement("li");
  item.className = `bubble ${message.side}`;
  const said = document.createElement("p");
  said.className = "text";
  said.dir = "auto";
  if (message.file) {
    const link = document.createElement("a");
    link.href = message.file;
    link.target = "_blank";
    link.rel = "noopener";
    if (message.picture) {
      const picture = document.createElement("img");
      picture.src = message.file;
      picture.alt = message.text;
      picture.addEventListener("load", () => { if (atEnd()) scroll.scrollTop = scroll.scrollHeight; });
      link.append(picture);
    } else {
      link.textContent = `📎 ${message.text}`;
    }
    said.append(link);
  } else {
    said.textContent = message.text;
  }
  const foot = document.createElement("p");
  foot.className = "bubble-foot";
  foot.textContent = [message.by, message.time].filter(Boolean).join(" · ");
  const below = message.marks_for ? [marks(message.marks_for)] : (message.choices ?? []).map(options);
  item.append(said, ...below, foot);
  return item;
}

/** Five buttons, from the lowest mark to the highest. */
function marks(ofCase) {
  const row = document.createElement("div");
  row.className = "marks";
  row.role = "group";
  row.ariaLabel = words.marks;
  for (let mark = 1; mark <= 5; mark += 1) {
    const button = document.createElement("button");
    button.className = "secondary";
    button.textContent = mark;
    button.addEventListener("click", () => pressOne(row, `${base}/marks`, { case: ofCase, mark }));
    row.append(button);
  }
  return row;
}

/** One button for each option of a choice. */
function options(choice) {
  const row = document.createElement("div");
  row.className = "marks options";
  row.role = "group";
  row.ariaLabel = words.choices;
  for (const [option, label] of choice.labels.entries()) {
    const button = document.createElement("button");
    button.className = "secondary";
    button.textContent = label;
    button.addEventListener("click", () => pressOne(row, `${base}/choices`, { key: choice.key, option }));
    row.append(button);
  }
  return row;
}

async function pressOne(row, path, pressed) {
  const buttons = row.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  const given = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(pressed),
  }).then((response) => response.ok, () => false);
  if (given) { tell(null); refresh(); return; }
  tell(words.offline);
  for (const button of buttons) button.disabled = false;
}

function atEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
}

function show(messages) {
  const stay = atEnd();
  let added = false;
  for (const message of messages) {
    const old = known.get(message.id);
    const content = JSON.stringify(message);
    if (old?.content === content) continue;
    const item = bubble(message);
    if (old) old.item.replaceWith(item); else { list.append(item); added = true; }
    known.set(message.id, { item, content });
  }
  if (added && stay) scroll.scrollTop = scroll.scrollHeight;
}

function tell(sentence) {
  problem.textContent = sentence ?? "";
  problem.hidden = !sentence;
}

async function refresh() {
  try {
    const response = await fetch(`${base}/messages`, { headers: { Accept: "application/json" } });
    if (response.ok) show((await response.json()).messages);
  } catch { /* the live connection says when it is back */ }
}

function keepUnsent() {
  localStorage.setItem(keptAs, JSON.stringify(unsent));
}

async function send(message) {
  show([{ id: message.id, side: "in", text: message.text, time: words.sending, by: "" }]);
  scroll.scrollTop = scroll.scrollHeight;
  let answer = { status: 0 };
  try {
    const response = await fetch(`${base}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(message),
    });
    answer = { status: response.status, ...(await response.json().catch(() => ({}))) };
  } catch { /* status 0 */ }
  if (answer.ok) {
    tell(null);
    if (answer.told) { show([{ id: message.id, side: "in", text: message.text, time: "", by: "" }]); told(answer.told); }
    else name.hidden = true;
    const at = unsent.findIndex((one) => one.id === message.id);
    // Sent twice, it is gone already: -1 would take the last one.
    if (at >= 0) unsent.splice(at, 1);
    keepUnsent();
    refresh();
    return;
  }
  tell(answer.sentence ?? words.offline);
  offerAgain(message, () => send(message));
}

/** What did not arrive stays in sight, with a button that sends it again. */
function offerAgain(message, again) {
  const entry = known.get(message.id);
  entry.content = "";
  entry.item.classList.add("unsent");
  const foot = entry.item.querySelector(".bubble-foot");
  const retry = document.createElement("button");
  retry.textContent = words.retry;
  retry.addEventListener("click", again);
  foot.replaceChildren(retry);
}

/** Where things stand, for now: nothing of it is kept. */
function told(lines) {
  show(lines.map((line) => ({ id: `told:${told.count += 1}`, side: "out", text: line, time: "", by: words.automatic })));
  scroll.scrollTop = scroll.scrollHeight;
}
told.count = 0;

document.getElementById("status").addEventListener("click", async () => {
  const answer = await fetch(`${base}/status`, { headers: { Accept: "application/json" } })
    .then((response) => (response.ok ? response.json() : null), () => null);
  tell(answer ? null : words.offline);
  if (answer) told(answer.told);
});

const files = chosenFiles({
  input: document.getElementById("files"),
  list: document.getElementById("chosen"),
  over: main,
  words,
  largest: Number(main.dataset.largest),
  tell,
});

function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const value = text.value;
  if (!value.trim() && !files.chosen.length) { tell(words.empty); text.focus(); return; }
  if ([...value].length > Number(main.dataset.longest)) { tell(words.too_long); return; }
  const about = { name: name.value.trim() || null, order: main.dataset.order || null };
  const going = files.takeAll();
  text.value = "";
  grow();
  text.focus();
  if (value.trim()) {
    const message = { id: newId(), text: value, ...about };
    unsent.push(message);
    keepUnsent();
    await send(message);
  }
  for (const file of going) await sendFile({ id: newId(), file, ...about });
});

/** A file is a message of its own. Unlike words it is not kept over a closed page, which therefore asks first. */
async function sendFile(message) {
  const { id, file } = message;
  files.under(id, true);
  show([{ id, side: "in", text: `📎 ${file.name}`, time: words.file_waits.replace("{name}", file.name), by: "" }]);
  scroll.scrollTop = scroll.scrollHeight;
  const query = new URLSearchParams({ id, file: file.name.slice(-400) });
  for (const key of ["name", "order"]) if (message[key]) query.set(key, message[key]);
  let answer = { status: 0 };
  try {
    const response = await fetch(`${base}/files?${query}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream", Accept: "application/json", "X-CSRF-Token": csrf },
      body: file,
    });
    answer = { status: response.status, ...(await response.json().catch(() => ({}))) };
  } catch { /* status 0 */ }
  if (answer.ok) {
    tell(null);
    name.hidden = true;
    files.under(id, false);
    refresh();
    return;
  }
  tell(answer.sentence ?? (answer.status === 413 ? words.file_large : words.offline));
  if ([400, 413, 415].includes(answer.status)) {
    // Sent again it would be refused again.
    files.under(id, false);
    known.get(id).item.remove();
    known.delete(id);
    return;
  }
  offerAgain(message, () => sendFile(message));
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 180)}px`;
}

text.addEventListener("input", () => { grow(); tell(null); });
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) {
    event.preventDefault();
    form.requestSubmit();
  }
});

let source = null;
let lost = null;

function listen() {
  if (source || document.hidden) return;
  source = new EventSource(`${base}/live`);
  source.addEventListener("hello", () => {
    clearTimeout(lost);
    if (problem.textContent === words.offline) tell(null);
    refresh();
    for (const message of [...unsent]) send(message);
  });
  source.onmessage = refresh;
  source.onerror = () => {
    clearTimeout(lost);
    lost = setTimeout(() => tell(words.offline), 4000);
    if (source?.readyState === EventSource.CLOSED) { stop(); setTimeout(listen, 3000); }
  };
}

function stop() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
window.addEventListener("pagehide", stop);
window.addEventListener("pageshow", listen);

show(JSON.parse(main.dataset.messages));
scroll.scrollTop = scroll.scrollHeight;
listen();
