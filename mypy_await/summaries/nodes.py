"""The children of syntax nodes, without the leaves that nobody asks for.

`ast.iter_child_nodes` does the same at three times the price, and this is where summaries spend
most of their time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

Place = tuple[int, int, int, int]
"""Line and column of the first character of an expression, and of the one behind the last."""

_NAMES: Final = "id attr arg name names asname module level rest kwd_attrs"
_REMARKS: Final = "kind conversion simple is_async type_comment type_ignores"
_LEAVES: Final = frozenset(f"{_NAMES} {_REMARKS} ctx op ops".split())
"""Fields that hold no nodes, or only operators, contexts and import names."""

_FIELDS: Final[dict[type[ast.AST], tuple[str, ...]]] = {ast.Constant: ()}


def children(node: ast.AST) -> list[ast.AST]:
    """Return the child nodes of a node: statements, expressions, parameters, patterns."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in node._fields if name not in _LEAVES)
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if item is not None]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def place_of(node: ast.expr) -> Place:
    """Return where an expression stands."""
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


def last_name(node: ast.expr) -> str:
    """Return `c` of `a.b.c`, or a name itself; else nothing."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def walk(*roots: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes and all that is inside them, in the order of the source."""
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(children(node))
