"""Daft and Ray, which tell nobody that they are used; importing it takes a second or two."""

import logging
import os

# They report every start to their makers otherwise.
os.environ.setdefault("SCARF_NO_ANALYTICS", "true")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import daft
import daft.exceptions

# What fails in Daft, or where it looks for credentials, is raised as well: the records say the same again,
# with all that a server answered. Daft asks for a logger's level at its first record.
for _name in ("aws_config", "daft_io", "daft_local_execution"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

__all__ = ["daft"]
