"""What a test puts in the place of an async function: `patch.object(api, "get", new=...)`.

Only what is certain counts: the attribute is known and each call of it gives a coroutine, and each
call of the replacement gives a plain value.  A bare `Mock()` is no replacement here: it may be
configured later, or be there to show that nobody calls it.  One that is awaited is a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mypy.nodes import (
    AwaitExpr,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    MypyFile,
    NameExpr,
    OverloadedFuncDef,
    RefExpr,
    StrExpr,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.types import CallableType, Instance, ProperType, Type, UninhabitedType, get_proper_type

from mypy_await import compat, names
from mypy_await.awaitables import is_async_def, may_be_awaitable, parts
from mypy_await.calls import Call, result_of_calling
from mypy_await.knowledge import knows
from mypy_await.mocks import SETTLED, SPECS, LocalMock, entered_mock, local_mock
from mypy_await.places import Kind
from mypy_await.raising import may_fail
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
    replaced = _member_of(call.site, target.expr, target.name)
    if isinstance(target.expr, NameExpr) and not _is_async(replaced):
        replaced = _stood_for(call.site, target.expr, target.name)
    return target.name, replaced, call.node


def _stood_for(site: Site, name: NameExpr, attribute: str) -> SymbolNode | None:
    """Return the attribute that one of a mock stands for.

    The mock says so by its `spec`, or the parameters that it is passed to: all that have such an
    attribute have to agree.
    """
    mock = local_mock(site, name)
    if mock is None:
        return None
    for key in mock.arguments.keys() & SPECS:
        return _member_of(site, mock.arguments[key], attribute)
    wanted = [
        part
        for call, value in mock.arguments_of()
        for formal in site.slot(call, value).formals
        for part in parts(formal)
    ]
    found = [_member(part.type, attribute) for part in wanted if isinstance(part, Instance)]
    members = [member for member in found if member is not None]
    return members[0] if members and all(map(_is_async, members)) else None


def _replaced(call: Call) -> Found:
    given = {passed.name: passed.value for passed in call.arguments}
    target, attribute = given.get("target"), given.get("attribute", given.get("name"))
    new = given.get("new", given.get("value"))
    if new is None and "new_callable" in given:
        new = call.node
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
    if isinstance(new, CallExpr):
        given = dict(zip(new.arg_names, new.args, strict=True))
        if knows("mocks", site.callee_name(new)):
            return _configured(site, given)
        if "new_callable" in given:  # a call of `patch`, which makes the mock itself
            kind = given.pop("new_callable")
            is_mock = isinstance(kind, RefExpr) and knows("mocks", kind.fullname)
            configured = {name: value for name, value in given.items() if name not in _TARGETS}
            return _configured(site, configured) if is_mock else None
    typ, node = site.type_of(new), site.symbol(new)
    if isinstance(typ, CallableType) and not typ.is_type_obj():
        summary = site.refiner.summary_of(site.api, node) if isinstance(node, FuncDef) else None
        if summary is None or summary.may_return:  # what only raises gives nothing
            return get_proper_type(typ.ret_type)
    return None


_TARGETS: Final = frozenset({None, "attribute", "target"})
"""Arguments of `patch` that say what is replaced."""


def _configured(site: Site, given: dict[str | None, Expression]) -> ProperType | None:
    """Return what each call of a mock gives that is made with these arguments."""
    if not given.keys() <= SETTLED:
        return None
    if "side_effect" in given:
        return _result(site, given["side_effect"])
    return site.type_of(given["return_value"]) if "return_value" in given else None


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


def awaited_mock(call: Call) -> CallExpr | None:
    """Return the awaited call of the mock that a call makes, if that certainly gives a plain value.

    The call may be one of an attribute: it is such a mock too, as nobody says otherwise.
    """
    name = call.place.target if call.place.kind is Kind.ASSIGNED else None
    mock = local_mock(call.site, name) if isinstance(name, NameExpr) else _in_place(call)
    if mock is None or mock.made is not call.node or not mock.is_settled:
        return None
    site = call.site
    awaited = [
        (use, node)
        for use, node in mock.calls()
        if isinstance(outer := site.parents[node], AwaitExpr) and not may_fail(outer, site.parents)
    ]
    if not awaited or not mock.is_only_used(lambda use, value: _gives_plain(site, use, value)):
        return None
    is_bare = mock.arguments.keys().isdisjoint(("return_value", "side_effect"))
    arguments = {key: mock.arguments[key] for key in mock.arguments.keys() & SETTLED}
    result = None if is_bare else _configured(site, arguments)
    is_plain = is_bare or (result is not None and _is_plain(result))
    return next((node for use, node in awaited if is_plain or use is not _root(use)), None)


def _in_place(call: Call) -> LocalMock | None:
    """Return the mock that `with patch` names; one for an async function is reported as such."""
    mock = entered_mock(call.site, call.node)
    match call.site.parents.get(call.node):
        case CallExpr(args=[StrExpr(value=name), *_]):
            replaced = _by_full_name(call.site, name)
        case CallExpr(args=[owner, StrExpr(value=name), *_]):
            replaced = _member_of(call.site, owner, name)
        case _:
            return None
    return None if _is_async(replaced) else mock


def _root(use: Expression) -> Expression:
    return _root(use.expr) if isinstance(use, MemberExpr) else use


def _gives_plain(site: Site, target: MemberExpr, value: Expression) -> bool:
    """Does an assignment say of a mock that its calls give a plain value?"""
    typ = site.type_of(value)
    return target.name == "return_value" and typ is not None and _is_plain(typ)


def is_async_child(site: Site, node: MemberExpr) -> bool:
    """Is this attribute of an `AsyncMock`, which is called, one that gives a coroutine?

    With a `spec` it is where the class has an async method, else always.  It is also for what its
    assertions give, so that mypy objects to awaiting that.
    """
    parent = site.parents[node]
    if isinstance(parent, MemberExpr) and parent.name.startswith("assert_"):
        assertion = site.parents[parent]
        is_call = isinstance(assertion, CallExpr) and assertion.callee is parent
        return is_call and isinstance(site.parents[assertion], AwaitExpr)
    if not isinstance(parent, CallExpr) or parent.callee is not node:
        return False
    mock = local_mock(site, node.expr) if isinstance(node.expr, NameExpr) else None
    if mock is None or site.callee_name(mock.made) != names.ASYNC_MOCK:
        return False
    if node.name.startswith(("assert", "__")) or not mock.arguments.keys() <= SETTLED | SPECS:
        return False
    specs = [mock.arguments[key] for key in mock.arguments.keys() & SPECS]
    if not all(_is_coroutine_function(_member_of(site, spec, node.name)) for spec in specs):
        return False
    return mock.is_only_used(lambda use, _: use.name in ("return_value", "side_effect"))


def with_chosen_mock(call: Call, typ: Type) -> Type:
    """Return the type of a call of `patch` without the kinds of mocks that it does not make.

    In the place of an `async def` it puts an `AsyncMock` by itself.
    """
    patcher = get_proper_type(typ)
    if not isinstance(patcher, Instance) or not set(call.node.arg_names) <= _TARGETS | SETTLED:
        return typ
    _, original, new = _replaced(call)
    if new is not None or not _is_coroutine_function(original):
        return typ
    kinds = [part for arg in patcher.args for part in parts(get_proper_type(arg))]
    chosen = [kind for kind in kinds if is_async_mock(kind)]
    return patcher.copy_modified(args=chosen) if len(chosen) == len(patcher.args) else typ


def is_async_mock(typ: Type) -> bool:
    """Is this the class `AsyncMock` itself?"""
    return isinstance(typ, Instance) and typ.type.fullname == names.ASYNC_MOCK


def _is_coroutine_function(node: SymbolNode | None) -> bool:
    """Is this an `async def`, with nothing around it that may hide it from `inspect`?"""
    if isinstance(node, Decorator):
        is_bare = all(
            isinstance(decorator, NameExpr) and decorator.name in ("classmethod", "staticmethod")
            for decorator in node.original_decorators
        )
        return is_bare and bool(node.original_decorators) and is_async_def(node.func)
    return isinstance(node, FuncDef) and is_async_def(node)
