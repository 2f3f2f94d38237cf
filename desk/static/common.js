// What every page of the desk shares: asking the server, saying what happened, and hearing of changes.

const body = document.body;
export const say = JSON.parse(body.dataset.say);

/** Posts JSON and returns the answer with its status; status 0 when nobody answered. */
export async function post(path, content, options = {}) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: {
        "Content-Type": content instanceof Blob ? "application/octet-stream" : "application/json",
        Accept: "application/json",
        "X-CSRF-Token": body.dataset.csrf,
      },
      body: content instanceof Blob ? content : JSON.stringify(content),
      ...options,
    });
    const answer = await response.json().catch(() => ({}));
    if (response.status === 401) signedOut();
    return { status: response.status, ...answer };
  } catch {
    return { status: 0, ok: false };
  }
}

export async function get(path) {
  try {
    const response = await fetch(path, { headers: { Accept: "application/json" } });
    if (response.status === 401) signedOut();
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function signedOut() {
  const line = document.getElementById("offline-line");
  line.textContent = say.signed_out;
  line.hidden = false;
}

/** Calls `changed(number)` for every change, 0 when anything may have changed. */
export function hear(changed) {
  let source = null;
  let lost = null;
  const line = document.getElementById("offline-line");
  const open = () => {
    if (source) return;
    source = new EventSource("/live");
    source.addEventListener("hello", () => {
      clearTimeout(lost);
      line.hidden = true;
      changed(0);
    });
    source.onmessage = (event) => changed(Number(event.data));
    source.onerror = () => {
      clearTimeout(lost);
      lost = setTimeout(() => { line.hidden = false; }, 4000);
      if (source.readyState === EventSource.CLOSED) { close(); setTimeout(open, 3000); }
    };
  };
  const close = () => { source?.close(); source = null; };
  // A browser has only six connections to one server: tabs that nobody looks at give theirs back.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  if (!document.hidden) open();
}

/** By what an element is found again once the part of the page around it was drawn anew. */
function traits(element) {
  const about = element.closest("[data-fact], [data-choice], [data-prefer], [data-promise], [data-message], [data-signal]");
  const words = element.matches("summary, button") ? element.textContent : "";
  const names = ["href", "name"].map((name) => element.getAttribute(name));
  return JSON.stringify([element.tagName, ...names, { ...element.dataset }, { ...about?.dataset }, words]);
}

/** Draws parts of the page anew. Who was in one of them stays at the same button or field, or else in the part. */
export function keepingFocus(draw) {
  const held = document.activeElement;
  const part = held?.closest("[data-redrawn]");
  const wanted = part && traits(held);
  draw();
  if (!part || document.activeElement === held) return;
  const fields = [...part.querySelectorAll("a, button, summary, input, select, textarea")];
  (fields.find((field) => traits(field) === wanted) ?? part).focus({ preventScroll: true });
}

let hiding = null;

/** Says something at the foot of the page, with at most one button. */
export function toast(text, { button = null, press = null, bad = false, stay = 4000 } = {}) {
  const box = document.getElementById("toast");
  clearTimeout(hiding);
  box.setAttribute("aria-live", "polite");
  box.replaceChildren(document.createTextNode(text));
  box.classList.toggle("bad", bad);
  if (button) {
    const element = document.createElement("button");
    element.textContent = button;
    element.addEventListener("click", press);
    box.append(element);
  }
  box.hidden = false;
  hiding = setTimeout(() => { box.hidden = true; }, stay);
}

/** Tells a screen reader what others see for themselves. */
export function announce(text) {
  document.getElementById("spoken").textContent = text;
}

// Who speaks to the computer, or whose hand slips, can do without letters that act at once.
const letters = document.getElementById("letters");
if (letters) {
  letters.checked = localStorage.getItem("rimedio:letters") !== "off";
  letters.addEventListener("change", () => localStorage.setItem("rimedio:letters", letters.checked ? "on" : "off"));
}

/** Whether a key press is meant for the page and not for a field. */
export function forPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  if (document.querySelector("dialog[open]")) return false;
  if (event.key.length === 1 && letters && !letters.checked) return false;
  return !event.target.closest("input, textarea, select, [contenteditable]");
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

document.addEventListener("click", async (event) => {
  const help = event.target.closest("[data-help]");
  if (help) document.getElementById("help").showModal();
  const copying = event.target.closest("[data-copy]");
  if (copying && (await copy(document.querySelector(copying.dataset.copy).textContent))) copying.classList.add("done");
  for (const menu of document.querySelectorAll("details.who[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.who[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.who[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  if (event.key === "?" && forPage(event)) {
    event.preventDefault();
    document.getElementById("help")?.showModal();
  }
});
