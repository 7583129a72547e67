"""What a test puts in the place of an async function: `patch.object(api, "get", new=...)`.

Only what is certain counts: the attribute is known and each call of it gives a coroutine, and each
call of the replacement gives a plain value.  A bare `Mock()` is no replacement here: it may be
configured later, or be there to show that nobody calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    MypyFile,
    OverloadedFuncDef,
    RefExpr,
    StrExpr,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.types import CallableType, Instance, ProperType, UninhabitedType, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import is_async_def, may_be_awaitable, parts
from mypy_await.calls import Call, result_of_calling
from mypy_await.knowledge import knows
from mypy_await.places import Kind
from mypy_await.site import Site, class_of


@dataclass(frozen=True)
class Replacement:
    """A plain function or mock in the place of an async function."""

    name: str
    """The name of what is replaced."""
    node: Expression
    """What stands in its place."""
    result: ProperType
    """What calling that gives."""


def replacement(call: Call) -> Replacement | None:
    """Return what a call puts, with a plain result, where an async function was.

    The call is one that replaces an attribute for the time of a test, or one that makes a mock,
    which is assigned to an attribute.
    """
    name, original, new = _assigned(call) if knows("mocks", call.callee) else _replaced(call)
    if new is None or not _is_async(original):
        return None
    result = _result(call.site, new)
    return Replacement(name, new, result) if result is not None and _is_plain(result) else None


Found = tuple[str, SymbolNode | None, Expression | None]
"""The name of an attribute, what it is, and what takes its place."""


def _assigned(call: Call) -> Found:
    target = call.place.target if call.place.kind is Kind.ASSIGNED else None
    if not isinstance(target, MemberExpr):
        return "", None, None
    return target.name, _member_of(call.site, target.expr, target.name), call.node


def _replaced(call: Call) -> Found:
    given = {passed.name: passed.value for passed in call.arguments}
    target, attribute = given.get("target"), given.get("attribute", given.get("name"))
    new = given.get("new", given.get("value"))
    if isinstance(target, StrExpr):
        new = new or given.get("name")  # `setattr` of pytest takes it second then
        return target.value.rpartition(".")[2], _by_full_name(call.site, target.value), new
    if target is None or not isinstance(attribute, StrExpr):
        return "", None, None
    return attribute.value, _member_of(call.site, target, attribute.value), new


def _member_of(site: Site, owner: Expression, name: str) -> SymbolNode | None:
    """Return an attribute of what an expression stands for: a module, a class or an object."""
    if isinstance(owner, RefExpr) and isinstance(owner.node, MypyFile):
        return _member(owner.node, name)
    info = class_of(site.type_of(owner))
    return _member(info, name) if info else None


def _member(owner: SymbolNode, name: str) -> SymbolNode | None:
    match owner:
        case MypyFile():
            found = owner.names.get(name)
        case TypeInfo():
            found = owner.get(name)
        case Var():
            info = class_of(get_proper_type(owner.type))
            found = info.get(name) if info else None
        case _:
            found = None
    return found.node if found else None


def _by_full_name(site: Site, name: str) -> SymbolNode | None:
    """Return what a dotted name means, if it begins with a module that the one in work imports.

    mypy checks a module anew when one changes that it imports, and no other.
    """
    modules = compat.imported(site.api)
    above, _, below = name.rpartition(".")
    names = [below]
    while above and above not in modules:
        above, _, below = above.rpartition(".")
        names.insert(0, below)
    node: SymbolNode | None = modules.get(above)
    for part in names:
        node = _member(node, part) if node else None
    return node


def _is_async(node: SymbolNode | None) -> bool:
    """Does each call of what this symbol stands for give a coroutine?"""
    function = node.func if isinstance(node, Decorator) else node
    if isinstance(function, (FuncDef, OverloadedFuncDef)) and function.is_property:
        return False
    if isinstance(node, (Decorator, FuncDef, OverloadedFuncDef, Var)) and node.type is not None:
        value = result_of_calling(get_proper_type(node.type))
        return value is not None and value.is_lazy
    return is_async_def(node)


def _result(site: Site, new: Expression) -> ProperType | None:
    """Return what each call of a replacement gives, or None when that is not known."""
    if isinstance(new, CallExpr) and knows("mocks", site.callee_name(new)):
        given = dict(zip(new.arg_names, new.args, strict=True))
        if not given.keys() <= _SETTLED:
            return None
        if "side_effect" in given:
            return _result(site, given["side_effect"])
        return site.type_of(given["return_value"]) if "return_value" in given else None
    typ = site.type_of(new)
    if isinstance(typ, CallableType) and not typ.is_type_obj():
        return get_proper_type(typ.ret_type)
    return None


_SETTLED: Final = frozenset({"name", "return_value", "side_effect"})
"""Arguments of a mock that leave no doubt about what it gives: `spec` may make it async."""


def _is_plain(typ: ProperType) -> bool:
    """Can a value of this type never be awaited?  A mock cannot, though its class says `Any`."""
    return all(
        not isinstance(part, UninhabitedType)
        and not may_be_awaitable(part)
        and not (
            isinstance(part, Instance)
            and part.type.fallback_to_any
            and not knows("mocks", part.type.fullname)
        )
        for part in parts(typ)
    )
