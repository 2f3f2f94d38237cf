// The files that a customer has chosen and not sent yet: picked, pasted, or dropped on the page.

const MOST = 10;

/** `takeAll` empties the list and returns it; `under` says that one is on its way (or has arrived). */
export function chosenFiles({ input, list, over, words, largest, tell }) {
  const chosen = [];
  const onTheWay = new Set();

  function draw() {
    list.hidden = !chosen.length;
    list.replaceChildren(...chosen.map((file) => {
      const item = document.createElement("li");
      item.className = "chip";
      const label = document.createElement("span");
      label.textContent = file.name;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.ariaLabel = words.remove_file.replace("{name}", file.name);
      remove.addEventListener("click", () => { chosen.splice(chosen.indexOf(file), 1); draw(); input.focus(); });
      item.append(label, remove);
      return item;
    }));
  }

  function add(files) {
    tell(null);
    for (const file of files) {
      if (!file.size) { tell(words.file_empty); continue; }
      if (file.size > largest) { tell(words.file_large); continue; }
      if (chosen.length >= MOST) { tell(words.files_many); break; }
      chosen.push(file);
    }
    draw();
  }

  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = ""; // the same file may be chosen once more
  });
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  });
  for (const what of ["dragover", "drop"]) {
    over.addEventListener(what, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      if (what === "drop") add([...event.dataTransfer.files]);
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (chosen.length || onTheWay.size) event.preventDefault();
  });

  return {
    chosen,
    takeAll: () => { const all = chosen.splice(0); draw(); return all; },
    under: (id, going) => { if (going) onTheWay.add(id); else onTheWay.delete(id); },
  };
}
