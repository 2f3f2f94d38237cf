"""Names of people where people put them: after a greeting or a title, in "my name is", at the end.

The words before a name say how sure one can be that a name follows; capital letters, and the lists of
`nlp.entities.name_lists`, say the rest. A text is read once, word by word, whatever its length.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from nlp.entities.name_lists import NameLists

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
_INSIDE = re.compile(r" {1,2}|['’-]")
_AFTER_INITIAL = re.compile(r" {1,2}|['’-]|\. ?")
_GAP = re.compile(r"(?:\.(?!\n))?[ ,:\"'“«]{0,3}")
_AFTER_CLOSING = re.compile(r"[ \t,.!:;–—\r-]{0,6}(?:\n\s{0,8})?[–—-]? {0,2}")
_CLAUSE_END = re.compile(r"[ \t]*(?:[,.;:!?)\r\n]|$)")
_LINE_END = r"[ \t.,!)\r]*(?:\n|$|[–—|(<-]|(?:tel|cell|mob|mail)\b|[{hidden}])"
_CONTACTS = r"(?:(?:[^\W\d_]{{1,8}}[.:]{{0,2}} ?)?[{hidden}][\s.,;)–-]*)+$"
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\. ?){1,3}$")
_AFTER_NAME = " \t\r\n!.)-–—"
_SETS_APART = ".!?,;:\n)(–—"
_TAIL, _SHORTEST, _FRAGMENT = 160, 3, 45  # letters: of the end that is looked at, of a name alone there
_LONGEST = 5  # words
# Messages of the corpus that have a word: from so many on it is no name; below so many it may be one.
_COMMON, _RARE = 25, 3


class _Cue(Enum):
    """What the words before a name say about it."""

    IS_CALLED = auto()  # "mi chiamo": whatever follows is a name
    IS = auto()  # "sono": an adjective, a job or a name
    GREETED = auto()  # "ciao": a person, a business or the rest of the sentence
    ADDRESSED = auto()  # "gentile": the same, by surname too
    TITLE = auto()  # "signora": a surname, or nothing
    CLOSING = auto()  # "cordiali saluti": a name up to the end of the line
    PERSON = auto()  # "ho parlato con": a first name with its capital


# A phrase begins with its rarest word, so that few words of a text are looked at twice.
_PHRASES: Mapping[_Cue, str] = {
    _Cue.IS_CALLED: """
        chiamo|nome è|nome e|nome di|nome|intestato a|intestata a|intestatario|intestataria|nome e cognome
        |cognome|nominativo|firmato|name is|name s|name of|name|full name|signed|llamo|nombre es|nombre de
        |nombre|titular|appelle|nom est|nom de|nom|prénom|signé|heiße|heisse|name ist|namen|vorname
        |nachname""",
    _Cue.IS: """
        sono|sono sempre|sono io|qui è|i am|i m|this is|it s|soy|habla|suis|c est|ici|bin|hier ist
        |hier spricht""",
    _Cue.GREETED: """
        ciao|salve|buongiorno|buon giorno|buonasera|buona sera|buondì|grazie|grazie mille|ehi|hi|hey|hello
        |morning|afternoon|evening|thanks|thank you|hola|buenos días|buenos dias|buenas tardes|buenas
        |gracias|bonjour|bonsoir|salut|coucou|merci|bonjour m|bonsoir m|hallo|guten tag|guten morgen
        |guten abend|moin|servus|danke|vielen dank""",
    _Cue.ADDRESSED: """
        gentile|gentilissima|gentilissimo|gent ma|gent mo|egregio|egregia|caro|cara|carissimo|carissima
        |dear|estimado|estimada|querido|querida|cher|chère|chere|liebe|lieber|att te|alla c a
        |attenzione di""",
    _Cue.TITLE: """
        sig|sig ra|sig na|sigra|signor|signora|signorina|dott|dott ssa|dottor|dottoressa|dr|avv|avvocato
        |ing|geom|prof|prof ssa|rag|mr|mrs|ms|miss|mx|sr|sra|srta|señor|señora|señorita|doña|mme|mlle
        |monsieur|madame|mademoiselle|cher m|herr|herrn|frau""",
    _Cue.CLOSING: """
        saluti|saluto|saluti da|saluto da|cordialmente|fede|cordialità|grazie|grazie mille|ringrazio
        |riscontro|giornata|regards|sincerely|faithfully|best|wishes|cheers|thanks|thank you|yours|love
        |saludos|saludo|saludos cordiales|atentamente|gracias|atte|cordialement|salutations|bien à vous
        |merci|merci d avance|cdt|grüßen|grüße|gruß|gruss|grüssen|grüsse|mfg|lg|vg|danke|dank""",
    _Cue.PERSON: """
        parlato con|sentito|operatore|operatrice|commesso|commessa|collega|tecnico|impiegata|impiegato
        |cameriere|cameriera|cassiera|certo|certa|tale|figlia|figlio|moglie|marito|mamma|amica|amico
        |spoke to|spoke with|spoken to|spoken with|talked to|agent|colleague|representative|called|ask
        |wife|husband|daughter|son|hablé con|hablado con|compañera|compañero|hija|hijo|mujer|marido
        |parlé à|parlé avec|eu|collègue|conseiller|conseillère|fille|fils|femme|mari|gesprochen mit
        |kollege|kollegin|mitarbeiter|mitarbeiterin|tochter|sohn|frau|mann""",
}
_WITH_COLON = frozenset(
    {
        "nome",
        "cognome",
        "nome e cognome",
        "nominativo",
        "name",
        "full name",
        "nombre",
        "nom",
        "prénom",
        "vorname",
    }
    | {"nachname", "intestatario", "intestataria", "titular", "firmato", "signed", "signé"}
)
_LONE_INITIAL = frozenset({"bonjour m", "bonsoir m", "cher m"})
_SHORT = "sig|sig ra|sig na|dott|dott ssa|dr|avv|ing|geom|prof|prof ssa|rag|mr|mrs|ms|mx|sr|sra|srta|mme|mlle"
_ABBREVIATED = _LONE_INITIAL | {*_SHORT.split("|"), "gent ma", "gent mo", "att te", "alla c a"}
_OF_SURNAMES = """
de del della dello dei degli d dal dalla lo la le li van von der den zu zur y e o mc los las dos da di el
ben bin
"""
_PARTICLES = frozenset(_OF_SURNAMES.split())
_AMBIGUOUS = frozenset(
    {"di", "da", "dal", "dalla", "della", "del", "dei", "degli", "e", "y", "la", "le", "lo", "li", "o"}
)
_TITLES = frozenset(part for part in re.split(r"[\s|]+", _PHRASES[_Cue.TITLE]) if len(part) > 1)
_GREETED_OTHERS = """
team staff service servizio assistenza clienti cliente customer support sir madam all there everyone
everybody damen herren tutti tutte ragazzi ragazze kundenservice kundendienst atención señores señoras
messieurs mesdames equipo équipe saluti saluto grazie ciao buongiorno buonasera salve cordiali distinti
hello hi hey dear thanks regards hola gracias saludos bonjour merci cordialement hallo danke grüße ancora
mille tante mucho muchas beaucoup vielen april june august roma milano paris siena
"""
_NO_NAMES = _TITLES | frozenset(_GREETED_OTHERS.split())


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    written: str
    plain: str

    @property
    def has_capital(self) -> bool:
        """Written as names are: "Anna", "McCoy", "D"."""
        return self.written[0].isupper() and (len(self.written) == 1 or not self.written.isupper())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrase:
    """`said` with single blanks; `rest` matches what comes after its first word."""

    said: str
    rest: re.Pattern[str]
    cue: _Cue


class NameFinder:
    """Finds names of people in texts in Italian, English, Spanish, French and German, mixed or not."""

    def __init__(self, lists: NameLists, *, hidden: str = "") -> None:
        """`hidden` are the characters that stand for addresses and numbers; a name may stand before them."""
        self._hidden = hidden
        among = re.escape(hidden) or "\0"
        self._line_end = re.compile(_LINE_END.format(hidden=among), re.IGNORECASE)
        self._contacts = re.compile(_CONTACTS.format(hidden=among))
        self._lists = lists
        self._cues: dict[str, list[_Phrase]] = {}
        for cue, phrases in _PHRASES.items():
            for phrase in re.split(r"\s*\|\s*", phrases.strip()):
                first, *others = phrase.split()
                rest = "".join(rf"(?: {{1,2}}|['’.-] ?){word}" for word in others)
                ends = re.compile(rf"{rest}(?!\w)", re.IGNORECASE)
                self._cues.setdefault(first, []).append(_Phrase(said=phrase, rest=ends, cue=cue))
        for known in self._cues.values():
            known.sort(key=lambda one: -len(one.said))

    def find(self, text: str) -> list[Span]:
        """Where names stand, in order and apart from one another."""
        found: list[Span] = []
        end = 0
        for match in _WORD.finditer(text):
            if match.start() < end:
                continue
            phrases = self._cues.get(match.group().lower())
            if phrases is None:
                continue
            span = self._after(text, match, phrases)
            if span is not None:
                found.append(span)
                end = span[1]
        last = self._at_the_end(text)
        if last is not None and last[0] >= end:
            found.append(last)
        return [(start, _with_point(text, start, end)) for start, end in found]

    def _after(self, text: str, match: re.Match[str], phrases: Sequence[_Phrase]) -> Span | None:
        for phrase in phrases:
            rest = phrase.rest.match(text, match.end())
            if rest is not None:
                shouted = match.group().isupper() and len(match.group()) > 1
                span = self._judged(text, rest.end(), phrase, shouted)
                if span is not None:
                    return span
        return None

    def _judged(self, text: str, at: int, phrase: _Phrase, shouted: bool) -> Span | None:
        cue, said = phrase.cue, phrase.said
        if cue is _Cue.CLOSING:
            return self._closing(text, at, shouted)
        gap = _GAP.match(text, at)
        between = gap.group() if gap is not None else ""
        colon = ":" in between
        if (not colon and said in _WITH_COLON - {"nome"}) or ("." in between and said not in _ABBREVIATED):
            return None
        words = _read(text, at + len(between)) if between else []
        if not words:
            return None
        comma = "," in between
        if cue is _Cue.IS_CALLED:
            small = colon or said not in _WITH_COLON
            return self._name(words, shouted, unknown=True, small=small, surname=True)
        if cue is _Cue.TITLE:
            return None if comma else self._name(words, shouted, unknown=True, surname=True)
        if cue is _Cue.PERSON:
            return self._name(words, shouted=True) if words[0].has_capital and not comma else None
        if cue is _Cue.ADDRESSED:
            return self._name(words, shouted, surname=not comma)
        if cue is _Cue.GREETED:
            return self._name(words, shouted, surname=said in _LONE_INITIAL, unknown=said in _LONE_INITIAL)
        return None if comma else self._introduced(text, words, shouted)

    def _introduced(self, text: str, words: Sequence[_Word], shouted: bool) -> Span | None:
        span = self._name(words, shouted)
        if span is not None or not words[0].has_capital:
            return span
        both = len(words) > 1 and words[1].has_capital and not self._count(words[1])
        if both or _CLAUSE_END.match(text, words[0].end):
            return self._name(words, shouted, unknown=True)
        return None

    def _closing(self, text: str, at: int, shouted: bool) -> Span | None:
        gap = _AFTER_CLOSING.match(text, at)
        if gap is None or not gap.group():
            return None
        words = _read(text, gap.end())
        apart = "\n" in gap.group()
        for sure in (False, True):
            span = self._name(
                words, shouted, unknown=sure, surname=apart or "," in gap.group(), small=sure and apart
            )
            if span is not None and self._line_end.match(text, span[1]):
                return span
        return None

    def _at_the_end(self, text: str) -> Span | None:
        """A name alone after the last sentence, or on the last line above addresses and numbers."""
        offset = max(0, len(text) - _TAIL)
        tail = text[offset:].rstrip(_AFTER_NAME)
        if tail and tail[-1] in self._hidden:
            tail = self._contacts.sub("", tail).rstrip(_AFTER_NAME)
        dash = tail.rfind(" - ")
        cut = max(*map(tail.rfind, _SETS_APART), dash + 1 if dash >= 0 else -1)
        fragment = tail[cut + 1 :].lstrip(" \t")
        if not _SHORTEST <= len(fragment) <= _FRAGMENT or (offset and cut < 0):
            return None
        start = len(tail) - len(fragment)
        initials = _INITIALS.search(tail, max(0, start - 9), start) if tail[cut : cut + 1] == "." else None
        if initials is not None:
            start = initials.start()
        words = _read(text, offset + start)
        if not words or words[-1].end != offset + len(tail):
            return None
        if initials is not None:
            surname = [word for word in words if len(word.written) > 1]
            plain = all(word.has_capital and self._count(word) < _RARE for word in surname)
            return (words[0].start, words[-1].end) if plain else None
        shouted = not any(word.has_capital for word in words)
        span = self._name(words, shouted)
        if span is None and len(words) > 1 and tail[:start].rstrip(" \t").endswith("\n"):
            span = self._name(words, shouted, unknown=True)
        return span if span is not None and span[1] >= words[-1].end else None

    def _name(
        self,
        words: Sequence[_Word],
        shouted: bool,
        *,
        unknown: bool = False,
        surname: bool = False,
        small: bool = False,
    ) -> Span | None:
        """The words from the first on that are a name, if it is one.

        `shouted`: capitals say nothing. `unknown`: a capital is enough where the word is none of every day;
        `small`: not even that is asked for. `surname`: a surname may stand alone.
        """
        if not words:
            return None
        first = words[0]
        known = first.plain in self._lists.given
        looks = first.has_capital or (first.written.isupper() and not shouted)
        count = self._count(first)
        if first.plain in _NO_NAMES or (
            count >= _COMMON
            and not (surname and first.plain in self._lists.surnames and looks and count < 2 * _COMMON)
        ):
            return None
        second = words[1] if len(words) > 1 else None
        if len(first.plain) == 1:
            fits = (
                second is not None
                and second.has_capital
                and (unknown or surname)
                and self._count(second) < _RARE
            )
        elif looks:
            turned = (
                first.plain in self._lists.surnames
                and second is not None
                and second.plain in self._lists.given
            )
            fits = (
                known
                or (turned and count < _RARE)
                or (surname and first.plain in self._lists.surnames)
                or (unknown and not count)
            )
        else:
            fits = (
                (known and count < _RARE)
                or (small and not count)
                or (surname and unknown and first.plain in self._lists.surnames and count < _RARE)
            )
        if not fits:
            return None
        return first.start, self._last(words, small=not looks).end

    def _last(self, words: Sequence[_Word], *, small: bool) -> _Word:
        last, particles = words[0], 0
        for word, after in pairwise([*words[1:], None]):
            if word is None:
                break
            if (
                word.plain in _PARTICLES
                and after is not None
                and particles < 2
                and self._particle(word, small)
            ):
                particles += 1
                continue
            if not self._goes_on(words[0], word, small):
                break
            last, particles = word, 0
        return last

    def _particle(self, word: _Word, small: bool) -> bool:
        return word.has_capital or small or word.plain not in _AMBIGUOUS

    def _goes_on(self, first: _Word, word: _Word, small: bool) -> bool:
        known = word.plain in self._lists.given or word.plain in self._lists.surnames
        count = self._count(word)
        if word.plain in _NO_NAMES:
            return False
        if word.has_capital or (word.written.isupper() and first.written.isupper() and not small):
            return len(word.plain) == 1 or count < (_COMMON if known else _RARE)
        return small and known and (count < _COMMON // 2)

    def _count(self, word: _Word) -> int:
        return self._lists.everyday.get(word.plain, 0)


def _with_point(text: str, start: int, end: int) -> int:
    """Where a name ends whose last word is an initial: after its point."""
    initial = end - start > 1 and not text[end - 2].isalnum() and not text[end + 1 : end + 2].isalnum()
    return end + 1 if initial and text[end : end + 1] == "." else end


def _word(match: re.Match[str]) -> _Word:
    written = match.group()
    plain = written.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return _Word(match.start(), match.end(), written, plain)


def _read(text: str, at: int) -> list[_Word]:
    """The words from the one that begins at `at` to the first that is set apart, `_LONGEST` at most."""
    words: list[_Word] = []
    match = _WORD.match(text, at)
    while match is not None:
        words.append(_word(match))
        gap = (_AFTER_INITIAL if len(match.group()) == 1 else _INSIDE).match(text, match.end())
        match = _WORD.match(text, gap.end()) if gap is not None and len(words) < _LONGEST else None
    return words
