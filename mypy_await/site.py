"""What mypy knows around one expression: types, callees and the slots of calls.

Types come from mypy where it has checked the expression already, and else from the symbols that the
expression names: the uses of a name lie behind the place where it is bound, and are asked about
before mypy gets there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    AwaitExpr,
    BytesExpr,
    CallExpr,
    ClassDef,
    Decorator,
    DictExpr,
    Expression,
    FloatExpr,
    FuncBase,
    FuncDef,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    OverloadedFuncDef,
    RefExpr,
    SetExpr,
    StrExpr,
    SymbolNode,
    TupleExpr,
    TypeApplication,
    TypeInfo,
    Var,
)
from mypy.plugin import CheckerPluginInterface
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    PartialType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from mypy_await import compat
from mypy_await.awaitables import awaitable, parts
from mypy_await.config import Config
from mypy_await.items import Key, awaited_items
from mypy_await.knowledge import knows
from mypy_await.refine import Refiner
from mypy_await.summaries import FunctionSummary
from mypy_await.walk import Parents, enclosing

_LITERALS: Final = {
    IntExpr: "builtins.int",
    FloatExpr: "builtins.float",
    StrExpr: "builtins.str",
    BytesExpr: "builtins.bytes",
    ListExpr: "builtins.list",
    DictExpr: "builtins.dict",
    SetExpr: "builtins.set",
    TupleExpr: "builtins.tuple",
}


@dataclass(frozen=True)
class Slot:
    """The parameter that an argument meets."""

    callee: str
    """Full name of the function or method (by the class that defines it), or empty."""
    formals: tuple[ProperType, ...]
    """Its declared type, one for every overload that takes the argument."""
    name: str
    """The parameter's name, or empty."""
    position: int
    """Its place among the parameters, `self` not counted; -1 when mypy's callee is unknown."""
    is_starred: bool = False
    """Does the parameter take several arguments, `*values` or `**fields`?"""


class Site:
    """The surroundings of the expressions below one function or module."""

    def __init__(
        self, api: CheckerPluginInterface, parents: Parents, refiner: Refiner, config: Config
    ) -> None:
        self.api = api
        self.parents = parents
        self.refiner = refiner
        self.config = config

    def summary(self, call: CallExpr) -> FunctionSummary | None:
        """Return what the source of the callee says."""
        node = self.callee_node(call)
        return self.refiner.summary_of(self.api, node) if node else None

    def summary_on_receiver(self, call: CallExpr) -> FunctionSummary | None:
        """Return the same, with the class of the receiver in place of the one that defines it."""
        callee = call.callee
        owner = class_of(self.type_of(callee.expr)) if isinstance(callee, MemberExpr) else None
        if owner is None or not isinstance(callee, MemberExpr):
            return self.summary(call)
        return self.refiner.summary(self.api, f"{owner.fullname}.{callee.name}")

    def awaits_item(self, keys: frozenset[Key], others: Iterable[str] = ()) -> bool:
        """Does this module, or one of what has these names, await what it reads at a key?"""
        if not keys:
            return False
        defining = {compat.path_defining(self.api, name) for name in others}
        own, function = compat.module(self.api).path, compat.top_level_function(self.api)
        paths = {own, *defining} - {""}
        self.refiner.rests_on(self.api, map(os.path.abspath, paths))
        line = function.line if function else 0
        return any(
            not keys.isdisjoint(awaited_items(path, line if path == own else 0)) for path in paths
        )

    def type_of(self, node: Expression) -> ProperType | None:
        """Return the type of an expression, or None when nothing is known of it."""
        known = compat.type_of(self.api, node)
        if known is not None:
            return known
        match node:
            case AwaitExpr():
                inner = awaitable(self.type_of(node.expr))
                return get_proper_type(inner.result) if inner else None
            case CallExpr():
                return self._result(node)
            case MemberExpr() if node.node is None:
                return self._member(node)
            case NameExpr(node=Var(is_self=True) as variable) if variable.type is None:
                return self._self_type(node)
            case RefExpr():
                return _symbol_type(node.node)
            case IndexExpr(base=NameExpr(node=Var(type=PartialType(value_type=made)))):
                return made  # of `defaultdict(list)`, asked for before mypy knows the key
        literal = _LITERALS.get(type(node))
        if literal is None:
            return None
        return self.api.named_generic_type(literal, [])

    def _self_type(self, node: NameExpr) -> ProperType | None:
        """Return the type of `self` in a method without annotations."""
        around = enclosing(node, self.parents, ClassDef)
        info = around.info if isinstance(around, ClassDef) else compat.active_class(self.api)
        return Instance(info, [_ANY] * len(info.type_vars)) if info else None

    def _result(self, call: CallExpr) -> ProperType | None:
        made = _called(call)
        if isinstance(made, RefExpr) and isinstance(made.node, TypeInfo):
            return Instance(made.node, [_ANY] * len(made.node.type_vars))
        callee = self.type_of(call.callee)
        if isinstance(callee, CallableType):
            return get_proper_type(callee.ret_type)
        return None

    def _member(self, node: MemberExpr) -> ProperType | None:
        owner = _owner(self.type_of(node.expr))
        found = owner.get(node.name) if owner else None
        if found is None or found.node is None:
            return None
        return _bound(found.node, _symbol_type(found.node))

    def declared_type_of(self, target: Expression) -> ProperType | None:
        """Return the type that the user declared for the target of an assignment."""
        match target:
            case NameExpr(node=Var() as variable) if is_declared(variable):
                return get_proper_type(variable.type)
            case MemberExpr():
                owner = self._class_behind(target.expr)
                found = owner.get(target.name) if owner else None
                if found and isinstance(found.node, Var) and is_declared(found.node):
                    return get_proper_type(found.node.type)
        return None

    def _class_behind(self, node: Expression) -> TypeInfo | None:
        """Return the class of a value; where mypy says `Any`, of what the source puts in a global.

        That is for `config.limits.rate = ...` behind `config = load()`, a function without types.
        """
        typ = self.type_of(node)
        if typ is not None and not isinstance(typ, AnyType):
            return class_of(typ)
        if isinstance(node, RefExpr) and isinstance(node.node, Var) and "." in node.fullname:
            return self.refiner.class_held(self.api, node.fullname)
        if isinstance(node, MemberExpr):
            owner = self._class_behind(node.expr)
            found = owner.get(node.name) if owner else None
            return class_of(_symbol_type(found.node)) if found else None
        return None

    def callee_name(self, call: CallExpr) -> str:
        """Return the full name of what a call names, methods by the class that defines them."""
        callee = _called(call)
        if isinstance(callee, RefExpr) and "." in callee.fullname:
            return callee.fullname
        if not isinstance(callee, MemberExpr):
            return ""
        owner = _owner(self.type_of(callee.expr))
        home = owner.get_containing_type_info(callee.name) if owner else None
        if home is None and (as_logger := _name_of_logger(callee)):
            return as_logger
        if owner is not None:
            return f"{(home or owner).fullname}.{callee.name}"
        return self._name_in_module(callee)

    def _name_in_module(self, callee: MemberExpr) -> str:
        """Return the full name of what is called of a module that mypy does not find."""
        owner = callee.expr
        if isinstance(owner, NameExpr) and isinstance(self.type_of(owner), AnyType):
            return f"{owner.name}.{callee.name}"
        return ""

    def callee_node(self, call: CallExpr) -> SymbolNode | None:
        """Return the symbol that a call names: function, method, class or variable."""
        return self.symbol(_called(call))

    def symbol(self, node: Expression) -> SymbolNode | None:
        """Return the symbol that a name or an attribute stands for."""
        if isinstance(node, MemberExpr) and node.node is None:
            owner = _owner(self.type_of(node.expr))
            found = owner.get(node.name) if owner else None
            return found.node if found else None
        return node.node if isinstance(node, RefExpr) else None

    def decorators_of(self, function: FuncDef) -> Iterator[SymbolNode]:
        """Yield what decorates a function, or gives its decorators."""
        names = function.info.names if function.info else compat.module(self.api).names
        found = names.get(function.name)
        above = self.parents.get(function) or (found.node if found else None)
        if isinstance(above, Decorator) and above.func is function:
            for applied in above.original_decorators:
                symbol = self.symbol(applied.callee if isinstance(applied, CallExpr) else applied)
                if symbol is not None:
                    yield symbol

    def slot(self, call: CallExpr, value: Expression, *, as_declared: bool = False) -> Slot:
        """Return the parameter that an argument of a call meets.

        Once a call is checked mypy's type of the callee has its type variables filled in; with
        `as_declared` the type is the one that the callee's definition declares.
        """
        formals: list[ProperType] = []
        name, index, is_starred = "", -1, False
        for item, index in self.meets(call, value, as_declared=as_declared):
            formals.append(get_proper_type(item.arg_types[index]))
            name = item.arg_names[index] or ""
            is_starred = item.arg_kinds[index] in _STARS
        return Slot(self.callee_name(call), tuple(formals), name, index, is_starred)

    def meets(
        self, call: CallExpr, value: Expression, *, as_declared: bool = False
    ) -> Iterator[tuple[CallableType, int]]:
        """Yield each parameter that an argument of a call meets, as a signature and a position.

        A signature with a keyword of its own at that position is one that the call does not mean.
        """
        position = next(i for i, argument in enumerate(call.args) if argument is value)
        for item in self.declared_signatures(call) if as_declared else self.signatures(call):
            for formal, actuals in enumerate(compat.formals_of(call, item)):
                by_position = call.arg_kinds[position].is_positional()
                if position in actuals and not (by_position and item.arg_kinds[formal].is_named()):
                    yield item, formal

    def signatures(self, call: CallExpr) -> tuple[CallableType, ...]:
        """Return the signatures of what is called, without `self`; empty when unknown."""
        typ, callee = self.type_of(call.callee), _called(call)
        if isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo):
            if not isinstance(typ, (CallableType, Overloaded)):
                typ = self._constructor(callee.node)
        return _items(typ) if typ is not None else self.declared_signatures(call)

    def declared_signatures(self, call: CallExpr) -> tuple[CallableType, ...]:
        """Return the signatures that the definition of the callee declares, without `self`."""
        node = self.callee_node(call)
        if isinstance(node, TypeInfo):
            return _items(self._constructor(node))
        return _items(self._signature(node)) if node is not None else ()

    def _signature(self, node: SymbolNode) -> ProperType | None:
        """Return what a symbol is called with; without annotations, the bare parameters."""
        typ = _symbol_type(node)
        if typ is None and isinstance(node, FuncDef):
            typ = compat.implicit_type(self.api, node)
        return _bound(node, typ)

    def _constructor(self, info: TypeInfo) -> ProperType | None:
        """Return what a class is called with; None for one that takes nothing of its own."""
        for name in ("__init__", "__new__"):
            found = info.get(name)
            if found is None or found.node is None:
                return None
            if found.node.fullname != f"builtins.object.{name}":
                typ = self._signature(found.node)
                return typ if name == "__init__" else _without_first(typ)
        return None


_ANY: Final = AnyType(TypeOfAny.special_form)


def _called(call: CallExpr) -> Expression:
    """Return what a call names, `C` in `C[int]()` too."""
    match call.callee:
        case IndexExpr(analyzed=TypeApplication(expr=RefExpr() as generic)):
            return generic
    return call.callee


def _items(typ: ProperType | None) -> tuple[CallableType, ...]:
    """Return the signatures with which a value of this type can be called."""
    if isinstance(typ, Instance):
        found = typ.type.get("__call__")
        typ = _bound(found.node, _symbol_type(found.node)) if found and found.node else None
    if isinstance(typ, UnionType):
        return tuple(item for part in parts(typ) for item in _items(part))
    if isinstance(typ, CallableType):
        return (typ,)
    return tuple(typ.items) if isinstance(typ, Overloaded) else ()


def class_of(typ: ProperType | None) -> TypeInfo | None:
    """Return the class whose attributes a value of this type has."""
    match typ:
        case Instance() | PartialType():
            return typ.type
        case CallableType() if typ.is_type_obj():
            return typ.type_object()
        case TypeType():
            return class_of(typ.item)
        case TupleType():
            return compat.tuple_fallback(typ).type
    return None


def _name_of_logger(callee: MemberExpr) -> str:
    """Return the full name of a method of loggers, where nothing but a name says that it is one."""
    name = callee.expr.name if isinstance(callee.expr, (NameExpr, MemberExpr)) else ""
    as_logger = f"logging.Logger.{callee.name}"
    return as_logger if _LOGGER.search(name) and knows("text", as_logger) else ""


_LOGGER: Final = re.compile("^_*(class_|self_|root_)?log(ger|ging)?$", re.IGNORECASE)


def _owner(typ: ProperType | None) -> TypeInfo | None:
    """Return the class that an attribute is read of; where a value may be `None`, the other one.

    A statement that mypy has yet to check is asked about by declared types, before any test.
    """
    others = [part for part in parts(typ) if not isinstance(part, NoneType)] if typ else []
    return class_of(others[0]) if len(others) == 1 else None


def is_declared(variable: Var) -> bool:
    """Did the user say the type of a variable, and not mypy infer it?"""
    return not variable.is_inferred or variable.explicit_self_type


def has_variable(info: TypeInfo, name: str) -> bool:
    """Has a class an attribute of this name that is a mere variable: no method, no descriptor?"""
    found = info.get(name)
    typ = get_proper_type(found.node.type) if found and isinstance(found.node, Var) else None
    is_descriptor = isinstance(typ, Instance) and typ.type.get("__get__") is not None
    return found is not None and isinstance(found.node, Var) and not is_descriptor


def _symbol_type(node: SymbolNode | None) -> ProperType | None:
    match node:
        case Var() | FuncDef() | OverloadedFuncDef():
            return get_proper_type(node.type)
        case Decorator():
            typ = get_proper_type(node.var.type)
            if node.func.is_property and isinstance(typ, CallableType):
                return get_proper_type(typ.ret_type)
            return typ
        case TypeInfo():
            return TypeType(Instance(node, [_ANY] * len(node.type_vars)))
    return None


def _bound(node: SymbolNode, typ: ProperType | None) -> ProperType | None:
    """Return a method's type without its first parameter, anything else as it is."""
    if isinstance(node, Var) and node.is_inferred and node.is_initialized_in_class:
        return _without_first(typ)  # `protocol = wm_protocol`
    function = node.func if isinstance(node, Decorator) else node
    if not isinstance(function, FuncBase) or not function.info or function.is_static:
        return typ
    return _without_first(typ)


def _without_first(typ: ProperType | None) -> ProperType | None:
    """Return the type of a function without its first parameter."""
    if isinstance(typ, CallableType) and typ.arg_types and typ.arg_kinds[0] not in _STARS:
        return typ.copy_modified(
            arg_types=typ.arg_types[1:], arg_kinds=typ.arg_kinds[1:], arg_names=typ.arg_names[1:]
        )
    if isinstance(typ, Overloaded):
        items = [_without_first(item) for item in typ.items]
        return Overloaded([item for item in items if isinstance(item, CallableType)])
    return typ


_STARS: Final = (ARG_STAR, ARG_STAR2)


def has(typ: Type, name: str) -> bool:
    """Does a value of this type have the attribute, as far as is known?"""
    for part in parts(get_proper_type(typ)):
        match part:
            case Instance() if not part.type.fallback_to_any:
                if part.type.get(name) is None and part.type.get("__getattr__") is None:
                    return False
            case TupleType() | LiteralType() | TypedDictType():
                if not has(compat.fallback(part), name):
                    return False
            case CallableType():
                return name == "__call__"
            case TypeVarType():
                if not has(part.upper_bound, name):
                    return False
            case NoneType():
                return False
    return True
