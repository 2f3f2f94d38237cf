"""How well passages that blame, mock or threaten are told from honest ones; with `--train`, trains that anew.

It is trained on `nlp/data/manner.jsonl` and on the example answers of the checks that are not held out: those
with such a finding whole, the sentences of those without any one by one. Measured on `manner_test.jsonl`,
and on the answers that are held out, beside what the word lists find there.

    .venv/bin/python -m benchmarks.manner
    .venv/bin/python -m benchmarks.manner --train
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence

from models.decision import DecisionKind
from nlp.encoders.encoder import Encoder, load_encoder
from nlp.heads import TRAINED, load_heads
from nlp.manner import Manner, load_manner
from nlp.training.manner import TO_MEASURE, Passage, fit_manner, read_passages
from responses.checks import CheckContext, check_text
from responses.checks.manner import sentences_of
from tests.checks.examples import TODAY, CheckExample, read_examples

WRONG = frozenset({"blame_customer", "non_apology", "sarcasm", "threat", "signal_told", "liability"})


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--train", action="store_true", help="train anew, for the shipped heads")
    heads, encoder = load_heads(TRAINED), load_encoder()
    if parser.parse_args().train:
        learned = [*read_passages(), *from_examples(read_examples())]
        made = fit_manner(learned, encoder, heads)
        made.save(TRAINED)
        print(f"{len(learned)} passages; wrong from {made.wrong_from:.2f} on")
    if heads.adapters is not None:
        encoder.merge(heads.adapters)
    manner = load_manner(heads, TRAINED)
    assert manner is not None, "train it first: python -m benchmarks.manner --train"
    measure_passages(manner, encoder)
    measure_examples(manner, encoder, [one for one in read_examples() if one.held_out])


def from_examples(examples: Iterable[CheckExample]) -> Iterator[Passage]:
    """What may be learned of the example answers."""
    for one in examples:
        if one.held_out:
            continue
        wrong = sorted(one.expected & WRONG)
        if wrong:
            yield Passage(text=one.text, language=one.about.language, wrong=wrong[0])
        elif not one.expected:
            for sentence in sentences_of(one.text, one.about.language):
                yield Passage(text=sentence.words, language=one.about.language, wrong=None)


def measure_passages(manner: Manner, encoder: Encoder) -> None:
    """Prints what is found in passages of other writers, by the model and by word lists."""
    rows = read_passages(TO_MEASURE)
    said = manner.judge([row.text for row in rows], encoder)
    by_words = [bool(codes(row.text, language=row.language) & (WRONG | {"insult"})) for row in rows]
    truth = [row.wrong is not None for row in rows]
    print(f"{len(rows)} passages of other writers, {sum(truth)} of them wrong")
    print(f"  model: {_figures(truth, [one is not None for one in said])}")
    print(f"  word lists: {_figures(truth, by_words)}")
    named = [one == row.wrong for one, row in zip(said, rows, strict=True) if one and row.wrong]
    print(f"  named rightly: {sum(named)} of {len(named)}")
    for what, kind in (("of at most twelve words", True), ("longer", False)):
        some = [(one, row) for one, row in zip(said, rows, strict=True) if _is_short(row) is kind]
        wrong = [one is not None for one, row in some if row.wrong is not None]
        alarms = sum(one is not None for one, row in some if row.wrong is None)
        print(
            f"  {what}: found {sum(wrong)} of {len(wrong)}, false alarms {alarms} of {len(some) - len(wrong)}"
        )
    found_by_words = sum(one and other for one, other in zip(truth, by_words, strict=True))
    print(f"  word lists: found {found_by_words} of {sum(truth)}")
    for label in manner.labels:
        found = [one is not None for one, row in zip(said, rows, strict=True) if row.wrong == label]
        print(f"  {label}: found {sum(found)} of {len(found)}")


def measure_examples(manner: Manner, encoder: Encoder, held: Sequence[CheckExample]) -> None:
    """Prints what is found in the example answers that are held out, sentence by sentence."""

    def found(one: CheckExample) -> bool:
        texts = [sentence.words for sentence in sentences_of(one.text, one.about.language)]
        return any(label is not None for label in manner.judge(texts, encoder))

    wrong = [one for one in held if one.expected & WRONG]
    honest = [one for one in held if not one.expected]
    missed = [one for one in wrong if not codes(one.text, one.about) & WRONG]
    print(f"{len(wrong)} held-out answers that are wrong: found in {sum(map(found, wrong))}")
    print(f"  of the {len(missed)} in which word lists find nothing: {sum(map(found, missed))}")
    print(f"{len(honest)} held-out answers without a finding: found in {sum(map(found, honest))}")


def codes(text: str, about: CheckContext | None = None, language: str = "it") -> set[str]:
    """What the word lists find."""
    about = about or CheckContext(language=language, kind=DecisionKind.HAND_OVER, today=TODAY)
    return {finding.code for finding in check_text(text, about)}


def _is_short(row: Passage) -> bool:
    return len(row.text.split()) <= 12


def _figures(truth: Sequence[bool], said: Sequence[bool]) -> str:
    right = sum(one and other for one, other in zip(truth, said, strict=True))
    return f"precision {right / max(sum(said), 1):.2f}, recall {right / sum(truth):.2f}"


if __name__ == "__main__":
    main()
