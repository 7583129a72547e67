"""async-test: a test that never runs its coroutine."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import Context, FuncDef, RefExpr

from mypy_await import codes, compat, messages
from mypy_await.awaitables import is_async_def
from mypy_await.calls import Call, formal_of, result_slots
from mypy_await.decorations import Decoration
from mypy_await.fixtures import is_never_run
from mypy_await.knowledge import knows
from mypy_await.overrides import ClassBody
from mypy_await.replacements import awaited_mock, replacement
from mypy_await.runners import is_dropped, runs_nothing_async
from mypy_await.use import Misuse, Use
from mypy_await.walk import flattened


def check(use: Use) -> Misuse | None:
    """Report an assertion of unittest about an awaitable instead of its result."""
    if not use.value.is_lazy or not knows("assertions", use.receiver):
        return None
    text = messages.misused(use, f'passed to "{use.receiver.rpartition(".")[2]}"')
    return Misuse(codes.ASYNC_TEST, text, (messages.remedy(use),))


def check_class(body: ClassBody) -> Iterator[tuple[Context, Misuse]]:
    """Yield async tests and fixtures of a plain `TestCase`, which drops their coroutines."""
    if not runs_nothing_async(body):
        return
    for method in body.methods:
        if is_dropped(body, method):
            text = messages.async_test(method.name)
            yield method.node, Misuse(codes.ASYNC_TEST, text, (messages.ASYNC_TEST_CASE,))


def check_call(call: Call) -> Misuse | None:
    """Report an async function that an assertion calls: `assertRaises(ValueError, load)`.

    Only an `async def` without decorators certainly raises nothing when it is called.  What its
    arguments may raise is a `TypeError`, so who expects that one is left alone.
    """
    if not knows("assertions", call.callee, "of_functions") or _expects_type_error(call):
        return None
    for passed, _ in call.async_functions():
        function = call.site.symbol(passed.value)
        is_called = any(list(result_slots(formal)) for formal in formal_of(call, passed))
        if is_called and isinstance(function, FuncDef) and is_async_def(function):
            text = messages.asserted_function(function.name, call.callee.rpartition(".")[2])
            notes = (messages.AWAIT_IN_THE_BLOCK,)
            return Misuse(codes.ASYNC_TEST, text, notes, passed.value)
    return None


def _expects_type_error(call: Call) -> bool:
    return any(
        isinstance(part, RefExpr) and part.fullname == "builtins.TypeError"
        for part in flattened(call.arguments[0].value)
    )


def check_decoration(decoration: Decoration) -> Misuse | None:
    """Report an async fixture that no plugin runs, and that a test uses as its result."""
    if not knows("fixtures", decoration.name) or not is_never_run(decoration):
        return None
    text = messages.async_fixture(decoration.node.func.name)
    return Misuse(codes.ASYNC_TEST, text, (messages.ASYNC_FIXTURE,))


def check_replacement(call: Call) -> Misuse | None:
    """Report a plain function or mock that a test puts in the place of an async function."""
    found = replacement(call)
    if found is None:
        return _check_awaited_mock(call)
    shown = compat.format_type(call.site.api, found.result)
    text = messages.replaced(found.name, shown)
    return Misuse(codes.ASYNC_TEST, text, (messages.REPLACE_BY_ASYNC,), found.node)


def _check_awaited_mock(call: Call) -> Misuse | None:
    """Report the await of what a plain mock gives: a `TypeError`."""
    awaited = awaited_mock(call) if knows("mocks", call.callee) else None
    if awaited is None:
        return None
    text = messages.awaited_mock(call.callee.rpartition(".")[2])
    return Misuse(codes.ASYNC_TEST, text, (messages.REPLACE_BY_ASYNC,), awaited)
