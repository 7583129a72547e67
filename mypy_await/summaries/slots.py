"""Places that keep functions: attributes and globals.

    self._handlers: dict[str, Callable[[Event], Answer]] = {}

A declaration like this says that plain functions are meant.  It counts, not what is put in: whoever
registers functions often declares less of them, `Callable[..., Any]` or a type variable.

A place is open where nothing is declared, or `Callable[..., Any]`.  All that is known of it is what
is stored there, and only the calls can tell what is meant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from mypy_await.summaries import bases, calls, classes, containers, declared
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import Verdict
from mypy_await.summaries.nodes import last_name
from mypy_await.summaries.scopes import Binding, Binds
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Atom,
    Class,
    Declared,
    Frame,
    Function,
    Instance,
    Row,
    Unknown,
    Value,
    only,
    result_of,
)

FUNCTION: Final[Value] = frozenset({Declared(UNKNOWN)})
"""What an open place keeps, apart from containers around it."""

_CONTAINERS: Final = {
    "list": containers.LIST,
    "set": containers.SET,
    "deque": containers.DEQUE,
    "dict": containers.DICT,
    "defaultdict": containers.DICT,
    "OrderedDict": containers.DICT,
}
_DISPLAYS: Final[dict[type[ast.expr], str]] = {
    ast.List: containers.LIST,
    ast.ListComp: containers.LIST,
    ast.Set: containers.SET,
    ast.Dict: containers.DICT,
    ast.DictComp: containers.DICT,
}


@dataclass(frozen=True)
class Slot:
    """An attribute or a global that keeps functions, or containers of such."""

    module: Module
    """Where it is declared."""
    owner: Class | None
    """The class of the object that it is an attribute of."""
    name: str
    holds: Value
    is_open: bool = False
    """Does no declaration say that plain functions are meant?"""
    is_async: bool = False
    """Is it open, but for a declaration that says that what the functions give is awaitable?"""
    is_replaced: bool = False
    """Does it hold one function, and do several statements put one there?"""


def of_attribute(engine: Engine, owner: Class, name: str) -> Slot | None:
    """Return an attribute as the first of a class and its bases declares it."""
    for base in bases.mro(engine, owner):
        if not isinstance(base, Class):
            return None
        holds = classes.declared_attribute(engine, base, name)
        if holds is not None:
            return Slot(base.frame.scope.module, owner, name, holds)
    return None


def keeps_functions(engine: Engine, holds: Value) -> bool:
    """Is everything in there a callable that is declared to give something not awaitable?"""
    found = holds - NONE
    return bool(found) and all(_keeps(engine, atom) for atom in found)


def _keeps(engine: Engine, atom: Atom) -> bool:
    if isinstance(atom, Instance) and atom.items is not None:
        return keeps_functions(engine, atom.items)
    result = classes.as_awaitables(engine, _declared_result(engine, atom))
    return result_of(result).verdict is Verdict.NEVER


def _declared_result(engine: Engine, atom: Atom) -> Value:
    """Return what a callable is declared to give: `Callable[..., R]`, a protocol."""
    if isinstance(atom, Declared):
        return atom.result
    call = _call_of(engine, atom)
    return calls.declared_result(engine, call) if call and not call.is_async else NOTHING


def _call_of(engine: Engine, atom: Atom) -> Function | None:
    """Return `__call__` of a class of the program, mostly of a protocol."""
    if not isinstance(atom, Instance) or not isinstance(atom.cls, Class):
        return None
    call = only(classes.attribute(engine, frozenset({atom}), "__call__"))
    return call if isinstance(call, Function) else None


def open_attribute(engine: Engine, owner: Class, name: str, holds: Value) -> Slot | None:
    """Return an attribute that is only known to keep what is stored in it.

    None where assigning to it may do something else: a descriptor, `__setattr__`, an unknown base.
    """
    order = bases.mro(engine, owner)
    if None in order or any(bases.defines(engine, order, hook) for hook in _HOOKS):
        return None
    found: list[tuple[Binding, Frame]] = []
    module = owner.frame.scope.module
    for base in order:
        if isinstance(base, Class):
            inside = engine.inside(base)
            if any(b.binds not in _VARIABLES for b in inside.scope.bindings.get(name, [])):
                return None
            found += [(one, inside) for one in inside.scope.bindings.get(name, [])]
            for method, one in base.frame.scope.module.self_assignments(base.node).get(name, []):
                found.append((one, Frame(engine.scope(method, inside), (), inside)))
    return _open(engine, Slot(module, owner, name, holds, is_open=True), found)


def open_global(engine: Engine, module: Module, name: str, holds: Value) -> Slot | None:
    """Return the same for a global."""
    found = [(one, Frame(module.scope)) for one in module.scope.bindings.get(name, [])]
    if not found or any(one.binds not in _VARIABLES for one, _ in found):
        return None
    return _open(engine, Slot(module, None, name, holds, is_open=True), found)


_HOOKS: Final = ("__setattr__", "__getattribute__")
_VARIABLES: Final = frozenset({Binds.VALUE, Binds.DECLARED})


def _open(engine: Engine, slot: Slot, bindings: Iterable[tuple[Binding, Frame]]) -> Slot | None:
    """Return a slot if no declaration says more than "async"; a container as it is made there."""
    made: list[str | None] = []
    for one, frame in bindings:
        if one.binds is Binds.DECLARED and one.value:
            verdicts = set(_verdicts(engine, declared.value(engine, one.value, frame)))
            if not verdicts <= {Verdict.UNKNOWN, Verdict.ALWAYS}:
                return None
            slot = replace(slot, is_async=slot.is_async or Verdict.ALWAYS in verdicts)
        value = one.site.value if isinstance(one.site, ast.AnnAssign) else one.value
        if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            made.append(_made(value))
    kept = only(slot.holds)
    if not isinstance(kept, Instance):
        return replace(slot, is_replaced=len(made) > 1)
    kind = made[0] if len(set(made)) == 1 else None
    return replace(slot, holds=frozenset({replace(kept, cls=kind)})) if kind else None


def _made(value: ast.expr) -> str | None:
    """Return the class of a container that an expression makes; None for anything else."""
    if not isinstance(value, ast.Call):
        return _DISPLAYS.get(type(value))
    name = last_name(value.func)
    for keyword in value.keywords if name == "field" else ():
        if keyword.arg == "default_factory":
            name = last_name(keyword.value)
    return _CONTAINERS.get(name)


def _verdicts(engine: Engine, holds: Value) -> Iterator[Verdict]:
    """Yield what a declaration says of what the functions give; `NEVER` where it is of others."""
    for atom in holds - NONE:
        match atom:
            case Unknown():
                yield Verdict.UNKNOWN
            case Declared(result=result):
                yield result_of(result).verdict
            case Instance(cls=str(fullname), items=items) if _is_container(fullname):
                yield from _verdicts(engine, UNKNOWN if items is None else items)
            case Instance(cls=Class()) if call := _call_of(engine, atom):
                result = calls.declared_result(engine, call)
                yield Verdict.ALWAYS if call.is_async else result_of(result).verdict
            case _:
                yield Verdict.NEVER


def _is_container(fullname: str) -> bool:
    return fullname.rpartition(".")[2] in (*_CONTAINERS, "tuple")


def displayed(parent: ast.AST, node: ast.expr, holds: Value) -> Value | None:
    """Return what a display is that a kept function, or what holds one, is put into."""
    match parent:
        case ast.Tuple(elts=items, ctx=ast.Load()):
            before = items[: items.index(node)]
            starred = any(isinstance(one, ast.Starred) for one in before)
            return None if starred else frozenset({Row(len(before), holds)})
        case ast.List(ctx=ast.Load()):
            return containers.container(containers.LIST, holds)
        case ast.Set():
            return containers.container(containers.SET, holds)
        case ast.Dict(keys=keys, values=values) if node in values:
            match keys[values.index(node)]:
                case ast.Constant(value=str(key)) if None not in keys:
                    return frozenset({Row(key, holds)})
            return containers.container(containers.DICT, holds)
    return None


def is_global(name: str, frame: Frame) -> bool:
    """Is it a variable of the module in work?"""
    where: Frame = frame
    while where.parent is not None:
        is_own = name in where.scope.bindings and name not in where.scope.outer
        if is_own and not isinstance(where.node, ast.ClassDef):
            return False
        where = where.parent
    return name in where.scope.bindings
