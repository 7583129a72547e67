"""Is a function awaited, where a test says that it is async, and not what calling it gives?

    if asyncio.iscoroutinefunction(self.callback):
        await self.callback

mypy minds that only where it knows the type of the function.
"""

from __future__ import annotations

from mypy.nodes import AwaitExpr, Expression
from mypy.types import AnyType

from mypy_await.calls import Call
from mypy_await.conditions import guarded
from mypy_await.overrides import dotted_name
from mypy_await.walk import descendants


def awaited_uncalled(call: Call) -> Expression | None:
    """Return where what a call asks about is awaited itself, if nothing else is done with it there.

    Where mypy knows the function's type it says so itself.
    """
    asked = call.arguments[0] if len(call.arguments) == 1 else None
    if asked is None or not isinstance(asked.typ, AnyType):
        return None
    name, choice = dotted_name(asked.value), call.site.parents.get(call.node)
    branch = next((branch for test, branch in guarded(choice) if test is call.node), None)
    if not name or branch is None:
        return None
    uses = [
        node
        for node in descendants(branch, into_functions=False)
        if isinstance(node, Expression) and dotted_name(node) == name
    ]
    above = call.site.parents.get(uses[0]) if len(uses) == 1 else None
    return uses[0] if isinstance(above, AwaitExpr) else None
