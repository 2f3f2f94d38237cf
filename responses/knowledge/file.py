"""The file of answers to everyday questions: `answers.yaml`, beside the policy."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from responses.drafts.errors import UnknownSlotError
from responses.drafts.phrases import LANGUAGES
from responses.drafts.slots import slots_in
from responses.policy.reader import Document, Entries, Item, attempt, read_all, read_with
from responses.policy.scalars import parse_date

MAX_ANSWER = 1500
MAX_QUESTION = 300
MAX_QUESTIONS = 5000
"""Of a whole file: more would take minutes to read in, and megabytes to keep."""

_KEYS = ("id", "questions", "answer", "until")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
HOUSE = LANGUAGES[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One answer, and how customers ask for it.

    `questions` are in any languages. `answer` is by language code, the house language always among them.
    `until` is the last day on which it is true, in the business's time zone; None for no end.
    """

    id: str
    questions: tuple[str, ...]
    answer: Mapping[str, str]
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the answer is true on that day."""
        return self.until is None or day <= self.until


def load_answers_text(text: str, name: str) -> tuple[Entry, ...]:
    """Reads a file's text; `name` is what problems call it.

    Raises:
        PolicyFileError: everything that is wrong, each with its line and column.
    """
    document = Document(name)
    root = document.root(text)
    found: tuple[tuple[Item, Entry], ...] = ()
    if root.is_mapping:
        found = attempt(_read_all, root, ())
    else:
        document.note(root.place, "", "expected answers: and below it a list of entries")
    _refuse_repeats(found)
    document.raise_problems()
    return tuple(entry for _, entry in found)


def normalised(question: str) -> str:
    """A question without what makes no difference: capitals, blanks, marks around it."""
    return " ".join(question.casefold().split()).strip(" ¿?¡!.…")


def _read_all(item: Item) -> tuple[tuple[Item, Entry], ...]:
    return Entries(item, ("answers",)).required(
        "answers", lambda each: read_all(_read_entry, each.items()), ()
    )


def _read_entry(item: Item) -> tuple[Item, Entry]:
    entries = Entries(item, _KEYS)
    return item, Entry(
        id=entries.required(
            "id", read_with(_parse_id, "small letters, digits and hyphens, such as orari"), ""
        ),
        questions=entries.required("questions", lambda each: read_all(_read_question, each.items()), ()),
        answer=entries.required("answer", _read_answer, {}),
        until=entries.optional("until", read_with(parse_date, "a day such as 2026-12-31"), None),
    )


def _parse_id(text: str) -> str | None:
    return text if _ID.fullmatch(text) else None


def _read_question(item: Item) -> str:
    text = item.text()
    if len(text) > MAX_QUESTION:
        raise item.refuse(f"expected at most {MAX_QUESTION} characters, found {len(text)}")
    if not normalised(text):
        raise item.refuse(f'expected a question, found "{text}"')
    return text


def _read_answer(item: Item) -> Mapping[str, str]:
    found = item.entries(LANGUAGES, "language")
    if HOUSE not in found:
        item.document.note(
            item.place, item.key, f'"{HOUSE}" is missing: agents see it where another language is'
        )
    return dict(read_all(_read_text, found.values()))


def _read_text(item: Item) -> tuple[str, str]:
    text = item.text()
    if len(text) > MAX_ANSWER:
        raise item.refuse(f"expected at most {MAX_ANSWER} characters, found {len(text)}")
    try:
        slots = slots_in(text)
    except UnknownSlotError as error:
        raise item.refuse(f"{error}; an answer has no slots: write the words out") from None
    if slots:
        raise item.refuse(f'"{{{slots[0]}}}" is filled in by nobody here: write the words out')
    return item.key.rpartition(".")[2], text


def _refuse_repeats(found: Sequence[tuple[Item, Entry]]) -> None:
    ids: set[str] = set()
    asked: dict[str, str] = {}
    count = 0
    for item, entry in found:
        if entry.id and entry.id in ids:
            item.document.note(item.place, f"{item.key}.id", f'"{entry.id}" stands here twice: keep one')
        ids.add(entry.id)
        for question in entry.questions:
            other = asked.setdefault(normalised(question), entry.id)
            if other != entry.id:
                item.document.note(
                    item.place, f"{item.key}.questions", f'"{question}" is a question of "{other}" already'
                )
        count += len(entry.questions)
        if count > MAX_QUESTIONS >= count - len(entry.questions):
            item.document.note(item.place, item.key, f"expected at most {MAX_QUESTIONS} questions in a file")


def missing_languages(entries: Collection[Entry]) -> Mapping[str, list[str]]:
    """By language, the ids of the entries that cannot be offered in it."""
    return {
        language: [entry.id for entry in entries if language not in entry.answer] for language in LANGUAGES
    }
