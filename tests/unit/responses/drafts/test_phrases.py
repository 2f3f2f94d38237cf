import re
import subprocess
import sys

import pytest

from models.decision import DurationUnit, RemedyKind
from models.labels import ComplaintType, Language
from responses.drafts.errors import PhraseError, UnknownLanguageError
from responses.drafts.phrases import LANGUAGES, phrases
from responses.drafts.templates import fields_of

# Kept only where the language has forms of its own.
OWN_FORMS = re.compile(r"\.(after|aside|object|that|sorry)$|^refuse\.|^asks\.that$|^things\.\w+\.forms\.")
# What a draft says of its own: everything but greetings, names, lists, what options are called and the lines
# for agents.
PARTS = re.compile(
    r"^(understanding|reassurance|boundary|mediation|responsibility|apology|explanation|worth|choose|promise"
    r"|question|decline|thanks|holding|answer|help|closing)\b(?!\.(first|second|number|first_each|these)$)"
    r"|^remedy\.also|^remedy\..*\.(say|after)$"
    r"|^status\.(intro|none|then|kept|beside)|^exit\.(stop|kept|open|broken|none|rights|ask)"
)


def keys(language: str) -> set[str]:
    return {key for key in phrases(language).wordings if not OWN_FORMS.search(key)}


def test_the_languages_are_the_ones_that_customers_are_answered_in() -> None:
    assert set(LANGUAGES) == set(Language)


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryFile:
    def test_has_the_keys_of_the_others(self, language: str) -> None:
        assert keys(language) == keys("it")

    def test_has_words_for_every_complaint_type(self, language: str) -> None:
        words = phrases(language)
        assert [name for name in ComplaintType if not words.has(f"types.{name}.is")] == []
        assert [name for name in ComplaintType if not words.has(f"types.{name}.topic")] == []

    def test_has_words_for_every_span(self, language: str) -> None:
        assert [unit for unit in DurationUnit if not phrases(language).has(f"spans.{unit}.other")] == []

    def test_has_a_short_name_for_every_remedy(self, language: str) -> None:
        remedies = {key.split(".")[1] for key in phrases(language).wordings if key.endswith(".short")}
        families = {
            name.removesuffix("_percent").removesuffix("_amount").removesuffix("_full") for name in remedies
        }
        assert families == set(RemedyKind)

    def test_has_three_wordings_of_every_part(self, language: str) -> None:
        words = phrases(language).wordings
        parts = {key: wordings for key, wordings in words.items() if PARTS.match(key)}
        assert len(parts) > 60
        assert [key for key, wordings in parts.items() if len(set(wordings)) < 3] == []

    def test_has_as_many_apologies_as_admissions_they_follow(self, language: str) -> None:
        words = phrases(language)
        ours = len(words.all("responsibility.ours"))
        assert ours == len(words.all("responsibility.let_down")) == len(words.all("apology.ours"))

    def test_balances_its_brackets(self, language: str) -> None:
        wordings = [wording for each in phrases(language).wordings.values() for wording in each]
        assert [
            one for one in wordings if one.count("(") - len(re.findall(r"\d\)", one)) != one.count(")")
        ] == []
        assert [one for one in wordings if one.count("[") != one.count("]")] == []
        assert [one for one in wordings if one.count("<") != one.count(">")] == []

    def test_names_the_same_numbers_in_every_wording_of_a_remedy(self, language: str) -> None:
        known = phrases(language).wordings
        families = {
            key.rsplit(".", 1)[0] for key in known if key.startswith("remedy.") and key.endswith(".np")
        }
        numbers = {
            family: {
                frozenset(_plain(name) for name in fields_of(wording))
                for form in ("np", "object", "say", "after")
                for wording in known.get(f"{family}.{form}", ())
            }
            for family in families
        }
        assert {family: found for family, found in numbers.items() if len(found) != 1} == {}


def _plain(field: str) -> str:
    return field.removeprefix("the_").removeprefix("of_")


def test_a_missing_phrase_names_file_and_key() -> None:
    with pytest.raises(PhraseError, match=r"phrases/it\.yaml: no\.such: missing"):
        phrases("it").say("no.such")


def test_a_phrase_that_nothing_fits_says_what_was_known() -> None:
    with pytest.raises(PhraseError, match=r"no wording fits the values \['day'\]"):
        phrases("it").say("remedy.voucher.say", {"day": "3"})


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match=r"'pt': expected one of de, en, es, fr, it"):
        phrases("pt")


def test_composing_loads_neither_model_nor_database() -> None:
    code = (
        "import sys; import responses.drafts, responses.sending.standing;"
        "print(sorted({'torch', 'sqlalchemy', 'transformers'} & sys.modules.keys()))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
