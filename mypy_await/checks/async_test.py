"""async-test: a test that never runs its coroutine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import TypeInfo

from mypy_await import codes, messages
from mypy_await.knowledge import knows
from mypy_await.overrides import ClassBody, Method
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an assertion of unittest about an awaitable instead of its result."""
    if not use.value.is_lazy or not knows("assertions", use.receiver):
        return None
    text = messages.misused(use, f'passed to "{use.receiver.rpartition(".")[2]}"')
    return Misuse(codes.ASYNC_TEST, text, (messages.remedy(use),))


def check_class(body: ClassBody) -> Iterator[tuple[Method, Misuse]]:
    """Yield async tests and fixtures of a plain `TestCase`, which calls them and drops the result.

    `IsolatedAsyncioTestCase` awaits them, and so may any class that brings its own way to run.
    """
    if not body.info.has_base(_TEST_CASE) or _runs_its_own_way(body.info):
        return
    for method in body.methods:
        is_test = method.name.startswith("test") or method.name in _FIXTURES
        if method.is_async and is_test and not method.decorators:
            text = messages.async_test(method.name)
            yield method, Misuse(codes.ASYNC_TEST, text, (messages.ASYNC_TEST_CASE,))


_TEST_CASE: Final = "unittest.case.TestCase"
_FIXTURES: Final = ("setUp", "tearDown", "setUpClass", "tearDownClass")
_WAYS_TO_RUN: Final = (
    "__call__",
    "__getattribute__",
    "__init__",
    "_callTestMethod",
    "debug",
    "run",
)


def _runs_its_own_way(info: TypeInfo) -> bool:
    if info.fallback_to_any or info.metaclass_type is not None:
        return True
    return any(
        base.fullname == "unittest.async_case.IsolatedAsyncioTestCase"
        or (not base.fullname.startswith("unittest.") and _defines_a_way(base))
        for base in info.mro
    )


def _defines_a_way(base: TypeInfo) -> bool:
    if base.fullname == "builtins.object":
        return False
    own = {getattr(statement, "name", "") for statement in base.defn.defs.body}
    return any(name in base.names or name in own for name in _WAYS_TO_RUN)
