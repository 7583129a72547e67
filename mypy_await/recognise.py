"""Which names are worth a hook: what may give an awaitable when it is called or read.

The answer follows from the declaration alone and is remembered per full name until a file is parsed
anew.  A hook that finds no awaitable costs little; a missing hook is a missed alarm.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import (
    Decorator,
    FuncDef,
    OverloadedFuncDef,
    SymbolNode,
    SymbolTableNode,
    TypeAlias,
    TypeInfo,
    Var,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    get_proper_type,
)

from mypy_await.awaitables import awaitable, is_started_later, may_be_awaitable
from mypy_await.knowledge import has_callbacks, knows
from mypy_await.site import parts

Lookup = Callable[[str], SymbolTableNode | None]


class Recogniser:
    """Answers for full names, with a memory."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._functions: dict[str, bool] = {}
        self._methods: dict[str, bool] = {}
        self._attributes: dict[str, bool] = {}
        self._factories: dict[str, bool] = {}

    def forget(self) -> None:
        """Drop all answers."""
        self._functions.clear()
        self._methods.clear()
        self._attributes.clear()
        self._factories.clear()

    def is_function_of_interest(self, fullname: str) -> bool:
        """May a call of this function, class or variable give an awaitable?"""
        answer = self._functions.get(fullname)
        if answer is None:
            answer = self._functions[fullname] = self._function(fullname)
        return answer

    def is_method_of_interest(self, fullname: str) -> bool:
        """May a call of this method, named by the class of the receiver, give an awaitable?"""
        answer = self._methods.get(fullname)
        if answer is None:
            answer = self._methods[fullname] = _may_call(self._member(fullname))
        return answer

    def is_attribute_of_interest(self, fullname: str) -> bool:
        """May this attribute hold an awaitable?"""
        answer = self._attributes.get(fullname)
        if answer is None:
            answer = self._attributes[fullname] = _may_read(self._member(fullname))
        return answer

    def is_decorator_factory(self, fullname: str) -> bool:
        """May a call of this give a decorator that tells nothing of the function's result?"""
        answer = self._factories.get(fullname)
        if answer is None:
            found = self._lookup(fullname) if "." in fullname else None
            node = found.node if found else None
            answer = self._factories[fullname] = knows("caches", fullname) or (
                (isinstance(node, (FuncDef, OverloadedFuncDef))
                and _is_open(node.type))
                or (isinstance(node, TypeInfo)
                and _decorates(node))
            )
        return answer

    def _function(self, fullname: str) -> bool:
        if "." not in fullname:
            # A local function or variable: mypy gives no more than its name.  Names in angle
            # brackets are mypy's own (displays and comprehensions).
            return not fullname.startswith("<")
        found = self._lookup(fullname)
        if found is None:
            return False
        return _may_call(found.node)

    def _member(self, fullname: str) -> SymbolNode | None:
        owner, _, name = fullname.rpartition(".")
        found = self._lookup(owner)
        if found is None or not isinstance(found.node, TypeInfo):
            return None
        symbol = found.node.get(name)
        return symbol.node if symbol else None


def _may_call(node: SymbolNode | None) -> bool:
    if node is not None and (has_callbacks(node.fullname) or knows("caches", node.fullname)):
        return True
    match node:
        case FuncDef():
            return node.is_coroutine or node.type is None or _may_give(node.type)
        case OverloadedFuncDef():
            return node.type is None or _may_give(node.type)
        case Decorator():
            return node.var.type is None or _may_give(node.var.type)
        case Var():
            return node.type is None or _may_give(node.type)
        case TypeInfo():
            return (
                node.get("__await__") is not None
                or node.fullname == "builtins.map"
                or _may_take(_constructor(node))
                or _decorates(node)
            )
        case TypeAlias():
            target = get_proper_type(node.target)
            return isinstance(target, Instance) and _may_call(target.type)
    return False


def _constructor(node: TypeInfo) -> Type | None:
    found = node.get("__init__")
    return found.type if found else None


def _may_take(typ: Type | None) -> bool:
    """May a parameter of this callable be a function that it calls?"""
    proper = get_proper_type(typ)
    return isinstance(proper, CallableType) and any(
        isinstance(part, (CallableType, AnyType))
        for formal in proper.arg_types
        for part in parts(get_proper_type(formal))
    )


def _may_give(typ: Type) -> bool:
    proper = get_proper_type(typ)
    match proper:
        case CallableType():
            return may_be_awaitable(proper.ret_type) or _may_decorate(proper) or _may_take(proper)
        case Overloaded():
            return any(may_be_awaitable(item.ret_type) for item in proper.items)
        case Instance():
            call = proper.type.get("__call__")
            return call is not None and _may_call(call.node)
    return False


def _may_read(node: SymbolNode | None) -> bool:
    match node:
        case Decorator() if node.func.is_property:
            return node.func.is_coroutine or _may_call(node)
        case OverloadedFuncDef() if node.is_property and isinstance(node.items[0], Decorator):
            return _may_read(node.items[0])
        case Var():
            return node.type is not None and awaitable(node.type) is not None
    return False


def _may_hold(typ: ProperType) -> bool:
    """May this be an awaitable, or hold one, or start what is like one?"""
    if isinstance(typ, TupleType):
        return any(may_be_awaitable(item) for item in typ.items)
    return may_be_awaitable(typ) or is_started_later(typ)


def _is_open(typ: Type | None) -> bool:
    """Is the result of this function unknown, or a function whose result is?"""
    proper = get_proper_type(typ)
    if proper is None:
        return True
    if not isinstance(proper, CallableType):
        return False
    return isinstance(get_proper_type(proper.ret_type), AnyType) or _may_decorate(proper)


def _decorates(node: TypeInfo) -> bool:
    """Are instances of this class called with a function, as decorators are?"""
    call = node.get("__call__")
    return call is not None and isinstance(call.node, FuncDef) and _may_take(call.node.type)


def _may_decorate(typ: CallableType) -> bool:
    """Is this a decorator, or gives one, that leaves nothing of a function's result?"""
    result = get_proper_type(typ.ret_type)
    if isinstance(result, CallableType):
        return isinstance(get_proper_type(result.ret_type), AnyType) or _may_decorate(result)
    return False
