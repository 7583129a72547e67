"""Which class `await acquire()`, or `async with acquire() as x`, gives: where a wrapper hides it.

    def acquire():
        return Wrapper(connect())

The methods of a wrapper say nothing by themselves, as each of its instances keeps another
coroutine.  The source of what is called here says which.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import AwaitExpr, CallExpr, Context, MemberExpr, RefExpr, TypeInfo
from mypy.plugin import CheckerPluginInterface
from mypy.types import Instance, NoneType, ProperType

from mypy_await import compat
from mypy_await.awaitables import parts
from mypy_await.reader import Reader
from mypy_await.summaries import FunctionSummary

AWAIT: Final = "__await__"
_ENTER: Final = frozenset({"__aenter__", "__enter__"})


def class_given(
    reader: Reader, api: CheckerPluginInterface, fullname: str, node: Context
) -> str | None:
    """Return the full name of the class that a statement's call of a special method gives.

    `node` is the `await`, or the context manager.
    """
    method = fullname.rpartition(".")[2]
    call = node.expr if method == AWAIT and isinstance(node, AwaitExpr) else node
    if method not in (AWAIT, *_ENTER) or not isinstance(call, CallExpr):
        return None
    summary = summary_of_call(reader, api, call)
    if summary is None:
        return None
    return summary.awaits_class if method == AWAIT else summary.enters_class


def summary_of_call(
    reader: Reader, api: CheckerPluginInterface, call: CallExpr
) -> FunctionSummary | None:
    """Return the summary of what a call names, decorators applied."""
    callee = call.callee
    if not isinstance(callee, MemberExpr) or callee.fullname:
        name = callee.fullname if isinstance(callee, RefExpr) else ""
        return reader.summary_of_callee(api, name, callee)
    owner = _class_of(compat.type_of(api, callee.expr))
    return reader.summary(api, f"{owner.fullname}.{callee.name}") if owner else None


def _class_of(typ: ProperType | None) -> TypeInfo | None:
    """Return the class of a receiver, where it is not `None`."""
    found = [part for part in parts(typ) if not isinstance(part, NoneType)] if typ else []
    one = found[0] if len(found) == 1 else None
    return one.type if isinstance(one, Instance) else None
