"""Some rows of a classified table with what is asked of them more than once."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp.batch.hashing import Hashes


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A stretch of a batch; its rows are counted from 0, `first` of them came before.

    `known` says which rows were classified. Complaint types stand one below the other: `type_rows` holds the
    row of each, `type_names` its name and `type_chances` its probability.
    """

    batch: pa.RecordBatch
    first: int
    texts: pa.Array
    hashes: "Hashes"
    known: "NDArray[np.bool_]"
    type_rows: "NDArray[np.int64]"
    type_names: pa.Array
    type_chances: pa.Array


def flags(column: pa.Array) -> "NDArray[np.bool_]":
    """A column of yes and no as numpy has it; null is no."""
    plain: NDArray[np.bool_] = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return plain


def encoded(column: pa.Array) -> tuple["NDArray[np.int64]", list[str]]:
    """A column of few different texts as codes, -1 for null, and what they stand for."""
    coded = column.dictionary_encode()
    codes: NDArray[np.int64] = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    return codes, coded.dictionary.to_pylist()


def texts_of(batch: pa.RecordBatch, column: str) -> pa.Array:
    """The messages as they are kept: a column that holds something else has none."""
    cells = batch.column(column)
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        return cells
    return pa.nulls(len(cells), pa.string())


def plain_text(cell: str, field: pa.Field) -> str:
    """The text of a cell that may be kept as JSON."""
    if (field.metadata or {}).get(b"cells") != b"json":
        return cell
    value = json.loads(cell)
    return value if isinstance(value, str) else cell
