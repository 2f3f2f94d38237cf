// The list of promises changes by itself; what somebody is typing stays.

import { get, hear } from "./common.js";
import { settle } from "./settling.js";

const lines = document.getElementById("lines");
const count = document.getElementById("pressing-count");
let asked = null;

async function refresh() {
  const answer = await get(`/promises/lines${location.search}`);
  if (!answer) return;
  count.textContent = answer.pressing;
  count.hidden = !answer.pressing;
  const typing = [...lines.querySelectorAll("input[name=words], select")].some((field) => (field.matches("input") ? field.value : field.selectedIndex > 0) || field === document.activeElement);
  if (!typing) lines.innerHTML = answer.lines;
}

document.addEventListener("submit", async (event) => {
  if (!event.target.matches(".promise-form")) return;
  event.preventDefault();
  if (!(await settle(event.target))) return;
  document.activeElement?.blur();
  refresh();
});

document.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelector("select, input")?.focus();
}, true);

hear(() => { clearTimeout(asked); asked = setTimeout(refresh, 120); });
// What is coming becomes what is late without any event.
setInterval(() => { if (!document.hidden) refresh(); }, 60000);
