"""What the methods of a class assign to attributes of `self` (or of `cls`)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import DEFS, Binding, Binds, Method, own_nodes

Assignments = dict[str, list[tuple[Method, Binding]]]
"""By attribute, each assignment with the method it stands in."""


def find_assignments(node: ast.ClassDef) -> Assignments:
    """Return what the methods of a class assign to attributes of their first parameter."""
    found: Assignments = {}
    for method in node.body:
        first = _first_parameter(method) if isinstance(method, DEFS) else None
        if first and isinstance(method, DEFS):
            for name, binding in _assigned_in(method, first):
                found.setdefault(name, []).append((method, binding))
    return found


def _first_parameter(method: Method) -> str | None:
    positional = [*method.args.posonlyargs, *method.args.args]
    return positional[0].arg if positional else None


def _assigned_in(method: Method, me: str) -> Iterator[tuple[str, Binding]]:
    plain: set[ast.AST] = set()
    for node in own_nodes(method):
        for target, binding in _assignments(node):
            if _is_of(target, me):
                plain.add(target)
                yield target.attr, binding
    for node in walk(method):
        if isinstance(node, ast.Attribute) and _is_of(node, me) and node not in plain:
            if not isinstance(node.ctx, ast.Load):
                yield node.attr, Binding(Binds.OTHER, node)


def _assignments(node: ast.AST) -> Iterator[tuple[ast.Attribute, Binding]]:
    """Yield the attributes that an assignment sets, with what it sets them to."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                yield target, Binding(Binds.VALUE, node, node.value)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
        yield node.target, Binding(Binds.DECLARED, node, node.annotation)


def _is_of(node: ast.Attribute, name: str) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == name
