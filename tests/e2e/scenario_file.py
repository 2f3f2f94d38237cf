"""Scenarios: what customers write and what people at the desk do, step after step, and what comes of it.

    - scenario: a late parcel is compensated once
      ideas: [I1, I8]
      policy: negozio          # a shipped sample; or `rules:` with the text of one
      steps:
        - customer: "L'ordine RS4821 non arriva"
        - agent: {fact: {days_late: 8}}
        - expect: {kind: offer, draft_has: ["15%"], findings: []}
        - agent: approve
        - days: 2
        - customer: "Allora??"
        - expect: {kind: status, offers: []}

`expect` speaks of the case that the last message came to: of the decision in the words of `rimedio policy
test`, and of the rest in those of `SEEN`. A step that must be refused says why: `refused: above_limit`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from models.states import CaseState, EditReason
from responses.policy.case_file import EXPECTATIONS, read_several
from responses.policy.errors import PolicyFileError
from responses.policy.reader import (
    Document,
    Entries,
    Item,
    RefusedError,
    read_all,
    read_enum,
    read_name,
    read_with,
    read_yes_no,
)
from responses.policy.scalars import parse_money, parse_number

FOLDER = Path(__file__).with_name("scenarios")
IDEAS = tuple(f"I{number}" for number in range(1, 19))
SAMPLES = ("negozio", "albergo", "telefonia")
CUSTOMER = "Marta"
"""Who writes, where a step does not say."""

_SCENARIO_KEYS = ("scenario", "ideas", "policy", "rules", "changes", "orders", "steps", "waits_for")
_ACTORS = ("agent", "supervisor")
_STEP_KEYS = ("customer", *_ACTORS, "refused", "days", "changes", "expect")
_LABEL_KEYS = ("act", "complaint", "tone", "urgency", "ask", "own_error")


@dataclass(frozen=True, kw_only=True, slots=True)
class Says:
    """A customer's message, with a photo perhaps; or a press: on an option, counted from 1, or on a mark.

    `wants_person` is what /persona says: they want to talk to somebody.
    """

    who: str = CUSTOMER
    text: str = ""
    photo: bool = False
    press: int | None = None
    rate: int | None = None
    wants_person: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Acts:
    """What somebody at the desk does, one of `DEEDS`; `refused` is why it must not go through."""

    role: str
    deed: str
    words: object
    refused: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Passes:
    """So many days go by."""

    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Words of a policy file, and those in their place."""

    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """The owner puts other words into the policy, which holds from now on."""

    words: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expects:
    """What is expected to be seen."""

    of: Mapping[str, object]


Doing = Says | Acts | Passes | Changes | Expects


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step, and where it stands."""

    line: int
    doing: Doing


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One story. `rules` is the text of the policy, `orders` what the order book knows."""

    name: str
    file: str
    ideas: tuple[str, ...]
    rules: str
    orders: tuple[Mapping[str, str], ...]
    steps: tuple[Step, ...]
    waits_for: str | None

    def __str__(self) -> str:
        return f"{Path(self.file).stem}: {self.name}"


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Read a file of scenarios.

    Raises:
        PolicyFileError: the file is wrong; every problem found in it is there, with its line.
    """
    document = Document(path.name)
    try:
        scenarios = read_all(_scenario, document.root(path.read_text(encoding="utf-8")).items())
    except RefusedError:
        raise PolicyFileError(tuple(document.problems)) from None
    document.raise_problems()
    return scenarios


def all_scenarios() -> tuple[Scenario, ...]:
    """Those of every file in the folder."""
    return tuple(one for path in sorted(FOLDER.glob("*.yaml")) for one in read_scenarios(path))


def reworded(text: str, changes: Sequence[Change]) -> str:
    """A policy's text with other words in it.

    Raises:
        ValueError: the old words are not there, or more than once.
    """
    for one in changes:
        if text.count(one.old) != 1:
            raise ValueError(f'"{one.old}" stands {text.count(one.old)} times in the policy: expected once')
        text = text.replace(one.old, one.new)
    return text


def _scenario(item: Item) -> Scenario:
    entries = Entries(item, _SCENARIO_KEYS)
    name = entries.required("scenario", Item.text, "")
    if ("policy" in entries) is ("rules" in entries):
        raise item.refuse('expected either "policy" or "rules"')
    sample = entries.optional("policy", read_name(SAMPLES, "sample"), None)
    rules = entries.optional("rules", Item.text, "") if sample is None else _sample(sample)
    try:
        rules = reworded(rules, entries.optional("changes", _changes, ()))
    except ValueError as error:
        raise item.refuse(str(error)) from None
    return Scenario(
        name=name,
        file=item.document.name,
        ideas=entries.required("ideas", read_several(read_name(IDEAS, "idea")), ()),
        rules=rules,
        orders=entries.optional("orders", lambda one: read_all(_texts, one.items()), ()),
        steps=entries.required("steps", lambda one: read_all(_step, one.items()), ()),
        waits_for=entries.optional("waits_for", Item.text, None),
    )


def _sample(name: str) -> str:
    return files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")


def _texts(item: Item) -> dict[str, str]:
    return {key: one.text() for key, one in item.entries().items()}


def _changes(item: Item) -> tuple[Change, ...]:
    return read_all(_change, item.items())


def _change(item: Item) -> Change:
    entries = Entries(item, ("old", "new"))
    return Change(old=entries.required("old", Item.text, ""), new=entries.required("new", Item.text, ""))


def _step(item: Item) -> Step:
    entries = Entries(item, _STEP_KEYS, "step")
    kinds = [key for key in entries.found if key != "refused"]
    if len(kinds) != 1 or ("refused" in entries and kinds[0] not in _ACTORS):
        raise item.refuse(f"expected one of {', '.join(_STEP_KEYS)}, and refused only beside a deed")
    (kind,) = kinds
    what = entries.found[kind]
    doing: Doing
    match kind:
        case "customer":
            doing = _says(what)
        case "days":
            doing = Passes(days=_whole(what))
        case "changes":
            doing = Changes(words=_changes(what))
        case "expect":
            doing = Expects(
                of={key: SEEN[key](one) for key, one in what.entries(SEEN, "expectation").items()}
            )
        case _:
            doing = _acts(kind, what, entries.optional("refused", Item.text, None))
    return Step(line=item.place.line, doing=doing)


def _says(item: Item) -> Says:
    if item.is_scalar:
        return Says(text=item.text())
    entries = Entries(item, ("who", "text", "photo", "press", "rate", "wants_person"))
    return Says(
        who=entries.optional("who", Item.text, CUSTOMER),
        text=entries.optional("text", Item.text, ""),
        photo=entries.optional("photo", read_yes_no, False),
        press=entries.optional("press", _whole, None),
        rate=entries.optional("rate", _whole, None),
        wants_person=entries.optional("wants_person", read_yes_no, False),
    )


def _acts(role: str, item: Item, refused: str | None) -> Acts:
    if item.is_scalar:
        return Acts(role=role, deed=read_name(ALONE, "deed")(item), words=None, refused=refused)
    deeds = item.entries(DEEDS, "deed")
    if len(deeds) != 1:
        raise item.refuse("expected one deed")
    ((name, what),) = deeds.items()
    return Acts(role=role, deed=name, words=DEEDS[name](what), refused=refused)


def _labels(item: Item) -> dict[str, object]:
    readers: dict[str, Callable[[Item], object]] = {
        "act": read_enum(Act, "act"),
        "complaint": read_several(read_enum(ComplaintType, "complaint type")),
        "tone": read_enum(Tone, "tone"),
        "urgency": read_enum(Urgency, "urgency"),
        "ask": read_several(read_enum(Ask, "ask")),
        "own_error": read_yes_no,
    }
    return {key: readers[key](one) for key, one in item.entries(readers, "field").items()}


def _whole(item: Item) -> int:
    return int(read_with(parse_number, "a whole number", lambda number: number == int(number))(item))


def _nothing(item: Item) -> None:
    raise item.refuse("nothing belongs to this deed: write its name alone")


def _approval(item: Item) -> dict[str, object]:
    """Why it goes out although it was not decided, what of the decision is withheld, by its key, and what was
    wrong with the composed draft."""
    if item.is_scalar:
        return {"why": item.text()}
    entries = Entries(item, ("why", "without", "was"))
    return {
        "why": entries.optional("why", Item.text, None),
        "without": entries.optional("without", read_several(Item.text), ()),
        "was": entries.optional("was", read_enum(EditReason, "reason"), None),
    }


def _passing(item: Item) -> dict[str, str]:
    """To which colleague, and why."""
    entries = Entries(item, ("to", "why"))
    return {"to": entries.required("to", Item.text, ""), "why": entries.required("why", Item.text, "")}


_texts_or_text = read_several(Item.text)
_sum = read_with(parse_money, "an amount such as 20 EUR")

DEEDS: Mapping[str, Callable[[Item], object]] = {
    "approve": _approval,
    "undo": _nothing,
    "fact": _texts,
    "correct": _labels,
    "edit": Item.text,
    "ask": Item.text,
    "decline": Item.text,
    "write": Item.text,
    "keep": Item.text,  # the proof
    "break": Item.text,  # the reason
    "choose": _whole,  # an option, counted from 1; 0 where the customer wants none
    "overrule": _nothing,
    "dismiss": Item.text,  # the reason
    "vouch": _nothing,
    "exit": Item.text,  # whom to turn to instead
    "pass_on": _passing,
    "prefer": _texts,
    "take_over": _nothing,
    "give_back": _nothing,
    "close": _nothing,
}
"""What somebody at the desk may do, and how what belongs to it is written."""

ALONE = frozenset({"approve", *(name for name, read in DEEDS.items() if read is _nothing)})
"""The deeds whose name may stand alone."""

SEEN: Mapping[str, Callable[[Item], object]] = {
    **EXPECTATIONS,
    "draft_has": _texts_or_text,
    "draft_lacks": _texts_or_text,
    "sent_has": _texts_or_text,
    "sent_lacks": _texts_or_text,
    "told_has": _texts_or_text,
    "told_lacks": _texts_or_text,
    "findings": _texts_or_text,
    "language": Item.text,
    "cost": _sum,
    "owed": _sum,
    "state": read_enum(CaseState, "state"),
    "open_promises": _texts_or_text,
    "cases": _whole,
    "flag": Item.text,
    "passed_to": Item.text,
    "mark": _whole,
    "edit_reason": Item.text,
    "formality": Item.text,
    "precedents": _texts_or_text,
}
"""What may be expected: of the decision, and of what stands on the table, went out and was booked.

`draft_has` and `draft_lacks` look into the draft, `sent_has` and `sent_lacks` into the last answer that left,
`told_has` and `told_lacks` into the texts that need no approval. `cost` is the goodwill given to the customer
so far, of an open choice the dearest, `owed` what was given because it is owed. `passed_to` is the colleague
who has it, `mark` the customer's, `edit_reason` why the last answer had been changed, `formality` what the
customer's own words show. `precedents` are the nearest answered cases by number:
"101: goodwill: voucher 5 EUR".
"""
