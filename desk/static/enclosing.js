// Files that go out with the answer: chosen, or dropped on the text.

import { here, say, words } from "./case_page.js";
import { post, toast } from "./common.js";

/** `boundTo` says to which draft a file belongs, `refresh` draws the page anew. */
export function takeFiles(boundTo, refresh) {
  async function enclose(files) {
    for (const file of files) {
      const bound = boundTo();
      if (!bound.draft_id) { toast(words.enclose_no_draft, { bad: true, stay: 8000 }); return; }
      const query = new URLSearchParams({
        name: file.name, draft_id: bound.draft_id, draft_revision: bound.draft_revision, sha256: bound.sha256,
      });
      toast(words.enclosing.replace("{name}", file.name), { stay: 60000 });
      const answer = await post(`${here}/files?${query}`, file);
      say(answer);
      await refresh({ mine: true });
      if (!answer.ok) return;
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "enclose") return;
    const files = [...event.target.files];
    event.target.value = ""; // the same file may be chosen once more
    enclose(files);
  });

  const box = document.getElementById("box");
  for (const name of ["dragover", "drop"]) {
    box.addEventListener(name, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      if (name === "drop") enclose([...event.dataTransfer.files]);
    });
  }
}
