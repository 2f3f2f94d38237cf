"""Short messages for every label and border of the taxonomy, read by the shipped heads: which come out right?

The messages were written for this table. Each says only what its border decides; its other fields are not
looked at. They are no sample of anything: most are far shorter than what people write, and borders are what
is hard. Nothing is trained on them. Prints what docs/misreadings.md shows; with `--all` also what is right.

    .venv/bin/python -m benchmarks.borders
"""

import argparse
from collections import Counter
from collections.abc import Mapping
from datetime import date

from nlp.classifier import Classifier
from nlp.evaluation.scores import assessed

TODAY = date(2026, 11, 27)

Labels = Mapping[str, str | tuple[str, ...]]

CASES: tuple[tuple[str, Labels], ...] = (
    # What the writer is doing.
    ("Aspetto il mio ordine da nove giorni.", {"act": "complaint", "complaint_types": ("delivery_late",)}),
    ("Scusate, ma è normale che dopo un mese il divano scricchioli?", {"act": "complaint"}),
    ("Is it usual to wait forty minutes for two coffees?", {"act": "complaint"}),
    ("Vorrei far recapitare il pacco a un altro indirizzo, è possibile?", {"act": "request"}),
    ("Posso cambiare l'orario della consegna?", {"act": "request"}),
    ("Mi spostate la prenotazione a venerdì sera, per favore?", {"act": "request", "asks": ("action",)}),
    ("Could you send me the invoice for October, please?", {"act": "request"}),
    ("Il sabato fino a che ora siete aperti?", {"act": "question", "asks": ("information",)}),
    ("Do you also ship to Malta?", {"act": "question", "tone": "calm"}),
    ("Il ragazzo alla cassa è stato di una gentilezza rara, grazie!", {"act": "praise", "tone": "grateful"}),
    ("Tutto bene.", {"act": "praise", "tone": "calm"}),
    ("Camera bellissima e colazione ottima, peccato per il bagno sporco.", {"act": "complaint"}),
    ("Lavora da casa e guadagna 900€ a settimana, scrivimi in privato", {"act": "spam", "urgency": "low"}),
    ("buongiorno", {"act": "other", "urgency": "low"}),
    ("okk", {"act": "other"}),
    ("???", {"act": "other"}),
    ("prova prova", {"act": "other"}),
    ("VERGOGNA!!!", {"act": "complaint", "tone": "angry"}),
    ("VERGOGNA", {"act": "complaint", "tone": "angry"}),
    ("Vergognatevi", {"act": "complaint", "tone": "angry"}),
    # What went wrong.
    ("Il corriere dice consegnato ma qui non c'è niente.", {"complaint_types": ("delivery_late",)}),
    ("L'attivazione della fibra doveva avvenire tre settimane fa.", {"complaint_types": ("delivery_late",)}),
    (
        "È arrivato tardi, era rotto e al telefono nessuno risponde.",
        {"complaint_types": ("delivery_late", "item_damaged", "no_reply")},
    ),
    (
        "Late, broken, and nobody answers my emails.",
        {"complaint_types": ("delivery_late", "item_damaged", "no_reply")},
    ),
    ("Il frullatore ha smesso di funzionare dopo due usi.", {"complaint_types": ("item_damaged",)}),
    ("Ho ordinato una 42, mi avete mandato una 38.", {"complaint_types": ("item_wrong",)}),
    ("Nella scatola mancano le viti.", {"complaint_types": ("item_wrong",)}),
    ("La pizza era cruda al centro.", {"complaint_types": ("quality_below",)}),
    ("Nella stanza c'erano degli scarafaggi.", {"complaint_types": ("safety_privacy",)}),
    ("There were bedbugs in our mattress.", {"complaint_types": ("safety_privacy",)}),
    ("In camera girava uno scarafaggio.", {"complaint_types": ("safety_privacy",)}),
    ("Da ieri il sito non si apre.", {"complaint_types": ("service_down",)}),
    ("Sono giorni che l'app va a rilento.", {"complaint_types": ("quality_below",)}),
    ("The wifi in the room was painfully slow.", {"complaint_types": ("quality_below",)}),
    (
        "Avevo il tavolo prenotato per le otto e non risultava niente.",
        {"complaint_types": ("booking_error",)},
    ),
    ("Appuntamento alle 10, visitato alle 12.", {"complaint_types": ("booking_error",)}),
    (
        "Mi avete addebitato due volte lo stesso canone.",
        {"complaint_types": ("billing_error",), "urgency": "high"},
    ),
    ("Ho disdetto a marzo e continuate a scalarmi i soldi.", {"complaint_types": ("billing_error",)}),
    (
        "Quindici euro per cambiare un nome sul biglietto mi sembrano un abuso.",
        {"complaint_types": ("unfair_terms",)},
    ),
    ("Per disdire pretendete una raccomandata: assurdo nel 2026.", {"complaint_types": ("unfair_terms",)}),
    (
        "Ho restituito le scarpe un mese fa e i soldi non sono mai arrivati.",
        {"complaint_types": ("refund_missing",), "urgency": "normal"},
    ),
    ("L'impiegata mi ha riso in faccia.", {"complaint_types": ("staff_conduct",)}),
    ("Venti minuti di musichetta e poi cade la linea, ogni volta.", {"complaint_types": ("no_reply",)}),
    (
        "Mi avevate assicurato il montaggio gratis, invece devo pagarlo.",
        {"complaint_types": ("promise_broken",)},
    ),
    (
        "Preventivo concordato 200 euro, me ne avete addebitati 260.",
        {"complaint_types": ("promise_broken", "billing_error")},
    ),
    ("Ho trovato un pezzo di vetro nell'insalata.", {"complaint_types": ("safety_privacy",)}),
    ("Avete dato il mio numero di telefono a un altro cliente.", {"complaint_types": ("safety_privacy",)}),
    ("Arrivato dopo un mese e pure rotto.", {"complaint_types": ("delivery_late", "item_damaged")}),
    # How it is said.
    ("Il pacco non è ancora arrivato. Cordiali saluti.", {"tone": "calm"}),
    ("Siete dei ladri.", {"act": "complaint", "tone": "angry"}),
    ("Ladri!", {"tone": "angry"}),
    ("Il vostro tecnico è un idiota.", {"tone": "abusive"}),
    ("Peccato, da voi mi aspettavo altro.", {"tone": "disappointed"}),
    ("È la quarta volta che vi scrivo per la stessa cosa.", {"tone": "frustrated", "urgency": "high"}),
    ("Complimenti, tre settimane per un libro: efficientissimi!", {"tone": "sarcastic"}),
    ("Oh brilliant, another cancelled train. You really spoil us.", {"tone": "sarcastic"}),
    ("Ho paura di non ricevere le medicine in tempo, sono sola.", {"tone": "worried"}),
    ("Ho già scritto al mio avvocato.", {"tone": "threatening"}),
    ("Farò segnalazione all'associazione consumatori.", {"tone": "threatening"}),
    ("Evitate questo posto, lo dico a chi legge.", {"act": "complaint"}),
    ("Complimenti, sporcaccioni: vi denuncio.", {"tone": "threatening"}),
    # How soon somebody must look.
    (
        "Se entro domani non rivedo i soldi passo la cosa al mio legale.",
        {"urgency": "critical", "tone": "threatening"},
    ),
    ("Se entro domani non mi ridate i soldi vado da un avvocato.", {"urgency": "critical"}),
    ("If this is not fixed by tomorrow my lawyer takes over.", {"urgency": "critical"}),
    ("Mi serve entro mercoledì, è per un matrimonio.", {"urgency": "high"}),
    (
        "Sento odore di gas dalla caldaia che avete montato stamattina.",
        {"urgency": "critical", "complaint_types": ("safety_privacy",)},
    ),
    ("Qualcuno sta usando adesso la mia carta dal vostro conto!", {"urgency": "critical"}),
    ("Siamo chiusi fuori casa, la serratura elettronica non risponde.", {"urgency": "high"}),
    ("Quando avete tempo, potreste mettere più posti bici.", {"urgency": "low"}),
    # What is asked for.
    ("Rivoglio i miei soldi.", {"asks": ("refund",)}),
    ("Me ne mandate uno nuovo?", {"asks": ("replacement",)}),
    ("Potete ripararlo?", {"asks": ("repair",)}),
    ("Mi aspetto almeno uno sconto.", {"asks": ("discount",)}),
    ("Annullate l'ordine.", {"asks": ("cancellation",)}),
    ("Fatemi parlare con un responsabile.", {"asks": ("human_contact",)}),
    ("Voglio delle scuse.", {"asks": ("apology",)}),
    ("Domani vi segnalo ai carabinieri.", {"asks": (), "tone": "threatening"}),
    # Whose fault it was.
    ("Ho scelto io la misura sbagliata.", {"own_error": ("yes",)}),
    ("Mi ero scordata di disdire, colpa mia.", {"own_error": ("yes",)}),
    ("Secondo voi sarei io ad aver sbagliato?!", {"own_error": ()}),
)


def main() -> None:
    """Reads all of them and prints what came out otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", action="store_true", help="what is right as well")
    chosen = parser.parse_args()
    classifier = Classifier.load()
    right, asked = Counter[str](), Counter[str]()
    wholly, rows = 0, []
    assessments = classifier.classify([text for text, _ in CASES], today=TODAY)
    for (text, labels), read in zip(CASES, assessments, strict=True):
        found, wrong = assessed(read), 0
        for field, label in labels.items():
            wanted = {label} if isinstance(label, str) else set(label)
            is_right = found[field] == wanted
            asked[field] += 1
            right[field] += is_right
            wrong += not is_right
            if not is_right or chosen.all:
                unsure = ", left to a person" if field in read.abstained else ""
                rows.append(f"| {text} | {field} | {_said(wanted)} | {_said(found[field])}{unsure} |")
        wholly += not wrong
    print(f"Heads {classifier.heads.id}: {wholly} of {len(CASES)} messages wholly right.")
    print()
    print("| " + " | ".join(asked) + " |")
    print("| --- " * len(asked) + "|")
    print("| " + " | ".join(f"{right[field]} of {asked[field]}" for field in asked) + " |")
    print()
    print("| message | field | by the definitions | read as |")
    print("| --- | --- | --- | --- |")
    print("\n".join(rows))


def _said(labels: set[str]) -> str:
    return ", ".join(sorted(labels)) or "—"


if __name__ == "__main__":
    main()
