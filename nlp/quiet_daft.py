"""Daft and Ray, which tell nobody that they are used; importing it takes a second or two."""

import os

# They report every start to their makers otherwise.
os.environ.setdefault("SCARF_NO_ANALYTICS", "true")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import daft
import daft.exceptions

__all__ = ["daft"]
