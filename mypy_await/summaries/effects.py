"""What a decorator makes of an `async def`: it is tried on one."""

from __future__ import annotations

import ast

from mypy_await.summaries import calls, classes, expressions, parameters, uses
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.library import RUNNERS
from mypy_await.summaries.model import (
    UNKNOWN_EFFECT,
    DecoratorEffect,
    Effect,
    How,
    Use,
    Verdict,
    misuse,
)
from mypy_await.summaries.values import (
    SUBJECT,
    SUBJECT_ORIGIN,
    UNKNOWN,
    Atom,
    Descriptor,
    Frame,
    Function,
    Instance,
    Partial,
    Subject,
    Value,
    result_of,
)


def of(engine: Engine, decorator: Value) -> DecoratorEffect:
    """Return what applying a decorator to an `async def` does; all variants must agree."""
    made = calls.apply(engine, decorator, SUBJECT)
    effects = {_effect(engine, atom) for atom in made}
    return effects.pop() if len(effects) == 1 else UNKNOWN_EFFECT


def made_by(engine: Engine, factory: Value, positional: int, keywords: tuple[str, ...]) -> Value:
    """Return the decorator that `factory(...)` gives, told the shape of that call."""
    given = Arguments([lambda: UNKNOWN] * positional, {name: lambda: UNKNOWN for name in keywords})
    return calls.call_reading(engine, factory, given)


def _effect(engine: Engine, atom: Atom) -> DecoratorEffect:
    match atom:
        case Subject() | Partial(function=Subject()):
            return DecoratorEffect(Effect.SAME)
        case Descriptor(name="property", function=Subject()):
            return DecoratorEffect(Effect.PROPERTY)
        case Descriptor(function=function):
            return _effect(engine, function)
        case Function():
            return _wrapper(engine, atom)
        case Instance():
            method = classes.attribute(engine, frozenset({atom}), "__call__")
            functions = [one for one in method if isinstance(one, Function)]
            if len(method) == 1 and functions:
                return _wrapper(engine, functions[0])
    return UNKNOWN_EFFECT


def _wrapper(engine: Engine, wrapper: Function) -> DecoratorEffect:
    """Return the effect of a decorator that puts `wrapper` in the function's place."""
    unknown_call = Arguments(is_open=True)
    result = result_of(
        classes.as_awaitables(engine, calls.call_function(engine, wrapper, unknown_call))
    )
    if result.verdict is Verdict.ALWAYS:
        if result.origins == (SUBJECT_ORIGIN,):
            return DecoratorEffect(Effect.SAME)
        return DecoratorEffect(Effect.ASYNC, origins=result.origins)
    if wrapper.is_async or result.verdict is Verdict.SOMETIMES:
        return UNKNOWN_EFFECT
    found, escapes = _subject_uses(engine, wrapper)
    swallowed = misuse(found, drop=True)
    if swallowed and not escapes:
        return DecoratorEffect(Effect.SWALLOWS, swallowed)
    if found and not escapes and all(use.how is How.AWAITED for use in found):
        # What `asyncio.run` gives is not known here, but it is no coroutine any more.
        if result.verdict is Verdict.NEVER or all(use.detail in RUNNERS for use in found):
            return DecoratorEffect(Effect.AWAITS)
    return UNKNOWN_EFFECT


def _subject_uses(engine: Engine, wrapper: Function) -> tuple[tuple[Use, ...], bool]:
    """Return what a wrapper does with the results of calling the decorated function.

    And whether it does anything else with the function itself, which may then be called elsewhere.
    """
    bindings = calls.bound(engine, wrapper, Arguments(is_open=True))
    frame = calls.frame_of_call(engine, wrapper, bindings)
    follower = uses.Follower(engine, frame)
    found: list[Use] = []
    escapes = False
    for node, inner in follower.inside():
        if not _is_subject(engine, node, inner):
            continue
        parent = follower.body.parents[node]
        if isinstance(parent, ast.Call) and parent.func is node:
            found += parameters.uses_of(engine, parent, frame)
        elif not (isinstance(parent, ast.Attribute) or _only_names(parent)):
            escapes = True
    return tuple(found), escapes


def _is_subject(engine: Engine, node: ast.expr, frame: Frame) -> bool:
    return bool(expressions.value(engine, node, frame) & SUBJECT)


def _only_names(parent: ast.AST) -> bool:
    """Is it `wraps(function)`, which looks only at the name?"""
    return isinstance(parent, ast.Call) and ast.unparse(parent.func).endswith("wraps")
