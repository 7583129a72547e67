"""What the methods of a class assign to attributes of `self` (or of `cls`)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import DEFS, Binding, Binds, Method

Assignments = dict[str, list[tuple[Method, Binding]]]
"""By attribute, each assignment with the method it stands in."""

_BLOCKS: Final = ("cases", "handlers", "finalbody", "orelse", "body")
"""The fields of a statement that hold statements, the last ones first."""


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
    others: list[tuple[str, Binding]] = []
    for statement, is_own in _statements(method):
        for target in _targets(statement):
            if is_own and isinstance(target, ast.Attribute) and _is_of(target, me):
                binding = _binding(statement)
                if binding is not None:
                    yield target.attr, binding
                    continue
            others += (
                (node.attr, Binding(Binds.OTHER, node))
                for node in walk(target)
                if isinstance(node, ast.Attribute) and _is_of(node, me)
                if not isinstance(node.ctx, ast.Load)
            )
    yield from others


def _statements(method: Method) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the statements of a method, and whether they are outside inner functions and classes.

    Expressions are left out: only a comprehension can bind an attribute there, and none does.
    """
    stack: list[tuple[ast.AST, bool]] = [(node, True) for node in reversed(method.body)]
    while stack:
        node, is_own = stack.pop()
        yield node, is_own
        is_own = is_own and not isinstance(node, (*DEFS, ast.ClassDef))
        for field in _BLOCKS:
            stack += [(inner, is_own) for inner in reversed(getattr(node, field, ()))]


def _targets(statement: ast.AST) -> Sequence[ast.expr]:
    """Return what a statement binds or deletes."""
    match statement:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return targets
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return [target]
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return [target]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return [item.optional_vars for item in items if item.optional_vars]
    return ()


def _binding(statement: ast.AST) -> Binding | None:
    """Return what an assignment sets a target to that is an attribute itself."""
    match statement:
        case ast.Assign(value=value):
            return Binding(Binds.VALUE, statement, value)
        case ast.AnnAssign(annotation=annotation):
            return Binding(Binds.DECLARED, statement, annotation)
    return None


def _is_of(node: ast.Attribute, name: str) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == name
