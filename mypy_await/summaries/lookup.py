"""Finds what a full name, or a line of a module, stands for."""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.names import SCALARS
from mypy_await.summaries import bases, classes, filled, library, modules, passed
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.nodes import last_name, walk
from mypy_await.summaries.scopes import FunctionNode
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    UNKNOWN,
    Atom,
    Awaitable,
    Class,
    Constant,
    External,
    Instance,
    Super,
    Value,
    instance,
    join,
    only,
    without_none,
)

TASK: Final = instance("asyncio.Task")
_ANY: Final = frozenset({"Any", "Optional", "Union", "typing"})


def resolve(engine: Engine, fullname: str) -> Value:
    """Return what a full name stands for: the longest module in it, then attributes."""
    parts = fullname.split(".")
    for count in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:count])
        if engine.module(module):
            found = modules.of_module(engine, module, parts[count])
            for name in parts[count + 1 :]:
                found = join(*(_member(engine, atom, name) for atom in found))
            return found
    return frozenset({External(fullname)})


def _member(engine: Engine, atom: Atom, name: str) -> Value:
    """Return a method as an instance has it; a property as it is, not its value."""
    if not isinstance(atom, Class):
        return UNKNOWN
    found = bases.find(engine, bases.mro(engine, atom), name)
    if found is None:
        return UNKNOWN
    me = Instance(atom)
    return join(*(classes.bind_member(engine, one, me) for one in found))


def inherited(engine: Engine, owner: str, name: str) -> Value:
    """Return a method of a base, bound to an instance of the class itself."""
    cls = only(resolve(engine, owner))
    if not isinstance(cls, Class):
        return UNKNOWN
    return classes.attribute(engine, frozenset({Super(cls, frozenset({Instance(cls)}))}), name)


def held(engine: Engine, owner: str, name: str, *, by_default: bool) -> Value:
    """Return what an attribute of an instance is, where it is not `None`.

    With `by_default` that of an instance as its own module makes it; where it makes none, without
    the arguments that may be left out.
    """
    cls = only(resolve(engine, owner))
    if not isinstance(cls, Class) or _is_declared(engine, cls, name):
        return UNKNOWN
    made: Value = frozenset({Instance(cls)})
    if by_default:
        here = passed.made_by_callers(engine, cls)
        made = frozenset({here}) if here.init else classes.construct(engine, cls, Arguments())
    found = without_none(classes.attribute(engine, made, name))
    return TASK if found and all(map(_is_new_task, found)) else found


def _is_new_task(atom: Atom) -> bool:
    return isinstance(atom, Awaitable) and atom.origin.fullname in library.NEW_TASKS


def held_beside_scalars(engine: Engine, owner: str, name: str) -> Value:
    """Return what an attribute of an instance is, where it is no constant such as `False`.

    Nor other text and numbers.
    """
    cls = only(resolve(engine, owner))
    if not isinstance(cls, Class):
        return UNKNOWN
    found = classes.attribute(engine, frozenset({Instance(cls)}), name)
    return frozenset(atom for atom in found if not _is_scalar(atom))


def _is_scalar(atom: Atom) -> bool:
    if isinstance(atom, Constant):
        return True
    return isinstance(atom, Instance) and atom.fullname in SCALARS


def item(engine: Engine, owner: str, name: str, asking: str) -> Value:
    """Return what each item is of the container that an attribute of an instance keeps."""
    cls = only(resolve(engine, owner))
    return filled.item(engine, cls, name, asking) if isinstance(cls, Class) else UNKNOWN


def _is_declared(engine: Engine, cls: Class, name: str) -> bool:
    """Does a class say what an attribute is?  Of a private one `Any` says nothing.

    A public attribute that may be anything is there for others to store in.
    """
    for base in bases.mro(engine, cls):
        if isinstance(base, Class):
            notes = classes.annotations_of(engine, base, name)
            may_be_passed = base.node.decorator_list  # of a dataclass, to its constructor
            if notes and (may_be_passed or not _is_private(name)):
                return True
            if not all(_is_any(note) for note, _ in notes):
                return True
    return False


def _is_private(name: str) -> bool:
    """Is it a name that only the class itself uses?"""
    return name.startswith("_") and not name.endswith("__")


def _is_any(note: ast.expr) -> bool:
    """Is it `Any` or `Optional[Any]`?"""
    names = {last_name(part) for part in walk(note) if isinstance(part, (ast.Name, ast.Attribute))}
    return "Any" in names and names <= _ANY


def functions_at(module: Module, line: int, column: int | None) -> list[FunctionNode]:
    """Return the functions defined at a line: the one lambda that is meant, or the `def`s."""
    here = [node for node in module.functions if _first_line(node) <= line <= node.lineno]
    defs = [node for node in here if not isinstance(node, ast.Lambda)]
    lambdas = [node for node in here if isinstance(node, ast.Lambda)]
    meant = [node for node in lambdas if node.col_offset == column]
    return [*(meant or defs or (lambdas if column is None else []))]


def _first_line(node: FunctionNode) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
