// An answer that leaves in a moment: counted down at the foot of whatever case is read next.

import { here, words } from "./case_page.js";
import { toast } from "./common.js";

const keptAs = "rimedio:leaving";

/** Keeps in mind what was approved here, for the next page. */
export function remember(answer) {
  sessionStorage.setItem(keptAs, JSON.stringify({
    approval: answer.approval, path: here, until: Date.now() + answer.undo * 1000,
  }));
}

/** Counts down what was approved on another page; `undo` takes it back. */
export function countLast(undo) {
  const left = JSON.parse(sessionStorage.getItem(keptAs) ?? "null");
  if (left && left.path !== here) leaving(left.approval, left.path, left.until, undo);
}

/** Takes back what is being counted down at the foot of this page, if anything is. */
export function undoLast(undo) {
  const left = JSON.parse(sessionStorage.getItem(keptAs) ?? "null");
  if (left && left.until > Date.now()) undo(left.approval, left.path);
}

/** It was taken back: there is nothing to count. */
export function forget() {
  sessionStorage.removeItem(keptAs);
  document.getElementById("toast").dataset.approval = "";
}

function leaving(approval, path, until, undo) {
  const left = until - Date.now();
  if (left <= 0) return;
  const said = (seconds) => words.leaves_there.replace("{number}", path.split("/").pop()).replace("{n}", seconds);
  toast(said(Math.ceil(left / 1000)), {
    button: words.undo, press: () => undo(approval, path), stay: left,
  });
  const box = document.getElementById("toast");
  let told = null;
  const tick = setInterval(() => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (seconds <= 0 || box.hidden || !box.firstChild) { clearInterval(tick); return; }
    if (box.dataset.approval !== approval) { clearInterval(tick); return; }
    box.setAttribute("aria-live", "off"); // said once when it appears, not with every second
    if (seconds === told) return;
    told = seconds;
    box.firstChild.textContent = said(seconds);
  }, 250);
  box.dataset.approval = approval;
}
