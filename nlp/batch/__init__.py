"""Classifying whole exports: one row in, one row out, in order."""

from nlp.batch.cells import spreadsheet_cell
from nlp.batch.files import BatchCounts, classify_file

__all__ = ["BatchCounts", "classify_file", "spreadsheet_cell"]
