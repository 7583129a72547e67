"""Who binds which name where: the scopes of a file, and parent links inside a function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

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
        for child in ast.iter_child_nodes(node):
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
            for child in ast.iter_child_nodes(node):
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
            inner = (c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.expr))
            bind_block(scope, inner)
    return scope


def bind_node(scope: Scope, node: ast.AST) -> None:
    """Bind what one node binds by itself."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                _bind_target(scope, node, target, value)
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            scope.bind(name, Binding(Binds.DECLARED, node, annotation))
        case ast.NamedExpr(target=target, value=value):
            scope.bind(target.id, Binding(Binds.VALUE, node, value))
            scope.unordered.add(target.id)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            scope.bind(name, Binding(Binds.DEF, node))
        case ast.ClassDef(name=name):
            scope.bind(name, Binding(Binds.CLASS, node))
        case ast.Import() | ast.ImportFrom():
            _bind_import(scope, node)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if isinstance(item.optional_vars, ast.Name):
                    binding = Binding(Binds.WITH, node, item.context_expr)
                    scope.bind(item.optional_vars.id, binding)
                elif item.optional_vars:
                    _bind_other(scope, node, item.optional_vars)
        case ast.For(target=target) | ast.AsyncFor(target=target) | ast.AugAssign(target=target):
            _bind_other(scope, node, target)
        case ast.Delete(targets=targets):
            for target in targets:
                _bind_other(scope, node, target)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            scope.outer.update(dict.fromkeys(names, type(node)))
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            _bind_unordered(scope, node, name)
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            _bind_unordered(scope, node, name)
        case _:
            pass


def _bind_unordered(scope: Scope, site: ast.AST, name: str) -> None:
    scope.bind(name, Binding(Binds.OTHER, site))
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
    for node in ast.walk(target):
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


def own_nodes(node: FunctionNode) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, but not what is inside inner functions and classes."""
    stack: list[ast.AST] = inner_parts(node)[::-1]
    while stack:
        inner = stack.pop()
        yield inner
        if not isinstance(inner, (*FUNCTIONS, ast.ClassDef)):
            stack.extend(reversed(list(ast.iter_child_nodes(inner))))


def find_self_assignments(node: ast.ClassDef) -> dict[str, list[tuple[Method, Binding]]]:
    """Return what the methods of a class assign to attributes of their first parameter."""
    found: dict[str, list[tuple[Method, Binding]]] = {}
    for method in node.body:
        if isinstance(method, DEFS):
            for name, binding in _assigned_in(method):
                found.setdefault(name, []).append((method, binding))
    return found


def _assigned_in(method: Method) -> Iterator[tuple[str, Binding]]:
    first = [*method.args.posonlyargs, *method.args.args][:1]
    if not first:
        return
    plain: set[ast.AST] = set()
    for node in own_nodes(method):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            if _is_of(target, first[0].arg):
                assert isinstance(target, ast.Attribute)
                plain.add(target)
                if isinstance(node, ast.AnnAssign):
                    yield target.attr, Binding(Binds.DECLARED, node, node.annotation)
                elif isinstance(node, ast.Assign):
                    yield target.attr, Binding(Binds.VALUE, node, node.value)
    for node in ast.walk(method):
        if node not in plain and _is_of(node, first[0].arg):
            assert isinstance(node, ast.Attribute)
            if not isinstance(node.ctx, ast.Load):
                yield node.attr, Binding(Binds.OTHER, node)


def _is_of(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    )
