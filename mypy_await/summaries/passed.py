"""What the callers of a function, in its own module, pass for the parameters that say nothing.

    async def dispatch(self):
        await self.on_connect(WebSocket(self.scope))

    async def on_connect(self, socket):
        socket.accept()

Who calls it from elsewhere may pass something else, and these callers are wrong all the same.  But
where one of them passes what is not known, nothing is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from mypy_await.summaries import (
    arguments,
    bases,
    classes,
    declared,
    expressions,
    fixtures,
    lookup,
    names,
)
from mypy_await.summaries.engine import Engine, function_at
from mypy_await.summaries.nodes import Place, last_name, place_of
from mypy_await.summaries.reads import Reads
from mypy_await.summaries.scopes import DEFS, Body, Scope
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    NOTHING,
    UNKNOWN,
    Atom,
    Bindings,
    Class,
    Frame,
    Function,
    Instance,
    Value,
    instance,
    join,
    only,
)

Given = tuple[tuple[int, str, str], ...]
"""Parameters, by the line of their `def` and their name, with the full names of their classes."""


class Called(Reads):
    """An outermost function whose parameters are what callers pass; so are those of inner ones."""

    def __init__(self, engine: Engine, body: Body, given: Given = ()) -> None:
        self._given = given
        scope = body.scopes[body.node]
        outside = engine.frame_of(scope.module, scope.module.functions[body.node])
        super().__init__(engine, called(engine, scope, outside, given))

    def _frame(self, node: ast.AST) -> Frame:
        if node is self.frame.node:
            return self.frame
        around = self._frame(self.body.function_of(node))
        return called(self.engine, self.body.scopes[node], around, self._given)


def called_at(engine: Engine, module: Module, place: Place, given: Given) -> Value:
    """Return what is called by the call at a place of a module; unknown if there is none.

    `given` is what else is known of parameters.
    """
    for body in _bodies(module, [place[0]]):
        for node in body.parents:
            if isinstance(node, ast.Call) and place_of(node) == place:
                around = Called(engine, body, given).frame_at(node)
                return expressions.value(engine, node.func, around)
    return UNKNOWN


def _bodies(module: Module, lines: list[int]) -> Iterator[Body]:
    """Yield the outermost functions around some lines."""
    for node in module.outermost if lines else ():
        if any(node.lineno <= line <= (node.end_lineno or 0) for line in lines):
            yield module.body(node)


def made_by_callers(engine: Engine, cls: Class) -> Instance:
    """Return an instance of a class as the module that it is defined in makes it."""
    init = classes.constructor(engine, cls)
    if init is None:
        return Instance(cls)
    return Instance(cls, _passed(engine, init, cls.frame.scope.module, cls.node.name))


def called(engine: Engine, scope: Scope, outside: Frame, given: Given = ()) -> Frame:
    """Return the frame of a function as the callers in its module call it."""
    node = scope.node
    if not isinstance(node, DEFS):
        return Frame(scope, (), outside)
    function = function_at(node, outside)
    owner, receiver = function.owner, tuple[tuple[str, Value], ...]()
    if owner and not names.is_static(node):
        own = owner if names.is_class_method(node) else made_by_callers(engine, owner)
        function = replace(function, bound=frozenset({own}))
        first = [*node.args.posonlyargs, *node.args.args][:1]
        receiver = tuple((one.arg, frozenset({own})) for one in first)
        if isinstance(own, Instance) and node.name == "__init__":
            return Frame(scope, (*receiver, *own.init), outside)
    known = tuple((name, _instance(engine, cls)) for at, name, cls in given if at == node.lineno)
    passed = _passed(engine, function, scope.module, node.name)
    declared = _declared_by_base(engine, function)
    by_pytest = fixtures.given(engine, function, _silent(function))
    return Frame(scope, (*receiver, *known, *passed, *declared, *by_pytest), outside)


def _instance(engine: Engine, fullname: str) -> Value:
    cls = only(lookup.resolve(engine, fullname))
    return frozenset({Instance(cls)}) if isinstance(cls, Class) else instance(fullname)


def frame(engine: Engine, body: Body) -> Frame:
    """Return the frame of an outermost function as the callers in its module call it."""
    return Called(engine, body).frame


def _declared_by_base(engine: Engine, function: Function) -> Bindings:
    """Return what the method that this one overrides declares for its parameters."""
    owner, node = function.owner, function.node
    if owner is None or not isinstance(node, DEFS) or names.is_static(node):
        return ()
    base = only(bases.find(engine, bases.mro(engine, owner)[1:], node.name) or NOTHING)
    if not isinstance(base, Function):
        return ()
    theirs = base.node.args
    pairs = list(zip(_positional(function), [*theirs.posonlyargs, *theirs.args][1:], strict=False))
    pairs += [
        (arg, one)
        for arg in node.args.kwonlyargs
        for one in theirs.kwonlyargs
        if arg.arg == one.arg
    ]
    return tuple(
        (arg.arg, declared.value(engine, one.annotation, base.frame))
        for arg, one in pairs
        if arg.annotation is None and one.annotation is not None
    )


def _positional(function: Function) -> list[ast.arg]:
    """Return the parameters that can be passed by position, the receiver left out."""
    spec = function.node.args
    return [*spec.posonlyargs, *spec.args][function.bound is not None :]


def _silent(function: Function) -> list[str]:
    """Return the names of the parameters without an annotation, the receiver left out."""
    every = [*_positional(function), *function.node.args.kwonlyargs]
    return [one.arg for one in every if one.annotation is None]


def _passed(engine: Engine, function: Function, module: Module, name: str) -> Bindings:
    """Return what all calls by a name in a module pass, where that is known of each."""
    key = ("passed", function.node, function.owner, name, module.path)
    return engine.remember(key, lambda: _all_passed(engine, function, module, name), ())


def _all_passed(engine: Engine, function: Function, module: Module, name: str) -> Bindings:
    silent = _silent(function)
    certain: list[Bindings] = []
    others: list[Bindings] = []
    for call, around in _calls(engine, module, name) if silent else ():
        callee = expressions.value(engine, call.func, around)
        is_certain = any(_is_meant(engine, atom, function) for atom in callee)
        if is_certain or callee >= UNKNOWN:
            passed = _given(engine, function, call, around)
            (certain if is_certain else others).append(passed)
    # A call of something unknown that has the name may be of the function, or of any other.
    values = [pair for passed in certain or others for pair in passed]
    joined = [(name, join(*(value for key, value in values if key == name))) for name in silent]
    return tuple(pair for pair in joined if pair[1] and not pair[1] >= UNKNOWN)


def _calls(engine: Engine, module: Module, name: str) -> Iterator[tuple[ast.Call, Frame]]:
    """Yield the calls of what has a name, with their frames."""
    engine.read(module.path)
    lines = module.lines_calling(name)
    for body in _bodies(module, lines):
        found = [one for one in body.parents if isinstance(one, ast.Call) and _calls_it(one, name)]
        reads = Called(engine, body) if found else None
        for call in found:
            if reads is not None:
                yield call, reads.frame_at(call)
    for call in module.outer_calls if lines else ():
        if _calls_it(call, name):
            yield call, Frame(module.scope)


def _calls_it(call: ast.Call, name: str) -> bool:
    return last_name(call.func) == name


def _is_meant(engine: Engine, atom: Atom, function: Function) -> bool:
    """Does a call of this run the function: itself, a method that it overrides, or its class?"""
    match atom:
        case Class():
            init = classes.constructor(engine, atom)
            return init is not None and init.node is function.node
        case Function(node=node, owner=owner):
            if node is function.node:
                return True
            own = function.owner
            return owner is not None and own is not None and owner in bases.mro(engine, own)
    return False


def _given(engine: Engine, function: Function, call: ast.Call, around: Frame) -> Bindings:
    """Return what a call passes for parameters; unknown where it may be anything.

    Nothing for one that the function passes on to itself.
    """
    given = arguments.of_call(call, around, lambda node: expressions.value(engine, node, around))
    found = arguments.matched(
        function.node,
        function.bound,
        given,
        lambda node: expressions.value(engine, node, function.frame),
    )
    own = _names_passed(call) if call in ast.walk(function.node) else set()
    rest = UNKNOWN if given.is_open else NOTHING
    return tuple(
        (name, found[name]() if name in found else rest)
        for name in _silent(function)
        if name not in own
    )


def _names_passed(call: ast.Call) -> set[str]:
    values = (*call.args, *(keyword.value for keyword in call.keywords))
    return {value.id for value in values if isinstance(value, ast.Name)}
