"""Complaint types of a business's own, beside the usual ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.classifier import Classifier
from nlp.encoders.encoder import Encoder
from nlp.entities.finder import EntityFinder
from nlp.errors import LabelsError, TrainingError
from nlp.evaluation.scores import FieldReport
from nlp.heads import TRAINED, Heads, load_heads
from nlp.training.corpus import SHIPPED, Example, read_corpus
from nlp.training.own_types import OwnType, add_types, added_types, begun_again, read_own_types
from rimedio.heads_store import describe, own_figures

PARKING = (
    "la sbarra del parcheggio non si alza e dietro ho la coda",
    "Il posto auto che ho pagato era occupato da un furgone",
    "parcheggio pieno alle nove, e io ho l'abbonamento",
    "Ho girato mezz'ora per trovare un posto nel vostro garage",
    "I posti sono così stretti che non riesco ad aprire la portiera",
    "Cassa automatica del parcheggio guasta, siamo rimasti chiusi dentro",
    "mi hanno multato nel vostro parcheggio con il tagliando esposto",
    "Nel silos al terzo piano è tutto buio, non si vedono le righe",
    "posto disabili occupato da chi non ne ha diritto, ogni giorno",
    "Lo scontrino del parcheggio non viene letto e devo pagare due volte",
)
LIKE_THEM = "Ho l'abbonamento al parcheggio ma la sbarra non mi fa entrare"
OTHERS = ["Il pacco non è mai arrivato", "La zuppa era fredda", "Grazie di tutto!", "A che ora aprite?"]


def written(folder: Path, content: str) -> Path:
    path = folder / "types.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def parking() -> OwnType:
    return OwnType(name="parcheggio", description="Parcheggio, sbarra, posto auto", examples=PARKING)


def test_a_file_of_types_is_read(tmp_path: Path) -> None:
    lines = "\n".join(f'    - "{text}"' for text in PARKING)
    path = written(tmp_path, f"parcheggio:\n  description: Il parcheggio\n  examples:\n{lines}\n")

    assert read_own_types(path) == (replace(parking(), description="Il parcheggio"),)
    path.write_text(path.read_text(encoding="utf-8") + "    # one more to come\n", encoding="utf-8")
    assert len(read_own_types(path)) == 1


EIGHT = "".join(f"    - esempio numero {number}\n" for number in range(8))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "types.yaml:1: expected types by their names"),
        ("- a\n- b\n", "types.yaml:1: expected types by their names"),
        ("a: [", "types.yaml:1: no YAML"),
        (f"no_reply:\n  description: x\n  examples:\n{EIGHT}", "types.yaml:1: 'no_reply' is a label already"),
        (f"x:\n  examples:\n{EIGHT}", "types.yaml:1: x: a description is missing"),
        ("x:\n  description: y\n", "types.yaml:1: x: examples are missing"),
        (
            "x:\n  description: y\n  examples:\n    - uno\n    - uno\n",
            "types.yaml:1: x: 1 examples, expected 8",
        ),
        (
            f"x:\n  description: y\n  colour: red\n  examples:\n{EIGHT}",
            "types.yaml:3: x: unknown key 'colour'",
        ),
        (f"x:\n  description: y\n  examples:\n{EIGHT}    - 12\n", "types.yaml:12: x: 12 is no message"),
        ("x: y\n", "types.yaml:1: x: expected a description and examples"),
        ("spam: y\n", "types.yaml:1: 'spam' is a label already"),
        (
            f"x:\n  description: y\n  examples:\n{EIGHT}    - ordine #12 mai arrivato\n",
            "types.yaml:12: x: 'ordine' is no message: put it in quotes",
        ),
        (f"x:\n  description: y\n  examples:\n{EIGHT}    - 2024-02-31\n", "put messages in quotes"),
        ("a|b: y\n", "types.yaml:1: 'a|b' is no name"),
        (
            f"x:\n  description: y\n  examples:\n{EIGHT}z:\n  description: y\n  examples:\n{EIGHT}",
            "types.yaml:4: x: 'esempio numero 0' stands under another type as well",
        ),
        (
            f"x:\n  description: y\n  examples:\n{EIGHT}x:\n  description: y\n",
            'types.yaml:12: "x" is there twice: put all that it has together',
        ),
        (f"No_reply:\n  description: x\n  examples:\n{EIGHT}", "types.yaml:1: 'No_reply' is a label already"),
        (
            f"Bar:\n  description: y\n  examples:\n{EIGHT}bar:\n  description: y\n  examples:\n{EIGHT}",
            "types.yaml:12: 'bar' is there twice, in other capitals",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError) as caught:
        read_own_types(written(tmp_path, content))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="cannot be read"):
        read_own_types(tmp_path / "absent.yaml")
    (tmp_path / "types.yaml").write_bytes(b"x:\n  description: perch\xe9\n")
    with pytest.raises(LabelsError, match=r"types\.yaml:2: not UTF-8"):
        read_own_types(tmp_path / "types.yaml")


Added = tuple[Heads, FieldReport]


@pytest.fixture(scope="module")
def few() -> list[Example]:
    return [one for one in read_corpus([SHIPPED]) if one.act == "complaint"][::90]


@pytest.fixture(scope="module")
def added(native_encoder: Encoder, few: list[Example]) -> Added:
    return add_types([parking()], few, load_heads(TRAINED), encoder=native_encoder)


@pytest.mark.slow
def test_a_type_is_added_and_the_others_stay_as_they_were(native_encoder: Encoder) -> None:
    base = load_heads(TRAINED)
    others = [one for one in read_corpus([SHIPPED]) if one.act == "complaint"][::12]

    heads, report = add_types([parking()], others, base, encoder=native_encoder)

    with native_encoder.adapted(base.adapters):
        before = Classifier(native_encoder, base, entities=EntityFinder()).read([LIKE_THEM, *OTHERS])
        after = Classifier(native_encoder, heads, entities=EntityFinder()).read([LIKE_THEM, *OTHERS])
    old = len(base.fields["complaint_types"].labels)
    np.testing.assert_allclose(
        after.probabilities["complaint_types"][:, :old], before.probabilities["complaint_types"], atol=1e-6
    )
    assert "parcheggio" in [one.label for one in after.assessments[0].complaint_types]
    for one in after.assessments[1:]:
        assert "parcheggio" not in [label.label for label in one.complaint_types]
    assert report.macro_f1 > 0.7


@pytest.mark.slow
def test_what_was_measured_of_a_type_is_kept_with_the_heads(added: Added, tmp_path: Path) -> None:
    heads, report = added
    heads.save(tmp_path)

    (line,) = own_figures(describe(tmp_path))

    (kept,) = describe(tmp_path)["figures"]["types"]["labels"].values()
    assert kept["f1"] == round(report.macro_f1, 4)
    assert kept["interval"][0] <= kept["f1"] <= kept["interval"][1]
    assert line.startswith(f"parcheggio: F1 {kept['f1']:.3f} (95 %: ")
    assert line.endswith(f"on {len(PARKING) + 1} messages, {heads.figures['types']['how']}")


@pytest.mark.slow
def test_the_same_types_again_give_the_same_heads(
    native_encoder: Encoder, added: Added, few: list[Example]
) -> None:
    again, _ = add_types([parking()], few, added[0], encoder=native_encoder)

    assert again.id == added[0].id


@pytest.mark.slow
def test_a_type_that_is_left_out_is_told_no_more(
    native_encoder: Encoder, added: Added, few: list[Example]
) -> None:
    assert added_types(added[0]) == ("parcheggio",)
    other = replace(parking(), name="sosta")

    heads, _ = add_types([other], few, added[0], encoder=native_encoder)

    usual = load_heads(TRAINED).fields["complaint_types"]
    assert heads.fields["complaint_types"].labels == (*usual.labels, "sosta")
    assert heads.figures["types"]["labels"].keys() == {"sosta"}


@pytest.mark.slow
def test_learning_begun_again_keeps_what_a_business_has_trained_since(added: Added) -> None:
    first, later = load_heads(TRAINED), added[0]
    moved = replace(later.fields["complaint_types"], bias=later.fields["complaint_types"].bias + 1)
    own = replace(first.fields["tone"], labels=tuple("abcdefghi"))
    now = replace(
        later,
        fields={**later.fields, "complaint_types": moved, "tone": own},
        own_adapters={"tone": None},
        provenance=replace(later.provenance, refined=first.id),
    )

    again = begun_again(first, now)

    types = again.fields["complaint_types"]
    assert types.labels == later.fields["complaint_types"].labels
    np.testing.assert_array_equal(types.bias[:-1], first.fields["complaint_types"].bias)
    assert types.bias[-1] == moved.bias[-1]
    assert again.fields["tone"] is own
    assert again.fields["act"] is first.fields["act"]
    assert (again.own_adapters, again.provenance) == (now.own_adapters, now.provenance)


def test_to_types_of_ones_own_none_can_be_added(native_encoder: Encoder) -> None:
    base = load_heads(TRAINED)
    exclusive = replace(base.fields["complaint_types"], several=False)
    heads = replace(base, fields={**base.fields, "complaint_types": exclusive})

    with pytest.raises(TrainingError, match="are your own"):
        add_types([parking()], [], heads, encoder=native_encoder)
    with pytest.raises(TrainingError, match="are your own"):
        add_types(
            [parking()], [], replace(base, own_adapters={"complaint_types": None}), encoder=native_encoder
        )
