"""Tells whether an error of mypy rests on a type that is wrong already where it comes from.

mypy reports a name that is bound to something of another type, or a generator whose declared
result is none, and goes on with what is declared.  What follows from that type says nothing certain
about awaits.  Nor does it behind a test at run time for the kind of the value.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from mypy_await.gate.findings import Finding
from mypy_await.gate.protocols import OF_ASYNC_USE, OF_SYNC_USE
from mypy_await.gate.source import FUNCTIONS, Sources
from mypy_await.gate.typetext import ASYNC_ITERABLE, SCALARS, read_type

MISTYPED: Final = frozenset({"assignment", "no-redef", "type-var"})
"""Codes of what mypy reports where a name is bound, to go on with another type than it gets."""
UNAWAITED: Final = "is assigned without being awaited; expected"
"""Our own report of a binding; what mypy says of the name behind it is the same mistake."""
OF_NONE: Final = '(expression has type "None"'
"""A name that begins with None has the declared type wherever it matters."""
NO_GENERATOR: Final = "The return type of an async generator function should be"
ASSIGNED: Final = re.compile(
    r'Incompatible types in assignment \(expression has type "(?P<given>[^"]*)", '
    r'(?P<of>variable|target) has type "(?P<declared>[^"]*)"'
)
ASKED: Final = re.compile(r"""\bhasattr\(\s*(\w+)\s*,\s*["'](__\w+__)["']""")
BINDINGS: Final = (ast.Assign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)


class Doubts:
    """Knows all errors of a run; `is_about_awaits` says which are missing awaits themselves."""

    def __init__(
        self,
        errors: Iterable[Finding],
        sources: Sources,
        is_about_awaits: Callable[[Finding], bool],
    ) -> None:
        self._sources = sources
        self._is_about_awaits = is_about_awaits
        self._mistyped: dict[str, list[Finding]] = {}
        self._generators: set[str] = set()
        for error in errors:
            if _is_of_binding(error):
                self._mistyped.setdefault(error.path, []).append(error)
            elif error.text.startswith(NO_GENERATOR):
                self._generators.add(sources.symbol(error).name.rpartition(".")[2])

    def rests_on_doubt(self, error: Finding) -> bool:
        """Is the type wrong that mypy takes the expression for?"""
        expression = self._sources.expression_of(error)
        match expression:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
                if called in self._generators:
                    return True
        if _is_join(error) or _is_reused(error, self._sources) or self._decorates(error):
            return True
        if _is_stream_or_value(error):
            return True
        if _is_anonymous(error, expression, self._sources) or _is_put_aside(error, self._sources):
            return True
        names = set(_names(error, expression, self._sources))
        return bool(names) and (self._is_tested(error, names) or self._is_mistyped(error, names))

    def _decorates(self, error: Finding) -> bool:
        """Is it what a decorator takes that stands above such a generator?"""
        function = self._sources.decorated(error.path, error.line) if self._generators else None
        return function is not None and function.name in self._generators

    def _is_tested(self, error: Finding, names: set[str]) -> bool:
        """Did the function ask one of the names for `__anext__`, or for another such method?"""
        return any(
            name in names and method in OF_ASYNC_USE | OF_SYNC_USE
            for _, line in self._sources.above(error)
            for name, method in ASKED.findall(line)
        )

    def _is_mistyped(self, error: Finding, names: set[str]) -> bool:
        around = self._scope(error)
        return any(
            other.line < error.line
            and self._scope(other) is around
            and not names.isdisjoint(_bound(other, self._sources))
            and self._is_wrong_type(other)
            for other in self._mistyped.get(error.path, ())
        )

    def _is_wrong_type(self, error: Finding) -> bool:
        """Is the type of the name wrong, and not what is bound to it?"""
        if error.is_ours or error.is_settled or _is_stream_or_value(error):
            return True
        return not self._is_about_awaits(error)

    def _scope(self, error: Finding) -> ast.stmt | None:
        """Return the function or class around an error: names are not unique in a file."""
        return self._sources.innermost(error.path, error.line, *FUNCTIONS, ast.ClassDef)


def _is_of_binding(error: Finding) -> bool:
    """Does it say that a name is bound to what does not fit its type?"""
    if error.is_ours:
        return UNAWAITED in error.text
    return error.code in MISTYPED and OF_NONE not in error.text


def root(node: ast.AST | None) -> str | None:
    """Return the variable that an expression begins with."""
    match node:
        case ast.Name():
            return node.id
        case ast.Await() | ast.Attribute() | ast.Subscript() | ast.Starred():
            return root(node.value)
        case ast.Call():
            return root(node.func)
    return None


def _names(error: Finding, expression: ast.expr | None, sources: Sources) -> Iterator[str]:
    """Yield the variables whose types the error rests on, with what they were bound to."""
    targets = _bound(error, sources) if error.code == "assignment" else ()
    for name in filter(None, (root(expression), *targets)):
        yield name
        for _, line in sources.above(error):
            if match := re.fullmatch(rf"\s*{name}\s*=\s*(\w+)\s*", line):
                yield match[1]


def _bound(error: Finding, sources: Sources) -> Iterator[str]:
    """Yield the variables that the statement at an error binds."""
    statement = sources.innermost(error.path, error.line, *BINDINGS)
    targets: list[ast.expr | None]
    match statement:
        case ast.Assign():
            targets = [*statement.targets]
        case ast.AnnAssign() | ast.For() | ast.AsyncFor():
            targets = [statement.target]
        case ast.With() | ast.AsyncWith():
            targets = [item.optional_vars for item in statement.items]
        case _:
            return
    is_head = not isinstance(statement, (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith))
    for target in targets:
        # A `for` and a `with` go on behind what they bind.
        if target is not None and (is_head or target.lineno == error.line):
            for node in ast.walk(target):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id


def _is_join(error: Finding) -> bool:
    """Is it the values of a `**dict`, whose common type is no awaitable where one is expected?"""
    match = re.search(r'incompatible type "\*\*(.*)"; expected "(.*)"', error.text)
    if match is None or not read_type(match[2]).is_async:
        return False
    return not any(arg.is_async for arg in read_type(match[1]).args[1:])


def _is_stream_or_value(error: Finding) -> bool:
    """Is text, or a number, put in a variable that first held an async iterator?

    No await makes one of the other, as one makes a list of its items.
    """
    match = ASSIGNED.match(error.text)
    if match is None or match["of"] != "variable":
        return False
    kinds = {member.kind for member in read_type(match["declared"]).values}
    given = {member.name.rpartition(".")[2] for member in read_type(match["given"]).values}
    return given <= SCALARS and kinds == {ASYNC_ITERABLE}


def _is_reused(error: Finding, sources: Sources) -> bool:
    """Is a variable bound anew to what is no awaitable, and only asked for attributes then?

    Its type was that of its first value, which nobody declared.
    """
    match = ASSIGNED.match(error.text)
    statement = sources.innermost(error.path, error.line, ast.Assign)
    if match is None or match["of"] != "variable" or statement is None:
        return False
    function = sources.innermost(error.path, error.line, *FUNCTIONS)
    match statement.targets:
        case [ast.Name(id=name)] if function and read_type(match["declared"]).is_async:
            return _is_only_asked(function, name, statement)
    return False


def _is_put_aside(error: Finding, sources: Sources) -> bool:
    """Is a task or future put in a dict whose type is that of what its display has in it?

    Nobody declared what else goes in there, and who keeps a task need not await it there.
    """
    match = ASSIGNED.match(error.text)
    statement = sources.innermost(error.path, error.line, ast.Assign)
    if match is None or match["of"] != "target" or statement is None:
        return False
    if not all(typ.is_future or typ.name == "Task" for typ in read_type(match["given"]).members):
        return False
    match statement.targets:
        case [ast.Subscript(value=ast.Name() as owner)]:
            kinds: tuple[type[ast.stmt], ...] = FUNCTIONS
        case [ast.Subscript(value=ast.Attribute(value=ast.Name(id="self")) as owner)]:
            kinds = (ast.ClassDef,)
        case _:
            return False
    around = sources.innermost(error.path, error.line, *kinds) or sources.tree(error.path)
    return _is_bound_to_display(around, ast.unparse(owner))


def _is_bound_to_display(around: ast.AST, name: str) -> bool:
    """Is the variable or attribute bound to dict displays alone, and declared nowhere?"""
    values: list[ast.expr] = []
    for node in ast.walk(around):
        match node:
            case ast.arg(arg=own) if own == name:
                return False
            case ast.AnnAssign() if ast.unparse(node.target) == name:
                return False
            case ast.Assign() if name in map(ast.unparse, node.targets):
                values.append(node.value)
    return bool(values) and all(isinstance(value, ast.Dict) for value in values)


def _is_anonymous(error: Finding, expression: ast.expr | None, sources: Sources) -> bool:
    """Is it about one of several functions named `_`, which mypy all takes for the first?"""
    if root(expression) != "_":
        return False
    around = sources.innermost(error.path, error.line, *FUNCTIONS) or sources.tree(error.path)
    named = (one for one in ast.walk(around) if isinstance(one, FUNCTIONS) and one.name == "_")
    return len(list(named)) > 1


def _is_only_asked(function: ast.AST, name: str, since: ast.Assign) -> bool:
    nodes = list(ast.walk(function))
    asked = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        match node:
            case ast.arg(arg=own) | ast.AnnAssign(target=ast.Name(id=own)) if own == name:
                return False
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                return False
            case ast.Name(id=own, ctx=ast.Load()) if own == name and node.lineno > since.lineno:
                if id(node) not in asked:
                    return False
    return True
