"""What share of an export's processor time goes into steps that Python takes for each row.

    python -m benchmarks.per_row [--rows 5000] [--kind short]

Counted is the processor time of whole exports in one process, with one thread for the encoder: reading,
classifying, writing, but not the loading of the model. The first export of a process also pays for what is
made when it is first needed (patterns of days, tables of languages); the second, of other messages, does not.
Steps per row are those below; the tokenizer, the encoder, the heads and what is done for all rows of a shard
at once are the rest.
"""

import argparse
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nlp.bulk
import nlp.classifier
import nlp.encoders.e5
import nlp.language
import nlp.pieces
import nlp.word_frequencies
from benchmarks.exports import Kind, write_export
from nlp.batch.exports import Input, Task, classify_export
from nlp.batch.packing import Packer, source_of
from nlp.encoders.e5 import E5
from nlp.language import LanguageModel
from nlp.tables import open_table
from rimedio.batch_model import BatchModel

DAY = date(2026, 11, 27)
_TOGETHER, _LOADING = "for all rows at once", "loading"
MODEL = BatchModel(encoder=None, heads=None, language="it", costs=None, fast=False, threads=1)


class Stopwatches:
    """Processor seconds of each thread in functions, those in others of them left out."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running = threading.local()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time counted under a name."""

        def call(*args: Any, **options: Any) -> Any:
            with self._counting(name):
                return function(*args, **options)

        return call

    def steps(self, name: str, generator: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """The same for a generator, whose steps are counted."""

        def call(*args: Any, **options: Any) -> Iterator[Any]:
            items = generator(*args, **options)
            while True:
                with self._counting(name):
                    item = next(items, self)
                if item is self:
                    return
                yield item

        return call

    def _counting(self, name: str) -> "_Counting":
        return _Counting(self.seconds, name, self._running)


class _Counting:
    def __init__(self, seconds: defaultdict[str, float], name: str, running: threading.local) -> None:
        self._seconds, self._name, self._running = seconds, name, running

    def __enter__(self) -> None:
        self._outer = getattr(self._running, "inner", None)
        self._running.inner = self
        self._inside = 0.0
        self._began = time.thread_time()

    def __exit__(self, *_: object) -> None:
        taken = time.thread_time() - self._began
        self._seconds[self._name] += taken - self._inside
        self._running.inner = self._outer
        if self._outer is not None:
            self._outer._inside += taken


def watch(clocks: Stopwatches) -> None:
    """Put stopwatches on the steps per row, and on what inside of them is none."""
    timed = clocks.timed
    for module, name, what in (
        (nlp.bulk, "clean", "blanks and half characters"),
        (nlp.classifier, "matter_of", "what only names something"),
        (nlp.classifier, "days_ahead", "days and terms"),
        (nlp.classifier, "detect_languages", "languages: stretches, and what is told of them"),
        (nlp.language, "opinions", _TOGETHER),
        (nlp.word_frequencies, "_hashes", "languages: words"),
        (nlp.pieces, "_spaced", "pieces of words: one letter case, one form"),
    ):
        setattr(module, name, timed(what, getattr(module, name)))
    LanguageModel.scores = timed(_TOGETHER, LanguageModel.scores)  # type: ignore[method-assign]
    Packer.shards = clocks.steps("reading: records, cells, texts, shards", Packer.shards)  # type: ignore[method-assign]
    E5.tokens = timed("lists of tokens", E5.tokens)  # type: ignore[method-assign]
    BatchModel.__call__ = timed(_LOADING, BatchModel.__call__)  # type: ignore[method-assign]
    make = nlp.encoders.e5._cutter

    def cutter(path: Path) -> SimpleNamespace:
        made = make(path)
        cut = timed(_TOGETHER, made.tokenizer.encode_batch_fast)
        return SimpleNamespace(
            first=made.first, last=made.last, tokenizer=SimpleNamespace(encode_batch_fast=cut)
        )

    nlp.encoders.e5._cutter = cutter  # type: ignore[assignment]


def export(folder: Path, source: Path) -> float:
    """Processor seconds of one."""
    table = Input(source=source_of(source.name, open_table(source), None), path=source)
    began = time.process_time()
    classify_export([table], folder / f"{source.name}-out.csv", MODEL, Task(model="m", today=DAY))
    return time.process_time() - began


def halves(source: Path, folder: Path) -> Iterator[Path]:
    """The first rows of an export, and the others."""
    head, *rows = source.read_text(encoding="utf-8").splitlines(keepends=True)
    for place, part in enumerate((rows[: len(rows) // 2], rows[len(rows) // 2 :])):
        path = folder / f"half-{place}.csv"
        path.write_text(head + "".join(part), encoding="utf-8")
        yield path


def main() -> None:
    """Prints the shares of a first and of a second export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000, help="of each of the two exports (5000)")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.SHORT)
    chosen = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    clocks = Stopwatches()
    watch(clocks)
    with tempfile.TemporaryDirectory(prefix="rimedio-rows-") as name:
        folder = Path(name)
        write_export(folder / "in.csv", 2 * chosen.rows, chosen.kind)
        for which, source in zip(("first", "second"), halves(folder / "in.csv", folder), strict=True):
            clocks.seconds.clear()
            whole = export(folder, source) - clocks.seconds.pop(_LOADING)
            clocks.seconds.pop(_TOGETHER)
            each = sum(clocks.seconds.values())
            print(f"{which} export, {chosen.rows:,} rows: {whole:.1f} s of the processor")
            print(f"  per row in Python: {each / whole:.1%}, {each / chosen.rows * 1e6:.0f} µs a row")
            for what, taken in sorted(clocks.seconds.items(), key=lambda one: -one[1]):
                print(f"    {taken / whole:6.2%}  {what}")


if __name__ == "__main__":
    main()
