"""What an expression can be, and how a condition certainly turns out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from mypy_await.summaries import arguments, bases, calls, classes, containers, library, names
from mypy_await.summaries.engine import Engine, function_at
from mypy_await.summaries.flow import dotted
from mypy_await.summaries.scopes import Binding, Binds
from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    PLAIN,
    UNKNOWN,
    Atom,
    Awaitable,
    Class,
    Constant,
    Declared,
    External,
    Frame,
    Function,
    Instance,
    ModuleRef,
    Partial,
    Subject,
    Value,
    instance,
    join,
)

_DISPLAYS: Final[dict[type[ast.expr], Value]] = {
    ast.JoinedStr: instance("builtins.str"),
    ast.List: instance("builtins.list"),
    ast.ListComp: instance("builtins.list"),
    ast.Tuple: instance("builtins.tuple"),
    ast.Set: instance("builtins.set"),
    ast.SetComp: instance("builtins.set"),
    ast.Dict: instance("builtins.dict"),
    ast.DictComp: instance("builtins.dict"),
    ast.GeneratorExp: instance("types.GeneratorType"),
    ast.Compare: PLAIN,
}

_GENERIC_BASES: Final = frozenset(map(External, library.HARMLESS_BASES))

_TRUE: Final = (Function, Class, ModuleRef, Awaitable, Subject, Partial)
"""What is true as a condition, whatever else is known of it."""


def value(engine: Engine, node: ast.expr, frame: Frame) -> Value:
    """Return what an expression can be, in a frame."""
    reader = _READERS.get(type(node))
    return reader(engine, node, frame) if reader else _DISPLAYS.get(type(node), UNKNOWN)


def _name(engine: Engine, node: ast.Name, frame: Frame) -> Value:
    return names.lookup(engine, node, frame)


def _call(engine: Engine, node: ast.Call, frame: Frame) -> Value:
    given = arguments.of_call(node, frame, lambda arg: value(engine, arg, frame))
    return calls.call(engine, value(engine, node.func, frame), given)


def _await(engine: Engine, node: ast.Await, frame: Frame) -> Value:
    return calls.awaited(engine, value(engine, node.value, frame))


def _yield_from(engine: Engine, node: ast.YieldFrom, frame: Frame) -> Value:
    return calls.run_to_end(engine, node.value, frame)


def _walrus(engine: Engine, node: ast.NamedExpr, frame: Frame) -> Value:
    return value(engine, node.value, frame)


def _lambda(_engine: Engine, node: ast.Lambda, frame: Frame) -> Value:
    return frozenset({function_at(node, frame)})


def _unary(_engine: Engine, node: ast.UnaryOp, _frame: Frame) -> Value:
    return instance("builtins.bool") if isinstance(node.op, ast.Not) else UNKNOWN


def _binary(_engine: Engine, node: ast.BinOp, _frame: Frame) -> Value:
    """Text and numbers on the left give text and numbers."""
    return PLAIN if isinstance(node.left, (ast.Constant, ast.JoinedStr)) else UNKNOWN


def _subscript(engine: Engine, node: ast.Subscript, frame: Frame) -> Value:
    return join(*(_item(atom) for atom in value(engine, node.value, frame)))


def _item(atom: Atom) -> Value:
    """Return what `atom[...]` is; a class with type arguments is the class."""
    if isinstance(atom, Class) or atom in _GENERIC_BASES:
        return frozenset({atom})
    return containers.item(frozenset({atom}))


def _constant(_engine: Engine, node: ast.Constant, _frame: Frame) -> Value:
    if node.value is None or isinstance(node.value, bool):
        return frozenset({Constant(node.value)})
    return instance(f"builtins.{type(node.value).__name__}")


def _attribute(engine: Engine, node: ast.Attribute, frame: Frame) -> Value:
    base = node.value
    if isinstance(base, ast.Name) and base.id not in {"self", "cls"}:
        if (base.id, node.attr) in frame.scope.module.stores:
            return UNKNOWN
    found = classes.attribute(engine, value(engine, base, frame), node.attr)
    if found > NONE and isinstance(base, ast.Name) and frame.scope.body:
        stores = [
            Binding(Binds.OTHER, frame.scope.body.parents[store])
            for store, _ in frame.scope.body.attributes
            if not isinstance(store.ctx, ast.Load) and dotted(store) == dotted(node)
        ]
        return names.narrowed(engine, node, found, stores, frame)
    return found


def _conditional(engine: Engine, node: ast.IfExp, frame: Frame) -> Value:
    decision = decide(engine, node.test, frame)
    yes = NOTHING if decision is False else value(engine, node.body, frame)
    no = NOTHING if decision is True else value(engine, node.orelse, frame)
    return join(yes, no)


def _and_or(engine: Engine, node: ast.BoolOp, frame: Frame) -> Value:
    """`a or b` is `a` where that is true; `a and b` is `a` where that is false."""
    stops_at = isinstance(node.op, ast.Or)
    result = NOTHING
    for operand in node.values[:-1]:
        one = value(engine, operand, frame)
        result = join(result, *(frozenset({a}) for a in one if _truth(a) is not (not stops_at)))
        if one and all(_truth(atom) is stops_at for atom in one):
            return result
    return join(result, value(engine, node.values[-1], frame))


def _truth(atom: object) -> bool | None:
    if isinstance(atom, Constant):
        return bool(atom.value)
    return True if isinstance(atom, _TRUE) else None


_READERS: Final[dict[type[ast.expr], Callable[[Engine, Any, Frame], Value]]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Await: _await,
    ast.YieldFrom: _yield_from,
    ast.NamedExpr: _walrus,
    ast.IfExp: _conditional,
    ast.BoolOp: _and_or,
    ast.Lambda: _lambda,
    ast.Constant: _constant,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Subscript: _subscript,
}


def decide(engine: Engine, test: ast.expr, frame: Frame) -> bool | None:
    """Return how a condition certainly turns out; None if it may go either way.

    Looked at are only constants, parameters that were passed something known, and tests for
    coroutines: enough for decorators and for flags such as `is_async=True`.
    """
    match test:
        case ast.Constant(value=constant):
            return bool(constant)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            decision = decide(engine, operand, frame)
            return None if decision is None else not decision
        case ast.BoolOp(op=op, values=operands):
            stops_at = isinstance(op, ast.Or)
            decisions = {decide(engine, one, frame) for one in operands}
            if stops_at in decisions:
                return stops_at
            return None if None in decisions else not stops_at
        case ast.Name():
            return _all_agree([_truth(atom) for atom in _passed(test, frame)])
        case ast.Compare(left=ast.Name() as left, ops=[op], comparators=[ast.Constant(value=None)]):
            same = _all_agree([_is_none(atom) for atom in _passed(left, frame)])
            if same is None or not isinstance(op, (ast.Is, ast.IsNot)):
                return None
            return same is isinstance(op, ast.Is)
        case ast.Call(func=function, args=[argument]):
            return _decide_call(engine, function, argument, frame)
    return None


def _all_agree(answers: list[bool | None]) -> bool | None:
    return answers[0] if answers and len(set(answers)) == 1 else None


def _is_none(atom: object) -> bool | None:
    if isinstance(atom, Constant):
        return atom.value is None
    return None if atom in UNKNOWN else False


def _passed(node: ast.Name, frame: Frame) -> Value:
    """Return what was passed for a parameter that is never assigned to; else nothing."""
    where: Frame | None = frame
    while where:
        bindings = where.scope.bindings.get(node.id)
        if bindings and not isinstance(where.node, ast.ClassDef):
            if len(bindings) == 1 and bindings[0].binds is Binds.PARAMETER:
                return where.bound(node.id) or NOTHING
            return NOTHING
        where = where.parent
    return NOTHING


def _decide_call(
    engine: Engine, function: ast.expr, argument: ast.expr, frame: Frame
) -> bool | None:
    if not isinstance(function, (ast.Name, ast.Attribute)):
        return None
    name = function.id if isinstance(function, ast.Name) else function.attr
    if name not in {"iscoroutinefunction", "iscoroutine", "isawaitable", "callable"}:
        return None
    callee = value(engine, function, frame)
    if len(callee) != 1:
        return None
    fullname = getattr(next(iter(callee)), "fullname", "")
    given = value(engine, argument, frame)
    if fullname in library.ASYNC_FUNCTION_TESTS:
        return _all_agree([_is_async_function(engine, atom) for atom in given])
    if fullname in library.AWAITABLE_TESTS:
        return _all_agree([_is_awaitable(atom) for atom in given])
    if fullname == "builtins.callable":
        kinds = (Function, Class, Subject, Partial)
        return _all_agree([True if isinstance(atom, kinds) else None for atom in given])
    return None


def _is_async_function(engine: Engine, atom: object) -> bool | None:
    if isinstance(atom, Function):
        return atom.is_async and not calls.is_generator(engine, atom)
    if isinstance(atom, Declared):
        return atom.is_async
    if isinstance(atom, Instance) and isinstance(atom.cls, Class):
        return None if _may_be_marked(engine, atom.cls) else False
    return atom.is_async if isinstance(atom, Subject) else None


def _may_be_marked(engine: Engine, cls: Class) -> bool:
    """May objects of a class say that they are async functions, as `inspect` lets them?

    Their `__call__` alone is not looked at.
    """
    order = bases.mro(engine, cls)
    modules = {base.frame.scope.module for base in order if isinstance(base, Class)}
    return None in order or any(
        module.mentions("_is_coroutine", "markcoroutinefunction") for module in modules
    )


def _is_awaitable(atom: object) -> bool | None:
    if isinstance(atom, Constant):
        return False
    return True if isinstance(atom, Awaitable) and atom.origin.is_async else None
