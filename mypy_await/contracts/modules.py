"""Modules of a tree of sources or stubs, parsed when first asked for, and the names in them.

Reads with `ast` and never imports or runs what it reads.
"""

from __future__ import annotations

import ast
import bisect
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from pathlib import Path
from typing import Final, TypeAlias

from mypy_await.contracts.conditions import is_true

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
Node: TypeAlias = "Function | ast.ClassDef | ast.Assign | ast.AnnAssign | ast.stmt | Import"
_NEWLINE: Final = re.compile(r"\r\n|\r|\n")
Names: TypeAlias = "dict[str, list[Node]]"


@dataclass(frozen=True)
class Import:
    """A name that an import binds: the full name of what it stands for."""

    target: str
    line: int


@dataclass
class Module:
    """One parsed file."""

    name: str
    path: Path
    tree: ast.Module
    lines: list[str] = field(repr=False)
    _classes: dict[ast.ClassDef, Names] = field(default_factory=dict, repr=False)

    @property
    def package(self) -> str:
        """The package that relative imports of this module start from."""
        is_package = self.path.stem == "__init__"
        return self.name if is_package else self.name.rpartition(".")[0]

    @cached_property
    def names(self) -> Names:
        """What each top-level name is bound to; several nodes where branches or overloads do it."""
        return collect(self.tree.body, self.package)

    def may_yield(self, node: Function) -> bool:
        """Does the word stand on a line of this function?"""
        at = bisect.bisect_left(self._yields, node.lineno)
        return at < len(self._yields) and self._yields[at] <= (node.end_lineno or node.lineno)

    @cached_property
    def _yields(self) -> list[int]:
        return [number for number, line in enumerate(self.lines, 1) if "yield" in line]

    def names_in(self, cls: ast.ClassDef) -> Names:
        """What the body of a class of this module binds to each name."""
        if cls not in self._classes:
            self._classes[cls] = collect(cls.body, self.package)
        return self._classes[cls]

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules of which everything is imported."""
        return tuple(
            absolute(node, self.package)
            for node, _ in live_statements(self.tree.body)
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        )


def absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the full name of the module that an import statement names."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - node.level + 1])
    return ".".join(part for part in (base, node.module) if part)


def live_statements(
    body: Iterable[ast.stmt], *, conditional: bool = False
) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements of a scope that can run, and whether they may also not run.

    A condition about the Python version, the platform or type checking is decided; of any other
    condition both branches count.
    """
    for stmt in body:
        match stmt:
            case ast.If(test=test, body=then, orelse=otherwise):
                answer = is_true(test)
                if answer is not False:
                    yield from live_statements(then, conditional=conditional or answer is None)
                if answer is not True:
                    yield from live_statements(otherwise, conditional=conditional or answer is None)
            case ast.Try(body=tried, handlers=handlers, orelse=otherwise, finalbody=last):
                yield from live_statements([*tried, *otherwise], conditional=True)
                for handler in handlers:
                    yield from live_statements(handler.body, conditional=True)
                yield from live_statements(last, conditional=conditional)
            case ast.With(body=inner):
                yield from live_statements(inner, conditional=conditional)
            case _:
                yield stmt, conditional


def collect(body: Iterable[ast.stmt], package: str) -> Names:
    """Return what the statements of a module or class bind to each name."""
    names: Names = {}
    for stmt, conditional in live_statements(body):
        for name, node in _bindings(stmt, package):
            before = names.setdefault(name, [])
            if not (conditional or _adds_to(node, before)):
                before.clear()
            before.append(node)
    return names


def decorator_names(node: Function | ast.ClassDef) -> list[str]:
    """Return each decorator as it is written, without its arguments."""
    plain = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return [ast.unparse(decorator) for decorator in plain]


def is_overload(node: Node) -> bool:
    """Is this one signature of an overloaded function (and not its implementation)?"""
    return isinstance(node, FUNCTIONS) and any(
        name.rpartition(".")[2] == "overload" for name in decorator_names(node)
    )


def _adds_to(node: Node, before: list[Node]) -> bool:
    return bool(before) and is_overload(before[0]) and isinstance(node, FUNCTIONS)


def _bindings(stmt: ast.stmt, package: str) -> Iterator[tuple[str, Node]]:
    match stmt:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            accessors = {f"{stmt.name}.setter", f"{stmt.name}.deleter"}
            if not accessors & set(decorator_names(stmt)):
                yield stmt.name, stmt
        case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name, stmt
        case ast.Import() | ast.ImportFrom():
            yield from _imports(stmt, package)
        case ast.Assign(targets=targets):
            for target in targets:
                leaves = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
                yield from ((leaf.id, stmt) for leaf in leaves if isinstance(leaf, ast.Name))
        case _ if type(stmt).__name__ == "TypeAlias":  # Python 3.12
            yield stmt.name.id, stmt  # type: ignore[attr-defined]


def _imports(stmt: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Import]]:
    module = absolute(stmt, package) if isinstance(stmt, ast.ImportFrom) else ""
    for alias in stmt.names:
        if module:
            if alias.name != "*":
                yield alias.asname or alias.name, Import(f"{module}.{alias.name}", stmt.lineno)
        else:
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or target, Import(target, stmt.lineno)


def parse(text: bytes) -> ast.Module:
    """Parse source without the warnings that are for its author; raises as `ast.parse` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class Project:
    """The modules below some folders (sources, or stubs where `suffix` is `.pyi`)."""

    def __init__(self, roots: Sequence[Path], suffix: str = ".py") -> None:
        self.roots = tuple(roots)
        self.suffix = suffix
        self.broken: dict[str, str] = {}
        """Module -> why its file cannot be read, as one sentence."""
        self._modules: dict[str, Module | None] = {}
        self._homes: dict[str, tuple[Path, ...]] = {}

    def module(self, name: str) -> Module | None:
        """Return the module of this name; None where there is none or its file cannot be read."""
        if name not in self._modules:
            path = self.find(name)
            self._modules[name] = self.add(name, path) if path else None
        return self._modules[name]

    def add(self, name: str, path: Path) -> Module | None:
        """Parse `path` as module `name`; None, and a sentence in `broken`, where that fails."""
        self._modules[name] = None
        try:
            text = path.read_bytes()
            tree = parse(text)
        except SyntaxError as error:
            self.broken[name] = f"{path.as_posix()}:{error.lineno}: syntax error: {error.msg}"
            return None
        except (OSError, ValueError, RecursionError) as error:
            self.broken[name] = f"{path.as_posix()}: cannot be read: {error}"
            return None
        # Not "splitlines", which knows more ends of lines than Python does.
        lines = _NEWLINE.split(text.decode("utf-8", "replace"))
        self._modules[name] = Module(name, path, tree, lines)
        return self._modules[name]

    def find(self, name: str) -> Path | None:
        """Return the file of a module, or None."""
        top, *rest = name.split(".")
        for home in self._home(top):
            base = home.joinpath(top, *rest)
            for path in (base.with_name(base.name + self.suffix), base / f"__init__{self.suffix}"):
                if path.is_file():
                    return path
        return None

    def is_compiled(self, name: str) -> bool:
        """Is there no source of a module, but a compiled file or a stub in its place?"""
        top, *rest = name.split(".")
        bases = [home.joinpath(top, *rest) for home in self._home(top)]
        return any(
            base.with_name(base.name + suffix).is_file()
            for base in bases
            for suffix in (*EXTENSION_SUFFIXES, ".pyi")
        )

    def has_package(self, top: str) -> bool:
        """Is there a package or module of this name at the top of the tree?"""
        return bool(self._home(top))

    def install(self, top: str) -> None:
        """Look for a package also where Python would import it from, without importing it."""
        if self._home(top):
            return
        spec = PathFinder.find_spec(top)
        if spec is None:
            return
        if spec.submodule_search_locations:
            self._homes[top] = tuple(Path(p).parent for p in spec.submodule_search_locations)
        elif spec.origin and spec.origin.endswith(self.suffix):
            self._homes[top] = (Path(spec.origin).parent,)

    def _home(self, top: str) -> tuple[Path, ...]:
        if top not in self._homes:
            self._homes[top] = tuple(
                root
                for root in self.roots
                if (root / top).is_dir() or (root / f"{top}{self.suffix}").is_file()
            )
        return self._homes[top]
