"""Every wording that a customer can read, written out once: `python -m tests.golden.make_wordings`.

One file per language in tests/golden/wordings. Under each key stand its wordings in their order, with
everything known that they may name; after `–` as it is when nothing optional is known, after `~` as it is
said informally, each only where it differs. Those are the drafts'; standing texts, which leave without an
approval, are in tests/golden/standing, their fields open, with `~` as well. Read what changed before
committing it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from responses.drafts.phrases import LANGUAGES, phrases
from responses.drafts.templates import fields_of, render, required
from responses.sending.standing import LANGUAGES as STANDING_LANGUAGES
from responses.sending.standing import StandingWording, standing_texts

FOLDER = Path(__file__).parent / "wordings"
STANDING = Path(__file__).parent / "standing"

# Values that read like what stands there in earnest; `…` marks the rest, so that a new field is seen.
VALUES: Mapping[str, str] = MappingProxyType(
    {
        "order": "RS-1",
        "ref": "REF RS-1",
        "item": "Luna",
        "amount": "20 €",
        "at_most": "30 €",
        "percent": "15%",
        "the_percent": "il 15%",
        "of_percent": "del 15%",
        "code": "K7RT",
        "count": "3",
        "name": "Marta",
        "greeting": "{greeting}",
        "contact": "055 000000",
        "blank": "[…]",
    }
)


def golden(language: str) -> str:
    """The file of one language."""
    return "\n".join(_blocks(language)) + "\n"


def golden_standing(language: str) -> str:
    """The file of one language with every standing text."""
    texts = (wording for wording in standing_texts() if wording.language == language)
    return "".join(f"{wording.name}\n{''.join(_registers(wording))}" for wording in texts)


def _registers(wording: StandingWording) -> Iterator[str]:
    formal, informal = wording.addressed("formal"), wording.addressed("informal")
    yield f"  {formal}\n"
    if informal != formal:
        yield f"  ~ {informal}\n"


def _blocks(language: str) -> Iterator[str]:
    for key, wordings in phrases(language).wordings.items():
        yield key
        for number, wording in enumerate(wordings, start=1):
            yield from _lines(number, wording)


def _lines(number: int, wording: str) -> Iterator[str]:
    known = {name: VALUES.get(name, f"<{name}>") for name in fields_of(wording)}
    least = {name: value for name, value in known.items() if name in required(wording)}
    full = render(wording, known, formal=True)
    yield f"  {number} {full}"
    bare = render(wording, least, formal=True)
    if bare != full:
        yield f"    – {bare}"
    informal = render(wording, known, formal=False)
    if informal != full:
        yield f"    ~ {informal}"


def main() -> None:
    """Writes the files anew."""
    FOLDER.mkdir(exist_ok=True)
    STANDING.mkdir(exist_ok=True)
    for language in LANGUAGES:
        (FOLDER / f"{language}.txt").write_text(golden(language), encoding="utf-8")
    for language in STANDING_LANGUAGES:
        (STANDING / f"{language}.txt").write_text(golden_standing(language), encoding="utf-8")


if __name__ == "__main__":
    main()
