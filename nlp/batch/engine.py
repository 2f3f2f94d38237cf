"""Classifying exports: any number of rows in, the same rows out, in order, whatever happens in between."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nlp.batch.handing_on import Doubts, HandedOn
from nlp.batch.labels import DOUBTS, ERROR, LABELS, MakeLabeller
from nlp.batch.packing import LINE, RECORD, TEXT, Packer
from nlp.batch.reading import Reader
from nlp.batch.running import Cluster, LostWorkError, classify_shards, forget_models
from nlp.batch.workspace import Workspace
from nlp.errors import BatchError

WAVE = 8
"""Shards that are given to Daft together, at most, for every machine that works."""

_MOST_LOSSES = 10

FIRST_ERRORS = 20
"""Rows with something wrong that are named at the end."""

_MOST_ERRORS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """How far a run is: rows classified, rows known of, and whether these are all."""

    rows: int
    known: int
    is_total: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A row with something wrong; `where` is its file, name, line and number, as far as they are known."""

    where: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What came of a run: all rows, those with something wrong, those without labels, those unsure of.

    `problems` are the first rows with something wrong and, behind them, the first of each other kind: that an
    archive breaks off must not be lost among rows with a cell too many. `handed_on` is what a fast
    model did, if one did.
    """

    rows: int
    errors: int
    unclassified: int
    needs_review: int
    problems: tuple[Problem, ...]
    handed_on: HandedOn | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some rows of the result: own columns, and of each row its text, line, error and labels."""

    own: pa.RecordBatch
    text: pa.Array
    lines: pa.Array
    errors: pa.Array
    labels: pa.RecordBatch


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """Who looks on at a run.

    It is told of rows `read`, in another thread, of rows `classified` and of rows `written`, and asked after
    each shard, when it is written as well, whether to `stop`. `shown` gets every batch of the result, its
    text in the column `packing.TEXT`, and the lines of its rows; `finished` is called once the output is
    whole, while the run can still be gone on with.
    """

    read: Callable[[int], None] = lambda rows: None
    classified: Callable[[Done], None] = lambda done: None
    written: Callable[[Done], None] = lambda done: None
    stop: Callable[[], bool] = lambda: False
    shown: Callable[[pa.RecordBatch, pa.Array], None] | None = None
    finished: Callable[[Counts], None] = lambda counts: None


NOBODY = Watch()


class StoppedError(Exception):
    """The run was asked to end before its output was whole; what is finished is kept."""


class Run:
    """One run of the batch, from its input to shards of labels."""

    def __init__(
        self,
        packer: Packer,
        workspace: Workspace,
        make: MakeLabeller,
        *,
        today: date,
        limit: int | None = None,
        cluster: Cluster | None = None,
        watch: Watch = NOBODY,
    ) -> None:
        """Name the parts; `today` is the day that texts are of."""
        self._packer = packer
        self._workspace = workspace
        self._make = make
        self._today = today
        self._limit = limit
        self._on_cluster = cluster is not None
        self._wave = WAVE * (1 if cluster is None else cluster.workers)
        self._watch = watch

    def classify(self) -> None:
        """Give every shard its labels, going on behind those that have theirs.

        Raises:
            StoppedError: Who looks on said so.
            BatchError: The input cannot be read, the folder of the run not be written, or the cluster fails.
        """
        reader = Reader(self._packer, self._workspace, self._limit, self._watch.read, self._watch.stop)
        reader.start()
        try:
            done = 0
            for wave in self._waves(reader):
                for index in wave:
                    if self._workspace.has_labels(index):
                        done += self._workspace.rows_in(index)
                self._tell(done, reader)
                for rows in self._classify(wave):
                    done += rows
                    self._tell(done, reader)
        finally:
            reader.stop()
            forget_models()
        self.check()

    def check(self) -> None:
        """Go on only where nobody wants to stop.

        Raises:
            StoppedError: Somebody does.
        """
        if self._watch.stop():
            raise StoppedError

    def _classify(self, wave: Sequence[int]) -> Iterator[int]:
        """Rows that have labels now; what is lost with a machine is done again."""
        losses = 0
        while missing := [index for index in wave if not self._workspace.has_labels(index)]:
            try:
                for shard in classify_shards(
                    self._workspace, missing, self._make, self._today, on_cluster=self._on_cluster
                ):
                    self._workspace.put_labels(shard.index, shard.labels)
                    yield shard.labels.num_rows
            except LostWorkError as error:
                losses += 1
                if losses == _MOST_LOSSES:
                    raise BatchError(f"the cluster lost its work {losses} times: {error}") from error

    def _tell(self, done: int, reader: Reader) -> None:
        self._watch.classified(Done(rows=done, known=reader.rows, is_total=reader.is_finished))
        self.check()

    def _waves(self, reader: Reader) -> Iterator[list[int]]:
        """Shards that are there, some at a time; the first alone, so that something is seen soon."""
        wave: list[int] = []
        size = 1
        for index in reader.indices():
            wave.append(index)
            if len(wave) == size or index + 1 == reader.shards:
                yield wave
                wave, size = [], self._wave
        if wave:
            yield wave

    @property
    def schema(self) -> pa.Schema:
        """The columns of the result: the input's own, then labels, then what is wrong."""
        return pa.schema([*self._packer.own, *LABELS, ERROR])

    @property
    def written(self) -> pa.Schema:
        """The columns of the result that hold something: without that of unreadable rows where all were read.

        All shards have to be there.
        """
        raw = self._packer.raw
        shards = range(self._shards()) if raw is not None else ()
        if raw is None or any(
            table.num_rows > table[raw].null_count
            for table in (self._workspace.rows(index, [raw]) for index in shards)
        ):
            return self.schema
        return self.schema.remove(self.schema.get_field_index(raw))

    def parts(self) -> Iterator[Part]:
        """The shards in order, once all have their labels."""
        for index in range(self._shards()):
            self.check()
            rows, labels = _batch(self._workspace.rows(index)), _batch(self._workspace.labels(index))
            places = range(len(self._packer.own))
            yield Part(
                own=rows.select(list(places)),
                text=rows[TEXT],
                lines=rows[LINE],
                errors=rows[rows.schema.get_field_index(ERROR.name)],
                labels=labels.select(LABELS.names),
            )

    def counts(self, id_column: str | None = None) -> Counts:
        """What came of it all; `id_column` is the own column, as the result calls it, that names a row."""
        rows = errors = unclassified = review = 0
        problems: list[Problem] = []
        kinds: set[str] = set()
        doubts = Doubts()
        places = [*self._packer.places]
        places += [] if id_column is None else [id_column]
        for index in range(self._shards()):
            self.check()
            table = self._workspace.rows(index, [LINE, RECORD, ERROR.name, *places])
            labels = self._workspace.labels(index)
            wrong = table.filter(pc.is_valid(table[ERROR.name]))
            rows += table.num_rows
            errors += wrong.num_rows
            unclassified += labels["act"].null_count
            review += pc.sum(labels["needs_review"]).as_py() or 0
            doubts.add(labels[DOUBTS.name])
            problems += [_problem(row, places) for row in _worth_naming(wrong, len(problems), kinds)]
        return Counts(
            rows=rows,
            errors=errors,
            unclassified=unclassified,
            needs_review=review,
            problems=tuple(problems),
            handed_on=doubts.counted(),
        )

    def _shards(self) -> int:
        total, index, rows = self._workspace.row_count() or 0, 0, 0
        while rows < total:
            rows += self._workspace.rows_in(index)
            index += 1
        return index


def _worth_naming(wrong: pa.Table, named: int, kinds: set[str]) -> Iterator[dict[str, Any]]:
    """Those of a shard's rows to be named, where so many are; errors that differ by numbers are of a kind."""
    alike = pc.replace_substring_regex(wrong[ERROR.name], r"\d+", "0")
    for place, kind in enumerate(alike.to_pylist()):
        if named < FIRST_ERRORS or (kind not in kinds and named < _MOST_ERRORS):
            kinds.add(kind)
            named += 1
            yield wrong.slice(place, 1).to_pylist()[0]


def _problem(row: Mapping[str, Any], places: Sequence[str]) -> Problem:
    named = [str(row[name]) for name in places if row[name] is not None]
    line = [] if row[LINE] is None else [f"line {row[LINE]}"]
    record = [] if row[RECORD] is None else [f"record {row[RECORD]:,}"]
    return Problem(where=", ".join([*named, *line, *record]), error=row[ERROR.name])


def _batch(table: pa.Table) -> pa.RecordBatch:
    return table.combine_chunks().to_batches()[0]
