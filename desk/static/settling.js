// A promise is marked as kept or not kept, with what was typed: on its own page and on a case's.

import { post, toast } from "./common.js";

/** Whether it could be marked; what was typed stays in its field until then. */
export async function settle(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  const promise = form.closest("[data-promise]").dataset.promise;
  const answer = await post(`/promises/${promise}/${form.dataset.way}`, { words: form.words.value });
  button.disabled = false;
  if (answer.sentence) toast(answer.sentence, answer.ok ? {} : { bad: true, stay: 8000 });
  if (answer.ok) form.reset();
  else form.words.focus();
  return Boolean(answer.ok);
}
