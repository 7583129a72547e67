"""What a call passes, worked out only where the callee needs it, and how it meets parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from mypy_await.summaries.scopes import FunctionNode
from mypy_await.summaries.values import (
    DICT,
    UNKNOWN,
    Bindings,
    Frame,
    Instance,
    Partial,
    Plain,
    Row,
    Value,
    only,
)

Lazy = Callable[[], Value]


@dataclass
class Arguments:
    """The arguments of one call."""

    positional: list[Lazy] = field(default_factory=list)
    keywords: dict[str, Lazy] = field(default_factory=dict)
    is_open: bool = False
    """More may be passed: there are stars in the call, or nothing is known of it."""
    frame: Frame | None = None
    """Where the call stands."""
    by_name: bool = False
    """Keywords name parameters of every kind: it is no call in source."""
    tells_dicts: bool = False
    """Is it of interest that an argument is a `dict`, whatever is in it?"""

    def first(self) -> Value:
        """Return the first positional argument; unknown if there is none."""
        return self.positional[0]() if self.positional else UNKNOWN


def of_call(node: ast.Call, frame: Frame, value: Callable[[ast.expr], Value]) -> Arguments:
    """Return the arguments of a call expression; `value` works one out."""
    positional: list[Lazy] = []
    is_open = any(keyword.arg is None for keyword in node.keywords)
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            is_open = True
            match only(value(arg.value)):
                case Row(position=0, item=first):
                    positional.append(_constant(first))
            break
        positional.append(_lazy(value, arg))
    keywords = {k.arg: _lazy(value, k.value) for k in node.keywords if k.arg}
    return Arguments(positional, keywords, is_open, frame)


def of_values(*values: Value, is_open: bool = False) -> Arguments:
    """Return positional arguments whose values are known."""
    return Arguments([_constant(value) for value in values], is_open=is_open)


def of_partial(partial: Partial, given: Arguments) -> Arguments:
    """Return the arguments that a partial function passes on."""
    positional = [_constant(value) for value in partial.positional] + given.positional
    keywords = {name: _constant(value) for name, value in partial.keywords} | given.keywords
    return Arguments(positional, keywords, partial.is_open or given.is_open, given.frame)


def _lazy(value: Callable[[ast.expr], Value], node: ast.expr) -> Lazy:
    return lambda: value(node)


def _constant(value: Value) -> Lazy:
    return lambda: value


def bind(
    node: FunctionNode,
    receiver: Value | None,
    given: Arguments,
    default: Callable[[ast.expr], Value],
) -> Bindings:
    """Return what a function's parameters are bound to, as far as it is worth knowing.

    A parameter that is passed something unknown is left out.
    """
    found = matched(node, receiver, given, default)
    worked_out = ((name, lazy()) for name, lazy in found.items())
    return tuple(
        pair
        for pair in worked_out
        if _is_telling(pair[1]) or (given.tells_dicts and pair[1] == DICT)
    )


def matched(
    node: FunctionNode,
    receiver: Value | None,
    given: Arguments,
    default: Callable[[ast.expr], Value],
) -> dict[str, Lazy]:
    """Return what a call passes for which parameter.

    One that is not passed takes its default, unless the call may pass more than is seen.
    """
    spec = node.args
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
    passed = ([_constant(receiver)] if receiver is not None else []) + given.positional
    values = dict(zip(names, passed, strict=False))
    if receiver is not None and not names and spec.vararg:
        # What a wrapper hands on begins with the receiver.
        values[spec.vararg.arg] = _constant(frozenset({Row(0, receiver)}))
    first = spec.posonlyargs if given.by_name else []
    by_keyword = {arg.arg for arg in (*first, *spec.args, *spec.kwonlyargs)}
    values |= {name: lazy for name, lazy in given.keywords.items() if name in by_keyword}
    if not given.is_open:
        for arg, expression in defaults(spec):
            if arg.arg not in values:
                values[arg.arg] = _lazy(default, expression)
    return values


def defaults(spec: ast.arguments) -> list[tuple[ast.arg, ast.expr]]:
    """Return the parameters that have a default, each with it."""
    names = [*spec.posonlyargs, *spec.args]
    pairs = list(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
    pairs += [(a, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d]
    return pairs


def _is_telling(value: Value) -> bool:
    """Can the function's answer differ with this value?"""
    if value >= UNKNOWN or not value:
        return False
    return not all(
        isinstance(atom, Plain) or (isinstance(atom, Instance) and isinstance(atom.cls, str))
        for atom in value
    )
