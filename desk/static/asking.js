// What an agent is asked before something is done, each in a dialog of the case's page.

/** Whether the dialog's main button was pressed. */
export function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
    dialog.showModal();
  });
}

/** Asks of everything decided that the text does not say whether it is withheld; null when nothing is sent. */
export async function askMeant(unsaid) {
  const dialog = document.getElementById("unsaid-dialog");
  dialog.querySelector(".asked").replaceChildren(...unsaid.map((one) => {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = one.told;
    group.append(legend, ...one.choices.map(({ meant, label }) => {
      const line = document.createElement("label");
      const field = document.createElement("input");
      Object.assign(field, { type: "radio", name: one.key, value: meant, required: true });
      field.checked = one.choices.length === 1;
      line.append(field, ` ${label}`);
      return line;
    }));
    return group;
  }));
  if (!(await ask(dialog))) return null;
  return Object.fromEntries(new FormData(dialog.querySelector("form")));
}

/** Asks of every promise in an agent's own words whether it becomes one, is none, or goes out: `out` is which. */
export async function askPromised(given) {
  const dialog = document.getElementById("word-given-dialog");
  const asked = dialog.querySelector(".terms");
  const [day, owner] = ["day", "owner"].map((name) => asked.querySelector(`[name=${name}]`));
  const meant = {};
  const terms = {};
  for (const one of given) {
    dialog.querySelector(".words").textContent = one.words;
    dialog.querySelector(".becomes").textContent = one.becomes;
    asked.hidden = asked.disabled = !one.day;
    owner.value = "";
    [day.value, day.min, day.max] = [one.day ?? "", ...one.days];
    const kept = await ask(dialog);
    if (dialog.returnValue === "out") return { out: one.key };
    if (!kept && dialog.returnValue !== "none") return {};
    meant[one.key] = kept ? "promised" : "no_promise";
    if (kept && one.day) terms[one.key] = { day: day.value, owner: owner.value || null };
  }
  return { meant, terms };
}

/** Asks why a text goes out that gives what was not decided; null when it does not. */
export async function askWhy(sentence) {
  const dialog = document.getElementById("off-policy-dialog");
  const box = dialog?.querySelector("textarea");
  if (!dialog) return null;
  dialog.querySelector(".why-not").textContent = sentence;
  const given = (await ask(dialog)) && box.value.trim();
  if (given) box.value = "";
  return given || null;
}
