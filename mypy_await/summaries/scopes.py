"""Who binds which name where: the scopes of a file, and parent links inside a function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from mypy_await.summaries.nodes import children, walk

if TYPE_CHECKING:
    from mypy_await.summaries.sources import Module

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Method = ast.FunctionDef | ast.AsyncFunctionDef
ScopeNode = ast.Module | ast.ClassDef | FunctionNode

DEFS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
FUNCTIONS: Final = (*DEFS, ast.Lambda)
COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Binds(Enum):
    """How a name gets its value."""

    VALUE = "value"
    DECLARED = "declared"
    IMPORT = "import"
    DEF = "def"
    CLASS = "class"
    WITH = "with"
    LOOP = "loop"
    PARAMETER = "parameter"
    OTHER = "other"


@dataclass(frozen=True)
class Binding:
    """One place that binds a name."""

    binds: Binds
    site: ast.AST
    """The statement (or walrus, handler, pattern) that binds it; the `arg` of a parameter."""
    value: ast.expr | None = None
    """The expression it takes its value from; for `DECLARED`, the annotation."""
    alias: ast.alias | None = None


class Scope:
    """The names that one module, class or function binds."""

    def __init__(self, module: Module, node: ScopeNode, body: Body | None = None) -> None:
        self.module = module
        self.node = node
        self.body = body
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[ast.ImportFrom] = []
        self.outer: dict[str, type[ast.AST]] = {}
        """Names declared `global` or `nonlocal`."""
        self.unordered: set[str] = set()
        """Names bound by something else than a statement: all their bindings count everywhere."""

    def bind(self, name: str, binding: Binding) -> None:
        """Add one binding."""
        self.bindings.setdefault(name, []).append(binding)


class Body:
    """An outermost function with everything inside it: parents of nodes, scopes of functions."""

    def __init__(self, module: Module, node: FunctionNode) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        self.loads: dict[str, list[tuple[ast.Name, Scope]]] = {}
        """Where names are read, each with the scope the place belongs to."""
        self.attributes: list[tuple[ast.Attribute, Scope]] = []
        self.scopes: dict[ast.AST, Scope] = {node: Scope(module, node, self)}
        self.node = node
        bind_parameters(self.scopes[node])
        inner = {id(part) for part in inner_parts(node)}
        for child in children(node):
            self.parents[child] = node
            if id(child) in inner:
                self._visit(child, self.scopes[node])
        self._share_nonlocals()

    def _visit(self, start: ast.AST, start_scope: Scope) -> None:
        stack = [(start, start_scope)]
        while stack:
            node, scope = stack.pop()
            bind_node(scope, node)
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    self.loads.setdefault(node.id, []).append((node, scope))
            elif isinstance(node, ast.Attribute):
                self.attributes.append((node, scope))
            inside = scope
            inner: set[int] = set()
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                inside = self.scopes[node] = Scope(scope.module, node, self)
                inner = {id(part) for part in inner_parts(node)}
                if not isinstance(node, ast.ClassDef):
                    bind_parameters(inside)
            for child in children(node):
                self.parents[child] = node
                stack.append((child, inside if id(child) in inner else scope))

    def _share_nonlocals(self) -> None:
        for node, scope in self.scopes.items():
            for name, declared in scope.outer.items():
                if declared is ast.Nonlocal:
                    owner = self._owner(node, name)
                    owner.unordered.add(name)
                    owner.bind(name, Binding(Binds.OTHER, node))

    def _owner(self, node: ast.AST, name: str) -> Scope:
        while node is not self.node:
            node = self.parents[node]
            scope = self.scopes.get(node)
            if scope and name in scope.bindings and name not in scope.outer:
                return scope
        return self.scopes[self.node]

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the parents of a node, innermost first, up to the outermost function."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function_of(self, node: ast.AST) -> ast.AST:
        """Return the function, lambda or class whose scope a node stands in."""
        child = node
        for parent in self.ancestors(node):
            if parent in self.scopes and any(child is part for part in inner_parts(parent)):
                return parent
            child = parent
        return self.node


def inner_parts(node: ast.AST) -> list[ast.AST]:
    """Return the children of a function or class that belong to its own scope."""
    if isinstance(node, ast.Lambda):
        return [node.body]
    return list(node.body) if isinstance(node, (*DEFS, ast.ClassDef)) else []


def all_parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return every parameter, the starred ones too."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return named + [arg for arg in (arguments.vararg, arguments.kwarg) if arg]


def bind_parameters(scope: Scope) -> None:
    """Bind the parameters of a function's scope."""
    assert isinstance(scope.node, FUNCTIONS)
    for arg in all_parameters(scope.node.args):
        scope.bind(arg.arg, Binding(Binds.PARAMETER, arg, arg.annotation))


def bind_block(scope: Scope, block: Iterable[ast.AST]) -> Scope:
    """Bind what the statements of a module or class bind, inner statements too; no expressions."""
    for node in block:
        bind_node(scope, node)
        if not isinstance(node, (*DEFS, ast.ClassDef)):
            inner = (c for c in children(node) if not isinstance(c, ast.expr))
            bind_block(scope, inner)
    return scope


def bind_node(scope: Scope, node: ast.AST) -> None:
    """Bind what one node binds by itself."""
    binder = _BINDERS.get(type(node))
    if binder:
        binder(scope, node)


def _bind_assign(scope: Scope, node: ast.Assign) -> None:
    for target in node.targets:
        _bind_target(scope, node, target, node.value)


def _bind_annotated(scope: Scope, node: ast.AnnAssign) -> None:
    if isinstance(node.target, ast.Name):
        scope.bind(node.target.id, Binding(Binds.DECLARED, node, node.annotation))


def _bind_walrus(scope: Scope, node: ast.NamedExpr) -> None:
    scope.bind(node.target.id, Binding(Binds.VALUE, node, node.value))
    scope.unordered.add(node.target.id)


def _bind_def(scope: Scope, node: Method | ast.ClassDef) -> None:
    binds = Binds.CLASS if isinstance(node, ast.ClassDef) else Binds.DEF
    scope.bind(node.name, Binding(binds, node))


def _bind_with(scope: Scope, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        if isinstance(item.optional_vars, ast.Name):
            binding = Binding(Binds.WITH, node, item.context_expr)
            scope.bind(item.optional_vars.id, binding)
        elif item.optional_vars:
            _bind_other(scope, node, item.optional_vars)


def _bind_loop(scope: Scope, node: ast.For | ast.AsyncFor) -> None:
    if isinstance(node.target, ast.Name) and isinstance(node, ast.For):
        scope.bind(node.target.id, Binding(Binds.LOOP, node, node.iter))
    else:
        _bind_other(scope, node, node.target)


def _bind_augmented(scope: Scope, node: ast.AugAssign) -> None:
    _bind_other(scope, node, node.target)


def _bind_delete(scope: Scope, node: ast.Delete) -> None:
    for target in node.targets:
        _bind_other(scope, node, target)


def _bind_outer(scope: Scope, node: ast.Global | ast.Nonlocal) -> None:
    scope.outer.update(dict.fromkeys(node.names, type(node)))


def _bind_caught(
    scope: Scope, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping
) -> None:
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        scope.bind(name, Binding(Binds.OTHER, node))
        scope.unordered.add(name)


def _bind_target(scope: Scope, site: ast.AST, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        scope.bind(target.id, Binding(Binds.VALUE, site, value))
    elif (
        isinstance(target, (ast.Tuple, ast.List))
        and isinstance(value, (ast.Tuple, ast.List))
        and len(target.elts) == len(value.elts)
        and not any(isinstance(e, ast.Starred) for e in [*target.elts, *value.elts])
    ):
        for one, its_value in zip(target.elts, value.elts, strict=True):
            _bind_target(scope, site, one, its_value)
    else:
        _bind_other(scope, site, target)


def _bind_other(scope: Scope, site: ast.AST, target: ast.expr) -> None:
    for node in walk(target):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            scope.bind(node.id, Binding(Binds.OTHER, site))


def _bind_import(scope: Scope, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*" and isinstance(node, ast.ImportFrom):
            scope.stars.append(node)
        else:
            name = alias.asname or alias.name
            if isinstance(node, ast.Import) and not alias.asname:
                name = name.partition(".")[0]
            scope.bind(name, Binding(Binds.IMPORT, node, alias=alias))


_BINDERS: Final[dict[type[ast.AST], Callable[[Scope, Any], None]]] = {
    ast.Assign: _bind_assign,
    ast.AnnAssign: _bind_annotated,
    ast.NamedExpr: _bind_walrus,
    ast.FunctionDef: _bind_def,
    ast.AsyncFunctionDef: _bind_def,
    ast.ClassDef: _bind_def,
    ast.Import: _bind_import,
    ast.ImportFrom: _bind_import,
    ast.With: _bind_with,
    ast.AsyncWith: _bind_with,
    ast.For: _bind_loop,
    ast.AsyncFor: _bind_loop,
    ast.AugAssign: _bind_augmented,
    ast.Delete: _bind_delete,
    ast.Global: _bind_outer,
    ast.Nonlocal: _bind_outer,
    ast.ExceptHandler: _bind_caught,
    ast.MatchAs: _bind_caught,
    ast.MatchStar: _bind_caught,
    ast.MatchMapping: _bind_caught,
}


def own_nodes(node: FunctionNode) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, but not what is inside inner functions and classes."""
    stack: list[ast.AST] = inner_parts(node)[::-1]
    while stack:
        inner = stack.pop()
        yield inner
        if not isinstance(inner, (*FUNCTIONS, ast.ClassDef)):
            stack += reversed(children(inner))
