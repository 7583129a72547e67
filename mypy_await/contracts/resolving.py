"""From names and annotations as written to full names and type expressions.

Full names are those of the *definition*: a name is followed through the re-exports of the
project, so that a contract and the code may import one class by different ways.
"""

from __future__ import annotations

import ast
import builtins
import collections.abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mypy_await.contracts.expressions import (
    ANY,
    NONE,
    UNKNOWN,
    TypeExpr,
    apply,
    standard_class,
    union,
)
from mypy_await.contracts.modules import Function, Import, Module, Names, Node, Project

_DEPTH: Final = 12
_TYPING: Final = ("typing.", "typing_extensions.")
_CANONICAL: Final = {
    **{f"typing.{name}": f"collections.abc.{name}" for name in collections.abc.__all__},
    **{
        f"typing.{name}": f"builtins.{name.lower()}"
        for name in ("List", "Dict", "Set", "FrozenSet", "Tuple", "Type")
    },
    "typing.AbstractSet": "collections.abc.Set",
    "typing.Text": "builtins.str",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Deque": "collections.deque",
    "typing.Counter": "collections.Counter",
    "typing.ChainMap": "collections.ChainMap",
    "typing.ContextManager": "contextlib.AbstractContextManager",
    "typing.AsyncContextManager": "contextlib.AbstractAsyncContextManager",
    "typing.NoReturn": "typing.Never",
    "_typeshed.Incomplete": "typing.Any",
    "contextlib._AsyncGeneratorContextManager": "contextlib.AbstractAsyncContextManager",
    "contextlib._GeneratorContextManager": "contextlib.AbstractContextManager",
    "asyncio.futures.Future": "asyncio.Future",
    "asyncio.tasks.Task": "asyncio.Task",
}
_ROOTS: Final = {"abc.ABC", "typing.Generic", "typing.Protocol"}
"""Base classes without a `__await__`, and without anything else that matters here."""
_WRAPPERS: Final = {"typing.Annotated", "typing.Final", "typing.ClassVar", "typing.Required"}


@dataclass(frozen=True)
class Scope:
    """Where a name is looked up: a module and the classes around it, outermost first."""

    module: Module
    classes: tuple[ast.ClassDef, ...] = ()
    variables: frozenset[str] = frozenset()
    """Type parameters in the manner of Python 3.12."""

    def inside(self, node: ast.ClassDef | Function) -> Scope:
        """Return the scope of a class body, or that of a function's signature."""
        variables = self.variables | {p.name for p in getattr(node, "type_params", ())}
        classes = (*self.classes, node) if isinstance(node, ast.ClassDef) else self.classes
        return Scope(self.module, classes, variables)

    def names(self) -> Names:
        """What this scope itself binds."""
        return self.module.names_in(self.classes[-1]) if self.classes else self.module.names

    @property
    def fullname(self) -> str:
        """The full name of the class or module this scope is the body of."""
        return ".".join([self.module.name, *(node.name for node in self.classes)])


@dataclass(frozen=True)
class Symbol:
    """A definition that was found: its nodes, its full name and the scope it stands in."""

    fullname: str
    scope: Scope
    nodes: tuple[Node, ...]


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a chain of names, and nothing for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


class Resolver:
    """Finds definitions and types in a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._canonical: dict[str, str] = {}
        self._found: dict[str, Symbol | None] = {}

    def full_name(self, name: str, scope: Scope) -> str:
        """Return the full name of `a.b.c` as seen from `scope`; empty where nothing binds it."""
        head, _, rest = name.partition(".")
        if head in scope.variables:
            return f"~{head}"
        for depth in range(len(scope.classes), 0, -1):
            inner = Scope(scope.module, scope.classes[:depth])
            if head in inner.names():
                return f"{inner.fullname}.{name}"
        for node in scope.module.names.get(head, []):
            target = node.target if isinstance(node, Import) else f"{scope.module.name}.{head}"
            return self.canonical(f"{target}.{rest}" if rest else target)
        for module in scope.module.stars:
            if self._is_bound(module, head):
                return self.canonical(f"{module}.{name}")
        return f"builtins.{name}" if hasattr(builtins, head) else ""

    def canonical(self, fullname: str) -> str:
        """Follow a full name through re-exports to where it is defined, as far as is known."""
        if fullname not in self._canonical:
            self._canonical[fullname] = self._follow(fullname)
        return self._canonical[fullname]

    def _follow(self, fullname: str) -> str:
        for _ in range(_DEPTH):
            symbol = self._split(fullname)
            if symbol is None:
                break
            module, rest = symbol
            head, _, tail = rest.partition(".")
            target = next(
                (n.target for n in module.names.get(head, []) if isinstance(n, Import)), None
            )
            if target is None:
                target = next(
                    (f"{s}.{head}" for s in module.stars if self._is_bound(s, head)), None
                )
                if head in module.names or target is None:
                    break
            fullname = f"{target}.{tail}" if tail else target
        if fullname.startswith(_TYPING[1]):
            fullname = _TYPING[0] + fullname.removeprefix(_TYPING[1])
        return _CANONICAL.get(fullname, fullname)

    def _is_bound(self, module: str, name: str) -> bool:
        found = self.project.module(module)
        return found is not None and name in found.names

    def _split(self, fullname: str) -> tuple[Module, str] | None:
        parts = fullname.split(".")
        if not self.project.has_package(parts[0]):
            return None
        for length in range(len(parts) - 1, 0, -1):
            module = self.project.module(".".join(parts[:length]))
            if module is not None:
                return module, ".".join(parts[length:])
        return None

    def find(self, fullname: str) -> Symbol | None:
        """Return the definition of a function or class, looked up by full name."""
        if fullname not in self._found:
            self._found[fullname] = self._find(fullname)
        return self._found[fullname]

    def _find(self, fullname: str) -> Symbol | None:
        found = self._split(self.canonical(fullname))
        if found is None:
            return None
        module, rest = found
        scope, names = Scope(module), rest.split(".")
        for name in names[:-1]:
            node = next(
                (n for n in scope.names().get(name, []) if isinstance(n, ast.ClassDef)), None
            )
            if node is None:
                return None
            scope = scope.inside(node)
        nodes = scope.names().get(names[-1])
        return Symbol(f"{scope.fullname}.{names[-1]}", scope, tuple(nodes)) if nodes else None

    def bases(self, fullname: str) -> list[str] | None:
        """Return the full names of a class and its ancestors; None where some are not known."""
        found: list[str] = []
        waiting = [fullname]
        while waiting:
            name = waiting.pop(0)
            if name in found:
                continue
            found.append(name)
            if standard_class(name) or name in _ROOTS:
                continue
            symbol = self.find(name)
            node = symbol.nodes[0] if symbol else None
            if symbol is None or not isinstance(node, ast.ClassDef):
                return None
            for base in node.bases:
                plain = base.value if isinstance(base, ast.Subscript) else base
                parent = self.full_name(dotted(plain), symbol.scope) if dotted(plain) else ""
                if not parent:
                    return None
                waiting.append(parent)
        return found

    def member(self, cls: str, name: str) -> tuple[Symbol | None, bool]:
        """Look a method up along the bases of a class.

        The second answer says whether all bases are known, so that "not found" means something.
        """
        ancestors = self.bases(cls)
        for ancestor in ancestors or [cls]:
            symbol = self.find(f"{ancestor}.{name}")
            if symbol is not None:
                return symbol, True
        return None, ancestors is not None

    def annotation(self, node: ast.expr | None, scope: Scope, depth: int = 0) -> TypeExpr:
        """Read an annotation; `UNKNOWN` where it says something this reader does not understand."""
        if node is None or depth > _DEPTH:
            return UNKNOWN
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str(text)):
                try:
                    parsed = ast.parse(text.strip(), mode="eval").body
                except SyntaxError:
                    return UNKNOWN
                return self.annotation(parsed, scope, depth + 1)
            case ast.Constant(value=value) if value is ...:
                return TypeExpr("...")
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union([self.annotation(side, scope, depth + 1) for side in (left, right)])
            case ast.List(elts=elements):
                return TypeExpr("[]", self._all(elements, scope, depth))
            case ast.Subscript(value=value, slice=index):
                elements = index.elts if isinstance(index, ast.Tuple) else [index]
                return self._subscript(value, elements, scope, depth)
            case ast.Name() | ast.Attribute() if dotted(node):
                name = self.full_name(dotted(node), scope)
                is_self = name == "typing.Self" and bool(scope.classes)
                return TypeExpr(scope.fullname) if is_self else self._named(name, depth)
        return UNKNOWN

    def _all(self, nodes: Sequence[ast.expr], scope: Scope, depth: int) -> tuple[TypeExpr, ...]:
        return tuple(self.annotation(node, scope, depth + 1) for node in nodes)

    def _subscript(
        self, value: ast.expr, elements: Sequence[ast.expr], scope: Scope, depth: int
    ) -> TypeExpr:
        name = self.full_name(dotted(value), scope) if dotted(value) else ""
        if name == "typing.Literal":
            return union([TypeExpr(f"={ast.unparse(element)}") for element in elements])
        if name in _WRAPPERS:
            return self.annotation(elements[0], scope, depth + 1)
        args = self._all(elements, scope, depth)
        if name == "typing.Union":
            return union(list(args))
        if name == "typing.Optional":
            return union([*args, NONE])
        base = self._named(name, depth)
        if base in (UNKNOWN, ANY):
            return UNKNOWN
        return apply(base, args) if base.args else TypeExpr(base.name, args)

    def _named(self, fullname: str, depth: int) -> TypeExpr:
        """Read a bare name: a class stands for itself, an alias for what it is bound to."""
        if not fullname:
            return UNKNOWN
        symbol = self.find(fullname) if self._split(fullname) else None
        match symbol.nodes if symbol else ():
            case []:
                return TypeExpr(fullname)
            case [ast.ClassDef()]:
                return TypeExpr(fullname)
            case [ast.Assign(value=ast.Call(func=maker))]:
                maker_name = dotted(maker).rpartition(".")[2]
                is_variable = maker_name in ("TypeVar", "ParamSpec", "TypeVarTuple")
                return TypeExpr(f"~{fullname}" if is_variable else fullname)
            case [ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value)] if symbol:
                return self.annotation(value, symbol.scope, depth + 1)
            case [node] if symbol and type(node).__name__ == "TypeAlias":
                return self.annotation(node.value, symbol.scope, depth + 1)  # type: ignore[union-attr]
        return UNKNOWN
