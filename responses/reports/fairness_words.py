"""What a comparison says, in a sentence anybody can read: in the languages of the desk."""

from decimal import Decimal

from models.money import Money
from responses.approving.off_policy import WentOff
from responses.drafts.lines import offer_line
from responses.drafts.numbers import format_money
from responses.reports.fairness import Compared, Dimension
from responses.reports.intervals import Verdict

_IT = {
    "more": "{who} ha avuto {sum} in più (tra {low} e {high}): {verdict}.",
    "less": "{who} ha avuto {sum} in meno (tra {low} e {high}): {verdict}.",
    "same": "{who} ha avuto quanto gli altri.",
    "more_agent": "{who} i clienti hanno avuto {sum} in più (tra {low} e {high}): {verdict}.",
    "less_agent": "{who} i clienti hanno avuto {sum} in meno (tra {low} e {high}): {verdict}.",
    "same_agent": "{who} i clienti hanno avuto quanto con gli altri.",
    "none": "nessuna differenza dimostrabile",
    "doubt": "può essere un caso, con tanti confronti insieme",
    "shown": "la differenza c'è",
    "agent": "Con {group}",
    "language": "Chi riceve risposta in {group}",
    "calm": "Chi scrive con calma",
    "grateful": "Chi scrive con gratitudine",
    "worried": "Chi scrive preoccupato",
    "disappointed": "Chi scrive deluso",
    "frustrated": "Chi scrive esasperato",
    "angry": "Chi scrive arrabbiato",
    "sarcastic": "Chi scrive con sarcasmo",
    "threatening": "Chi minaccia",
    "abusive": "Chi insulta",
    "it": "italiano",
    "en": "inglese",
    "es": "spagnolo",
    "fr": "francese",
    "de": "tedesco",
    "withheld": "senza",
}
_EN = {
    "more": "{who} got {sum} more (between {low} and {high}): {verdict}.",
    "less": "{who} got {sum} less (between {low} and {high}): {verdict}.",
    "same": "{who} got as much as the others.",
    "more_agent": "{who} customers got {sum} more (between {low} and {high}): {verdict}.",
    "less_agent": "{who} customers got {sum} less (between {low} and {high}): {verdict}.",
    "same_agent": "{who} customers got as much as with the others.",
    "none": "no difference that could be shown",
    "doubt": "it may be chance, with so many comparisons",
    "shown": "there is a difference",
    "agent": "With {group}",
    "language": "Who is answered in {group}",
    "calm": "Who writes calmly",
    "grateful": "Who writes gratefully",
    "worried": "Who writes in worry",
    "disappointed": "Who writes in disappointment",
    "frustrated": "Who writes in frustration",
    "angry": "Who writes in anger",
    "sarcastic": "Who writes sarcastically",
    "threatening": "Who threatens",
    "abusive": "Who insults",
    "it": "Italian",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "withheld": "without",
}


def sentence(compared: Compared, currency: str, language: str) -> str:
    """One comparison: "With Giulia customers got €2 more (between €1 and €3): there is a difference."."""
    say = _IT if language == "it" else _EN

    def money(amount: float) -> str:
        return format_money(Money(amount=Decimal(str(amount)), currency=currency), language)

    by_agent = compared.dimension is Dimension.AGENT
    low, high = compared.low, compared.high
    # Of who got less it says by how much less, at least and at most.
    bounds = (low, high) if compared.difference >= 0 else (-high, -low)
    how = "more" if compared.difference >= 0 else "less"
    nothing = Money(amount=Decimal(str(compared.difference)), currency=currency).minor == 0
    if nothing and compared.verdict is Verdict.NONE and money(low) == money(high):
        how = "same"
    return say[f"{how}_agent" if by_agent else how].format(
        who=who(compared, language),
        sum=money(abs(compared.difference)),
        low=money(bounds[0]),
        high=money(bounds[1]),
        verdict=verdict_words(compared.verdict, language),
    )


def verdict_words(verdict: Verdict, language: str) -> str:
    """What a difference tells, as the end of a sentence."""
    return (_IT if language == "it" else _EN)[verdict]


def decided(went: WentOff, language: str) -> str:
    """What the rules gave, in a few words; empty where nothing had been decided."""
    return offer_line(went.decision, language) if went.decision is not None else ""


def given(went: WentOff, language: str) -> str:
    """What the text gave that was not decided, or left out of what is owed, and what it comes to."""
    less = (_IT if language == "it" else _EN)["withheld"]
    said = ", ".join(
        [f"«{words}»" for words in went.found.words] + [f"{less} «{words}»" for words in went.found.withheld]
    )
    extra = went.found.extra
    if extra is None or extra.minor == 0:
        return said
    sign = "+" if extra.minor > 0 else ""
    return f"{said} ({sign}{format_money(extra, language)})".strip()


def who(compared: Compared, language: str) -> str:
    """The group at the beginning of a sentence."""
    say = _IT if language == "it" else _EN
    match compared.dimension:
        case Dimension.AGENT:
            return say["agent"].format(group=compared.group)
        case Dimension.LANGUAGE:
            return say["language"].format(group=say.get(compared.group, compared.group))
        case Dimension.TONE:
            return say.get(compared.group, compared.group)
