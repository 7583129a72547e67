"""How the methods of a class are meant to be called, read from the class statement and its source.

Works while mypy analyses the class, before types are known: a declared result counts as open when
it is missing, `Any` or `object`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from mypy.nodes import (
    IS_ABSTRACT,
    Block,
    ClassDef,
    Decorator,
    Expression,
    FuncDef,
    IfStmt,
    MemberExpr,
    NameExpr,
    OverloadedFuncDef,
    RaiseStmt,
    ReturnStmt,
    SymbolNode,
    TryStmt,
    TypeInfo,
    Var,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)
from mypy.plugin import SemanticAnalyzerPluginInterface
from mypy.types import AnyType, CallableType, Instance, Type, UnboundType, get_proper_type

from mypy_await.refine import Refiner
from mypy_await.summaries import Verdict
from mypy_await.walk import descendants

_OPEN: Final = frozenset({"Any", "typing.Any", "t.Any", "object"})


class Method(NamedTuple):
    """A method as the class statement defines it."""

    name: str
    node: FuncDef
    decorators: tuple[Expression, ...] = ()
    cached: Var | None = None
    """What the decorators made of it, where mypy's cache says no more about them."""

    @property
    def is_async(self) -> bool:
        """Does calling it give a coroutine, unless `is_generator` says otherwise?"""
        return self.node.is_coroutine and not self.node.is_async_generator

    @property
    def is_generator(self) -> bool:
        """Does its body yield?

        mypy's own marks come with the body, after the class hooks.  To look takes time: ask last.
        """
        return self.node.is_generator or any(
            isinstance(node, (YieldExpr, YieldFromExpr))
            for node in descendants(self.node.body, into_functions=False)
        )

    @property
    def is_open(self) -> bool:
        """Does its signature say nothing of its result?"""
        typ = self.node.type
        if typ is None:
            return True
        return isinstance(typ, CallableType) and _is_open(typ.ret_type)

    @property
    def declares_awaitable(self) -> bool:
        """Is it a sync method that is declared to return a coroutine or an `Awaitable`?"""
        typ = self.node.type.ret_type if isinstance(self.node.type, CallableType) else None
        name = typ.name if isinstance(typ, UnboundType) else ""
        if isinstance(typ, Instance):
            name = typ.type.name
        return not self.is_async and name.rpartition(".")[2] in ("Awaitable", "Coroutine")

    @property
    def is_abstract(self) -> bool:
        """Does a class that can be made have to define it?"""
        is_marked = self.node.abstract_status == IS_ABSTRACT
        return is_marked or "abstractmethod" in self._decorator_names

    @property
    def is_property(self) -> bool:
        """Is it called by reading it?"""
        if self.cached is not None:
            return self.cached.is_property
        return not self._decorator_names.isdisjoint(_PROPERTIES)

    @property
    def is_replaced(self) -> bool:
        """May a decorator make something else of it than a method or a property?"""
        if self.cached is not None:
            function = self.node.type
            typ = get_proper_type(self.cached.type)
            is_own = isinstance(typ, CallableType) and typ.implicit if not function else False
            return not is_own and typ != function
        return not self._decorator_names <= _HARMLESS | _PROPERTIES

    @property
    def _decorator_names(self) -> set[str]:
        return {dotted_name(decorator).rpartition(".")[2] for decorator in self.decorators}

    @property
    def returns_values(self) -> bool:
        """Is there a `return` with a value in its body?"""
        nodes = descendants(self.node.body, into_functions=False)
        return any(isinstance(node, ReturnStmt) and node.expr for node in nodes)

    @property
    def gives_plain_values(self) -> bool:
        """Does its body return literals or nothing only, so certainly no awaitable?

        One that can only raise returns nothing at all.
        """
        if self.node.is_coroutine or self.is_generator:
            return False
        returned = [
            node.expr
            for node in descendants(self.node.body, into_functions=False)
            if isinstance(node, ReturnStmt)
        ]
        if not returned and not _can_end(self.node.body):
            return False
        return all(
            type(expr).__name__ in _LITERALS or _is_constant(expr) for expr in returned if expr
        )


_HARMLESS: Final = frozenset(
    {"abstractmethod", "classmethod", "final", "override", "overload", "staticmethod"}
)
_PROPERTIES: Final = frozenset({"abstractproperty", "cached_property", "property"})
_LITERALS: Final = frozenset(
    {"IntExpr", "StrExpr", "FloatExpr", "BytesExpr", "ListExpr", "DictExpr", "SetExpr"}
)


def _is_constant(node: Expression) -> bool:
    return isinstance(node, NameExpr) and node.name in ("None", "True", "False")


def _can_end(block: Block) -> bool:
    """May control come to the end of a block, as far as its last statement tells?"""
    match block.body:
        case [*_, RaiseStmt()]:
            return False
        case [*_, IfStmt(body=bodies, else_body=Block() as other)]:
            return any(map(_can_end, (*bodies, other)))
        case [*_, WithStmt(body=inner)]:
            return _can_end(inner)
        case [*_, TryStmt(body=inner, handlers=handlers, else_body=other)]:
            return any(map(_can_end, (other or inner, *handlers)))
    return True


def _is_open(typ: Type) -> bool:
    match typ:
        case AnyType():
            return True
        case UnboundType():
            return typ.name in _OPEN
        case Instance():
            return typ.type.fullname == "builtins.object"
    return False


@dataclass(frozen=True)
class ClassBody:
    """A class that mypy analyses, before its types are known."""

    api: SemanticAnalyzerPluginInterface
    node: ClassDef
    refiner: Refiner

    @property
    def info(self) -> TypeInfo:
        """The class."""
        return self.node.info

    @functools.cached_property
    def methods(self) -> tuple[Method, ...]:
        """The methods that its body defines."""
        defined = [node for node in self.node.defs.body if isinstance(node, (FuncDef, Decorator))]
        return tuple(method for node in defined if (method := _method(node.name, node)))

    def fullname_of(self, name: Expression) -> str:
        """Return the full name of what a plain name stands for in the class body, or nothing.

        That of an attribute of a variable follows the owner's; of a module that is not there, the
        text is all there is.
        """
        text, attributes = dotted_name(name), ""
        while text:
            found = self.api.lookup_qualified(text, name, suppress_errors=True)
            if found and found.node:
                is_missing = _is_missing(self.api, text, name)
                return f"{text if is_missing else found.node.fullname}{attributes}"
            text, _, last = text.rpartition(".")
            attributes = f".{last}{attributes}"
        return ""

    def gives_plain_values(self, method: Method) -> bool:
        """Does one of its methods certainly give no awaitable?"""
        if method.gives_plain_values:
            return True
        if method.node.is_coroutine or not method.returns_values:
            return False
        fullname = f"{self.info.fullname}.{method.name}"
        is_plain = self.refiner.in_class(
            self.api.cur_mod_id,
            fullname,
            lambda summary: summary.result.verdict is Verdict.NEVER,
        )
        return bool(is_plain)

    def is_hook(self, base: TypeInfo, method: Method) -> bool:
        """Is the body of a base's method empty, so that those below it say what it does?"""
        answer = self.refiner.in_class(
            self.api.cur_mod_id,
            f"{base.fullname}.{method.name}",
            lambda summary: summary.is_hook,
        )
        return bool(answer)

    def sources(self, *bases: TypeInfo) -> tuple[str, ...]:
        """Return the source files of this class and of some bases."""
        modules = self.api.modules
        names = (self.api.cur_mod_id, *(base.module_name for base in bases))
        return tuple(modules[name].path for name in names if name in modules)


def _is_missing(api: SemanticAnalyzerPluginInterface, text: str, node: Expression) -> bool:
    """Does a dotted name begin with an import that mypy cannot follow?"""
    found = api.lookup_qualified(text.partition(".")[0], node, suppress_errors=True)
    root = found.node if found else None
    return isinstance(root, Var) and root.is_suppressed_import


def overridden(info: TypeInfo, name: str) -> tuple[TypeInfo, Method] | None:
    """Return the nearest definition of a method among the bases of a class."""
    return definition(info.mro[1:], name)


def definition(classes: Iterable[TypeInfo], name: str) -> tuple[TypeInfo, Method] | None:
    """Return the first definition of a method in some classes; None for anything but a method."""
    for base in classes:
        found = base.names.get(name)
        if found is not None:
            method = _method(name, found.node)
            return (base, method) if method else None
    return None


def _method(name: str, node: SymbolNode | None) -> Method | None:
    match node:
        case FuncDef():
            return Method(name, node)
        case Decorator():
            decorators = tuple(node.original_decorators)
            return Method(name, node.func, decorators, None if decorators else node.var)
        case OverloadedFuncDef() if node.items:
            return _method(name, node.items[0])
    return None


def dotted_name(node: Expression) -> str:
    """Return the text of a plain name, `a` or `a.b`, or nothing."""
    match node:
        case NameExpr():
            return node.name
        case MemberExpr():
            owner = dotted_name(node.expr)
            return f"{owner}.{node.name}" if owner else ""
    return ""
