"""How often a sum is given: "due buoni da 10 €" are two, "10 € al mese" has no end."""

import re
from functools import cache

from models.number_words import number_at_end
from responses.checks.sums import Said
from responses.checks.wordlists import any_of, months, word_lists

ENDLESS = 0
"""So often that nobody can say how often: each month, for each order."""

_AT_LEAST = 2
_FEW_WORDS = 4
_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_BREAK = r"[,;:.()!?–]"
_SIGN_BEFORE = re.compile(r"(?P<count>\d{1,3})\s*[x×*]\s*$", re.IGNORECASE)
_SIGN_AFTER = re.compile(r"\s*[x×*]\s*(?P<count>\d{1,3})(?![\w.,])", re.IGNORECASE)
_TIMES_IN_ONE = re.compile(r"(?<!\w)(?P<count>[^\W\d_]{4,})mal(?=\W*$|\W)", re.IGNORECASE)


def times(words: str, said: Said, language: str) -> int:
    """How many times the clause `words` gives the sum, 1 as a rule, `ENDLESS` where no number is told."""
    before = _from_break(words[: said.start], language)
    after = words[said.end :]
    if _is_repeated(before, after, language):
        return ENDLESS
    signs = (_SIGN_BEFORE.search(before), _SIGN_AFTER.match(after))
    counts = [int(sign["count"]) for sign in signs if sign is not None]
    counts += [_times_said(before, after, language), _things_counted(before, after, language)]
    counted = max(counts)
    if counted > 1:
        return counted
    return _each(words, said, language)


def _from_break(words: str, language: str) -> str:
    """What is said in one go with the place where `words` end: from the last comma or "and" on."""
    pattern = re.compile(rf"{_BREAK}|(?<!\w)(?:{word_lists(language).patterns['and'].pattern})(?!\w)", re.I)
    end = max((match.end() for match in pattern.finditer(words)), default=0)
    return words[end:]


def _is_repeated(before: str, after: str, language: str) -> bool:
    lists = word_lists(language)
    if _behind(language).match(after):
        return True
    if any(len(before[each.end() :].split()) <= _FEW_WORDS for each in lists.find("every", before)):
        return True
    # "Monatlich 10 €", "un buono mensile da 10 €".
    thing = rf"(?:{_things(language)})"
    periodic = lists.patterns["periodic"].pattern
    of = lists.patterns["of"].pattern
    beside = rf"(?:{periodic}\s+(?:{thing})|{thing}\s+{periodic}|{periodic})(?:\s+(?:{of}))*\s*$"
    return re.search(beside, before, re.IGNORECASE) is not None


@cache
def _behind(language: str) -> re.Pattern[str]:
    """ "A month" right behind a sum, or its thing; behind a comma where no more is said."""
    lists = word_lists(language)
    of = lists.patterns["of"].pattern
    ways = "|".join(lists.patterns[name].pattern for name in ("per_period", "every", "periodic"))
    aside = rf",\s*(?:{ways})(?=\s*(?:{_BREAK}|$))"
    return re.compile(
        rf"[\s-]*(?:(?:{of})\s+)?(?:{_things(language)})?(?:\s*(?:{ways})|{aside})", re.IGNORECASE
    )


def _times_said(before: str, after: str, language: str) -> int:
    """ "Due volte 10 €", "10 € due volte", "zweimal 10 €", "twice €10"."""
    lists = word_lists(language)
    stripped, following = before.rstrip(), after.lstrip()
    said = [match.group() for match in lists.find("twice", stripped) if match.end() == len(stripped)]
    behind = lists.patterns["twice"].match(following)
    said += [behind.group()] if behind is not None else []
    if said:
        is_once = any(number_at_end(one.split()[0].removesuffix("mal"), language)[0] == 1 for one in said)
        return 1 if is_once else max(_numbers(" ".join(said), language), default=_AT_LEAST)
    in_one = _TIMES_IN_ONE.search(stripped) or _TIMES_IN_ONE.match(following) if language == "de" else None
    return int(number_at_end(in_one["count"], language)[0] or 1) if in_one is not None else 1


def _things_counted(before: str, after: str, language: str) -> int:
    """How many of the things that are worth the sum: "zwei Gutscheine über 10 €", "two €10 vouchers"."""
    several = word_lists(language).patterns["several_things"]
    things = list(several.finditer(before))
    counts = [1]
    if things and len(before[things[-1].end() :].split()) <= _FEW_WORDS:
        counts.append(_count_at_end(before[: things[-1].start()], language))
    if several.match(after, len(after) - len(after.lstrip(" \u00a0\u202f-"))):
        counts.append(_count_at_end(before, language))
    return max(counts)


def _count_at_end(words: str, language: str) -> int:
    """The number with which the words end, with at most one adjective behind it; "14 days" counts days."""
    lists = word_lists(language)
    stripped = words.rstrip()
    if any(match.end() == len(stripped) for match in lists.find("several", stripped)):
        return _AT_LEAST
    for last in reversed(_WORD.findall(stripped)[-2:]):
        if _of_time(language).fullmatch(last):
            return 1
        numbers = _numbers(last, language)
        if numbers:
            return max(numbers)
    return 1


def _numbers(words: str, language: str) -> list[int]:
    found = []
    for word in _WORD.findall(words):
        number = int(word) if word.isdigit() else number_at_end(word.lower(), language)[0]
        if number is not None and 1 < number < 1000:
            found.append(int(number))
    return found


def _each(words: str, said: Said, language: str) -> int:
    """ "Due buoni, 10 € ciascuno": as many as are counted anywhere before."""
    lists = word_lists(language)
    before, after = words[: said.start].rstrip(), words[said.end :]
    of = lists.patterns["of"].pattern
    behind = re.match(rf"\s*(?:{lists.patterns['each'].pattern})", after, re.IGNORECASE)
    in_front = re.search(rf"(?:{lists.patterns['each'].pattern})(?:\s+(?:{of}))?$", before, re.IGNORECASE)
    if behind is None and in_front is None:
        return 1
    things = re.finditer(rf"(?<!\w)(?:{_things(language)})", before, re.IGNORECASE)
    counts = [_count_at_end(before[: thing.start()], language) for thing in things]
    return max(counts, default=1) if max(counts, default=1) > 1 else ENDLESS


@cache
def _of_time(language: str) -> re.Pattern[str]:
    """What a number before it makes a span or a day of: "Tagen", "dicembre"."""
    units = word_lists(language).patterns["units"].pattern
    return re.compile(rf"{units}|{any_of(months(language))}", re.IGNORECASE)


@cache
def _things(language: str) -> str:
    lists = word_lists(language)
    named = [lists.remedies[kind] for kind in ("voucher", "discount", "refund")]
    return "|".join(pattern.pattern for pattern in (*named, lists.patterns["things"]))
