"""Source files: read once, parsed, and read again when they changed."""

from __future__ import annotations

import ast
import gc
import hashlib
import os
import re
import sys
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from mypy_await.summaries.attributes import Assignments, find_assignments
from mypy_await.summaries.nodes import children
from mypy_await.summaries.scopes import (
    FUNCTIONS,
    Body,
    FunctionNode,
    Scope,
    ScopeNode,
    bind_block,
    inner_parts,
)

Stamp = tuple[int, int]

LONGEST_NAME: Final = 80
"""Names that are longer are not looked at in whole."""
MOST_BYTES: Final = 8_000_000
"""Parsed source takes some fifty times its size in memory."""
MOST_ASIDE: Final = 10
"""What else is young then is not collected early either, so this is done a few times only."""

_STORED: Final = re.compile(r"\.(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")
_MADE: Final = re.compile(r"\.(\w+)[ \t]*=(?!=)[^\n(]*\w\(")
_READ: Final = re.compile(r"\b(\w+)\s*\.\s*(?=(\w+))")
_BASE: Final = re.compile(r"\w+$")
_STORED_FIRST: Final = re.compile(r"^[ \t]*(\w+)\.(\w+)[ \t]*,[^=()\n]*=(?!=)", re.MULTILINE)
_SETATTR: Final = re.compile(r"setattr\(\s*(\w+)\s*,\s*[\"'](\w+)[\"']")
_NEWLINE: Final = re.compile(r"\r\n?|\n")
_GLOBAL: Final = re.compile(r"^\s*global\s+([\w, \t]+)", re.MULTILINE)


def stamp_of(path: str) -> Stamp | None:
    """Return what changes with a file's content (time of change, size); None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 (asked often, and half the price)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def attributes_made(path: str) -> frozenset[str]:
    """Return the attributes that a file sets to what a call gives, by its text alone.

    To read a file costs a tenth of what it costs to parse it.
    """
    return frozenset(_MADE.findall(_text(path)))


def attributes_read(path: str) -> frozenset[tuple[str, str]]:
    """Return every `name.attribute` in a file, by its text alone."""
    return frozenset(_READ.findall(_text(path)))


def may_mention(path: str, words: Iterable[str]) -> bool:
    """Does one of some words stand anywhere in a file?"""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return False
    return any(word.encode() in data for word in words)


def _text(path: str) -> str:
    try:
        return Path(path).read_text("latin-1")
    except OSError:
        return ""


class Module:
    """One parsed source file."""

    def __init__(self, name: str, path: str, tree: ast.Module, text: str) -> None:
        self.name = name
        self.path = path
        self.tree = tree
        self.is_package = Path(path).stem == "__init__"
        self._text = text
        self._calling: dict[str, list[int]] = {}
        self.globals: list[tuple[list[str], tuple[ScopeNode, ...]]] = []
        """The `global` statements, each with what is around it; filled with `functions`."""
        self._bodies: dict[ast.AST, Body] = {}
        self._assignments: dict[ast.ClassDef, Assignments] = {}
        self._classes: dict[ast.ClassDef, Scope] = {}

    @cached_property
    def scope(self) -> Scope:
        """The names of the module itself."""
        return bind_block(Scope(self, self.tree), self.tree.body)

    @cached_property
    def stores(self) -> frozenset[tuple[str, str]]:
        """Every `base.attribute = ...` of the file, so that patched names are not believed."""
        return frozenset(_stores(self._text))

    @cached_property
    def reassigned(self) -> frozenset[str]:
        """Every name of a `global` statement."""
        lists = _GLOBAL.findall(self._text) if "global" in self._text else []
        return frozenset(name.strip() for found in lists for name in found.split(","))

    @cached_property
    def stored_attributes(self) -> frozenset[str]:
        """Attributes that are assigned from outside: on anything but `self` and `cls`."""
        return frozenset(name for base, name in self.stores if base not in {"self", "cls"})

    @cached_property
    def functions(self) -> dict[FunctionNode, tuple[ScopeNode, ...]]:
        """All functions and lambdas, each with the classes and functions around it."""
        found: dict[FunctionNode, tuple[ScopeNode, ...]] = {}
        stack: list[tuple[ast.AST, tuple[ScopeNode, ...]]] = [(self.tree, ())]
        while stack:
            node, chain = stack.pop()
            if isinstance(node, ast.expr) and not self._may_hold_lambda(node):
                continue  # most of all nodes are in expressions
            if isinstance(node, FUNCTIONS):
                found[node] = chain
            elif isinstance(node, ast.Global):
                self.globals.append((node.names, chain))
            inner = {id(part) for part in inner_parts(node)}
            around = (*chain, node) if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else chain
            for child in children(node):
                stack.append((child, around if id(child) in inner else chain))
        return found

    @cached_property
    def _lambda_lines(self) -> frozenset[int]:
        lines = enumerate(_NEWLINE.split(self._text), 1)
        return frozenset(number for number, line in lines if "lambda" in line)

    def _may_hold_lambda(self, node: ast.expr) -> bool:
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return not self._lambda_lines.isdisjoint(lines)

    @cached_property
    def outermost(self) -> tuple[FunctionNode, ...]:
        """The functions, lambdas and methods that are inside no other."""
        around = self.functions.items()
        return tuple(
            node for node, chain in around if not any(isinstance(one, FUNCTIONS) for one in chain)
        )

    @cached_property
    def outer_calls(self) -> tuple[ast.Call, ...]:
        """The calls outside of functions."""
        found, stack = [], [*children(self.tree)]
        while stack:
            node = stack.pop()
            if not isinstance(node, FUNCTIONS):
                stack += children(node)
                found += [node] if isinstance(node, ast.Call) else []
        return tuple(found)

    def mentions(self, *words: str) -> bool:
        """Does one of some words stand anywhere in the file?"""
        return any(word in self._text for word in words)

    def lines_calling(self, name: str) -> list[int]:
        """Return the lines where something of a name may be called, by the text."""
        if name not in self._calling:
            called = re.compile(rf"(?<!def )(?<!class )\b{re.escape(name)}\s*\(")
            starts = (match.start() for match in called.finditer(self._text))
            self._calling[name] = [bisect_right(self._line_ends, start) + 1 for start in starts]
        return self._calling[name]

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.end() for match in _NEWLINE.finditer(self._text)]

    def self_assignments(self, node: ast.ClassDef) -> Assignments:
        """Return what the methods of a class assign to attributes of `self`, by attribute."""
        if node not in self._assignments:
            self._assignments[node] = find_assignments(node)
        return self._assignments[node]

    def class_scope(self, node: ast.ClassDef) -> Scope:
        """Return the names of a class body outside of functions."""
        if node not in self._classes:
            self._classes[node] = bind_block(Scope(self, node), node.body)
        return self._classes[node]

    def body(self, node: FunctionNode) -> Body:
        """Return the parent links and scopes of an outermost function."""
        if node not in self._bodies:
            self._bodies[node] = Body(self, node)
        return self._bodies[node]


def _stores(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the attribute of each store.  Searched from its dot: so it is quick."""
    for match in _STORED.finditer(text):
        base = _BASE.search(text, max(0, match.start() - LONGEST_NAME), match.start())
        if base:
            yield base[0], match[1]
    for pattern in (_STORED_FIRST, _SETATTR):
        yield from pattern.findall(text)


class Sources:
    """The modules read so far, by name."""

    def __init__(self, path_of: Callable[[str], str | None]) -> None:
        self._path_of = path_of
        self._modules: dict[str, Module | None] = {}
        self._stamps: dict[str, Stamp | None] = {}
        self._size = 0
        self._aside = 0
        self._digests: dict[str, tuple[Stamp | None, str]] = {}

    def module(self, name: str) -> Module | None:
        """Return a module by full name; None where there is no source that can be parsed."""
        if name not in self._modules:
            path = self._path_of(name)
            self._modules[name] = self._read(name, path) if path else None
        return self._modules[name]

    def _read(self, name: str, path: str) -> Module | None:
        self._stamps[path] = stamp = stamp_of(path)
        self._size += stamp[1] if stamp else 0
        try:
            data = Path(path).read_bytes()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
            return None
        self._set_aside()
        return Module(name, path, tree, data.decode("latin-1"))

    def _set_aside(self) -> None:
        """Spare Python's garbage collector the trees, as mypy does with its own.

        They are many objects and no garbage, and would make it walk all that mypy made of late.
        """
        if self._aside < MOST_ASIDE and sys.implementation.name == "cpython":
            self._aside += 1
            gc.freeze()
            gc.unfreeze()

    @property
    def is_full(self) -> bool:
        """Is so much in memory that it is better to start anew?"""
        return self._size > MOST_BYTES

    def watch(self, path: str) -> None:
        """Remember how a file is now that is only searched, not read as a module."""
        self._stamps.setdefault(path, stamp_of(path))

    def is_fresh(self, path: str) -> bool:
        """Is the file as it was when it was read?"""
        return path in self._stamps and stamp_of(path) == self._stamps[path]

    def forget(self, path: str) -> None:
        """Drop what was read from a path; modules that were not found are looked for again."""
        self._stamps.pop(path, None)
        self._digests.pop(path, None)
        self._modules = {n: m for n, m in self._modules.items() if m and m.path != path}

    def digest(self, path: str) -> str:
        """Return a hash of a file's content."""
        stamp = stamp_of(path)
        known = self._digests.get(path)
        if known is None or known[0] != stamp:
            try:
                data = Path(path).read_bytes()
            except (OSError, ValueError):
                data = b""
            known = (stamp, hashlib.sha256(data).hexdigest())
            self._digests[path] = known
        return known[1]
