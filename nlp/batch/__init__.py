"""Classifying whole exports: one row in, one row out, in order."""

from nlp.batch.cells import spreadsheet_cell

__all__ = ["spreadsheet_cell"]
