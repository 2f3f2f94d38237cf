"""The batch: every row in its place, whatever happens between the first and the last."""

import csv
import gzip
import json
import multiprocessing
import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.batch.engine import FIRST_ERRORS, Done, StoppedError, Watch
from nlp.batch.exports import Task, classify_export
from nlp.batch.handing_on import HandedOn
from nlp.batch.packing import SHARD_BYTES, SHARD_ROWS, Packer
from nlp.batch.workspace import READING
from nlp.batch.writers import Format
from nlp.errors import BatchError
from tests.batch_bench import ACTS, ByLength, classified, table_of

ROWS = 5 * SHARD_ROWS + 17


class Forks:
    """Runs functions one by one in processes of their own, forked from one that has imported everything."""

    def __init__(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._requests, other = spawning.Pipe()
        self._server = spawning.Process(target=fork_on_request, args=(other,))
        self._server.start()
        other.close()

    def run(self, what: Callable[..., object], *told: object, patience: float) -> int:
        """How it ended: killed by signal 9, as -9 says, if it had not after so many seconds."""
        self._requests.send((what, told))
        pid: int = self._requests.recv()
        if not self._requests.poll(patience):
            os.kill(pid, signal.SIGKILL)
        status: int = self._requests.recv()
        return status

    def end(self) -> None:
        self._requests.close()
        self._server.join()


def fork_on_request(requests: Connection) -> None:
    forking = multiprocessing.get_context("fork")
    while True:
        try:
            what, told = requests.recv()
        except EOFError:
            return
        process = forking.Process(target=what, args=told)
        process.start()
        requests.send(process.pid)
        process.join()
        requests.send(process.exitcode)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks()
    yield forks
    forks.end()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some shards of rows, the last one short."""
    path = tmp_path_factory.mktemp("export") / "in.csv"
    dice = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["id", "testo"])
        table.writerows([f"{number:06}", "x" * dice.randint(0, 40)] for number in range(ROWS))
    return path


def rows_of(path: Path, delimiter: str = ";") -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_rows_come_out_in_the_order_in_which_they_came(export: Path, tmp_path: Path) -> None:
    outcome = classified(export, tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out.csv")
    assert [row["id"] for row in rows] == [f"{number:06}" for number in range(ROWS)]
    assert [row["act"] for row in rows] == [ACTS[len(row["testo"]) % len(ACTS)] for row in rows]
    assert (outcome.counts.rows, outcome.counts.errors) == (ROWS, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_progress_reaches_the_last_row(export: Path, tmp_path: Path) -> None:
    seen: list[Done] = []
    classify_export(
        [table_of(export)],
        tmp_path / "o.csv",
        ByLength(),
        Task(model="m"),
        watch=Watch(classified=seen.append),
    )
    assert seen[-1] == Done(rows=ROWS, known=ROWS, is_total=True)
    assert [done.rows for done in seen] == sorted(done.rows for done in seen)


def test_a_limit_ends_the_reading(export: Path, tmp_path: Path) -> None:
    outcome = classify_export([table_of(export)], tmp_path / "o.csv", ByLength(), Task(model="m", limit=2500))
    assert outcome.counts.rows == 2500
    assert rows_of(tmp_path / "o.csv")[-1]["id"] == "002499"


def test_a_shard_ends_early_where_cells_are_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = 300_000
    monkeypatch.setattr("nlp.batch.packing.SHARD_BYTES", few)
    source = tmp_path / "in.csv"
    source.write_text("text\n" + "\n".join(["x" * (few // 3 + 1)] * 7))
    shards = list(Packer([table_of(source).source]).shards())
    assert [shard.num_rows for shard in shards] == [3, 3, 1]


def test_a_shard_ends_early_where_cells_of_json_are_large(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    cell = {"text": "ciao", "thread": [{"body": "x" * (SHARD_BYTES // 3 + 1)}]}
    source.write_text("\n".join([json.dumps(cell)] * 4))
    shards = list(Packer([table_of(source, "text").source]).shards())
    assert [shard.num_rows for shard in shards] == [3, 1]


def stopped(export: Path, target: Path, model: ByLength | None = None) -> None:
    """Leaves a run of which some shards are done."""
    seen: list[Done] = []

    def has_some() -> bool:
        return bool(seen) and seen[-1].rows >= SHARD_ROWS and seen[-1].known >= 2 * SHARD_ROWS

    model = model or ByLength()
    watch = Watch(classified=seen.append, stop=has_some)
    with pytest.raises(StoppedError):
        classify_export([table_of(export)], target, model, Task(model="by length"), watch=watch)


def test_what_was_stopped_is_gone_on_with_and_nothing_is_done_twice(export: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    stopped(export, target)
    assert not target.exists()
    seen: list[Done] = []
    classify_export(
        [table_of(export)],
        target,
        ByLength(),
        Task(model="by length"),
        resume=True,
        watch=Watch(classified=seen.append),
    )
    assert seen[0].rows >= SHARD_ROWS
    classified(export, tmp_path / "whole.csv")
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"out.csv", "whole.csv"}


def test_what_a_fast_model_hands_on_is_counted_over_all_shards_of_a_run_that_was_stopped(
    export: Path, tmp_path: Path
) -> None:
    target, whole = tmp_path / "out.csv", tmp_path / "whole.csv"
    stopped(export, target, ByLength(doubts=True))
    told: list[Any] = []
    counts = classify_export(
        [table_of(export)],
        target,
        ByLength(doubts=True),
        Task(model="by length"),
        resume=True,
        watch=Watch(
            finished=lambda _: told.append(
                json.loads((tmp_path / ".out.csv.run" / "manifest.json").read_text())
            )
        ),
    ).counts
    doubtful = sum(len(row["testo"]) % 3 == 0 for row in rows_of(target))
    assert counts.handed_on == HandedOn(read=ROWS, handed_on=doubtful, doubts={"tone": doubtful})
    assert told[0]["handed_on"] == asdict(counts.handed_on)
    assert classified(export, whole).counts.handed_on is None
    assert target.read_bytes() == whole.read_bytes()


def test_what_is_left_out_in_reading_is_counted_once_and_kept(tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.csv"
    source.write_text("\n".join(["ciao", ""] * (3 * SHARD_ROWS)))
    stopped(source, target)
    outcome = classified(source, target, resume=True)
    assert outcome.left_out == {"in.txt": {"blank lines left out": 3 * SHARD_ROWS - 1}}


DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "labels_cut": ("labels-0000000.parquet", lambda content: content[:100]),
    "labels_of_other_bytes": ("labels-0000000.parquet", lambda content: flipped(content, 300)),
    "rows_empty": ("rows-0000001.parquet", lambda content: b""),
    "rows_of_other_bytes": ("rows-0000000.parquet", lambda content: flipped(content, len(content) // 2)),
}


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes(255 - byte for byte in content[place : place + 2]) + content[place + 2 :]


@pytest.mark.parametrize(("name", "damaged"), DAMAGES.values(), ids=DAMAGES)
def test_a_shard_that_the_disk_has_lost_is_done_again(
    export: Path, tmp_path: Path, name: str, damaged: Callable[[bytes], bytes]
) -> None:
    target = tmp_path / "out.csv"
    stopped(export, target)
    shard = tmp_path / ".out.csv.run" / name
    shard.write_bytes(damaged(shard.read_bytes()))
    assert classified(export, target, resume=True).mended == 1
    assert classified(export, tmp_path / "whole.csv").mended == 0
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_what_is_damaged_of_the_count_is_counted_again(export: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    stopped(export, target)
    (tmp_path / ".out.csv.run" / "rows.json").write_text("[1]")
    assert classified(export, target, resume=True).counts.rows == ROWS


def test_a_manifest_that_is_damaged_is_said_in_one_line(export: Path, tmp_path: Path) -> None:
    stopped(export, tmp_path / "out.csv")
    (tmp_path / ".out.csv.run" / "manifest.json").write_text("{")
    with pytest.raises(BatchError, match=r"manifest.json: cannot be read \(.*\); delete .*out.csv.run$"):
        classified(export, tmp_path / "out.csv", resume=True)


@pytest.mark.parametrize("before", [None, READING - 1, READING + 1], ids=["unsaid", "older", "newer"])
def test_a_run_of_a_version_that_reads_otherwise_is_not_gone_on_with(
    export: Path, tmp_path: Path, before: int | None
) -> None:
    stopped(export, tmp_path / "out.csv")
    path = tmp_path / ".out.csv.run" / "manifest.json"
    told = json.loads(path.read_text())
    told["reading"] = before
    path.write_text(json.dumps({name: value for name, value in told.items() if value is not None}))
    kept = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    said = r"go on with that version, or delete the folder .*\.out\.csv\.run to begin anew$"
    with pytest.raises(BatchError, match=said):
        classified(export, tmp_path / "out.csv", resume=True)
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == kept


def test_headers_that_come_again_are_no_rows_of_a_run_that_was_stopped(export: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(export.read_bytes() * 2)
    stopped(source, target)
    outcome = classified(source, target, resume=True)
    assert outcome.left_out == {"in.csv": {f"the header once more, left out (line {ROWS + 2})": 1}}
    assert outcome.counts.rows == 2 * ROWS
    classified(source, tmp_path / "whole.csv")
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert [row["id"] for row in rows_of(target)] == [f"{number:06}" for number in range(ROWS)] * 2


def test_a_run_that_was_begun_is_not_thrown_away_by_oversight(export: Path, tmp_path: Path) -> None:
    stopped(export, tmp_path / "out.csv")
    with pytest.raises(BatchError, match="begun and not finished; go on with --resume"):
        classified(export, tmp_path / "out.csv")


def die_once_it_is_whole(source: Path, target: Path) -> None:
    classify_export(
        [table_of(source)], target, ByLength(), Task(model="m"), watch=Watch(finished=lambda _: os._exit(9))
    )


def test_a_run_whose_output_is_whole_is_finished(forks: Forks, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("testo\nciao\n")
    ended = forks.run(die_once_it_is_whole, source, target, patience=120)
    assert (ended, len(rows_of(target))) == (9, 1)
    source.write_text("testo\nciao\ngrazie\n")

    assert classified(source, target).counts.rows == 2
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv"}


def test_an_input_that_has_changed_is_not_gone_on_with(export: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(export.read_bytes())
    stopped(source, tmp_path / "out.csv")
    source.write_bytes(export.read_bytes() + b"999999;ciao\n")
    with pytest.raises(BatchError, match=r"cannot be resumed, as in\.csv has changed since it was begun"):
        classified(source, tmp_path / "out.csv", resume=True)


def test_a_copy_of_the_same_input_is_gone_on_with(export: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(export.read_bytes())
    stopped(source, tmp_path / "out.csv")
    os.utime(source, (1, 1))
    assert classified(source, tmp_path / "out.csv", resume=True).counts.rows == ROWS


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"model": "another"}, "the model is another"),
        ({"options": {"the heads": "b2"}}, "the heads None then, b2 now"),
        ({"limit": 3000}, "--limit none then, 3000 now"),
        ({"redact": True}, "--redact off then, on now"),
        ({"form": Format(raw=True)}, "--raw off then, on now"),
        ({"form": Format(delimiter="|")}, "--delimiter as in the input then, '|' now"),
        ({"form": Format(encoding="cp1252")}, "--encoding as in the input then, 'cp1252' now"),
    ],
    ids=["model", "heads", "limit", "redact", "raw", "delimiter", "encoding"],
)
def test_another_wish_is_not_gone_on_with(
    export: Path, tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    stopped(export, tmp_path / "out.csv")
    wish: dict[str, Any] = {"model": "by length"} | changed
    with pytest.raises(BatchError, match=re.escape(told)):
        classify_export([table_of(export)], tmp_path / "out.csv", ByLength(), Task(**wish), resume=True)


def test_a_file_that_grows_while_it_is_read_is_named(export: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(export.read_bytes())

    def grow(_done: Done) -> None:
        with source.open("ab") as file:
            file.write(b"999999;ciao\n")

    outcome = classify_export(
        [table_of(source)], tmp_path / "o.csv", ByLength(), Task(model="m"), watch=Watch(classified=grow)
    )
    assert outcome.changed == ("in.csv",)


def test_two_runs_do_not_write_the_same_output(export: Path, tmp_path: Path) -> None:
    target, told = tmp_path / "out.csv", []

    def second(_done: Done) -> None:
        with pytest.raises(BatchError, match="is being written by another run") as error:
            classified(export, target, resume=True)
        told.append(error)

    classify_export(
        [table_of(export)], target, ByLength(), Task(model="m", limit=10), watch=Watch(classified=second)
    )
    assert told


def test_several_files_become_one_that_says_where_a_row_is_from(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;testo\n1;uno\n2;due\n")
    (tmp_path / "b.csv").write_text("body,voto\ntre,5\n")
    tables = [table_of(tmp_path / "a.csv"), table_of(tmp_path / "b.csv")]
    classify_export(tables, tmp_path / "out.csv", ByLength(), Task(model="m"))
    rows = rows_of(tmp_path / "out.csv")
    assert [(row["file"], row["id"], row["testo"], row["body"], row["voto"]) for row in rows] == [
        ("a.csv", "1", "uno", "", ""),
        ("a.csv", "2", "due", "", ""),
        ("b.csv", "", "", "tre", "5"),
    ]
    assert [row["act"] for row in rows] == [ACTS[3]] * 3


def test_where_a_row_is_from_is_not_redacted(tmp_path: Path) -> None:
    (tmp_path / "333 1234567.csv").write_text("testo\nchiamatemi al 333 1234567\n")
    (tmp_path / "b.csv").write_text("testo\nciao\n")
    tables = [table_of(tmp_path / "333 1234567.csv"), table_of(tmp_path / "b.csv")]
    classify_export(tables, tmp_path / "out.csv", ByLength(), Task(model="m", redact=True))
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert first["file"] == "333 1234567.csv"
    assert "333" not in first["testo"]


def test_own_order_numbers_are_redacted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("testo\nquando arriva GIG·rosso\n", encoding="utf-8")
    classify_export(
        [table_of(tmp_path / "a.csv")],
        tmp_path / "out.csv",
        ByLength(),
        Task(model="m", redact=True, order_patterns=["GIG·[a-z]{5}"]),
    )
    assert "GIG" not in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_rows_with_something_wrong_are_told_with_their_place_and_name(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "A1", "text": "ciao"}\n{"id": "A2", "text": 5}\n{broken\n')
    outcome = classify_export(
        [table_of(source, "text")], tmp_path / "o.jsonl", ByLength(), Task(model="m", id_column="id")
    )
    assert [(one.where, one.error[:15]) for one in outcome.counts.problems] == [
        ('"A2", line 2', "`text` is no te"),
        ("line 3", "not JSON: Expec"),
    ]
    assert (outcome.counts.rows, outcome.counts.errors, outcome.counts.unclassified) == (3, 2, 2)


def test_an_archive_that_breaks_off_is_told_behind_any_number_of_other_rows(tmp_path: Path) -> None:
    source = tmp_path / "in.csv.gz"
    rows = "".join(f"{number},rotto,{number * 7919 % 10007}\n" for number in range(5000))
    source.write_bytes(gzip.compress(f"id,text\n{rows}".encode())[:-2000])
    counts = classified(source, tmp_path / "o.csv").counts
    assert len(counts.problems) == FIRST_ERRORS + 1
    assert counts.problems[-1].error == "cut short: the archive ends in the middle"
    assert counts.problems[-1].where == f"line {counts.rows + 1}"


def test_a_row_of_json_in_one_line_is_told_with_its_number(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    source.write_text('[{"text": "ciao"}, {"text": 5}, {bad}, {"text": "sì"}]')
    counts = classified(source, tmp_path / "o.csv", text_column="text").counts
    assert [one.where for one in counts.problems] == ["line 1, record 2", "line 1, record 3"]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ('[{"text": "ciao"}, {"text": "sì"}]', ["text"]),
        ('[{"text": "ciao"}, {bad}]', ["text", "raw"]),
        ('[{"text": "ciao", "raw": 1}, {"text": "sì"}]', ["text", "raw"]),
        ('[{"text": "ciao"}, {"text": 5}]', ["text"]),
    ],
    ids=["all read", "one broken", "a column of the input", "one without a text"],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_only_broken_rows_of_json_make_a_column_for_what_stands_there(
    tmp_path: Path, content: str, columns: list[str], ending: str
) -> None:
    source, target = tmp_path / "in.json", tmp_path / f"o.{ending}"
    source.write_text(content)
    classified(source, target, text_column="text")
    names = pq.read_schema(target).names if ending == "parquet" else list(rows_of(target, ",")[0])
    assert names[: names.index("act")] == columns


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_killed_at_random_moments_it_ends_with_the_same_bytes(
    forks: Forks, export: Path, tmp_path: Path, ending: str
) -> None:
    target, whole = tmp_path / f"out.{ending}", tmp_path / f"whole.{ending}"
    classified(export, whole)
    assert killed_until_done(forks, export, target, kills=4)
    assert target.read_bytes() == whole.read_bytes()


def go_on(source: Path, target: Path) -> None:
    classified(source, target, resume=True, pause=0.5)


def killed_until_done(forks: Forks, source: Path, target: Path, kills: int) -> int:
    """Runs the batch in a process of its own, killed at random moments so often; says how often it was."""
    dice, killed = random.Random(target.name), 0
    while not target.exists():
        patience = dice.uniform(0.1, 1.1) if killed < kills else 120
        killed += forks.run(go_on, source, target, patience=patience) == -signal.SIGKILL
    return killed


def test_times_of_nanoseconds_keep_their_type(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    times = pa.array(["2026-01-02 03:04:05.123456789", None], pa.string()).cast(pa.timestamp("ns"))
    pq.write_table(pa.table({"testo": ["il pacco è rotto", "grazie mille"], "when": times}), source)
    classified(source, target)
    assert pq.read_table(target)["when"].combine_chunks().equals(times)
