"""Threats are told from the steps that everybody may take; lawful steps never count."""

from dataclasses import replace

import pytest

from responses.corrections import Understood
from responses.customers.threats import is_threat
from tests.unit.responses.triage_road import assessed, label

LAWFUL = {
    "lawyer": "Ho già dato mandato all'avvocato, la diffida parte domani.",
    "authority": "Fibra promessa per il 3, oggi è il 20: segnalo tutto all'AGCOM.",
    "association": "Mercoledì vado all'associazione consumatori con tutte le stampe.",
    "review": "La recensione su Trustpilot è già pronta, manca solo l'invio.",
    "bank": "Ho aperto la contestazione con la banca.",
    "police": "Stamattina ho fatto denuncia alla polizia.",
    "ombudsman": "The complaint went to the ombudsman this morning.",
    "small claims": "If it isn't paid by Friday I'll see you in small claims court.",
    "consumo": "Devolvedme los 150 o el lunes estoy en Consumo.",
    "huissier": "Sans remboursement, je vous envoie une mise en demeure.",
    "schlichtung": "Jetzt reiche ich es bei der Schlichtungsbehörde ein.",
}
THREATENING = assessed("complaint", tone=label("threatening"))
VIOLENT = assessed("complaint", tone=label("abusive"), urgency=label("critical"))


def read(assessment: object, by: str | None = None) -> Understood:
    return Understood(assessment=assessment, corrected_by=by)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", LAWFUL.values(), ids=LAWFUL)
@pytest.mark.parametrize("by", [None, "Giulia"], ids=["as read", "as an agent says"])
def test_a_lawful_step_is_none(text: str, by: str | None) -> None:
    assert not is_threat(text, read(THREATENING, by))


@pytest.mark.parametrize(
    "text",
    [
        "Stasera lo aspetto al parcheggio e gli spacco i denti, a quel deficiente.",
        "If he comes back I'm breaking both his legs, the moron.",
        "El lunes lo espero en la puerta y le rompo los dientes, imbécil.",
        "Je l'attends ce soir sur le parking et je lui casse les dents, à ce crétin.",
        "Ich komm morgen auf den Hof und brech dem Trottel die Nase.",
    ],
)
def test_violence_announced_is_one(text: str) -> None:
    assert is_threat(text, read(VIOLENT))


@pytest.mark.parametrize(
    "text",
    [
        "O mi ridate i soldi o vi riempio di recensioni false.",
        "Refund me or I'll post fake reviews everywhere.",
        "O me devolvéis el dinero o escribo reseñas falsas.",
        "Remboursez-moi ou je poste de faux avis.",
        "Geld zurück, oder ich schreibe gefälschte Bewertungen.",
    ],
)
def test_reviews_that_the_writer_calls_untrue_are_one(text: str) -> None:
    assert is_threat(text, read(THREATENING))


def test_an_insult_beside_a_danger_is_none() -> None:
    cable = "C'è un cavo spelato nella pozzanghera, passano bambini: riparatelo, cretini."
    assert not is_threat(cable, read(VIOLENT))


def test_what_the_classifier_calls_threatening_is_none_by_itself() -> None:
    words = "Ve ne pentirete, ve lo garantisco."
    assert not is_threat(words, read(THREATENING))
    assert is_threat(words, read(THREATENING, "Giulia"))


@pytest.mark.parametrize(
    "text",
    [
        "Se non mi date 100 euro vi riempio di recensioni negative su Google.",
        "Pay me 200 or every review site will hear from me.",
        "O me dais 100 euros o lleno Google de malas opiniones.",
    ],
)
def test_a_tone_that_an_agent_has_set_rules_over_the_list(text: str) -> None:
    assert not is_threat(text, read(THREATENING))
    assert not is_threat(text, read(THREATENING, "Giulia"))
    set_by_her = Understood(assessment=THREATENING, corrected_by="Giulia", tone_by_agent=True)
    assert is_threat(text, set_by_her)


@pytest.mark.parametrize("unsure", ["tone", "urgency"])
def test_in_doubt_it_is_none(unsure: str) -> None:
    words = "Stasera vi spacco la faccia."
    assert not is_threat(words, read(replace(VIOLENT, abstained=frozenset({unsure}))))


def test_words_that_are_gone_tell_nothing() -> None:
    assert not is_threat("", read(VIOLENT))
    assert not is_threat("", read(THREATENING, "Giulia"))
