"""The classifier's heads of this installation: those that ship, those trained here, and which are in use."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.labels import ComplaintType
from rimedio.errors import ProgramError

SHIPPED = "shipped"
"""The name of the heads that come with Rimedio."""

_FOLDER, _IN_USE, _DESCRIPTION = "heads", "in-use", "heads.json"
_TYPES = "types"  # nlp.heads.TYPES: what needs no model does without the classifier's imports
_FILES = ("heads.safetensors", "adapters*.safetensors", "fast.safetensors", _DESCRIPTION)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredHeads:
    """Heads that were kept: their name, what they say of themselves, and whether they are in use."""

    name: str
    description: Mapping[str, Any]
    in_use: bool

    @property
    def scores(self) -> Mapping[str, float]:
        """Macro-F1 by field, as measured when they were trained."""
        figures = self.description["figures"]
        return {field: one["macro_f1"] for field, one in figures.items() if field != _TYPES}


class HeadsStore:
    """The folder `heads` of the data folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def in_use(self) -> Path | None:
        """The folder of the heads in use, None for those that ship.

        Raises:
            ProgramError: what was in use is gone.
        """
        note = self._folder / _IN_USE
        try:
            name = note.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        folder = self._folder / name
        if not (folder / _DESCRIPTION).is_file():
            raise ProgramError(
                f"{note} names the heads {name!r}, and {folder} is gone: put it back, or say "
                "`rimedio heads use shipped`"
            )
        return folder

    def kept(self) -> list[StoredHeads]:
        """All that were ever used here, by name."""
        using = self.in_use()
        return [
            StoredHeads(name=folder.name, description=describe(folder), in_use=folder == using)
            for folder in self._folders()
        ]

    def _folders(self) -> list[Path]:
        found = sorted(path.parent for path in self._folder.glob(f"*/{_DESCRIPTION}"))
        # What a copy leaves behind that was cut off begins with a dot.
        return [folder for folder in found if not folder.name.startswith(".")]

    def find(self, wanted: str) -> Path | None:
        """The folder of heads by name or path; None for those that ship.

        Raises:
            ProgramError: there are none of this name.
        """
        if wanted == SHIPPED:
            return None
        kept = [folder for folder in self._folders() if folder.name == wanted]
        for folder in (*kept, Path(wanted)):
            if (folder / _DESCRIPTION).is_file():
                return folder
        known = ", ".join([SHIPPED, *(folder.name for folder in self._folders())])
        raise ProgramError(
            f"no heads {wanted!r}: give a folder that `rimedio train` wrote, or one of {known}"
        )

    def first_of(self, name: str) -> Path | None:
        """The folder of heads that others came from, by id; None for those that ship, or that are gone."""
        folder = self._folder / name
        return folder if (folder / _DESCRIPTION).is_file() else None

    def use(self, folder: Path | None, name: str) -> None:
        """Keeps a copy of the heads under `name` and puts them in use; None: those that ship."""
        self._folder.mkdir(parents=True, exist_ok=True)
        note = self._folder / _IN_USE
        if folder is None:
            note.unlink(missing_ok=True)
            return
        target = self._folder / name
        # The name is a hash of the content: what is there under it already is the same.
        if not (target / _DESCRIPTION).is_file():
            half = self._folder / f".{name}.partial"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            for path in (path for name in _FILES for path in folder.glob(name)):
                shutil.copyfile(path, half / path.name)
            half.rename(target)
        temporary = note.with_name(f".{note.name}.partial")
        temporary.write_text(name + "\n", encoding="utf-8")
        temporary.replace(note)


def describe(folder: Path) -> Mapping[str, Any]:
    """What heads say of themselves; needs no model.

    Raises:
        ProgramError: there is nothing that can be read.
    """
    try:
        description = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProgramError(f"{folder / _DESCRIPTION} cannot be read ({error}); train again") from error
    parts = ("fields", "figures")
    if not isinstance(description, dict) or not all(isinstance(description.get(one), dict) for one in parts):
        raise ProgramError(f"{folder / _DESCRIPTION} holds no description of heads; train again")
    return description


def own_figures(description: Mapping[str, Any]) -> list[str]:
    """How good the business's own fields and added types were when they were trained, a line each."""
    lines = []
    for name in description.get("own", {}):
        figures = description["figures"].get(name, {})
        labels, how = figures.get("labels"), figures.get("how")
        if not labels or not how:
            lines.append(f"{name}: no figures were kept; train again")
        elif name == _TYPES:
            lines += [
                f"{label}: F1 {_figure(one, 'f1')} on {one['support']} messages, {how}"
                for label, one in labels.items()
            ]
        else:
            support = [one["support"] for one in labels.values()]
            lines.append(
                f"{name}: macro-F1 {_figure(figures, 'macro_f1')} on {figures['rows']} messages, {how}; "
                f"{len(labels)} labels, each on {min(support)} to {max(support)}"
            )
    return lines


def _figure(figures: Mapping[str, Any], name: str) -> str:
    # Heads of before intervals were kept have none.
    between = figures.get("interval")
    told = f" (95 %: {between[0]:.3f} to {between[1]:.3f})" if between else ""
    return f"{figures[name]:.3f}{told}"


def complaint_types_of(folder: Path | None) -> tuple[str, ...]:
    """The complaint types that a policy may name: the usual ones, and those that these heads tell besides."""
    usual = tuple(ComplaintType)
    if folder is None:
        return usual
    own = describe(folder).get("fields", {}).get("complaint_types", {}).get("labels", ())
    return (*usual, *(label for label in own if label not in usual))
