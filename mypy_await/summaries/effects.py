"""What a decorator makes of an `async def`: it is tried on one."""

from __future__ import annotations

from dataclasses import replace

from mypy_await.summaries import calls, classes, managers
from mypy_await.summaries.arguments import Arguments, Lazy
from mypy_await.summaries.async_wrappers import AsyncWrapper
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.library import RUNNERS
from mypy_await.summaries.model import (
    UNKNOWN_EFFECT,
    CallShape,
    DecoratorEffect,
    Effect,
    How,
    Use,
    Verdict,
    misuse,
)
from mypy_await.summaries.values import (
    DICT,
    SUBJECT,
    SUBJECT_NAME,
    SYNC_SUBJECT,
    UNKNOWN,
    Atom,
    Descriptor,
    Function,
    Instance,
    Partial,
    Subject,
    Value,
    only,
    result_of,
)
from mypy_await.summaries.wrappers import Wrapper


def of(engine: Engine, decorator: Value) -> DecoratorEffect:
    """Return what applying a decorator to an `async def` does; all variants must agree."""
    manager = only(decorator)
    left = managers.decorating(engine, manager) if manager else None
    if left is not None:
        path, line = left.frame.scope.module.path, left.node.lineno
        return DecoratorEffect(Effect.SAME, Use(How.UNCOVERED, path, line))
    return _of(engine, decorator, SUBJECT)


def of_maker(engine: Engine, decorator: Value) -> DecoratorEffect:
    """Return what it does to a sync function whose every call gives a coroutine.

    A block that a call is made in covers what the function itself does.
    """
    effect = _of(engine, decorator, SYNC_SUBJECT)
    is_over = effect.use is not None and effect.use.how in (How.TIMED, How.UNCOVERED)
    return replace(effect, use=None) if is_over else effect


def _of(engine: Engine, decorator: Value, subject: Value) -> DecoratorEffect:
    made = calls.apply(engine, decorator, subject)
    found = {_effect(engine, atom) for atom in made}
    if len(found) > 1:  # a mistake of one variant only is none that is certain
        found = {replace(effect, use=None) for effect in found}
    return found.pop() if len(found) == 1 else UNKNOWN_EFFECT


def made_by(engine: Engine, factory: Value, shape: CallShape) -> Value:
    """Return the decorator that `factory(...)` gives, told the shape of that call."""
    told: dict[int | str, Lazy] = {
        key: (lambda: DICT) if key in shape.dicts else (lambda: UNKNOWN)
        for key in (*range(shape.positional), *shape.keywords)
    }
    given = Arguments(
        [told[position] for position in range(shape.positional)],
        {name: told[name] for name in shape.keywords},
        tells_dicts=True,
    )
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
        body = (AsyncWrapper if wrapper.is_async else Wrapper)(engine, wrapper)
        use = body.mistake()
        if {origin.fullname for origin in result.origins} == {SUBJECT_NAME}:
            return DecoratorEffect(Effect.SAME, use)
        return DecoratorEffect(Effect.ASYNC, use, result.origins)
    if wrapper.is_async:
        return UNKNOWN_EFFECT
    body = Wrapper(engine, wrapper)
    found = body.uses if result.verdict is not Verdict.SOMETIMES else ()
    swallowed = misuse(found, drop=True)
    if swallowed and not body.escapes:
        return DecoratorEffect(Effect.SWALLOWS, swallowed)
    if found and not body.escapes and all(use.how is How.AWAITED for use in found):
        # What `asyncio.run` gives is not known here, but it is no coroutine any more.
        if result.verdict is Verdict.NEVER or all(use.detail in RUNNERS for use in found):
            return DecoratorEffect(Effect.AWAITS)
    return DecoratorEffect(Effect.UNKNOWN, body.mistake())
