"""Batches as Parquet, in the types they have."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.batch.column_texts import is_json, plain_texts


class ParquetWriter:
    """Writes one row group a batch; JSON strings lose their quotes, other JSON stays as it is written."""

    defused = 0  # nothing that reads Parquet runs its texts

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        fields = [pa.field(field.name, pa.string()) if is_json(field) else field for field in schema]
        self._is_json = [is_json(field) for field in schema]
        self._schema = pa.schema(fields, metadata=schema.metadata)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self.replaced = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one row group."""
        columns = zip(batch.columns, self._is_json, strict=True)
        plain = [self._plain(column) if json else column for column, json in columns]
        if batch.num_rows:
            self._writer.write_batch(pa.RecordBatch.from_arrays(plain, schema=self._schema), batch.num_rows)

    def finish(self) -> None:
        """Write the list of row groups."""
        self._writer.close()

    def _plain(self, cells: pa.StringArray) -> pa.StringArray:
        texts, replaced = plain_texts(cells, join_lists=False)
        self.replaced += replaced
        return texts
