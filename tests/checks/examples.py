"""The example answers in `examples*.jsonl`: a text, what it answers, the findings a careful reader expects.

Keys of a line: `l` language, `t` text, `x` expected codes, `d` the decision (a name of `DECISIONS`), and
where they differ from the usual `f` formality, `say` what the customer wrote, `e` an earlier answer of ours,
`facts`, `g` grievances, `days` promised, `c` the composed text that was rewritten, `a` the day it announced
an answer for, `o` the names in it that are another customer's, `p` the code of a voucher over 10 € put in by
hand, `s` seen by who wrote the checks, so that it is never held out, `h` written only to measure, never to
tune on, so that it always is. `i` names the thought that a text shares with its likes in other languages:
by the last bit of its SHA-256 all of them are held out or none. Today is Friday, 27 November 2026.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.decision import (
    Basis,
    Commitment,
    Decision,
    DecisionKind,
    Duration,
    DurationUnit,
    FactValue,
    Offer,
    Refused,
    Remedy,
    RemedyKind,
    Role,
)
from models.money import Money
from responses.checks import CheckContext
from responses.checks.about import Put

GIVING = frozenset({"amount_above", "remedy_undecided", "promise_untracked", "promise_undated"})
"""What is told of a text that gives or promises something nobody decided."""
FILES = sorted(Path(__file__).parent.glob("examples*.jsonl"))
TODAY = date(2026, 11, 27)


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


LIMITS = {Role.AGENT: euros("30"), Role.SUPERVISOR: euros("200"), Role.ADMIN: None}

RESEND = Commitment(
    what={
        "it": "rispediamo il pacco",
        "en": "we send the parcel again",
        "es": "volvemos a enviar el paquete",
        "fr": "nous renvoyons le colis",
        "de": "wir schicken das Paket noch einmal",
    },
    within=Duration(count=2, unit=DurationUnit.WORKING_DAYS),
    rule_id="ritardo",
)
KEEP_ASIDE = {
    "it": "le tengo da parte la L fino a venerdì e paga solo la spedizione, 4,90 €",
    "en": "I keep the L aside for you until Friday and you pay only the shipping, €4.90",
    "es": "le guardo la L hasta el viernes y paga solo el envío, 4,90 €",
    "fr": "je vous garde la L jusqu'à vendredi et vous payez seulement l'envoi, 4,90 €",
    "de": "ich lege Ihnen die L bis Freitag zurück, und Sie zahlen nur den Versand, 4,90 €",
}
VOUCHER = Remedy(kind=RemedyKind.VOUCHER, amount=euros("10"), worth=euros("10"))
DISCOUNT = Remedy(
    kind=RemedyKind.DISCOUNT, percent=Decimal(15), of="next_order", at_most=euros("20"), worth=euros("20")
)
REFUND = Remedy(kind=RemedyKind.REFUND, amount=euros("25"), worth=euros("25"))


def decided(kind: DecisionKind, *options: Remedy, basis: Basis = Basis.GOODWILL, **changes: Any) -> Decision:
    offer = Offer(basis=basis, options=options, rule_id="regola", complaint_type="delivery_late")
    return Decision(
        **{
            "kind": kind,
            "policy": "p",
            "policy_sha256": "0",
            "complaint_types": ("delivery_late",),
            "offers": (offer,) if options else (),
            **changes,
        }
    )


OFFER = DecisionKind.OFFER
DECISIONS: dict[str, Decision | None] = {
    "none": None,
    "voucher10": decided(OFFER, VOUCHER),
    "discount15": decided(OFFER, DISCOUNT),
    "refund25": decided(OFFER, REFUND),
    "full": decided(OFFER, Remedy(kind=RemedyKind.REFUND, full=True)),
    "choice": decided(OFFER, DISCOUNT, VOUCHER),
    "repair": decided(OFFER, Remedy(kind=RemedyKind.REPAIR), basis=Basis.OWED),
    "resend": decided(OFFER, commitments=(RESEND,)),
    "late": decided(OFFER, VOUCHER, commitments=(RESEND,), apologise=True, at_fault=True),
    "sorry": decided(OFFER, apologise=True, at_fault=True),
    "regret": decided(OFFER, apologise=True),
    "again": decided(OFFER, VOUCHER, apologise=True, at_fault=True, second_time=True),
    "decline": decided(DecisionKind.DECLINE, at_fault=False),
    "decline_ship": decided(
        DecisionKind.DECLINE,
        at_fault=False,
        refusals=(
            Refused(reason={}, alternative=KEEP_ASIDE, rule_id="regola", complaint_type="delivery_late"),
        ),
    ),
    "ask": decided(DecisionKind.ASK),
    "status": decided(DecisionKind.STATUS),
    "thanks": decided(DecisionKind.THANKS, complaint_types=()),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckExample:
    """One text with its context and the codes expected; `held_out` ones are never tuned on."""

    text: str
    about: CheckContext
    expected: frozenset[str]
    held_out: bool

    @property
    def is_honest(self) -> bool:
        """Whether it gives and promises nothing but what was decided."""
        return not self.expected & GIVING


def read_examples() -> list[CheckExample]:
    """All of them, in the order of the files."""
    return [example for file in FILES for example in read_file(file)]


def read_honest() -> list[CheckExample]:
    """Those that mention money without giving it, with their twins that give it."""
    (file,) = [one for one in FILES if one.stem == "examples_of_honest"]
    return read_file(file)


def read_file(file: Path) -> list[CheckExample]:
    """Those of one file, in its order."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_example(json.loads(line)) for line in lines]


def _example(row: dict[str, Any]) -> CheckExample:
    decision = DECISIONS[row["d"]]
    about = CheckContext(
        language=row["l"],
        formality=row.get("f", "formal"),
        kind=decision.kind if decision is not None else DecisionKind.HAND_OVER,
        decision=decision,
        today=TODAY,
        facts={name: _fact(name, value) for name, value in row.get("facts", {}).items()},
        said=(row["say"],) if "say" in row else (),
        sent=(row["e"],) if "e" in row else (),
        names=("Marta Rossi",),
        grievances=tuple(row.get("g", ())),
        days=tuple(date.fromisoformat(day) for day in row.get("days", ())),
        own=("Maglieria Rossi", "02 5550199"),
        limits=LIMITS,
        composed=row.get("c"),
        others=tuple(row.get("o", ())),
        put=(Put(code=row["p"], amount=euros("10"), sentences=()),) if "p" in row else (),
        answer_day=date.fromisoformat(row["a"]) if "a" in row else None,
    )
    return CheckExample(
        text=row["t"],
        about=about,
        expected=frozenset(row["x"]),
        held_out="h" in row
        or ("s" not in row and int(hashlib.sha256(row["t"].encode()).hexdigest(), 16) % 3 == 0),
    )


def _fact(name: str, value: Any) -> FactValue:
    if name == "order_value":
        return FactValue(value=euros(str(value)), source="book")
    if name == "promised_on":
        return FactValue(value=date.fromisoformat(value), source="book")
    return FactValue(value=value, source="customer")
