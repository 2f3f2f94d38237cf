// The small forms of a case's page: facts, promises, signals, words of a voice note, corrections, notes.

import { here, say } from "./case_page.js";
import { post } from "./common.js";
import { settle } from "./settling.js";

/** What somebody knows of the case: one press, or typed. */
export async function give(name, value, refresh) {
  const answer = await post(`${here}/facts`, { name, value });
  if (say(answer)) for (const field of document.querySelectorAll(`[data-fact="${name}"] input`)) field.value = field.defaultValue;
  refresh();
}

/** Sends what is typed in any of them; `refresh` draws the page anew. */
export function takeForms(refresh) {
  document.addEventListener("submit", async (event) => {
    if (event.target.matches(".fact-form")) {
      event.preventDefault();
      const fact = event.target.closest("[data-fact]").dataset.fact;
      give(fact, event.target.value.value, refresh);
    }
    if (event.target.matches(".promise-form")) {
      event.preventDefault();
      await settle(event.target);
      refresh();
    }
    if (event.target.matches(".signal-form")) {
      event.preventDefault();
      const answer = await post(`${here}/signals/${event.target.dataset.signal}/dismiss`, { reason: event.target.reason.value });
      if (say(answer)) event.target.closest("details").open = false;
      refresh();
    }
    if (event.target.matches(".transcribe-form")) {
      event.preventDefault();
      const area = event.target.text;
      const answer = await post(`${here}/transcribe`, { message: event.target.dataset.message, text: area.value });
      // What was typed has become the message: the part may be drawn anew.
      if (say(answer)) area.defaultValue = area.value;
      refresh();
    }
    if (event.target.matches(".correct-form")) {
      event.preventDefault();
      const said = new FormData(event.target);
      const { threat } = event.submitter?.dataset.threat ? event.submitter.dataset : event.target.dataset;
      const mayThreaten = ["threatening", "abusive"].includes(said.get("tone"));
      const answer = await post(`${here}/correct`, {
        message: event.target.dataset.message,
        act: said.get("act"),
        complaint_types: said.getAll("complaint_types"),
        tone: said.get("tone"),
        urgency: said.get("urgency"),
        asks: said.getAll("asks"),
        own_error: said.has("own_error"),
        threat: mayThreaten && threat ? threat === "yes" : null,
      });
      // Closed, it no longer keeps the part from being drawn anew.
      if (say(answer)) event.target.closest("details").open = false;
      refresh();
    }
    if (event.target.id === "note-form") {
      event.preventDefault();
      const area = event.target.text;
      if (say(await post(`${here}/note`, { text: area.value }))) { area.value = ""; event.target.closest("details").open = false; }
      refresh();
    }
  });
}
