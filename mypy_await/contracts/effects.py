"""What a caller gets from a function: its colour and its result, in code and in contracts alike.

The colour is about the *call*: `async def f() -> T` and `def f() -> Awaitable[T]` are of one
colour, an async generator and a function under `@asynccontextmanager` are synchronous calls.
"""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from mypy_await.contracts import decorators
from mypy_await.contracts.decorators import COROUTINES, MANAGERS, TRANSPARENT, name_of
from mypy_await.contracts.expressions import (
    ANY,
    NONE,
    OBJECT,
    UNKNOWN,
    TypeExpr,
    awaited,
    standard_class,
)
from mypy_await.contracts.modules import FUNCTIONS, Function, is_overload
from mypy_await.contracts.resolving import Resolver, Scope, Symbol


class Colour(Enum):
    """Must the result of a call be awaited?"""

    ASYNC = "async"
    SYNC = "sync"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Effect:
    """What calling a function (or reading a property) gives.

    `result` is what a caller works with: of an async function the type that awaiting gives.
    `hidden` is the type of an awaitable that the body returns and the signature does not declare.
    `doubt` says why the colour is unknown.  `keyword` says whether the definition begins with
    `async`, `wrapped` whether a decorator or another definition may change that.
    """

    colour: Colour
    result: TypeExpr = UNKNOWN
    keyword: bool = False
    hidden: TypeExpr | None = None
    doubt: str = ""
    wrapped: bool = False


class Why(Enum):
    """Why a function's body is looked into."""

    OPEN = "no annotation says what it gives"
    DECLARED = "the annotation may not be true"
    WRAPPED = "a decorator does not say what it makes of it"


Bodies: TypeAlias = Callable[[Symbol, Why], "tuple[Colour, TypeExpr]"]
"""Answers from a function's body: the colour of its calls, and the type of what they give."""

_ASYNC_GENERATOR: Final = TypeExpr("collections.abc.AsyncGenerator", (ANY, ANY))
_OPEN: Final = (UNKNOWN, ANY, OBJECT)


def effect_of(symbol: Symbol, resolver: Resolver, bodies: Bodies | None = None) -> Effect | None:
    """Return the effect of a function's definitions, or None where it is no function.

    Overloads, and definitions in branches that nobody can decide, must agree; where they do not,
    the colour is unknown.
    """
    functions = [node for node in symbol.nodes if isinstance(node, FUNCTIONS)]
    if not functions or len(functions) < len(symbol.nodes):
        return None
    signatures = [node for node in functions if is_overload(node)] or functions
    effects = [_one(node, symbol, resolver, bodies) for node in signatures]
    first = effects[0]
    if any(effect.colour != first.colour for effect in effects):
        return Effect(
            Colour.UNKNOWN, keyword=first.keyword, doubt="its definitions differ", wrapped=True
        )
    if any(effect.result != first.result for effect in effects):
        return replace(first, result=UNKNOWN, hidden=None)
    return first


def _one(node: Function, symbol: Symbol, resolver: Resolver, bodies: Bodies | None) -> Effect:
    scope = symbol.scope.inside(node)
    declared = resolver.annotation(node.returns, scope)
    is_async = isinstance(node, ast.AsyncFunctionDef)
    if is_async:
        effect = _async(node, declared, symbol)
    elif node.name == "__init__":
        effect = Effect(Colour.SYNC, NONE)
    else:
        effect = _sync(node, symbol, resolver, bodies)
    effect = replace(effect, keyword=is_async)
    for decorator in reversed(node.decorator_list):
        effect = _decorate(effect, decorator, declared, scope, resolver)
    if effect.wrapped and bodies:
        seen = _from_body(*bodies(symbol, Why.WRAPPED))
        return effect if seen.doubt else replace(seen, keyword=effect.keyword)
    return effect


def _async(node: Function, declared: TypeExpr, symbol: Symbol) -> Effect:
    if _is_generator(node, symbol):
        return Effect(Colour.SYNC, declared if node.returns else _ASYNC_GENERATOR)
    return Effect(Colour.ASYNC, declared)


def _sync(node: Function, symbol: Symbol, resolver: Resolver, bodies: Bodies | None) -> Effect:
    declared = resolver.annotation(node.returns, symbol.scope.inside(node))
    inner = awaited(declared)
    if inner is not None:
        return Effect(Colour.ASYNC, inner)
    if declared.name == "|" and any(awaited(part) for part in declared.args):
        return Effect(Colour.UNKNOWN, declared, doubt="it returns an awaitable only sometimes")
    if node.returns is not None and declared == UNKNOWN:
        return Effect(Colour.UNKNOWN, doubt="its annotation is not understood")
    if bodies is None or (declared in _OPEN and _is_generator(node, symbol)):
        return Effect(Colour.SYNC, declared)
    if declared in _OPEN:
        return _from_body(*bodies(symbol, Why.OPEN))
    if not _denies_awaitable(declared, resolver):
        return Effect(Colour.SYNC, declared)
    colour, value = bodies(symbol, Why.DECLARED)
    return Effect(Colour.SYNC, declared, hidden=value if colour is Colour.ASYNC else None)


def _denies_awaitable(declared: TypeExpr, resolver: Resolver) -> bool:
    """Is it certain that no value of this type can be awaited?"""
    if declared.name == "|":
        return all(_denies_awaitable(part, resolver) for part in declared.args)
    if declared == NONE:
        return True
    ancestors = resolver.bases(declared.name)
    if ancestors is None:
        return False
    known = filter(None, map(standard_class, ancestors))
    awaitable = any(issubclass(cls, Awaitable) for cls in known)
    return not awaitable and resolver.member(declared.name, "__await__")[0] is None


def _from_body(colour: Colour, value: TypeExpr) -> Effect:
    if colour is Colour.ASYNC:
        return Effect(colour, awaited(value) or UNKNOWN, hidden=value)
    return Effect(colour, value, doubt="" if colour is Colour.SYNC else "its body does not say")


def _is_generator(node: Function, symbol: Symbol) -> bool:
    return symbol.scope.module.may_yield(node) and _has_yield(node)


def _has_yield(node: Function) -> bool:
    """Has the function a `yield` of its own?"""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        child = waiting.pop()
        if isinstance(child, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(child, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(child))
    return False


def _decorate(
    effect: Effect, decorator: ast.expr, declared: TypeExpr, scope: Scope, resolver: Resolver
) -> Effect:
    written = name_of(decorator)
    name = resolver.full_name(written, scope) if written else ""
    if name in TRANSPARENT or name.endswith(".getter"):
        return effect
    if name in MANAGERS:
        yielded = declared.args[:1] or (UNKNOWN,)
        return replace(effect, colour=Colour.SYNC, result=TypeExpr(MANAGERS[name], yielded))
    if name in COROUTINES:
        return replace(effect, colour=Colour.ASYNC, result=UNKNOWN)
    made = decorators.declared(decorator, scope, resolver)
    if made is None:
        doubt = f'decorator "{written or ast.unparse(decorator)}"'
        return Effect(Colour.UNKNOWN, keyword=effect.keyword, doubt=doubt, wrapped=True)
    if made.awaits:
        return Effect(Colour.SYNC, effect.result, keyword=effect.keyword)
    return effect if made.value is None else _declared(made.value, effect)


def _declared(value: TypeExpr, before: Effect) -> Effect:
    """Return the effect of a declared result; a type variable stands for the result so far."""
    inner = awaited(value)
    result = value if inner is None else inner
    if result.name.startswith("~"):
        result = before.result
    colour = Colour.SYNC if inner is None else Colour.ASYNC
    return Effect(colour, result, keyword=before.keyword)
