"""The head of a card: what an agent needs to see of a case before reading the draft below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.cards.dealings import summary
from bot.words import Words, clock_time
from models.assessment import Assessment
from models.decision import MissingFact, Role
from models.labels import Act
from models.serial import from_json
from models.states import DraftState
from models.tables import Draft, Message
from responses.approving.enclosures import enclosures_of
from responses.checks import Finding
from responses.checks.advising import advice_for
from responses.customers.preferences import Preference
from responses.drafts.lines import offer_line, rule_line
from responses.drafts.numbers import format_money, locale_of
from responses.policy.fact_names import FactNames
from responses.policy.schema import Audience
from responses.policy.signals import may_be_a_bad_day, told
from responses.policy.words.phrases import phrases_in
from responses.texts import shorten
from responses.twins import twin_for
from responses.views import CaseView

MAX_WORDS = 700
_MAX_LINE = 350
_MAX_TWIN = 1_200
_MAX_FACTS = 600
_MAX_NUMBER = 40
_MAX_SAID = 100
_MAX_NAME = 60
_MOST_OTHERS = 3
_MAX_FINDINGS = 4
_MOST_DAYS = 3
# Whatever direction a name is written in, the words around it keep theirs.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A card's head as HTML, and whether the customer's words were cut in it."""

    html: str
    is_cut: bool


def head_of(
    view: CaseView, languages: Sequence[str], words: Words, timezone: ZoneInfo, names: FactNames
) -> Head:
    """The head of the card of `view` for people who read `languages`, with the `names` of facts."""
    said, is_cut = words_shown(view.unread, words, MAX_WORDS)
    lines = [
        _title(view, words),
        *_same_order(view, words, timezone),
        f"<blockquote>{escape(said, quote=False)}</blockquote>",
    ]
    if view.case.flag == "person_wanted":
        lines.append(escape(words("wants_person")))
    if view.identity.blocked_since is not None:
        lines.append(escape(words("blocked_customer")))
    if view.ends_on is not None:
        day = phrases_in(words.language).on_day(view.ends_on)
        lines.append(words("has_ended" if view.has_ended else "ends", day=day))
    labels = _labels(view, words)
    if labels:
        lines.append(escape(labels, quote=False))
    lines += _proposal_lines(view, words)
    lines += _decision_lines(view, words, names)
    lines += _claimed_lines(view, words, names)
    lines += [escape(line, quote=False) for line in _book_lines(view, words, timezone)]
    lines += _signal_lines(view, words)
    dealings = summary(view.dealings, words)
    if dealings:
        lines.append(words("dealings", sums=escape(dealings, quote=False)))
    lines += _preference_lines(view, words, timezone)
    lines += _code_lines(view, words)
    if view.holder is not None and view.case.claimed_until is not None:
        until = clock_time(view.case.claimed_until, timezone)
        lines.append(words("holder", name=escape(view.holder.name, quote=False), until=until))
    lines += _draft_lines(view, languages, words)
    if view.draft is not None and view.draft.files:
        enclosed = ", ".join(file.name for file in enclosures_of(view.draft))
        lines.append(escape(words("enclosed", names=enclosed), quote=False))
    return Head(html="\n".join(lines), is_cut=is_cut)


def _signal_lines(view: CaseView, words: Words) -> list[str]:
    """What the history shows; whoever reads of claims or threats there reads as well what else it may be."""
    standing = [one.seen for one in view.signals if one.dismissed_by is None]
    if not standing:
        return []
    key = "signals_bad_day" if any(may_be_a_bad_day(one) for one in standing) else "signals"
    seen = shorten("; ".join(told(one, words.language) for one in standing), _MAX_LINE)
    return [words(key, signals=escape(seen, quote=False))]


def _same_order(view: CaseView, words: Words, timezone: ZoneInfo) -> list[str]:
    """The other cases on the same order: whoever answers has to know what was said there."""
    lines = []
    for other in view.same_order[:_MOST_OTHERS]:
        key = "same_order" if other.answered_at is None else "same_order_answered"
        at = other.answered_at or other.created_at
        day = at.astimezone(timezone).strftime("%d/%m/%Y")
        lines.append(f"<b>{escape(words(key, number=other.number, day=day))}</b>")
    return lines


def _book_lines(view: CaseView, words: Words, timezone: ZoneInfo) -> list[str]:
    """What the order book says to it, as far as that is not among what we know."""
    book, lines = view.book, []
    if view.case.book_failed_at is not None:
        lines.append(words("book_failed", time=clock_time(view.case.book_failed_at, timezone)))
    if book.order is not None and book.proof is None:
        holder = shorten(book.order.name or words("no_name"), _MAX_NAME)
        number = shorten(book.order.number, _MAX_NUMBER)
        lines.append(words("book_unproven", number=number, name=holder, proof=_proof(book.proofs, words)))
    elif book.proof is not None and book.order is not None:
        day = book.order.imported_at.astimezone(timezone).strftime("%d/%m/%Y")
        lines.append(words("book_proven", number=shorten(book.order.number, _MAX_NUMBER), day=day))
    elif book.number is not None and book.last_import is not None:
        lines.append(words("book_unknown", number=shorten(book.number, _MAX_NUMBER)))
    if view.maybe_same:
        numbers = ", ".join(str(other.number) for other in view.maybe_same[:_MOST_OTHERS])
        lines.append(words("maybe_same", numbers=numbers))
    return lines


def _proof(names: Sequence[str], words: Words) -> str:
    """What they could write to prove that the order is theirs."""
    if not names:
        return words("proof_none")
    return words("proof", wanted=words("proof_or").join(words(f"proof_{name}") for name in names))


def words_shown(messages: Sequence[Message], words: Words, limit: int) -> tuple[str, bool]:
    """The customer's words in at most `limit` characters, the newest kept, and whether some were left out."""
    said = [spoken(message, words) for message in messages]
    whole = "\n".join(said) or words("no_words")
    if len(whole) <= limit:
        return whole, False
    newest = shorten(said[-1], limit - 2)
    rest = limit - 2 - len(newest)
    earlier: list[str] = []
    for text in reversed(said[:-1]):
        if len(text) + 1 > rest:
            break
        earlier.insert(0, text)
        rest -= len(text) + 1
    left_out = len(earlier) < len(said) - 1
    return "\n".join([*(["…"] if left_out else []), *earlier, newest]), True


def spoken(message: Message, words: Words) -> str:
    """What a message says, with a word for what it is when that is no text."""
    kind = "" if message.kind == "text" else words.label("kind", message.kind)
    edited = words("edited") if message.edit else ""
    return " ".join(part for part in (kind, message.text, edited) if part) or words("no_words")


def missing_label(fact: MissingFact, names: FactNames) -> str:
    """What is missing, and why an agent has to supply it."""
    name = names.needed(fact.name)
    return f"{name} ({fact.remark})" if fact.remark is not None else name


def agent_facts(view: CaseView) -> tuple[MissingFact, ...]:
    """What is missing and an agent can say, and what only a message says and an agent may confirm."""
    if view.decision is None:
        return ()
    missing = tuple(fact for fact in view.decision.missing if fact.from_agent)
    return (*missing, *(fact for fact, _ in view.claimed))


def _claimed_lines(view: CaseView, words: Words, names: FactNames) -> list[str]:
    """What only a message says, with the words of that message."""
    return [
        escape(
            words(
                "claimed",
                fact=_begun(names.over(fact.name)),
                value=names.likely(fact),
                said=shorten(said, _MAX_SAID),
            ),
            quote=False,
        )
        for fact, said in view.claimed
    ]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def finding_lines(draft: Draft, words: Words) -> list[str]:
    """What the checks found in the draft, the gravest first."""
    found = [from_json(Finding, one) for one in draft.findings]
    lines = [
        words(f"finding_{one.severity}", advice=shorten(advice_for(one, words.language), _MAX_LINE))
        for one in found[:_MAX_FINDINGS]
    ]
    if len(found) > _MAX_FINDINGS:
        lines.append(words("findings_more", number=len(found) - _MAX_FINDINGS))
    return lines


def _title(view: CaseView, words: Words) -> str:
    channel = view.case.channel.partition(":")[0]
    name = shorten(view.identity.display_name or words("no_name"), _MAX_NAME)
    parts = [
        f"<b>{escape(words('case', number=view.case.number))}</b>",
        f"{_ISOLATE}{escape(name, quote=False)}{_END_ISOLATE}",
        escape(words("from_channel", channel=words.label("channel", channel))),
    ]
    if view.case.is_test:
        parts.append(f"<b>{escape(words('test'))}</b>")
    if view.case.audience == Audience.COLLEAGUE:
        parts.append(f"<b>{escape(words('colleague'))}</b>")
    return " · ".join(parts)


def _labels(view: CaseView, words: Words) -> str:
    unread = {message.id for message in view.unread}
    found = [
        shown.assessment
        for shown in view.messages
        if shown.assessment is not None and shown.message.id in unread
    ]
    if not found:
        return ""
    unsure = frozenset(field for one in found for field in one.abstained)

    def named(field: str, prefix: str, label: str) -> str:
        name = words.label(prefix, label)
        return words("unsure", label=name) if field in unsure else name

    act = _act(found)
    parts = [named("act", "act", act)]
    if act == Act.COMPLAINT:
        types = dict.fromkeys(label.label for one in found for label in one.complaint_types)
        parts += [named("complaint_types", "type", label) for label in types]
    parts.append(words("tone", tone=named("tone", "tone", found[-1].tone.label)))
    urgency = view.case.urgency or found[-1].urgency.label
    parts.append(words("urgency", urgency=named("urgency", "urgency", urgency)))
    asks = dict.fromkeys(label.label for one in found for label in one.asks)
    if asks:
        parts.append(words("asks", asks=", ".join(named("asks", "ask", label) for label in asks)))
    return " · ".join(parts)


def _act(found: Sequence[Assessment]) -> str:
    acts = [one.act.label for one in found]
    if Act.COMPLAINT in acts:
        return Act.COMPLAINT
    telling = [act for act in acts if act != Act.OTHER]
    return telling[-1] if telling else Act.OTHER


def _proposal_lines(view: CaseView, words: Words) -> list[str]:
    name = shorten(view.identity.display_name or words("no_name"), _MAX_NAME)
    lines = []
    for proposal in view.proposals:
        labels, option = proposal.shown.labels(words.language), proposal.reply.option
        said = labels[option] if option is not None else ""
        text = words(f"proposal_{proposal.reply.kind}", name=name, option=said)
        more = f" {words('proposal_more')}" if proposal.reply.more else ""
        lines.append(f"<b>{escape(text, quote=False)}</b>{escape(more, quote=False)}")
    return lines


def _preference_lines(view: CaseView, words: Words, timezone: ZoneInfo) -> list[str]:
    """How the customer prefers it: as an agent says, else what their own words and choices show."""
    known = view.preferences
    fields = {
        Preference.LANGUAGE: "language",
        Preference.FORMALITY: "formality",
        Preference.REMEDY: "remedy",
    }
    wishes = [
        words.label(field, known.said[which].value) for which, field in fields.items() if which in known.said
    ]
    if known.heard is not None and Preference.FORMALITY not in known.said:
        wishes.append(words("preference_heard", value=words.label("formality", known.heard.formality)))
    if known.habit is not None:
        days = ", ".join(at.astimezone(timezone).strftime("%d/%m/%Y") for at in known.habit.at[-_MOST_DAYS:])
        wishes.append(words("preference_habit", kind=words.label("remedy", known.habit.kind), days=days))
    if not wishes:
        return []
    told_so = escape(shorten(" · ".join(wishes), _MAX_LINE), quote=False)
    return [words("preferences", preferences=told_so)]


def _code_lines(view: CaseView, words: Words) -> list[str]:
    """Of codes that the business has loaded: whether one is left, and until when it can be used."""
    lines = []
    for supply in view.supplies:
        amount = format_money(supply.amount, words.language)
        if not supply.free:
            lines.append(escape(words("codes_none", amount=amount), quote=False))
        elif supply.expires_on is not None:
            day = format_date(supply.expires_on, "d MMMM y", locale=locale_of(words.language))
            lines.append(escape(words("codes_until", amount=amount, day=day), quote=False))
    return lines


def _decision_lines(view: CaseView, words: Words, names: FactNames) -> list[str]:
    decision = view.decision
    if decision is None:
        return []

    def line(text: str) -> str:
        return escape(shorten(text, _MAX_LINE), quote=False)

    lines = [
        words("offer", line=line(offer_line(decision, words.language, names))),
        words("rule", line=line(rule_line(decision, words.language))),
    ]
    if decision.other_orders and view.book.number is not None:
        others = ", ".join(shorten(number, _MAX_NUMBER) for number in decision.other_orders[:_MOST_OTHERS])
        lines.append(
            line(words("other_orders", others=others, number=shorten(view.book.number, _MAX_NUMBER)))
        )
    if decision.limits_cut:
        lines.append(words("limits", line=line("; ".join(decision.limits_cut))))
    presumed = [f"{names.over(fact)}: {value}" for fact, value in names.presumed(decision)]
    if presumed:
        lines.append(words("presumed", facts=_listed(presumed, words)))
    if decision.missing:
        lines.append(
            words("missing", facts=_listed([missing_label(fact, names) for fact in decision.missing], words))
        )
    if decision.tier != Role.AGENT:
        lines.append(words("tier", role=words.label("role", decision.tier)))
    return lines


def _listed(facts: Sequence[str], words: Words) -> str:
    """The facts as far as a line should go; of any further ones how many they are, never a part of a name."""
    shown = [facts[0]]
    for fact in facts[1:]:
        if len("; ".join([*shown, fact])) > _MAX_FACTS:
            shown.append(words("facts_more", number=len(facts) - len(shown)))
            break
        shown.append(fact)
    return escape("; ".join(shown), quote=False)


def _draft_lines(view: CaseView, languages: Sequence[str], words: Words) -> list[str]:
    draft = view.draft
    if draft is None or draft.state != DraftState.PROPOSED:
        return [escape(words("no_draft"))]
    lines = []
    twin = twin_for(draft, words.language, languages)
    if twin is not None:
        twin = escape(shorten(twin, _MAX_TWIN), quote=False)
        lines.append(f"{words('twin')}\n<blockquote expandable>{twin}</blockquote>")
    lines += [escape(line, quote=False) for line in finding_lines(draft, words)]
    lines.append(words("draft_follows", language=words.label("language", draft.language)))
    return lines
