"""The one answer to "must this value be awaited, and what does that give?"

Only a value that is *always* awaitable has an answer: a union with anything else in it, `Any` and a
class with an unknown base stay undecided.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import CoroutineType
from typing import Final, TypeGuard

from mypy.nodes import Decorator, FuncDef, SymbolTableNode, TypeInfo, Var
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    TypeVarType,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from mypy_await import compat, names


class Sort(enum.Enum):
    """How an awaitable behaves when nobody awaits it."""

    COROUTINE = "coroutine"
    """Does nothing until it is awaited, once."""
    AWAITABLE = "awaitable"
    """Declared `Awaitable`: may be a coroutine or a future."""
    FUTURE = "future"
    """Runs by itself and may be awaited again: futures and tasks."""
    ONLY = "only"
    """A class of the user's own, derived from `Awaitable`, that can only be awaited, or entered."""
    OTHER = "other"
    """A class of the user's own, awaitable among other things."""


@dataclass(frozen=True)
class Awaitable:
    """A value that is always awaitable."""

    typ: ProperType
    result: Type
    """The type that awaiting it gives."""
    sort: Sort

    @property
    def is_own(self) -> bool:
        """Is it of a class of the user's own?"""
        return self.sort in (Sort.ONLY, Sort.OTHER)

    @property
    def is_lazy(self) -> bool:
        """Is it lost when nobody awaits it, as far as its type tells?"""
        return self.sort in (Sort.COROUTINE, Sort.AWAITABLE)


_SORTS: Final = (
    (names.FUTURES, Sort.FUTURE),
    (frozenset({names.COROUTINE, names.AWAITABLE_GENERATOR}), Sort.COROUTINE),
)


def awaitable(typ: Type | None) -> Awaitable | None:
    """Return what awaiting a value of this type gives, or None if it need not be awaitable."""
    proper = get_proper_type(typ)
    match proper:
        case Instance():
            return _instance(proper)
        case TypeVarType():
            bound = awaitable(proper.upper_bound)
            return Awaitable(proper, bound.result, bound.sort) if bound else None
        case UnionType():
            return _union(proper)
    return None


def may_be_awaitable(typ: Type | None) -> bool:
    """Can a value of this type be awaitable, as far as the type tells?"""
    proper = get_proper_type(typ)
    match proper:
        case None | AnyType() | TypeVarType():
            return True
        case Instance():
            return proper.type.fullname == "builtins.object" or awaitable(proper) is not None
        case UnionType():
            return any(may_be_awaitable(item) for item in proper.items)
    return False


def may_mean_function(typ: Type) -> bool:
    """Is this a bare `Awaitable` or `Coroutine`?  Many write that for a function that gives one."""
    proper = get_proper_type(typ)
    if not isinstance(proper, Instance) or proper.type.fullname not in names.BARE:
        return False
    result = get_proper_type(proper.args[-1])
    return isinstance(result, AnyType) and result.type_of_any == TypeOfAny.from_omitted_generics


def refuses_coroutines(typ: Type) -> bool:
    """Is this a declared type that no coroutine has, whatever stands open in it?"""
    return all(_refuses(part) for part in parts(get_proper_type(typ)))


def is_plain(typ: ProperType) -> bool:
    """Is this a value that is no awaitable and holds none, as most are?"""
    match typ:
        case NoneType() | LiteralType():
            return True
        case Instance():
            info = typ.type
            holds_nothing = info.module_name == "builtins" or info.get("__iter__") is None
            is_known = not (typ.args or info.fallback_to_any or may_be_awaitable(typ))
            return is_known and holds_nothing
        case UnionType():
            return all(is_plain(get_proper_type(item)) for item in typ.items)
    return False


def _refuses(typ: ProperType) -> bool:
    if isinstance(typ, TypeVarType):
        return all(map(refuses_coroutines, typ.values or [typ.upper_bound]))
    if not isinstance(typ, Instance):
        return isinstance(typ, (NoneType, LiteralType, TupleType, TypedDictType))
    info = typ.type
    if may_be_awaitable(typ) or info.fallback_to_any:
        return False
    return not info.is_protocol or any(
        not hasattr(CoroutineType, member) for member in info.protocol_members
    )


def _instance(typ: Instance) -> Awaitable | None:
    info = typ.type
    method = info.get("__await__")
    if method is None:
        return None
    return Awaitable(typ, _result(typ, info, method.type), _sort(info))


def _sort(info: TypeInfo) -> Sort:
    if info.fullname == names.AWAITABLE:
        return Sort.AWAITABLE
    bases = {base.fullname for base in info.mro}
    known = next((sort for listed, sort in _SORTS if bases & listed), None)
    return known or (Sort.ONLY if _is_awaitable_only(info) else Sort.OTHER)


def _is_awaitable_only(info: TypeInfo) -> bool:
    """Is a class derived from `Awaitable`, without methods but those that make, await and enter it?

    Private ones it may have.  What may be implemented in many ways may have others, and so may a
    class with unknown bases, or one that says nothing of what it is meant for.
    """
    if info.fallback_to_any or info.is_protocol or info.is_abstract:
        return False
    if all(base.fullname != names.AWAITABLE for base in info.mro):
        return False
    own = [base for base in info.mro if base.module_name not in _DECLARING]
    return all(_adds_no_use(name, found.node) for base in own for name, found in base.names.items())


def _adds_no_use(name: str, node: object) -> bool:
    if name.startswith("__") and name.endswith("__"):
        return name in _OF_AWAITABLE_ONLY
    return name.startswith("_") or isinstance(node, Var)


_DECLARING: Final = frozenset({"builtins", "typing", "contextlib", "abc", "collections.abc"})
_OF_AWAITABLE_ONLY: Final = frozenset(
    {
        "__aenter__",
        "__aexit__",
        "__await__",
        "__class_getitem__",
        "__del__",
        "__doc__",
        "__init__",
        "__module__",
        "__new__",
        "__slots__",
    }
)


def _result(typ: Instance, info: TypeInfo, await_type: Type | None) -> Type:
    base = next((base for base in info.mro if base.fullname == names.AWAITABLE), None)
    if base is not None:
        return compat.map_instance_to_supertype(typ, base).args[0]
    method = get_proper_type(await_type)
    if isinstance(method, CallableType):
        bound = compat.bind_self(method, typ)
        generator = get_proper_type(compat.expand_type_by_instance(bound.ret_type, typ))
        if isinstance(generator, Instance) and len(generator.args) == 3:
            return generator.args[2]  # Generator[yield, send, return]: PEP 492
    return AnyType(TypeOfAny.special_form)


def _union(typ: UnionType) -> Awaitable | None:
    items = [awaitable(item) for item in typ.items]
    found = [item for item in items if item is not None]
    if not found or len(found) < len(items):
        return None
    return Awaitable(
        typ, compat.make_simplified_union([item.result for item in found]), _weakest(found)
    )


def _weakest(items: Iterable[Awaitable]) -> Sort:
    sorts = {item.sort for item in items}
    if len(sorts) == 1:
        return sorts.pop()
    return Sort.AWAITABLE if sorts.isdisjoint({Sort.ONLY, Sort.OTHER}) else Sort.OTHER


def is_async_def(node: object) -> bool:
    """Is this an `async def` whose call gives a coroutine (and not an async generator)?"""
    return isinstance(node, FuncDef) and node.is_coroutine and not node.is_async_generator


def differ_in_colour(one: ProperType, other: ProperType) -> bool:
    """Have two objects a method of one name, of which only the first one's is async?"""
    if not isinstance(one, Instance) or not isinstance(other, Instance):
        return False
    async_names = {
        name
        for base in one.type.mro
        for name, symbol in base.names.items()
        if _is_async_member(symbol)
    }
    found = (other.type.get(name) for name in async_names)
    return any(symbol is not None and not _is_async_member(symbol) for symbol in found)


def _is_async_member(symbol: SymbolTableNode) -> bool:
    node = symbol.node
    return is_async_def(node.func if isinstance(node, Decorator) else node)


STARTED_LATER: Final = {
    "contextlib._AsyncGeneratorContextManager": "entered",
    "typing.AsyncGenerator": "iterated",
    "typing.AsyncIterator": "iterated",
}
"""What does nothing until it is entered or iterated, and how."""


def is_started_later(typ: ProperType) -> bool:
    """Is this an async generator, or a context manager made of one?"""
    return isinstance(typ, Instance) and typ.type.fullname in STARTED_LATER


def parts(typ: ProperType) -> Sequence[ProperType]:
    """Return the items of a union, or the type itself."""
    if not isinstance(typ, UnionType):
        return (typ,)
    return [part for item in typ.items for part in parts(get_proper_type(item))]


def called_by(protocol: Instance) -> ProperType | None:
    """Return the type of `__call__` of a protocol that any function with this type fits."""
    call = protocol.type.get("__call__") if protocol.type.is_protocol else None
    if call is None or protocol.type.protocol_members != ["__call__"] or protocol.args:
        return None
    return get_proper_type(call.type)


def is_scalar(typ: ProperType) -> bool:
    """Is this text or a number?  A constant of it may stand for nothing yet."""
    return isinstance(typ, Instance) and typ.type.fullname in names.SCALARS


def holds_anything(typ: Type | None) -> TypeGuard[Instance]:
    """Is this a container of which mypy does not know what is in it?"""
    proper = get_proper_type(typ)
    if not isinstance(proper, Instance) or proper.type.fullname not in names.CONTAINERS:
        return False
    unsaid = (AnyType, UninhabitedType)  # of an empty display in code without annotations
    return bool(proper.args) and isinstance(get_proper_type(proper.args[-1]), unsaid)
