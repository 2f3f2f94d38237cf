"""Who asks where their matter stands, on the heads that ship."""

from dataclasses import replace
from pathlib import Path

from nlp.classifier import Classifier
from nlp.entities.finder import EntityFinder
from nlp.heads import STANDING, TRAINED, load_heads, standing_for
from nlp.training.standing import TO_MEASURE, read_follow_ups


def test_most_who_ask_are_known_and_few_others_taken_for_them(classifier: Classifier) -> None:
    held = read_follow_ups(TO_MEASURE)
    said = classifier.classify([one.text for one in held])
    pairs = [
        (row.asks_where_it_stands, one.asks_where_it_stands) for row, one in zip(held, said, strict=True)
    ]
    asked = [known for truth, known in pairs if truth]
    taken = [truth for truth, known in pairs if known]

    assert sum(asked) >= 0.8 * len(asked)
    assert sum(taken) >= 0.8 * len(taken)


def test_what_is_measured_was_not_trained_on() -> None:
    trained = {one.text.casefold() for one in read_follow_ups()}
    assert not trained & {one.text.casefold() for one in read_follow_ups(TO_MEASURE)}


def test_heads_without_it_say_of_nobody_that_they_ask(classifier: Classifier) -> None:
    fields = dict(classifier.heads.fields)
    del fields[STANDING]
    older = Classifier(classifier.encoder, replace(classifier.heads, fields=fields), entities=EntityFinder())
    (one,) = older.classify(["Avete novità sul mio rimborso?"])
    assert not one.asks_where_it_stands


def test_older_heads_of_a_business_get_the_one_that_ships_and_keep_their_name(tmp_path: Path) -> None:
    shipped = load_heads(TRAINED)
    fields = {name: head for name, head in shipped.fields.items() if name != STANDING}
    older = replace(shipped, fields=fields)
    older.save(tmp_path)
    (one,) = Classifier.load(heads=tmp_path).classify(["Avete novità sul mio rimborso?"])
    assert (one.asks_where_it_stands, one.heads) == (True, older.id)
    assert standing_for(replace(older, adapters=None)) is None
