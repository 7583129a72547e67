"""Finds, in the source, the nearest base class that defines a member.

mypy's own tree of classes is gone where an error comes from its cache.  Bases that the source does
not name plainly (made by a call, or from a module that is not part of the run) are left out.
"""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from mypy_await.gate.source import Sources

FILES: Final = (".pyi", ".py", "/__init__.pyi", "/__init__.py")
DEPTH: Final = 20
"""How many modules an import is followed through; some import each other in a circle."""


FORMS: Final = frozenset({"Generic", "Protocol", "TypedDict"})
"""Bases that are no classes, and have no members."""


class Class(NamedTuple):
    """A class statement, and the file it stands in."""

    path: str
    node: ast.ClassDef

    def definition(self, member: str) -> ast.stmt | None:
        """Return the statement of the class's body that binds the member."""
        found = (one for one in statements(self.node) if member in _names_bound(one))
        return next(found, None)


@dataclass(frozen=True)
class Bases:
    """Reads classes and follows their bases; `path_of` gives the path of a module of the run."""

    sources: Sources
    path_of: Callable[[str], str | None]

    def nearest(self, path: str, line: int, member: str) -> Class | None:
        """Return the nearest base that defines a member of the class at a line.

        Of an `async def` a plain one that declares no result is passed over: what a farther base
        declares holds for it too.  None where no class stands there, or none of the bases that can
        be read defines it.
        """
        own, *bases = self._around(path, line) or (None,)
        is_async = own is not None and isinstance(own.definition(member), ast.AsyncFunctionDef)
        for base in bases:
            found = base.definition(member)
            if found and not (is_async and _declares_nothing(found)):
                return base
        return None

    def definitions(self, path: str, line: int, member: str) -> Iterator[ast.stmt]:
        """Yield what binds a member of the class at a line, in the class and its bases."""
        for one in self._around(path, line):
            if found := one.definition(member):
                yield found

    def lacks(self, path: str, name: str, member: str) -> bool:
        """Is the name, as a file sees it, a class that certainly does not have the member?

        Each of its bases has to be found, or known to have nothing.
        """
        own = self._find(path, name, DEPTH)
        if own is None:
            return False
        classes = [own, *self._linear(own, ())]
        return all(
            not one.definition(member)
            and all(self._is_readable(one.path, base) for base in one.node.bases)
            for one in classes
        )

    def shows(self, path: str, name: str, member: str) -> bool:
        """Is the name, as a file sees it, a class whose source (or a base's) has the member?"""
        return self.definition(path, name, member) is not None

    def definition(self, path: str, name: str, member: str) -> ast.stmt | None:
        """Return the statement that binds a member of the class (or of a base) of this name."""
        own = self._find(path, name, DEPTH)
        classes = () if own is None else (own, *self._linear(own, ()))
        return next((found for one in classes if (found := one.definition(member))), None)

    def origin(self, path: str, name: str) -> tuple[str, str] | None:
        """Return the file that binds a variable of a module, and its name there."""
        for node in statements(self.sources.tree(path)):
            match node:
                case ast.ImportFrom():
                    for alias in node.names:
                        if name == (alias.asname or alias.name):
                            module = self._module(path, node)
                            return (module, alias.name) if module else None
        return path, name

    def _is_readable(self, path: str, base: ast.expr) -> bool:
        name = _dotted(base)
        last = name.rpartition(".")[2]
        return last in FORMS or hasattr(builtins, name) or self._find(path, name, DEPTH) is not None

    def imported(self, path: str) -> Iterator[str]:
        """Yield the files of the modules that a file imports, or imports something from."""
        for node in ast.walk(self.sources.tree(path)):
            found: list[str | None] = []
            match node:
                case ast.Import():
                    found = [self.path_of(alias.name) for alias in node.names]
                case ast.ImportFrom():
                    names = ("", *(alias.name for alias in node.names))
                    found = [self._module(path, node, name) for name in names]
            yield from filter(None, found)

    def seen(self, path: str) -> set[str]:
        """Return the file, those it imports, and those that define the classes it imports."""
        names = (
            alias.asname or alias.name
            for node in statements(self.sources.tree(path))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )
        classes = (self._find(path, name, DEPTH) for name in names)
        return {path, *self.imported(path), *(found.path for found in classes if found)}

    def is_below(self, own: Class, base: Class) -> bool:
        """Is the one class derived from the other?"""
        return any(one.node is base.node for one in self._linear(own, ()))

    def _around(self, path: str, line: int) -> list[Class]:
        """Return the class at a line with its bases; nothing where no class stands there."""
        around = self.sources.innermost(path, line, ast.ClassDef)
        if around is None:
            return []
        own = Class(path, around)
        order = list(self._linear(own, ()))
        # As in Python's order, a base of two bases comes behind both.
        return [own, *(one for at, one in enumerate(order) if one not in order[at + 1 :])]

    def _linear(self, own: Class, below: tuple[Class, ...]) -> Iterator[Class]:
        for expression in own.node.bases:
            base = self._find(own.path, _dotted(expression), DEPTH)
            if base and base not in below:
                yield base
                yield from self._linear(base, (*below, own))

    def _find(self, path: str, name: str, depth: int) -> Class | None:
        """Find the class of a dotted name as a file sees it."""
        if not name or not depth:
            return None
        first, _, rest = name.partition(".")
        for node in statements(self.sources.tree(path)):
            match node:
                case ast.ClassDef() if node.name == name:
                    return Class(path, node)
                case ast.Import():
                    found = self._by_import(node, name, depth)
                case ast.ImportFrom():
                    found = self._by_name(path, node, first, rest, depth)
                case _:
                    continue
            if found:
                return found
        return None

    def _by_import(self, node: ast.Import, name: str, depth: int) -> Class | None:
        for alias in node.names:
            start = f"{alias.asname or alias.name}."
            module = self.path_of(alias.name) if name.startswith(start) else None
            if module:
                return self._find(module, name.removeprefix(start), depth - 1)
        return None

    def _by_name(
        self, path: str, node: ast.ImportFrom, first: str, rest: str, depth: int
    ) -> Class | None:
        for alias in node.names:
            if alias.name != "*" and first != (alias.asname or alias.name):
                continue
            original = first if alias.name == "*" else alias.name
            submodule = self._module(path, node, original) if rest else None
            if submodule:
                return self._find(submodule, rest, depth - 1)
            module = self._module(path, node)
            if module:
                return self._find(module, f"{original}.{rest}" if rest else original, depth - 1)
        return None

    def _module(self, path: str, node: ast.ImportFrom, name: str = "") -> str | None:
        """Return the file of the module that an import names, or of one in that package."""
        parts = [part for part in (*(node.module or "").split("."), name) if part]
        if not node.level:
            return self.path_of(".".join(parts))
        # The file's folder is the package for `__init__` and other modules alike.
        stem = Path(path).parent.joinpath(*[".."] * (node.level - 1), *parts)
        found = (Path(f"{stem}{end}") for end in FILES)
        return next((os.path.normpath(file) for file in found if file.is_file()), None)


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements of a body, those under `if` and `try` too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
            if isinstance(child, (ast.If, ast.Try, ast.With)):
                yield from statements(child)
        elif isinstance(child, ast.ExceptHandler):
            yield from statements(child)


def _names_bound(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Assign():
            targets = statement.targets
        case ast.AnnAssign():
            targets = [statement.target]
        case _:
            return set()
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _declares_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.FunctionDef(decorator_list=[], returns=None):
            return True
    return False


def _dotted(node: ast.expr) -> str:
    """Return the text of `a`, `a.b` or `a.b[c]`, or nothing."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            owner = _dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        case ast.Subscript():
            return _dotted(node.value)
    return ""
