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

    def tells_apart(self, node: ast.AST) -> bool:
        """Does a condition around a node, or one that jumps away before it, ask for a colour?

        As in `if iscoroutinefunction(self.load): ... else: ...`: both branches know what they call.
        """
        below, above = node, self.parents.get(node)
        while above is not None and not isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
            if isinstance(above, ast.If | ast.IfExp) and below is not above.test:
                if _asks_for_colour(above.test):
                    return True
            block = next((part for part in _blocks(above) if below in part), [])
            before = block[: block.index(below)] if block else []
            if any(isinstance(part, ast.If) and _is_way_out(part) for part in before):
                return True
            below, above = above, self.parents.get(above)
        return False

    def keeps_colour(self, name: str) -> bool:
        """Is it asked whether a method of this name is async, and not in a condition right there?

        Then nobody knows where the answer is used.
        """
        return name in self._kept_colours

    @functools.cached_property
    def _kept_colours(self) -> frozenset[str]:
        calls = (node for node in ast.walk(self._tree) if isinstance(node, ast.Call))
        kept = (c for c in calls if _is_about_colour(c.func) and not self._is_condition(c))
        return frozenset(last_name(argument) for call in kept for argument in call.args)

    def _is_condition(self, node: ast.AST) -> bool:
        below, above = node, self.parents[node]
        while isinstance(above, ast.BoolOp | ast.UnaryOp):
            below, above = above, self.parents[above]
        return isinstance(above, ast.If | ast.IfExp) and below is above.test

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


def _blocks(node: ast.AST) -> Iterator[list[ast.AST]]:
    return (part for _, part in ast.iter_fields(node) if isinstance(part, list))


def _is_way_out(choice: ast.If) -> bool:
    """Does a branch of a choice by colour leave what comes behind to the other kind?"""
    return _asks_for_colour(choice.test) and any(
        isinstance(block[-1], _JUMPS) for block in (choice.body, choice.orelse) if block
    )


_JUMPS: Final = (ast.Break, ast.Continue, ast.Raise, ast.Return)


def _asks_for_colour(test: ast.expr) -> bool:
    return any(_is_about_colour(node) for node in ast.walk(test))


def _is_about_colour(node: ast.AST) -> bool:
    """Does a name say that it tells async from sync: `iscoroutinefunction`, `self._is_async`?"""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name != "asyncio" and any(word in name.lower() for word in _OF_COLOUR)
    return False


_OF_COLOUR: Final = ("async", "awaitable", "coro")


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
