// The case page: what is sent is what stands in the box, and what is written is never lost.

import { ask, askMeant, askPromised, askWhy } from "./asking.js";
import { give, takeForms } from "./case_forms.js";
import { first, here, main, say, words } from "./case_page.js";
import { announce, copy, forPage, get, hear, keepingFocus, post, toast } from "./common.js";
import { blank, list, shownText } from "./draft_text.js";
import { takeFiles } from "./enclosing.js";
import { countLast, forget, remember, undoLast } from "./leaving.js";

const text = document.getElementById("text");
const preview = document.getElementById("preview");
const notice = document.getElementById("notice");
const saved = document.getElementById("saved");
const modeLine = document.getElementById("mode");
const legend = document.getElementById("legend");
const local = `rimedio:${here}`;

let state = first; // the newest the server told
let bound = state; // what the text in the box answers to
let editing = false;
let kind = null;
let busy = false;
let found = null; // what the checks say of the text being written; null while it is still the draft's
let reason = null; // what was wrong with the draft, as far as the agent says
let careful = 0; // until then an approval would be of a text nobody has read
const shown = {};

// --- The box

function render() {
  main.classList.toggle("taken", state.case_state === "taken_over");
  main.classList.toggle("no-draft", !bound.draft_id && !editing);
  main.classList.toggle("held", state.held_by_other);
  text.hidden = !editing;
  preview.hidden = editing;
  if (bound.language) text.lang = preview.lang = bound.language;
  modeLine.textContent = editing ? (kind ? words[`kind_${kind}`] : words.editing) : bound.draft_id ? words.as_sent : "";
  if (!editing) { preview.replaceChildren(...shownText(bound.text, bound.slots, bound.findings)); saved.textContent = ""; }
  const slots = Object.entries(bound.slots).filter(([slot]) => text.value.includes(slot));
  legend.hidden = !editing || !slots.length;
  legend.textContent = slots.map(([slot, value]) => `${slot} = ${value}`).join(" · ");
  list(editing && found ? found : bound.findings);
  const changed = bound.edited || (editing && (kind !== null || text.value.trim() !== bound.text.trim()));
  document.getElementById("reasons").hidden = !bound.composed || !changed;
  document.getElementById("discard-reasons").hidden = !bound.composed;
  for (const choice of document.querySelectorAll("[data-reason]")) choice.setAttribute("aria-pressed", String(choice.dataset.reason === reason));
  const empty = editing ? !text.value.trim() : !bound.text;
  for (const name of ["approve"]) button(name).disabled = busy || empty;
  button("discard").disabled = busy || !bound.draft_id;
}

function button(name) {
  return document.querySelector(`[data-do="${name}"]`);
}

/** Selects the words of a finding in the box. */
function show(from, to) {
  if (!editing) edit({ cursor: 0 });
  const letters = [...text.value];
  const place = (at) => letters.slice(0, at).join("").length;
  text.focus();
  text.setSelectionRange(place(from), place(to));
}

let checking = null;

async function check() {
  const value = text.value;
  const answer = await post(`${here}/check`, { text: value, kind });
  // An answer about a text that has changed since is thrown away: the next one is on its way.
  if (!answer.findings || value !== text.value || !editing) return;
  found = answer.findings;
  render();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.max(text.scrollHeight + 2, 170)}px`;
}

function edit({ value = null, as = null, cursor = null } = {}) {
  if (!editing) { text.value = bound.text; found = null; }
  if (value !== null) text.value = value;
  editing = true;
  kind = as;
  render();
  grow();
  text.focus();
  // Where a person has to go on writing, the cursor is there already.
  const gap = cursor === null ? blank.exec(text.value) : null;
  const place = cursor ?? gap?.index ?? text.value.length;
  text.setSelectionRange(place, place + (gap?.[0].length ?? 0));
  if (value !== null) typed();
}

function read() {
  editing = false;
  kind = null;
  clearTimeout(saving);
  clearTimeout(checking);
  found = null;
  localStorage.removeItem(local);
  notice.hidden = true;
  bound = state;
  render();
}

function tell(sentence, ...buttons) {
  notice.replaceChildren(document.createTextNode(sentence));
  for (const [label, press] of buttons) {
    const element = document.createElement("button");
    element.className = "secondary small";
    element.textContent = label;
    element.addEventListener("click", press);
    notice.append(element);
  }
  notice.hidden = false;
}

// --- Keeping what is written

let saving = null;
let unsaved = false;

function typed() {
  unsaved = true;
  saved.textContent = words.saving;
  localStorage.setItem(local, text.value);
  clearTimeout(saving);
  saving = setTimeout(save, 500);
  clearTimeout(checking);
  checking = setTimeout(check, 600);
  render();
}

async function save() {
  const value = text.value;
  const answer = await post(`${here}/typed`, { text: value });
  if (answer.kept) {
    if (value === text.value) { unsaved = false; saved.textContent = words.saved; }
    localStorage.removeItem(local);
  } else {
    saved.textContent = answer.status === 0 ? words.not_saved : words.saved;
    if (answer.status === 0) saving = setTimeout(save, 3000);
  }
  if (answer.reason === "claimed") tell(answer.sentence, [words.force, force]);
}

window.addEventListener("pagehide", () => {
  if (unsaved && editing) post(`${here}/typed`, { text: text.value }, { keepalive: true });
});

async function dropEdit() {
  read();
  unsaved = false;
  await post(`${here}/typed`, { text: "" });
  refresh({ mine: true });
}

async function force() {
  const answer = await post(`${here}/claim`, { force: true });
  notice.hidden = answer.ok;
  say(answer);
  refresh();
}

// --- What changes by itself

let asked = null;
let asking = false;
let again = false;

async function refresh({ mine = false } = {}) {
  if (asking) { again = true; return; }
  asking = true;
  const answer = await get(`${here}/parts`);
  asking = false;
  if (answer) take(answer, mine);
  if (again) { again = false; refresh({ mine }); }
}

/** Whether a field is not as it was drawn. What was chosen in a correction that was closed again is dropped. */
function touched(field) {
  if (field.closest(".correct:not([open])")) return false;
  if (field instanceof HTMLSelectElement) {
    // Where none was drawn as chosen the browser takes the first.
    const drawn = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(drawn, 0);
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** By what a fold is found again once its part was drawn anew. */
function named(details) {
  return `${details.getAttribute("name") ?? ""} ${details.querySelector("summary").textContent}`;
}

function draw(parts) {
  for (const [name, html] of Object.entries(parts)) {
    if (shown[name] === html) continue;
    const part = document.getElementById(`part-${name}`);
    // Somebody has typed or chosen something in this part: it is brought up to date when that is saved.
    if ([...part.querySelectorAll("input, textarea, select")].some(touched)) continue;
    const open = [...part.querySelectorAll("details[open]")].map(named);
    shown[name] = html;
    part.innerHTML = html;
    for (const element of part.querySelectorAll("details")) {
      if (open.includes(named(element))) element.open = true;
    }
  }
}

function take(answer, mine) {
  keepingFocus(() => draw(answer.html));
  countdown();
  const old = state;
  state = answer.state;
  const changed = ["draft_id", "draft_revision", "sha256"].some((key) => state[key] !== bound[key])
    || (!state.draft_id && state.revision !== bound.revision);
  if (!editing) {
    if (changed && !mine && old.draft_id && state.draft_id && state.text !== bound.text) {
      careful = Date.now() + 1500;
      tell(words.changed_reading);
      setTimeout(() => { notice.hidden = true; }, 4000);
    }
    bound = state;
  } else if (changed && !mine) {
    tell(words.changed,
      [words.show_new, dropEdit],
      [words.keep_mine, () => { bound = state; notice.hidden = true; render(); }]);
  } else {
    bound = state;
  }
  render();
}

let ticking = null;

function countdown() {
  clearInterval(ticking);
  const line = document.querySelector(".leaving");
  if (!line) return;
  const end = Date.now() + Number(line.dataset.left) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) { line.querySelector(".leaves").textContent = words.leaves.replace("{n}", left); return; }
    clearInterval(ticking);
    line.hidden = true;
    refresh();
  };
  tick();
  ticking = setInterval(tick, 250);
}

// --- Actions

function content() {
  return {
    draft_id: bound.draft_id,
    draft_revision: bound.draft_revision,
    sha256: bound.sha256,
    revision: bound.revision,
    text: editing ? text.value : bound.text,
    kind: editing ? kind : null,
    edit_reason: reason,
  };
}

async function act(path, values) {
  if (busy) return null;
  busy = true;
  clearTimeout(saving);
  render();
  const answer = await post(`${here}/${path}`, values);
  busy = false;
  render();
  return answer;
}

/** Sends what stands in the box. What somebody answers when asked about it holds for that very text. */
async function approve(shownThen = null, said = {}) {
  if (button("approve").disabled) return;
  if (Date.now() < careful) { tell(words.changed_reading); return; }
  const sent = shownThen ?? content();
  if (blank.test(sent.text)) { edit(); tell(words.fill); return; }
  const answer = await act("approve", { ...sent, ...said });
  if (!answer) return;
  if (answer.unsaid) {
    const meant = await askMeant(answer.unsaid);
    if (meant) await approve(sent, { ...said, meant: { ...said.meant, ...meant } });
    return;
  }
  if (answer.given) {
    const promised = await askPromised(answer.given);
    if (promised.out) {
      const gone = await act("take-out", { ...sent, key: promised.out });
      if (gone && say(gone)) read();
      await refresh({ mine: true });
    } else if (promised.meant) {
      await approve(sent, {
        ...said,
        meant: { ...said.meant, ...promised.meant },
        terms: { ...said.terms, ...promised.terms },
      });
    }
    return;
  }
  if (answer.overrule) {
    const why = await askWhy(answer.sentence);
    if (why) { await approve(sent, { ...said, why }); return; }
  }
  if (answer.ok) {
    reason = null;
    read();
    if (answer.undo && !answer.by_hand) {
      // Counted down under the buttons here, and at the foot of the page on the next case.
      remember(answer);
      announce(words.leaves.replace("{n}", Math.ceil(answer.undo)));
    } else {
      const copied = answer.by_hand && (await copy(answer.filled));
      say(copied ? { ...answer, sentence: words.copied } : answer);
    }
  } else {
    say(answer);
    if (editing) typed();
  }
  await refresh({ mine: answer.ok });
}

async function undo(approval, path = here) {
  forget();
  say(await post(`${path}/undo`, { approval }));
  if (path === here) refresh({ mine: true }); else location.href = path;
}

function start(as) {
  const [before, after] = bound.start ?? ["", ""];
  edit({ value: before + after, as, cursor: before.length });
}

const actions = {
  approve: () => approve(),
  edit: () => edit(),
  ask: () => start("ask"),
  decline: () => start("decline"),
  async discard() {
    const dialog = document.getElementById("discard-dialog");
    if (button("discard").disabled || !(await ask(dialog))) return;
    const answer = await act("discard", { ...content(), reason: dialog.querySelector("input").value || null });
    if (answer && say(answer)) { reason = null; read(); }
    refresh({ mine: true });
  },
  async pass() {
    const dialog = document.getElementById("pass-dialog");
    if (!(await ask(dialog))) return;
    const form = dialog.querySelector("form");
    const answer = await act("pass-on", { ...content(), to: form.to.value || null, reason: form.reason.value || null });
    if (answer && say(answer)) { read(); form.reset(); }
    refresh({ mine: true });
  },
  async exit() {
    const dialog = document.getElementById("exit-dialog");
    if (!dialog || !(await ask(dialog))) return;
    const form = dialog.querySelector("form");
    const answer = await act("exit", { from_day: form.from_day.value, instead: form.instead.value });
    if (answer && say(answer)) { read(); form.reset(); }
    refresh({ mine: true });
  },
  async take() {
    const answer = state.case_state === "taken_over"
      ? await act("give-back", {})
      : await act("take-over", { force: false });
    if (!answer) return;
    if (answer.reason === "claimed") {
      toast(answer.sentence, { bad: true, stay: 10000, button: words.force, press: async () => { say(await act("take-over", { force: true })); refresh({ mine: true }); } });
    } else {
      say(answer);
    }
    refresh({ mine: true });
  },
  force,
  async close() { say(await act("close", {})); refresh({ mine: true }); },
  undo() {
    const line = document.querySelector(".leaving:not([hidden])");
    if (line) undo(line.dataset.undo); else undoLast(undo);
  },
  next() { location.href = state.next ? `/cases/${state.next}` : "/queue"; },
  previous() { location.href = state.previous ? `/cases/${state.previous}` : "/queue"; },
};

const keys = { a: "approve", e: "edit", q: "ask", d: "decline", x: "discard", p: "pass", t: "take", j: "next", k: "previous", z: "undo" };

document.addEventListener("keydown", (event) => {
  if (event.target === text && event.key === "Escape") {
    event.preventDefault();
    if (text.value === bound.text && !kind) dropEdit();
    button("edit").focus(); // a letter is an action again, and Enter goes on writing
  }
  if (event.target === text && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); approve(); }
  if (!forPage(event) || event.repeat) return;
  if (event.target === preview && event.key === "Enter") { event.preventDefault(); edit(); return; }
  const action = keys[event.key.toLowerCase()];
  if (action) { event.preventDefault(); actions[action](); }
});

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest("button, #preview");
  if (!pressed) return;
  if (pressed === preview) { if (!getSelection().toString()) edit(); return; }
  if (pressed.dataset.from) show(Number(pressed.dataset.from), Number(pressed.dataset.to));
  if (pressed.dataset.do) actions[pressed.dataset.do]();
  if (pressed.dataset.settle) {
    say(await post(`${here}/settle`, { outbox: pressed.dataset.settle, arrived: Boolean(pressed.dataset.arrived) }));
    refresh();
  }
  if (pressed.dataset.reason) { reason = reason === pressed.dataset.reason ? null : pressed.dataset.reason; render(); }
  if (pressed.dataset.answer) {
    const answer = await act("answer", { ...content(), answer: pressed.dataset.answer });
    if (answer && say(answer)) read();
    refresh({ mine: true });
  }
  if (pressed.dataset.voucher) {
    const answer = await act("voucher", { ...content(), amount: Number(pressed.dataset.voucher) });
    if (answer && say(answer)) read();
    refresh({ mine: true });
  }
  if ("enclose" in pressed.dataset) document.getElementById("enclose").click();
  if (pressed.dataset.takeOut) {
    say(await act("files/remove", { ...content(), file: pressed.dataset.takeOut }));
    refresh({ mine: true });
  }
  if ("vouch" in pressed.dataset) { say(await post(`${here}/vouch`, {})); refresh(); }
  if (pressed.dataset.split) arrange("split", { message: pressed.dataset.split });
  if (pressed.dataset.merge) arrange("merge", { into: Number(pressed.dataset.merge) });
  if ("choose" in pressed.dataset) {
    const { choose } = pressed.dataset;
    const { choice } = pressed.closest("[data-choice]").dataset;
    say(await post(`${here}/choose`, { key: choice, option: choose === "" ? null : Number(choose) }));
    refresh();
  }
  if ("prefers" in pressed.dataset) {
    const { prefer } = pressed.closest("[data-prefer]").dataset;
    say(await post(`${here}/preference`, { which: prefer, value: pressed.dataset.prefers || null }));
    refresh();
  }
  if ("noChoice" in pressed.dataset) { say(await post(`${here}/no-choice`, {})); refresh(); }
  const fact = pressed.closest("[data-fact]");
  if (fact && ("value" in pressed.dataset || "valueUnknown" in pressed.dataset)) give(fact.dataset.fact, pressed.dataset.value ?? null, refresh);
});

/** Which messages belong together: done with one press, and the page of what came of it opens. */
async function arrange(path, values) {
  const answer = await post(`${here}/${path}`, values);
  if (say(answer) && answer.go_to) location.href = answer.go_to;
  else refresh();
}

takeForms(refresh);
takeFiles(() => bound, refresh);
text.addEventListener("input", () => { if (notice.textContent === words.fill) notice.hidden = true; grow(); typed(); });
hear((number) => { if (!number || number === state.number) { clearTimeout(asked); asked = setTimeout(refresh, 120); } });
setInterval(() => { if (!document.hidden) refresh(); }, 60000);

// --- The beginning: a text that was being written is there again

const kept = state.kept ?? localStorage.getItem(local);
if (kept && kept !== state.text) {
  text.value = kept;
  editing = true;
  tell(words.restored.replace("{when}", state.kept_at ?? ""), [words.use_draft, dropEdit]);
}
render();
if (editing) { grow(); check(); }
countdown();
const bubbles = document.querySelector(".conversation .bubbles");
const unread = bubbles?.querySelector(".unread");
(unread ?? bubbles?.lastElementChild)?.scrollIntoView({ block: unread ? "start" : "nearest" });
window.scrollTo(0, 0);

countLast(undo);
