"""Daft and Ray, which tell nobody that they are used and a terminal nothing; importing takes a second."""

import logging
import os

# They report every start to their makers otherwise.
os.environ.setdefault("SCARF_NO_ANALYTICS", "true")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# A terminal has our own bar, which Daft's would write over ten times a second.
os.environ.setdefault("DAFT_PROGRESS_BAR", "0")
os.environ.setdefault("DAFT_SHOW_QUERY_ID", "0")

import daft
import daft.exceptions

# What fails in Daft, or where it looks for credentials, is raised as well: the records say the same again,
# with all that a server answered. Daft asks for a logger's level at its first record.
for _name in ("aws_config", "daft_io", "daft_local_execution"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

__all__ = ["daft"]
