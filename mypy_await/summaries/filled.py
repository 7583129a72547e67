"""What is in a container that an attribute keeps: all that the program puts there.

    def __init__(self):
        self.members = {}

    def join(self, key):
        self.members[key] = Member()

Every mention of the attribute is looked at: in the modules of the class and its bases, in the one
that asks, and in the files beside these.  It is certain only where nothing but instances of one
class is put in, and where the container itself goes nowhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from mypy_await.summaries import bases, dispatch, expressions, library, names, neighbours, passed
from mypy_await.summaries.engine import Engine, class_of
from mypy_await.summaries.filling import filling
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.reads import Reads
from mypy_await.summaries.scopes import DEFS, Body
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    UNKNOWN,
    Atom,
    Bindings,
    Class,
    Frame,
    Instance,
    ModuleRef,
    Value,
    only,
)

_HOOKS: Final = ("__setattr__", "__getattribute__")
_STORING: Final = frozenset({"delattr", "setattr"})
_BY_NAME: Final = _STORING | {"getattr"}


class _UndecidedError(Exception):
    """Something else may be in the container."""


def item(engine: Engine, owner: Class, name: str, asking: str) -> Value:
    """Return what each item is of the container in an attribute; unknown if that is not certain.

    `asking` is the module that reads it.
    """
    order = bases.mro(engine, owner)
    if None in order or any(bases.defines(engine, order, one) for one in (*_HOOKS, name)):
        return UNKNOWN
    home = [base.frame.scope.module for base in order if isinstance(base, Class)]
    also = engine.module(asking)
    modules = list(dict.fromkeys([*home, also] if also else home))
    try:
        search = _Search(engine, owner, name)
        put_in = {one for module in modules for one in search.put_in(module)}
    except _UndecidedError:
        return UNKNOWN
    one = only(frozenset(put_in))
    if one is None or not search.is_made or not _has_coroutines(engine, one):
        return UNKNOWN
    beside = neighbours.mentioning(modules, name)
    family = {base.node.name for base in order if isinstance(base, Class)}
    for path in beside or ():
        engine.sources.watch(path)
        engine.read(path)
    if beside is None or any(neighbours.may_fill(path, name, family) for path in beside):
        return UNKNOWN
    return frozenset({one})


def _has_coroutines(engine: Engine, one: Atom) -> bool:
    """Has an object methods that give coroutines?  Of any other nothing need be known."""
    if not isinstance(one, Instance):
        return False
    if isinstance(one.cls, str):
        return one.cls in library.CLASSES and one.cls.startswith("asyncio.")
    return any(
        isinstance(node, ast.AsyncFunctionDef)
        for base in bases.mro(engine, one.cls)
        if isinstance(base, Class)
        for node in base.node.body
    )


class _Search:
    """The search for what modules put into a container."""

    def __init__(self, engine: Engine, owner: Class, name: str) -> None:
        self._engine = engine
        self._owner = owner
        self._order = bases.mro(engine, owner)
        self._name = name
        self.is_made = False
        """Is the attribute bound to a new container, in what was looked at?"""

    def put_in(self, module: Module) -> Iterator[Atom]:
        """Yield what a module puts in, without the arguments of constructors."""
        self._engine.read(module.path)
        seen = 0
        for body in dispatch.bodies(module):
            named = [node for node, _ in body.attributes if node.attr == self._name]
            seen += len(named)
            reads = self._reads(body) if named else None
            for node in named:
                if reads is not None and not self._is_another(node, reads):
                    yield from self._put_at(node, reads)
        if seen < sum(map(self._is_mention, walk(module.tree))):
            raise _UndecidedError

    def _is_mention(self, node: ast.AST) -> bool:
        """Is it the attribute, or may it be by name, as in `getattr(self, "members")`?"""
        match node:
            case ast.Attribute(attr=name):
                return name == self._name
            case ast.Call(func=ast.Name(id=function), args=[owner, name, *_]):
                if function in _BY_NAME and isinstance(name, ast.Constant):
                    return name.value == self._name
                is_own = isinstance(owner, ast.Name) and owner.id in ("self", "cls")
                return function in _STORING or (function == "getattr" and is_own)
        return False

    def _reads(self, body: Body) -> Reads:
        """Return a reader of a function; methods are called on the receiver that is known.

        Their parameters are what its callers in the module pass.
        """
        scope, node = body.scopes[body.node], body.node
        outside = self._engine.frame_of(scope.module, scope.module.functions[node])
        cls = class_of(outside)
        bindings: Bindings = ()
        if cls and isinstance(node, DEFS) and not names.is_static(node):
            first = [*node.args.posonlyargs, *node.args.args][:1]
            owner = self._owner if cls in self._order else cls
            me = owner if names.is_class_method(node) else Instance(owner)
            bindings = tuple((one.arg, frozenset({me})) for one in first)
        given = passed.frame(self._engine, body).bindings
        return Reads(self._engine, Frame(scope, (*bindings, *given), outside))

    def _is_another(self, node: ast.Attribute, reads: Reads) -> bool:
        """Is it certainly an attribute of something else?"""
        receiver = only(expressions.value(self._engine, node.value, reads.frame_at(node)))
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if not isinstance(cls, Class):
            return isinstance(cls, (str, ModuleRef))
        line = bases.mro(self._engine, cls)
        if None in line or cls in self._order or self._owner in line:
            return False
        return any(
            self._name in base.frame.scope.module.self_assignments(base.node)
            for base in line
            if isinstance(base, Class)
        )

    def _put_at(self, node: ast.Attribute, reads: Reads) -> Iterator[Atom]:
        found = filling(node, reads.body.parents)
        if found is None:
            raise _UndecidedError
        self.is_made = self.is_made or found.makes
        for one in found.items:
            value = expressions.value(self._engine, one, reads.frame_at(node))
            for atom in value or UNKNOWN:
                if not isinstance(atom, Instance):
                    raise _UndecidedError
                yield Instance(atom.cls)
