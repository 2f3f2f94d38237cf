"""Order, booking, contract and file numbers: which token with digits is one, learned from its context.

A token is told by its shape and by the words around it: a logistic regression over both, trained on the
messages of `nlp/data/order_numbers.jsonl` (`python -m nlp.entities.order_numbers`). A tracking number, a
serial number and an order number look alike; "non è mai arrivato", "matricola" and "ordine" do not.
"""

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

TRAINED = Path(__file__).parents[1] / "trained" / "order_numbers.json"
DATA = Path(__file__).parents[1] / "data" / "order_numbers.jsonl"

_TOKEN = re.compile(
    r"(?<![\w@.,€$£+-])#?(?P<id>(?=[A-Za-z./_-]{0,40}\d)[A-Za-z0-9]+(?:[./_-][A-Za-z0-9]+)*)(?![\w@]|[.,:]\d)",
    re.ASCII,
)
_NO_NUMBER = re.compile(
    r"""(?ix) \d{1,2}[.h]\d\d | \d{1,3}(?:\.\d{3})+ | \d{2,3}\.\d\d  # times and sums
    | (?:19|20)\d\d | (?:0?[1-9]|1[0-2])/(?:19|20)\d\d | \d{1,2}[./-]\d{1,2}(?:[./-](?:\d\d|\d{4}))?
    | (?:19|20)\d\d-\d\d-\d\d  # days
    | \d+[a-z]{1,3} | v?\d+(?:\.\d+){2,}  # quantities and versions
    | [a-z]{2}\d\d[a-z0-9]{11,} | [a-z]{6}\d\d[a-z]\d\d[a-z]\w{3,4}  # an IBAN or codice fiscale that is none
    """
)
_LETTER_CODE = re.compile(r"(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])[A-Z0-9]{5,8}")
_AFTER_A_NAME = re.compile(
    r"""(?ix) (?: ordin | ord\. | prenotazion | pratica | contratt | fattura | polizza | sinistro | cliente
                | order | booking | reserv | ticket | invoice | account | pedido | factura | expediente
                | encomenda | commande | facture | dossier | bestell | auftrag | buchung | rechnung | kunden
        ) [^\W\d_]* [ ]? (?: num[a-z.]* | nro\.? | nr\.? | no\.? | n\. | n[°º] | nummer | id | cod[a-zó.]* )?
        [ ]? [:#]? \s* $"""
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[#:.,;?!()]")
_NUMBER_SIGN = re.compile(r"^(?:(?:ord|nro|nr|num|no|n)\.)+(?=\w)", re.IGNORECASE)  # "nr.12345"
_LEAST_DIGITS, _LEAST_LETTERS = 3, 4
_STEM, _PART = 5, 4
_BESIDE, _NEAR, _WINDOW = 2, 4, 14
_SEEN = 200  # letters on each side that are looked at
_SMALLEST = 5e-4  # weights under this change nothing

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderModel:
    """Weights by feature; what is not in them weighs nothing."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, text: str, span: Span) -> float:
        """How likely the token at `span` is an order number, in [0, 1]."""
        score = self.bias + sum(self.weights.get(feature, 0.0) for feature in set(_features(text, span)))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def find_order_numbers(text: str, taken: Sequence[Span]) -> list[tuple[Span, str]]:
    """The order numbers of a text, in order of appearance; tokens that overlap `taken` are something else."""
    spans = list(candidates(text, taken))
    if not spans:
        return []
    model = load_model()
    return [
        (span, _NUMBER_SIGN.sub("", text[span[0] : span[1]]))
        for span in spans
        if model.probability(text, span) >= 0.5
    ]


def candidates(text: str, taken: Sequence[Span] = ()) -> Iterator[Span]:
    """The tokens of a text that could be an order number by their shape."""
    covered = bytearray(len(text))  # not a comparison of each token with each span: a cell may hold megabytes
    for first, last in taken:
        covered[first:last] = b"\1" * (last - first)
    for match in _TOKEN.finditer(text):
        token = match["id"]
        start, end = match.span("id")
        if 1 in covered[start:end]:
            continue
        digits = sum(character.isdigit() for character in token)
        long_enough = digits >= _LEAST_DIGITS and len(token) >= _LEAST_LETTERS
        if _LETTER_CODE.fullmatch(token) or (long_enough and not _NO_NUMBER.fullmatch(token)):
            yield start, end


def _features(text: str, span: Span) -> Iterator[str]:
    start, end = span
    token = text[start:end]
    yield f"shape {re.sub('[0-9]+', '9', re.sub('[A-Z]+', 'A', re.sub('[a-z]+', 'a', token)))}"
    yield f"digits {min(sum(character.isdigit() for character in token), 12)}"
    yield f"separated {any(mark in token for mark in './_-')}, letters {token.upper() != token.lower()}"
    if start and text[start - 1] == "#":
        yield "hash"
    if _AFTER_A_NAME.search(text[max(0, start - 40) : start]):
        yield "after a name"
    before = [word.lower() for word in _WORD.findall(text[max(0, start - _SEEN) : start])]
    after = [word.lower() for word in _WORD.findall(text[end : end + _SEEN])]
    yield f"before {' '.join(before[-2:]) or 'nothing'}"
    for side, words in (("before", before[::-1]), ("after", after)):
        for distance, word in enumerate(words[:_WINDOW]):
            stem = word[:_STEM]
            if distance < _BESIDE:
                yield f"{side} {distance} {stem}"
            if distance < _NEAR:
                yield f"{side} near {stem}"
                # Compounds and misspellings: "Bestellnummer", "prenotazzione".
                yield from (f"{side} part {word[at : at + _PART]}" for at in range(len(word) - _PART + 1))
            if word.isalpha():
                yield f"around {stem}"


@cache
def load_model() -> OrderModel:
    """The weights that ship with the package."""
    content = json.loads(TRAINED.read_text(encoding="utf-8"))
    return OrderModel(weights=content["weights"], bias=content["bias"])


def train_orders(rows: Sequence[Mapping[str, object]], *, strength: float = 3.0) -> OrderModel:
    """Train on messages whose order numbers are known; `strength` is the inverse of the regularisation."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    found, truth = [], []
    for text, span, there in judged(rows):
        found.append(dict.fromkeys(_features(text, span), 1.0))
        truth.append(there)
    vectorizer = DictVectorizer()
    points = vectorizer.fit_transform(found)
    model = LogisticRegression(C=strength, max_iter=2000).fit(points, truth)
    weights = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
    return OrderModel(
        weights={
            name: round(float(weight), 4) for name, weight in weights.items() if abs(weight) >= _SMALLEST
        },
        bias=round(float(model.intercept_[0]), 4),
    )


def judged(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, Span, bool]]:
    """Every token of the messages that could be an order number, and whether it is one."""
    from nlp.entities.finder import taken_spans

    for row in rows:
        text, numbers = str(row["text"]), cast("list[str]", row["order_ids"])
        for span in candidates(text, taken_spans(text)):
            yield text, span, text[span[0] : span[1]] in numbers


def read_rows(path: Path = DATA) -> list[dict[str, object]]:
    """The messages to train on, each with its order numbers."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Trains anew and writes the weights."""
    model = train_orders(read_rows())
    weights = dict(sorted(model.weights.items()))
    content = json.dumps({"bias": model.bias, "weights": weights}, ensure_ascii=False, indent=0)
    temporary = TRAINED.with_name(f".{TRAINED.name}.partial")
    temporary.write_text(content + "\n", encoding="utf-8")
    temporary.replace(TRAINED)
    sys.stderr.write(f"{len(weights)} weights written to {TRAINED}\n")


if __name__ == "__main__":
    main()
