"""What a decorator's wrapper hands the function on to, to be called there.

    return call_again(functools.partial(function, *args), tries)
    return call_again(lambda: function(*args), tries)

A *maker* is the function itself, or what does nothing but call it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from mypy_await.summaries import arguments, calls, expressions, parameters, uses
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.values import (
    Atom,
    Bindings,
    Frame,
    Function,
    Partial,
    Subject,
    Value,
    only,
)


@dataclass(frozen=True)
class Helper:
    """A function that is passed a maker."""

    call: ast.Call
    function: Function
    bindings: Bindings


def is_maker(engine: Engine, node: ast.expr, frame: Frame) -> bool:
    """May the value of an expression be a maker?"""
    return _has_maker(engine, expressions.value(engine, node, frame))


def _has_maker(engine: Engine, value: Value) -> bool:
    return any(_makes(engine, atom) for atom in value)


def _makes(engine: Engine, atom: Atom) -> bool:
    match atom:
        case Subject():
            return True
        case Partial(function=function):
            return _makes(engine, function)
        case Function() if call := _only_call(atom.node):
            frame = calls.open_frame(engine, atom)
            found = only(expressions.value(engine, call.func, frame))
            return isinstance(found, Subject) and uses.passes_names_only(call)
    return False


def _only_call(node: ast.AST) -> ast.Call | None:
    """Return the call that is all a function does."""
    match node:
        case ast.Lambda(body=ast.Call() as call):
            return call
        case ast.FunctionDef(body=[ast.Return(value=ast.Call() as call)], decorator_list=[]):
            return call
    return None


def maker_around(engine: Engine, node: ast.expr, follower: uses.Follower) -> ast.expr:
    """Return the `partial` or `lambda` around a maker that is one, else the maker."""
    parent = follower.body.parents[node]
    if isinstance(parent, ast.Call) and parent.func is node:
        around = follower.body.parents[parent]
        is_lambda = isinstance(around, ast.Lambda) and around is not follower.frame.node
        return around if is_lambda and isinstance(around, ast.Lambda) else node
    if isinstance(parent, ast.Call) and parent.args[:1] == [node]:
        made = only(expressions.value(engine, parent, follower.frame_at(parent)))
        return parent if isinstance(made, Partial) else node
    return node


def is_named(maker: ast.expr, parent: ast.AST, follower: uses.Follower) -> bool:
    """Is a `partial` or `lambda` given a local name, which is followed in turn?"""
    match parent:
        case ast.Assign(targets=[ast.Name(id=name)]) if not isinstance(maker, ast.Name):
            scope = follower.scope_of(parent)
            return name not in scope.outer
    return False


def is_inside_maker(call: ast.Call, follower: uses.Follower) -> bool:
    """Is a call all that an inner function does?  Where that one is called is what counts."""
    function = follower.body.function_of(call)
    return function is not follower.frame.node and _only_call(function) is call


def helper(engine: Engine, maker: ast.expr, follower: uses.Follower) -> Helper | None:
    """Return what a maker is passed to, if its source is known."""
    call = follower.body.parents[maker]
    if isinstance(call, ast.keyword):
        call = follower.body.parents[call]
    if not isinstance(call, ast.Call):
        return None
    frame = follower.frame_at(call)
    callee = only(expressions.value(engine, call.func, frame))
    if not isinstance(callee, Function) or callee.is_async or parameters.is_hook(callee):
        return None
    if isinstance(callee.node, ast.Lambda) or calls.is_generator(engine, callee):
        return None
    given = arguments.of_call(call, frame, lambda arg: expressions.value(engine, arg, frame))
    bindings = calls.bound(engine, callee, given)
    takes = any(_has_maker(engine, value) for _, value in bindings)
    return Helper(call, callee, bindings) if takes else None
