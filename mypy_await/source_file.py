"""A source file, read with `ast`, with what is asked of it at hand."""

from __future__ import annotations

import ast
import builtins
import functools
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from mypy_await.summaries.nodes import last_name

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class SourceFile:
    """A file, with what is asked of it at hand."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.classes: list[ast.ClassDef] = []
        self.stores: dict[str, list[ast.Name | ast.Attribute]] = defaultdict(list)
        """Where something is assigned to names, and to attributes (`.name`)."""
        self.notes: dict[str, list[ast.expr]] = defaultdict(list)
        """The annotations of parameters, names and attributes."""
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
            self._take_in(node)

    def _take_in(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef():
                self.classes.append(node)
            case ast.Name(id=name, ctx=ast.Store()):
                self.stores[name].append(node)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                self.stores[f".{name}"].append(node)
            case ast.arg(arg=name, annotation=ast.expr() as note):
                self.notes[name].append(note)
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)):
                self.notes[name].append(node.annotation)

    def method_around(self, node: ast.AST) -> tuple[str, str] | None:
        """Return the names of the class and of its method that a node stands in."""
        below, above = node, self.parents.get(node)
        while above is not None:
            if isinstance(above, ast.ClassDef) and isinstance(below, Function):
                return above.name, getattr(below, "name", "")
            below, above = above, self.parents.get(above)
        return None

    def uses(self, name: str, *, is_property: bool) -> Iterator[tuple[ast.Attribute, ast.expr]]:
        """Yield the methods of this name that are called, each with its call.

        A property is called where it is read.
        """
        for node in ast.walk(self._tree):
            match node:
                case ast.Attribute(ctx=ast.Load()) if is_property and node.attr == name:
                    yield node, node
                case ast.Call(func=ast.Attribute() as method) if method.attr == name:
                    if not is_property:
                        yield method, node

    def is_awaited(self, node: ast.expr) -> bool:
        """Is an expression awaited, or a part of what is?

        `await ensure(x.load())` counts as awaited: the helper deals with either kind.
        """
        return node in self._awaited

    @functools.cached_property
    def _awaited(self) -> frozenset[ast.AST]:
        awaits = (node for node in ast.walk(self._tree) if isinstance(node, ast.Await))
        return frozenset(part for node in awaits for part in ast.walk(node))

    def others_with(self, name: str, family: frozenset[str]) -> frozenset[str]:
        """Return the classes that have a method of this name and nothing to do with a family.

        All their bases are known, and none is a protocol, which one of the family may fit.
        """
        by_name = {node.name: node for node in self.classes}
        twice = [node.name for node in self.classes if by_name[node.name] is not node]
        found = set()
        for node in self.classes:
            line = _with_bases(node, by_name)
            if line is None or not family.isdisjoint(line) or not line.isdisjoint(twice):
                continue
            if any(name == getattr(item, "name", "") for one in line for item in by_name[one].body):
                found.add(node.name)
        return frozenset(found)

    def functions(self, node: ast.AST) -> Iterator[Function]:
        """Yield the functions around a node, from the inside out."""
        above = self.parents.get(node)
        while above is not None:
            if isinstance(above, Function):
                yield above
            above = self.parents.get(above)


def _with_bases(node: ast.ClassDef, by_name: dict[str, ast.ClassDef]) -> set[str] | None:
    """Return the names of a class and of all its bases; None if not all are in the file."""
    names, waiting = set[str](), [node]
    while waiting:
        one = waiting.pop()
        if one.name in names:
            continue
        names.add(one.name)
        for base in one.bases:
            name = _class_name(base)
            if name in by_name:
                waiting.append(by_name[name])
            elif name not in _OF_NO_FAMILY and not hasattr(builtins, name):
                return None
    return names


_OF_NO_FAMILY: Final = frozenset({"ABC", "Generic"})


def _class_name(node: ast.expr) -> str:
    return last_name(node.value if isinstance(node, ast.Subscript) else node)
