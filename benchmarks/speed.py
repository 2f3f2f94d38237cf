"""How fast messages are classified, beside what others do with the same encoder on the same rows.

    .venv/bin/python -m benchmarks.speed
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.speed --rows 2000 --threads 2

Every way reads the same rows in turn, several rounds long, and the best round counts: the machine may be busy
with something else. With one thread the processor's time is counted, which others' work disturbs least; with
more, the clock's. Only the ratios can be compared between machines. `onnxruntime`, `onnx` and `openvino` are
not among what Rimedio installs: what is missing is left out.
"""

import argparse
import csv
import gc
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.contenders import Exported, Plain, export, onnxruntime_int8, openvino, zero_shot_seconds
from nlp.bulk import BulkClassifier
from nlp.classifier import Classifier
from nlp.encoders.encoder import native_dtype
from nlp.fast.classifier import FastClassifier
from nlp.fast.model import load_fast
from nlp.heads import TRAINED
from nlp.training.corpus import read_corpus

CORPUS = Path(__file__).parents[1] / "nlp" / "data" / "corpus.jsonl"
DAY = date(2026, 11, 27)
"""What "tomorrow" in a text is counted from."""

WEIGHTS = 21.3e6
"""Of the encoder's layers: each is multiplied and added once a token."""

SETS = {
    "short": ("it_qa4faq_utility.csv", "it_absita18_hotel.csv", "en_airline_tweets.csv"),
    "mixed": ("it_feelit.csv", "en_airline_tweets.csv", "pt_reclameaqui.csv", "it_absita18_hotel.csv"),
    "long": ("pt_reclameaqui.csv",),
}
_SHAPES = ((384, 384), (384, 1152), (384, 1536), (1536, 384), (2048, 2048))

Clock = Callable[[], float]
Way = Callable[[Sequence[str]], object]


def main() -> None:
    """Prints a table for each kind of input, then how long the program takes to its first row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    clock = time.process_time if chosen.threads == 1 else time.perf_counter
    os.environ["TOKENIZERS_PARALLELISM"] = "false" if chosen.threads == 1 else "true"
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as folder:
        plain, classifier = Plain(), Classifier.load()
        ways = dict(_ways(plain, classifier, Path(folder), chosen.threads))
        for kind, texts in inputs(chosen.rows).items():
            measure(console, kind, texts, ways, plain, chosen.rounds, clock)
        console.print(f"first row: {_first_row(Path(folder)):.1f} s from the command")


def _ways(plain: Plain, classifier: Classifier, folder: Path, threads: int) -> Iterator[tuple[str, Way]]:
    yield "(a) SentenceTransformer.encode, scikit-learn", plain
    if importlib.util.find_spec("onnxruntime") and importlib.util.find_spec("onnx"):
        exported = export(plain, folder)
        yield "(b) ONNX Runtime, int8", Exported(plain, onnxruntime_int8(exported, threads))
        if importlib.util.find_spec("openvino"):
            yield "(b) OpenVINO", Exported(plain, openvino(exported, threads))
    yield "(d) ours", partial(BulkClassifier(classifier).labels, today=DAY)
    yield "(e) ours, --fast", partial(FastClassifier(classifier, load_fast(TRAINED)).labels, today=DAY)


def inputs(rows: int) -> Mapping[str, list[str]]:
    """So many texts of each kind, all different: of the public sets where they are, else of the corpus."""
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if folder:
        return {
            kind: _mixed([read_texts(Path(folder) / name) for name in names])[:rows]
            for kind, names in SETS.items()
        }
    texts = list(dict.fromkeys(row.text for row in read_corpus([CORPUS])))
    by_length = sorted(texts, key=len)
    return {"short": by_length[:rows], "mixed": texts[:rows], "long": by_length[-rows:]}


def _mixed(sets: Sequence[Sequence[str]]) -> list[str]:
    """One text of each set in turn."""
    turns = (one[place] for place in range(max(map(len, sets))) for one in sets if place < len(one))
    return list(dict.fromkeys(turns))


def read_texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def measure(
    console: Console,
    kind: str,
    texts: Sequence[str],
    ways: Mapping[str, Way],
    plain: Plain,
    rounds: int,
    clock: Clock,
) -> None:
    """Prints the table of one kind of input."""
    tokens = plain.model.tokenizer([plain.model.prompts["query"] + text for text in texts])["input_ids"]
    count = sum(map(len, tokens))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.csv"
        _write(path, texts)
        every: dict[str, Way] = {
            **ways,
            "    reading and tokenising alone": lambda _: plain.model.tokenizer(read_texts(path)),
        }
        seconds = dict.fromkeys(every, float("inf"))
        peak = 0.0
        for _ in range(rounds):
            # In turn, so that a busy minute of the machine hits all alike.
            peak = max(peak, _peak(clock))
            for name, way in every.items():
                way(texts[:64])
                gc.collect()
                start = clock()
                way(texts)
                seconds[name] = min(seconds[name], clock() - start)
    seconds["(f) the limit of the full encoder"] = count * 2 * WEIGHTS / peak
    labels = sum(len(model.classes_) for models in plain.models.values() for model in models)
    seconds["(c) zero-shot, one question a label (estimated)"] = len(texts) * zero_shot_seconds(
        tokens, labels, clock
    )
    _print(console, f"{kind}: {len(texts)} texts of {count / len(texts):.1f} tokens", seconds, len(texts))
    ours = seconds["(d) ours"]
    first = next(iter(seconds.values()))
    limit = seconds["(f) the limit of the full encoder"]
    console.print(
        f"peak {peak / 1e9:.0f} GFLOP/s in {str(native_dtype()).removeprefix('torch.')}; "
        f"ours {first / ours:.1f} x (a), {limit / ours:.0%} of the limit\n"
    )


def _print(console: Console, title: str, seconds: Mapping[str, float], rows: int) -> None:
    first = next(iter(seconds.values()))
    table = Table(title=title, title_justify="left")
    table.add_column("way")
    for name in ("messages/s", "x (a)"):
        table.add_column(name, justify="right")
    for name, taken in sorted(seconds.items(), key=lambda one: -one[1]):
        table.add_row(name, f"{rows / taken:,.1f}", f"{first / taken:.2f}")
    console.print(table)


def _peak(clock: Clock) -> float:
    """Operations a second of the best matrix product, in the format that ours multiplies in."""
    return max(_rate(width, out, clock) for width, out in _SHAPES)


def _rate(width: int, out: int, clock: Clock) -> float:
    rows = 4096
    states = torch.randn(rows, width).to(native_dtype())
    weight = torch.randn(out, width).to(native_dtype())
    taken = []
    with torch.inference_mode():
        for _ in range(12):
            start = clock()
            torch.nn.functional.linear(states, weight)
            taken.append(clock() - start)
    return 2 * rows * width * out / min(taken)


def _write(path: Path, texts: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text",), *((text,) for text in texts)])


def _first_row(folder: Path) -> float:
    """Seconds of the whole command on a file of one row; the clock's, whatever the threads."""
    source = folder / "one.csv"
    _write(source, ["Il pacco non è ancora arrivato"])
    start = time.perf_counter()
    command = [sys.executable, "-m", "rimedio", "classify", str(source), "-o", str(folder / "out.csv")]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
