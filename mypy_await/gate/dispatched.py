"""Tells whether a base takes a method of either colour, whatever it declares itself.

Frameworks ask what they got: `await maybe_coroutine(self.cog_unload)`, or `isawaitable(result)` of
what the method gave.  mypy, which knows the declaration alone, objects to the override.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.excuses import OVERRIDE
from mypy_await.gate.findings import Finding

ASKING: Final = re.compile(r"async|await|coro|invoke|maybe", re.IGNORECASE)
"""What is in the names of functions that take both colours."""
RUNNING: Final = frozenset({"create_task", "ensure_future", "run", "run_coroutine_threadsafe"})
HANDLER: Final = re.compile(r"_?on_[a-z]\w*")
"""How methods are called that frameworks find by the name of an event."""


def takes_either_colour(error: Finding, bases: Bases) -> bool:
    """Does the base whose method is overridden handle what an override of either colour gives?"""
    match = OVERRIDE.match(error.text)
    member = match["member"] if match else ""
    base = bases.nearest(error.path, error.line, member) if member else None
    if base is None:
        return False
    nodes = list(ast.walk(bases.sources.tree(base.path)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    if HANDLER.fullmatch(member) and not any(_is_method(call.func, member) for call in calls):
        return True
    given = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _is_of(node.value, member)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        _is_of(one, member) or (isinstance(one, ast.Name) and one.id in given)
        for call in calls
        for one in _asked(call)
    )


def _asked(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call passes to a function that takes both colours, by its name."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if ASKING.search(name) and name not in RUNNING:
                yield from call.args


def _is_of(node: ast.expr, member: str) -> bool:
    """Is it the method itself, or what a call of it gives?"""
    return _is_method(node.func if isinstance(node, ast.Call) else node, member)


def _is_method(node: ast.expr, member: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == member
