"""Does an attribute get the awaited result of the same call elsewhere, and is it only read as that?

    async def start(self):
        self._source = await self.find()

    async def on_change(self):
        self._source = self.find()

An attribute is not both, where nothing in the module awaits it, asks what it is, or hands it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import AssignmentStmt, AwaitExpr, CallExpr, Expression, FuncItem, MemberExpr

from mypy_await import names
from mypy_await.attributes import is_of_self, is_same, is_store, is_stored, named, whole_module
from mypy_await.awaitables import Sort, awaitable
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.site import Site
from mypy_await.use import Use


def awaited_elsewhere(use: Use) -> AwaitExpr | None:
    """Return the `await` of the same call that another function stores in the attribute."""
    target, call, place = use.place.target, use.origin, use.place
    if use.value.sort is not Sort.COROUTINE or place.conditional or use.node is not call:
        return None
    if not isinstance(target, MemberExpr) or not is_of_self(target) or not is_stored(use):
        return None
    function = function_around(place.node, use.site.parents)
    if not isinstance(call, CallExpr) or function is None or not function.is_coroutine:
        return None
    if awaitable(use.value.result) is not None:
        return None  # what awaiting it gives is to be awaited in turn
    module, site = whole_module(use.site)
    mentions = list(named(module, target))
    found = next(_awaits(mentions, call, target, function, site), None)
    loads = [node for node in mentions if not is_store(node, site)] if found else []
    places = [place_of(load, site.parents) for load in loads]
    if not all(map(_is_read, places)) or all(one.kind in _LOOKS for one in places):
        return None
    return found


def _awaits(
    mentions: list[Expression],
    call: CallExpr,
    target: MemberExpr,
    function: FuncItem,
    site: Site,
) -> Iterator[AwaitExpr]:
    """Yield what is stored in the attribute by other functions that await the same function."""
    for mention in mentions:
        statement = site.parents.get(mention)
        match statement:
            case AssignmentStmt(rvalue=AwaitExpr(expr=CallExpr() as other) as value):
                is_other = function_around(statement, site.parents) is not function
                if not is_other or not is_store(mention, site) or not is_of_self(mention):
                    continue
                name = site.callee_name(call)
                if name and name == site.callee_name(other) and is_same(mention, target, site):
                    yield value


def _is_read(place: Place) -> bool:
    """Is an attribute read here as what only a plain value is, or given as it is?"""
    if place.names:
        return False
    if place.kind is Kind.ATTRIBUTE:
        return place.detail not in names.OF_AWAITABLES
    return place.kind in _READS or place.kind in _LOOKS


_LOOKS: Final = frozenset(
    {Kind.COMPARED, Kind.DELETED, Kind.FORMATTED, Kind.STATEMENT, Kind.TESTED}
)
_READS: Final = frozenset(
    {Kind.INDEX, Kind.INDEXED, Kind.ITERATED, Kind.OPERAND, Kind.RETURNED, Kind.UNPACKED}
)
