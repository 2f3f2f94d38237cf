"""Answers that are a name or a number of something: a model, a room, a contract's code."""

import re
from collections.abc import Sequence
from functools import cache

from models.decision import MissingFact
from responses.checks.wordlists import months, weekdays, word_lists
from responses.choices.reply_words import reply_words, whole
from responses.drafts.phrases import LANGUAGES
from responses.policy.schema import FactType

_STEM = 5
"""In letters: "ordine" and "ordinato" begin with the same ones."""
_SHORTEST = 4
"""In letters: a shorter word may stand in any question."""
_MOST_WORDS = 6
"""A longer answer says more than a name."""
_FEW_WORDS = 4
_TOKEN = re.compile(r"(?<![\w.,/:-])(?=[\w./-]*\d)[A-Za-z0-9][A-Za-z0-9./-]{0,29}(?<![./-])(?![\w/-])")
_LONG = 3
"""In signs: shorter numbers count something more often than they name it."""
_DAY_OR_TIME = re.compile(r"\d{1,2}[./:-]\d{1,2}(?:[./-]\d{2,4})?")
_WORD = re.compile(r"[^\W\d_]+")
_IS = r"\s*(?::|=|\bè|\be['’](?=\s)|\bis\b|\bes\b|\best\b|\bist\b|\bé\b)\s*"


def own_words(fact: MissingFact, beside: Sequence[MissingFact]) -> frozenset[str]:
    """How the words begin that only this one of the questions has: "order" of "the day of the order"."""
    others = {stem for other in beside if other.name != fact.name for stem in _stems(other)}
    return _stems(fact) - others


def _stems(fact: MissingFact) -> frozenset[str]:
    return frozenset(
        word[:_STEM]
        for ask in (fact.ask or {}).values()
        for word in _WORD.findall(heading(ask))
        if len(word) >= _SHORTEST and not is_general(word)
    )


def heading(ask: str) -> str:
    """What is asked for, without what explains it behind a colon, and without "(votre|ton)"."""
    return re.split(r"[:;.?]", re.sub(r"\([^)]*\)", "", ask.casefold()))[0].strip()


def is_of_question(word: str, asked: Sequence[MissingFact]) -> bool:
    """Whether the word is one of a question's own, or one that any question may have; in small letters."""
    return is_general(word) or word.startswith(tuple(stem for fact in asked for stem in _stems(fact)))


def is_small_word(word: str) -> bool:
    """Whether it is a day's name or a word that hardly says anything, in any of the languages."""
    return word in _small_words()


def idle_apart(text: str) -> str:
    """The text in small letters without what greets, assents, hesitates, puts off or only cries out."""
    return whole(reply_words()["outcry"]).sub(" ", _idle().sub(" ", text.casefold()))


def is_general(word: str) -> bool:
    """Whether any question may have the word: "number", "day", "which"."""
    words = reply_words()
    things = "|".join(words["things"][kind] for kind in ("number", "day"))
    return whole(f"{things}|{words['the']}|{words['general']}").fullmatch(word) is not None


def courtesy_apart(text: str) -> list[str]:
    """The words that say something: without articles, greetings and thanks."""
    return [
        word
        for word in _WORD.findall(whole(reply_words()["courtesy"]).sub(" ", text.casefold()))
        if len(word) >= _SHORTEST
    ]


def is_number_of(fact: MissingFact) -> bool:
    """Whether a number or a code is asked for, not a name."""
    pattern = whole(reply_words()["things"]["number"])
    return any(pattern.search(heading(ask)) for ask in (fact.ask or {}).values())


def is_no_name(text: str) -> bool:
    """Whether it holds a yes, a no, a doubt, a time, or an outcry and no code: nothing is called that.

    Nor is anything called what consists of words that say nothing, such as "tomorrow" and "ok, thanks".
    """
    words = reply_words()
    said = text.casefold()
    never = "|".join(words[kind] for kind in ("denied", "about", "to_come", "time_units"))
    answers = "|".join([*words["yes"].values(), *words["no"].values(), *words["days"].values()])
    if whole(f"{never}|{answers}").search(said) is not None or _says_nothing(text):
        return True
    return _TOKEN.search(text) is None and whole(words["outcry"]).search(said) is not None


def _says_nothing(text: str) -> bool:
    """Whether it is only greetings, days and small words; "Domenica" with a capital may be hers."""
    if any(word[0].isupper() and _words_too().fullmatch(word) for word in _WORD.findall(text)):
        return False
    last = _WORD.findall(whole(f"(?i:{reply_words()['courtesy']})").sub(" ", text))[-1:]
    if last and len(last[0]) == 1 and last[0].isupper():
        return False  # a size, or a model's name
    return _TOKEN.search(text) is None and not telling_words(text)


def telling_words(text: str) -> list[str]:
    """The words that are left without greetings, assent, what puts off, days and small words."""
    left = _WORD.findall(_idle().sub(" ", text.casefold()))
    return [word for word in left if word not in _small_words()]


def _is_written_as_name(value: str) -> bool:
    """Behind its own name "Maggio" and "Super" are no idle words, nor is a letter; "Domani" is a day."""
    is_day = any(word_lists(language).patterns["when"].fullmatch(value) for language in LANGUAGES)
    return len(value) == 1 or (is_name(value) and not is_day)


def _is_courtesy(value: str) -> bool:
    """Whether it is only a greeting, an assent, a yes or a no: "taglia: ok, grazie"."""
    return _WORD.search(_courtesy().sub(" ", value.casefold())) is None and _TOKEN.search(value) is None


@cache
def _courtesy() -> re.Pattern[str]:
    words = reply_words()
    return whole("|".join([words["courtesy"], *words["yes"].values(), *words["no"].values()]))


@cache
def _idle() -> re.Pattern[str]:
    words = reply_words()
    by_language = [pattern for kind in ("yes", "no", "not_yet", "idle") for pattern in words[kind].values()]
    return whole("|".join([words["courtesy"], words["pronouns"], *by_language]))


@cache
def _small_words() -> frozenset[str]:
    days = {name for language in LANGUAGES for name in (*weekdays(language), *months(language))}
    small = {word for language in LANGUAGES for word in word_lists(language).stop_words}
    return frozenset(word.casefold() for word in days | small)


@cache
def _words_too() -> re.Pattern[str]:
    """Names that are words as well, in any of the languages."""
    patterns = [word_lists(language).patterns["words_too"].pattern for language in LANGUAGES]
    return re.compile("|".join([*patterns, reply_words()["names_too"]]), re.IGNORECASE)


def name_said(
    fact: MissingFact, text: str, beside: Sequence[MissingFact], taken: Sequence[str]
) -> tuple[str, bool] | None:
    """What the text says that the name or number is, and whether that is certain; None for nothing.

    Args:
        fact: a text that was asked for.
        text: the answer.
        beside: everything that was asked for and is still open.
        taken: what stands there and is something else, such as an order's number.
    """
    doubtful = "?" in text or whole(reply_words()["about"]).search(text.casefold()) is not None
    if (labelled := _labelled(fact, text, beside)) is not None:
        value, told = labelled
        return value, told and not doubtful
    # Another text that is open may be what this is.
    if any(one.type == FactType.TEXT and one.name != fact.name for one in beside):
        return None
    said = " ".join(text.split()).strip(" .!,;")
    tokens = {
        token for token in _TOKEN.findall(said) if token not in taken and not _DAY_OR_TIME.fullmatch(token)
    }
    if not said or "?" in said or len(said.split()) > _MOST_WORDS:
        return None
    if is_number_of(fact):
        return _bare_number(fact, said, tokens, doubtful=doubtful)
    return _bare_name(fact, said, tokens)


def _labelled(fact: MissingFact, text: str, beside: Sequence[MissingFact]) -> tuple[str, bool] | None:
    """What stands behind the fact's own name, and whether it is written like a name or a code.

    "Modello: Dyson V8", "la camera è la 204", "camera 204"; but not "the room is dirty".
    """
    stems = own_words(fact, beside)
    if not stems:
        return None
    words = reply_words()
    name = rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(stems)))})\w*"
    number = rf"(?:n\.?|nr\.?|no\.?|#|{words['things']['number']})\s*"
    denied = whole(words["denied"])
    leading = re.compile(rf"(?:(?:{words['the']}|{number})(?:\s+|(?<=['’])))+", re.IGNORECASE)
    found: dict[str, bool] = {}
    for match in re.finditer(
        rf"{name}(?:\s+{number})?(?P<is>{_IS})(?P<value>[^,;!?\n]+)", text, re.IGNORECASE
    ):
        value = re.split(r"\.(?:\s|$)", match["value"])[0].strip(" .\"'«»“”")
        value = leading.sub("", value, count=1) if leading.match(value) else value
        if not value or len(value.split()) > _FEW_WORDS or denied.search(value.casefold()):
            continue
        if _is_courtesy(value) or (not _is_written_as_name(value) and _says_nothing(value)):
            continue
        if is_name(value):
            found[value] = True
        elif match["is"].strip() in (":", "="):
            found[value] = False
    beside_name = rf"{name}\s+(?:{number})?(?P<value>{_TOKEN.pattern})(?P<rest>\s*\S*)"
    for match in re.finditer(beside_name, text, re.IGNORECASE):
        value, rest = match["value"], match["rest"].strip().casefold()
        # "The contract of 3 years" is no contract 3.
        ends = not rest or rest[0] in ".,;!?"
        if not _DAY_OR_TIME.fullmatch(value) and (ends or (len(value) >= _LONG and not _counts(rest))):
            found[value] = True
    if len(found) == 1:
        return next(iter(found.items()))
    return None


def _counts(word: str) -> bool:
    words = reply_words()
    units = "|".join([words["time_units"], *words["days"].values()])
    return word[0] in "€$£%" or whole(units).match(word) is not None


def is_name(value: str) -> bool:
    """Whether every word of it is written like a name or a code."""
    words = value.split()
    return all(any(sign.isupper() or sign.isdigit() for sign in word) for word in words)


def _bare_number(
    fact: MissingFact, said: str, tokens: set[str], *, doubtful: bool
) -> tuple[str, bool] | None:
    if len(tokens) != 1:
        return None
    token = next(iter(tokens))
    words = reply_words()
    left = said.replace(token, " ").casefold()
    if any(_counts(word) for word in left.split()):
        return None
    beside = "|".join([words["things"]["number"], *(words[name] for name in ("the", "about", "courtesy"))])
    known = f"{beside}|nr|n|è|is|es|est|ist"
    own = tuple(_stems(fact))
    if all(word.startswith(own) for word in _WORD.findall(whole(known).sub(" ", left))):
        return token, not doubtful
    is_code = len(token) >= _SHORTEST and not token.isdecimal()
    return (token, False) if is_code else None


def _bare_name(fact: MissingFact, said: str, tokens: set[str]) -> tuple[str, bool] | None:
    words = reply_words()
    said = whole(f"(?i:{words['courtesy']})").sub("", said).strip(" .!,;")
    if is_no_name(said) or re.search(_IS, said.casefold()):
        return None
    coded = any(any(sign.isalpha() for sign in token) for token in tokens)
    numbered = bool(tokens) and any(sign.isupper() for sign in said)
    few = len(said.split()) <= _FEW_WORDS
    if not said or not (few or is_name(said)):
        return None
    # What names it is no longer bare, and was not to be made out.
    if any(word.startswith(tuple(_stems(fact))) for word in _WORD.findall(said.casefold())):
        return None
    return said, few and (coded or numbered) and is_name(said)
