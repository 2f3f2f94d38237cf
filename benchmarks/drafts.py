"""Drafts to be read: a page of forty; and those for messages of the corpus's test part, to be checked.

    .venv/bin/python -m benchmarks.drafts                 # writes docs/drafts.md
    .venv/bin/python -m benchmarks.drafts --corpus 200    # composes, counts, and says which rules fail

Neither needs a model or a database.
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice, zip_longest
from pathlib import Path
from statistics import median

from benchmarks.draft_situations import BUSINESSES, NOW, SITUATIONS, Situation, brief_of, policy_of
from models.decision import Decision, Matter
from models.labels import Act
from nlp.training.corpus import SHIPPED, Example, read_corpus
from responses.checks import CheckContext, check_text
from responses.choices.deadline import choose_by
from responses.drafts import ComposedDraft, DraftBrief, DraftKind, compose
from responses.drafts.dates import format_due, needs_time
from responses.drafts.phrases import LANGUAGES
from responses.drafts.slots import fill, greeting_for, has_placeholder, slots_in
from responses.open_rights import right_open
from responses.policy import Policy, decide

PAGE = Path("docs/drafts.md")
AGENT = "Giulia"
CODES = ("K7RT-29QX", "M4WD-81PZ", "H3LC-56VB")
LANGUAGE_NAMES = {"it": "Italian", "en": "English", "es": "Spanish", "fr": "French", "de": "German"}
MOST_WORDS = 90

Check = Callable[[ComposedDraft, DraftBrief], Iterable[str]]
"""One of the house's rules: the names of what a draft breaks."""


def main() -> None:
    """Writes the page, or reports on the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=int, metavar="N", help="check N complete drafts for its messages")
    wanted = parser.parse_args()
    if wanted.corpus is None:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"{PAGE}: {sum(len(one.languages) for one in SITUATIONS)} drafts")
    else:
        drafts = list(corpus_drafts())
        print(report(complete_drafts(drafts, wanted.corpus), [checked]))
        print(f"with a blank: {report(blank_drafts(drafts), [checked])}")


def page() -> str:
    """The forty drafts as customers read them, by language."""
    parts = [_INTRODUCTION]
    for language in LANGUAGES:
        parts.append(f"## {LANGUAGE_NAMES[language]}")
        parts += [_printed(one, language) for one in SITUATIONS if language in one.languages]
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """# Forty drafts

What customers read when nobody changes a word: eight drafts in each language, from a shop, a hotel and a
telephone company. Each is composed from the decision of that trade's sample policy on Tuesday 17 November
2026 and filled as approval fills it, with the greeting of the hour, the days counted from that moment and
example codes. `.venv/bin/python -m benchmarks.drafts` writes this page anew; read what changed before
committing it.

How a draft is put together: greeting · what we understood · whose mistake it is · one apology · why it
happened · what puts it right · what happens next, by when · a gesture · until when to choose · a close ·
signature. A part that has nothing to say is left out; a long draft takes the shortest wordings and no close.
In a status answer what we failed to do stands before what was done and what is to come. No line breaks inside
a sum. Every part has at least three wordings per language and form of address, except the line of a promise
that is open, late or broken in a status answer; one person always gets the same voice, and a second apology
in another case is worded otherwise. All of them stand in `tests/golden/wordings`, one file per language.
The texts that leave without an approval (receipts, questions for a mark, answers to commands) stand in
`tests/golden/standing`, their fields open.
`.venv/bin/python -m tests.golden.make_wordings` writes both anew.

For messages of the corpus's test part, judged by the sample shop with their labels as they are,
`.venv/bin/python -m benchmarks.drafts --corpus 200` composes and checks 200 complete drafts: 40 of each
language, within a language one of each kind after the other (apology with remedy, question, refusal …) in the
corpus's order, so that rare kinds are not crowded out. The tests want nothing found in them, and in all that
leave a blank to a person, nothing but that blank.

What the policy file says for them:

| key | what it does |
| --- | --- |
| `voice`, `address` | form of address per language; `surname` greets by first name and surname |
| `concerns` | what customers write about: `order` (without the key), `booking`, `contract` |
| `what_happened` | a complaint type in the owner's own words, also by what facts say of it: whole sentences |
| `rules[].explain` | why it happened; an agent may type it instead, as the fact `explanation` |
| `owed[].right` | what a refusal reminds the customer of while the fault is only our judgement |

A supervisor ends a relationship with *End the relationship* on the case page: from when, and whom the
customer can turn to. The draft lists every open promise and choice of that customer; while something owed
waits for approval, it is refused. It leaves only when it is approved, and nothing else ever starts it.
What that customer writes from then on, and nothing is decided for ("ma come?"), reaches an agent without a
draft."""


def _printed(situation: Situation, language: str) -> str:
    brief = brief_of(situation, language)
    draft = _composed(brief)
    text = filled(draft, brief, policy_of(situation.trade))
    quoted = "\n".join(f"> {line}  " if line else ">" for line in text.split("\n")).replace(
        "  \n>\n", "\n>\n"
    )
    head = f"**{situation.happened}** *({BUSINESSES[situation.trade]}, {brief.formality}, {draft.kind})*"
    return f"{head}\n\n{quoted.rstrip()}"


def filled(draft: ComposedDraft, brief: DraftBrief, policy: Policy) -> str:
    """The text as approval would fill it on the fixed day."""
    commitments = brief.decision.commitments
    due = {
        str(number): format_due(
            policy.hours.add(commitment.within, NOW),
            draft.language,
            policy.timezone,
            with_time=needs_time(commitment),
            today=NOW.astimezone(policy.timezone).date(),
        )
        for number, commitment in enumerate(commitments, start=1)
    }
    vouchers = {str(number): code for number, code in enumerate(CODES, start=1)}
    return fill(
        draft.text,
        agent=AGENT,
        greeting=greeting_for(draft.language, brief.formality, NOW.astimezone(policy.timezone)),
        due=due,
        vouchers=vouchers,
        choose_by=choose_by(brief.decision, draft.language, policy.hours, NOW),
    )


def corpus_drafts() -> Iterator[tuple[DraftBrief, ComposedDraft]]:
    """Drafts for the messages of the test part in their order, judged by the shop's policy.

    The labels are those of the corpus. Facts are not known there, so that many drafts ask for them; of every
    third message they have been asked for already. Spam is left out, which nobody answers.
    """
    policy = policy_of("negozio")
    held_out = (one for one in read_corpus([SHIPPED]) if one.is_held_out and one.language in LANGUAGES)
    answered = (one for one in held_out if one.act != Act.SPAM)
    for number, example in enumerate(answered):
        brief = _corpus_brief(example, policy, number)
        yield brief, _composed(brief)


def complete_drafts(
    drafts: Iterable[tuple[DraftBrief, ComposedDraft]], count: int
) -> list[tuple[DraftBrief, ComposedDraft]]:
    """`count` of those that could leave as they stand, as many of each language.

    Within a language one draft of each kind after the other, each kind in the order of `drafts`, until there
    are enough: a rare kind is not crowded out by the many messages of a common one.
    """
    of_language: dict[str, dict[DraftKind, list[tuple[DraftBrief, ComposedDraft]]]] = {
        language: {kind: [] for kind in DraftKind} for language in LANGUAGES
    }
    for brief, draft in drafts:
        if not has_placeholder(draft.text):
            of_language[draft.language][draft.kind].append((brief, draft))
    chosen: list[tuple[DraftBrief, ComposedDraft]] = []
    for kinds in of_language.values():
        in_turn = (one for turn in zip_longest(*kinds.values()) for one in turn if one is not None)
        chosen += islice(in_turn, count // len(LANGUAGES))
    return chosen


def blank_drafts(
    drafts: Iterable[tuple[DraftBrief, ComposedDraft]],
) -> list[tuple[DraftBrief, ComposedDraft]]:
    """Those in which something is left for a person to write."""
    return [(brief, draft) for brief, draft in drafts if has_placeholder(draft.text)]


def _corpus_brief(example: Example, policy: Policy, number: int) -> DraftBrief:
    matter = Matter(
        act=example.act or "other",
        complaint_types=example.complaint_types or () if example.act == "complaint" else (),
        tone=example.tone or "calm",
        urgency=example.urgency or "normal",
        asks=example.asks or (),
        own_error=bool(example.own_error),
        language=example.language or "it",
        abstained=frozenset(),
        facts={},
        given_here=(),
        history=(),
        now=NOW,
    )
    decision = _decided(policy, matter, number)
    return DraftBrief(
        decision=decision,
        act=matter.act,
        complaint_types=matter.complaint_types,
        tone=matter.tone,
        asks=matter.asks,
        own_error=matter.own_error,
        language=matter.language,
        formality="formal" if policy.formal(matter.language) else "informal",
        customer_name=None,
        business=BUSINESSES["negozio"],
        signature=policy.signature,
        answer_by=(NOW + timedelta(days=1)).date(),
        right_open=right_open(policy, matter, decision),
        variant=number,
        concerns=policy.concerns,
    )


def _decided(policy: Policy, matter: Matter, number: int) -> Decision:
    return decide(policy, replace(matter, asked=frozenset(policy.facts)) if number % 3 == 2 else matter)


def report(drafts: Sequence[tuple[DraftBrief, ComposedDraft]], checks: Sequence[Check] = ()) -> str:
    """Kinds, lengths and broken rules. `checks` are the ones of the house beside those counted here."""
    lengths = [words_in(draft.text) for _, draft in drafts]
    broken = Counter(
        f"{draft.language} {name}"
        for brief, draft in drafts
        for check in (*_OWN_CHECKS, *checks)
        for name in check(draft, brief)
    )
    kinds = Counter(draft.kind for _, draft in drafts)
    languages = Counter(draft.language for _, draft in drafts)
    lines = [
        f"{len(drafts)} drafts: " + ", ".join(f"{name} {count}" for name, count in sorted(languages.items())),
        "kinds: " + ", ".join(f"{name} {count}" for name, count in kinds.most_common()),
        f"words: median {median(lengths):.0f}, most {max(lengths)},"
        f" under {MOST_WORDS}: {sum(length < MOST_WORDS for length in lengths)}",
        "rules broken: " + (", ".join(f"{name} {count}" for name, count in sorted(broken.items())) or "none"),
    ]
    return "\n".join(lines)


def words_in(text: str) -> int:
    """French sets its colons apart: a sign alone is no word."""
    return len(re.findall(r"\S*\w\S*", text))


def checked(draft: ComposedDraft, brief: DraftBrief) -> Iterable[str]:
    """What checks find before a text goes out, a blank among them."""
    about = CheckContext(
        language=brief.language,
        formality=brief.formality,
        kind=brief.decision.kind,
        decision=brief.decision,
        today=NOW.date(),
        facts=brief.facts,
        said=brief.order_ids,
        names=(brief.customer_name,) if brief.customer_name else (),
        grievances=brief.complaint_types if brief.act == Act.COMPLAINT else (),
        days=(*draft.days, *(promise.due for promise in brief.promises if promise.due)),
        named=brief.dates,
        own=(brief.business, brief.hand_over_contact or ""),
        composed=draft.text,
    )
    return [f"{one.code} ({one.severity})" for one in check_text(draft.text, about)]


def _composed(brief: DraftBrief) -> ComposedDraft:
    draft = compose(brief)
    if draft is None:
        raise AssertionError(f"no draft for {brief.act!r}: expected an act that is answered")
    return draft


def _too_long(draft: ComposedDraft, brief: DraftBrief) -> Iterable[str]:
    return ["over 130 words"] if words_in(draft.text) > 130 else []


def _shouts(draft: ComposedDraft, brief: DraftBrief) -> Iterable[str]:
    return ["exclamation mark"] if "!" in draft.text else []


def _unknown_slots(draft: ComposedDraft, brief: DraftBrief) -> Iterable[str]:
    due = {f"due:{n}" for n in range(1, len(brief.decision.commitments) + 1)}
    allowed = {"greeting", "agent", "choose_by"} | due
    return [f"slot {slot}" for slot in slots_in(draft.text) if slot not in allowed and "voucher" not in slot]


def _apologises_twice(draft: ComposedDraft, brief: DraftBrief) -> Iterable[str]:
    names = [name for name, _ in draft.parts]
    return ["two apologies"] if names.count("apology") > 1 else []


_OWN_CHECKS: tuple[Check, ...] = (_too_long, _shouts, _unknown_slots, _apologises_twice)

if __name__ == "__main__":
    main()
