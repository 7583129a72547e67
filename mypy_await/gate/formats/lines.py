"""JSON with one entry a line: fast to write, and readable in a diff."""

from __future__ import annotations

import json
from collections.abc import Iterable


def one_a_line(before: str, entries: Iterable[object], after: str) -> str:
    """Return the entries, separated by commas, between two pieces of JSON.

    `json.dumps` with an indent would take many times as long, being in Python and not in C.
    """
    shown = ",\n".join(map(json.dumps, entries))
    return f"{before}\n{shown}\n{after}\n"
