"""Classes whose constructor is made for them and keeps its arguments: dataclasses, named tuples."""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries import bases, library, parameters
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.nodes import last_name
from mypy_await.summaries.values import Class

_NO_FIELDS: Final = frozenset({"ClassVar", "InitVar", "KW_ONLY"})
_OPTIONS: Final = frozenset({"init", "kw_only"})


def of(engine: Engine, cls: Class) -> list[str]:
    """Return the fields of a class in the order of its constructor; none if that is not certain."""
    node = cls.node
    makers = [last_name(getattr(one, "func", one)) for one in node.decorator_list]
    makers += map(last_name, node.bases)
    order = bases.mro(engine, cls)
    if not {"dataclass", "NamedTuple"} & set(makers) or bases.defines(engine, order, "__init__"):
        return []
    if any(base not in library.HARMLESS_BASES for base in order[1:]):
        return []
    declared = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    options = [*node.decorator_list, *(one.value for one in declared)]
    if any(map(_is_special, options)) or any(_is_no_field(one.annotation) for one in declared):
        return []
    return [one.target.id for one in declared if isinstance(one.target, ast.Name)]


def taking(engine: Engine, cls: Class, call: ast.Call, node: ast.expr, keyword: str | None) -> str:
    """Return the field that takes an argument of a call; empty if that is not certain."""
    names = of(engine, cls)
    if keyword is not None:
        return keyword if keyword in names else ""
    position = parameters.position_of(call, node)
    return names[position] if position is not None and position < len(names) else ""


def _is_special(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and any(one.arg in _OPTIONS for one in node.keywords)


def _is_no_field(annotation: ast.expr) -> bool:
    return any(
        isinstance(part, (ast.Name, ast.Attribute)) and last_name(part) in _NO_FIELDS
        for part in ast.walk(annotation)
    )
