"""What a function does with its parameters, and which of them takes an argument."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from mypy_await.summaries import calls, library, memos, uses
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import How, Parameter, Use
from mypy_await.summaries.scopes import all_parameters
from mypy_await.summaries.values import (
    NOTHING,
    Atom,
    Bindings,
    Class,
    Frame,
    Function,
    Instance,
    Value,
)


def parameter(
    engine: Engine, function: Function, name: str, passed: Value = NOTHING
) -> Parameter | None:
    """Return what a function's body does with one of its parameters; None if it has no such.

    With what is passed for it, where that is known: tests of it are decided then.
    """
    if all(arg.arg != name for arg in all_parameters(function.node.args)):
        return None
    bindings = (*_receiver(function), *(((name, passed),) if passed else ()))
    key = ("parameter", function.node, function.frame, name, bindings)
    return engine.remember(key, lambda: _parameter(engine, function, name, bindings), None)


def _receiver(function: Function) -> Bindings:
    """Bind `self` where the method is called on an object of a class derived from its own."""
    first = next(iter(all_parameters(function.node.args)), None)
    match [*(function.bound or ())]:
        case [Instance(cls=Class() as cls)] if first and cls != function.owner:
            return ((first.arg, frozenset({Instance(cls)})),)
    return ()


def _parameter(engine: Engine, function: Function, name: str, bindings: Bindings) -> Parameter:
    frame = calls.frame_of_call(engine, function, bindings)
    engine.read(frame.scope.module.path)
    follower = uses.Follower(engine, frame)
    found = uses.Found(called=[])
    spec = getattr(frame.node, "args", None)
    starred = {arg.arg for arg in (spec.vararg, spec.kwarg) if arg} if spec else set()
    if follower.looks_at_everything:
        follower.note(found, How.HANDED_ON, frame.node)
    else:
        for load in follower.loads(name, None):
            if not follower.is_skipped(load):
                follower.follow(load, found)
    path = frame.scope.module.path
    if name in starred:
        return Parameter(name, _in_order([_of_element(use) for use in found.uses], path))
    called = _in_order(found.called or [], path)
    is_remembered = bool(called) and memos.remembers(function, name)
    return Parameter(name, _in_order(found.uses, path), called, is_remembered)


def _of_element(use: Use) -> Use:
    """Return what a use of all starred arguments together does to each of them."""
    if use.how in (How.KEPT, How.TEXT, How.SERIALISED):
        return use
    if use.how is How.ITERATED and use.detail in library.TEXT_SINKS:
        return replace(use, how=How.TEXT)  # print(*values)
    return replace(use, how=How.HANDED_ON)


def uses_of(engine: Engine, node: ast.expr, frame: Frame) -> tuple[Use, ...]:
    """Return what becomes of the value of an expression inside a function."""
    found = uses.Found()
    uses.Follower(engine, frame).follow(node, found)
    return _in_order(found.uses, frame.scope.module.path)


def _in_order(uses: list[Use], own: str) -> tuple[Use, ...]:
    """Order uses by place, those in the function's own file first."""
    by_place = sorted(set(uses), key=lambda use: (use.path != own, use.path, use.line, use.detail))
    return tuple(by_place)


def is_hook(function: Function) -> bool:
    """Is the body empty, so that a subclass says what it does?"""
    return not isinstance(function.node, ast.Lambda) and calls.is_stub(function.node)


def outside(uses: Iterable[Use]) -> list[Use]:
    """Return uses inside a callee as seen by its caller: what it returns may go anywhere."""
    handed = dict.fromkeys((How.RETURNED, How.UNCOVERED, How.KEPT), How.HANDED_ON)
    return [replace(use, how=handed.get(use.how, use.how)) for use in uses]


def parameter_for(
    function: Atom | None, call: ast.Call, node: ast.expr, keyword: str | None
) -> str | None:
    """Return the name of the parameter that takes an argument; None if that is not certain."""
    if not isinstance(function, Function):
        return None
    spec = function.node.args
    if keyword is not None:
        named = {arg.arg for arg in (*spec.args, *spec.kwonlyargs)}
        return keyword if keyword in named else None
    position = position_of(call, node)
    if position is None:
        return None
    positional = [*spec.posonlyargs, *spec.args]
    index = position + (1 if function.bound is not None else 0)
    return positional[index].arg if index < len(positional) else None


def position_of(call: ast.Call, node: ast.expr) -> int | None:
    """Return the position of an argument; None if that is not certain."""
    before = call.args[: call.args.index(node)]
    return None if any(isinstance(arg, ast.Starred) for arg in before) else len(before)
