"""Does anybody run an async method of a `unittest.TestCase`?

A plain `TestCase` calls it and drops the coroutine.  pytest runs test cases by unittest's own
means: its marks, and so the plugins for async tests behind them, do nothing there.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, Expression, TypeInfo

from mypy_await import decorated
from mypy_await.knowledge import knows
from mypy_await.overrides import ClassBody, Method
from mypy_await.summaries import DecoratorEffect, Effect, Kind

TEST_CASE: Final = "unittest.case.TestCase"
ASYNC_TEST_CASE: Final = "unittest.async_case.IsolatedAsyncioTestCase"
_FIXTURES: Final = ("setUp", "tearDown", "setUpClass", "tearDownClass")
_WAYS_TO_RUN: Final = (
    "__call__",
    "__getattribute__",
    "__init__",
    "__init_subclass__",
    "_callTestMethod",
    "debug",
    "run",
)


def runs_nothing_async(body: ClassBody) -> bool:
    """Is this a class of tests whose async ones certainly nobody awaits?

    `IsolatedAsyncioTestCase` awaits them, and so may any class that brings its own way to run, and
    a decorator that knows the class.
    """
    info = body.info
    return (
        info.has_base(TEST_CASE)
        and not _runs_its_own_way(info)
        and all(_leaves_async(body, decorator) for decorator in body.node.decorators)
    )


def is_dropped(body: ClassBody, method: Method) -> bool:
    """Is this an async test or fixture, and still async behind its decorators?"""
    is_test = method.name.startswith("test") or method.name in _FIXTURES
    return (
        is_test
        and method.is_async
        and all(_leaves_async(body, decorator) for decorator in method.decorators)
    )


def _leaves_async(body: ClassBody, decorator: Expression) -> bool:
    """Is this a decorator that leaves an async test for others to await?

    One that skips the test is none: nobody is to run that.
    """
    call = decorator if isinstance(decorator, CallExpr) else None
    name = body.fullname_of(call.callee if call else decorator)
    owner, _, own = name.rpartition(".")
    if knows("test-decorators", name) or knows("test-decorators", owner):
        return own != "skip"
    module = body.api.cur_mod_id
    effect = decorated.effect_in_class(body.refiner, module, name, call) if name else None
    return (
        effect is not None
        and effect.use is None
        and effect.kept is None
        and (effect.effect is Effect.SAME or _gives_coroutines(effect))
    )


def _gives_coroutines(effect: DecoratorEffect) -> bool:
    return effect.effect is Effect.ASYNC and all(
        origin.kind is Kind.COROUTINE for origin in effect.origins
    )


def _runs_its_own_way(info: TypeInfo) -> bool:
    if info.fallback_to_any or info.metaclass_type is not None:
        return True
    return any(
        base.fullname == ASYNC_TEST_CASE
        or (not base.fullname.startswith("unittest.") and _defines_a_way(base))
        for base in info.mro
    )


def _defines_a_way(base: TypeInfo) -> bool:
    if base.fullname == "builtins.object":
        return False
    own = {getattr(statement, "name", "") for statement in base.defn.defs.body}
    return any(name in base.names or name in own for name in _WAYS_TO_RUN)
