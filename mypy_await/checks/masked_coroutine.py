"""masked-coroutine: a run-time test for a coroutine on a value that can never be one (off)."""

from __future__ import annotations

from mypy.nodes import StrExpr

from mypy_await import codes, compat, messages, names
from mypy_await.awaitables import may_be_awaitable
from mypy_await.calls import Call
from mypy_await.knowledge import knows
from mypy_await.use import Misuse


def check_test(call: Call) -> Misuse | None:
    """Report `iscoroutine(x)` and its like where the declared type of `x` is never awaitable.

    Such a test hides the symptom of a signature that does not tell the truth.
    """
    tested = call.arguments[0] if call.arguments else None
    if tested is None or may_be_awaitable(tested.typ) or not _asks(call):
        return None
    text = messages.masked(compat.format_type(call.site.api, tested.typ))
    return Misuse(codes.MASKED_COROUTINE, text, (messages.TELL_THE_TRUTH,))


def _asks(call: Call) -> bool:
    if call.callee != names.HASATTR:
        return knows("coroutine-tests", call.callee)
    name = call.node.args[1] if len(call.node.args) == 2 else None
    return isinstance(name, StrExpr) and name.value in ("__await__", "cr_frame", "send")
