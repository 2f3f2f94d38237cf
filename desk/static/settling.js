// A promise is marked as kept, not kept or withdrawn, with what was typed: on its own page and on a case's.

import { post, toast } from "./common.js";

/** Whether it is marked now, if only by somebody else; what was typed stays in its field until then. */
export async function settle(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  const promise = form.closest("[data-promise]").dataset.promise;
  const said = { words: form.words.value };
  if (form.why) Object.assign(said, { why: form.why.value, told: form.told.checked });
  const answer = await post(`/promises/${promise}/${form.dataset.way}`, said);
  button.disabled = false;
  if (answer.sentence) toast(answer.sentence, answer.ok ? {} : { bad: true, stay: 8000 });
  const settled = Boolean(answer.ok) || answer.reason === "promise_gone";
  if (settled) form.reset();
  else form.words.focus();
  return settled;
}
