"""What calling something gives: functions read, classes constructed, library calls known."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from mypy_await.summaries import arguments, classes, declared, expressions, special
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import Kind, Origin
from mypy_await.summaries.returns import returned
from mypy_await.summaries.scopes import own_nodes
from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Atom,
    Awaitable,
    Bindings,
    Class,
    Constant,
    Declared,
    Descriptor,
    External,
    Frame,
    Function,
    Instance,
    Manager,
    ManagerFactory,
    Partial,
    Subject,
    Value,
    called,
    instance,
    join,
)


def call(engine: Engine, callee: Value, given: Arguments) -> Value:
    """Return what calling a value gives; what can not be called is not counted."""
    return join(*(_call_atom(engine, atom, given) for atom in callee))


def _call_atom(engine: Engine, atom: Atom, given: Arguments) -> Value:
    match atom:
        case Function():
            return call_function(engine, atom, given)
        case Class():
            return classes.construct(engine, atom, given)
        case External(fullname=fullname):
            return special.call(engine, fullname, given)
        case Instance():
            method = classes.attribute(engine, frozenset({atom}), "__call__")
            return call(engine, method, given)
        case Partial():
            return _call_atom(engine, atom.function, arguments.of_partial(atom, given))
        case Declared(result=result):
            return result
        case Subject():
            return called(atom)
        case ManagerFactory(function=function):
            return frozenset({Manager(function, bound(engine, function, given))})
        case Descriptor(name="staticmethod" | "classmethod"):
            return _call_atom(engine, atom.function, given)
    return NOTHING if isinstance(atom, Constant) else UNKNOWN


def decorate(engine: Engine, made: Value, decorators: Sequence[ast.expr], frame: Frame) -> Value:
    """Return what a function or class is after its decorators."""
    for decorator in reversed(decorators):
        made = apply(engine, expressions.value(engine, decorator, frame), made)
    return made


def apply(engine: Engine, decorator: Value, made: Value) -> Value:
    """Return what a decorator makes of something.

    Its body is read whatever it is annotated with: the annotations of decorators say too little.
    """
    return call_reading(engine, decorator, arguments.of_values(made))


def call_reading(engine: Engine, callee: Value, given: Arguments) -> Value:
    """Return what a call gives, read from bodies rather than annotations where that is known."""
    return join(*(_call_reading(engine, atom, given) for atom in callee))


def _call_reading(engine: Engine, atom: Atom, given: Arguments) -> Value:
    if isinstance(atom, Function) and not atom.is_async and not is_generator(engine, atom):
        read = body_result(engine, atom, bound(engine, atom, given))
        if not read >= UNKNOWN:
            return read
    return _call_atom(engine, atom, given)


def bound(engine: Engine, function: Function, given: Arguments) -> Bindings:
    """Return what a call binds the parameters of a function to."""
    return arguments.bind(
        function.node,
        function.bound,
        given,
        lambda node: expressions.value(engine, node, function.frame),
    )


def origin_of(function: Function, kind: Kind) -> Origin:
    """Return a function as the origin of its awaitable."""
    note = function.annotation
    return Origin(
        function.fullname,
        function.frame.scope.module.path,
        function.node.lineno,
        function.is_async,
        kind,
        ast.unparse(note) if note else None,
    )


def call_function(engine: Engine, function: Function, given: Arguments) -> Value:
    """Return what calling a function gives, believing its annotation if there is one."""
    engine.read(function.frame.scope.module.path)
    if function.is_async:
        return _call_async(engine, function, given)
    noted = declared_result(engine, function)
    if not noted >= UNKNOWN:
        return _of_one_colour(engine, function, given, noted) if _is_mixed(noted) else noted
    if is_generator(engine, function):
        return instance("types.GeneratorType")
    return body_result(engine, function, bound(engine, function, given))


def _is_mixed(declared: Value) -> bool:
    """Is it declared for two colours, as in `int | Awaitable[int]`?"""
    return {isinstance(atom, Awaitable) for atom in declared - NONE} == {True, False}


def _of_one_colour(engine: Engine, function: Function, given: Arguments, declared: Value) -> Value:
    """Return what the body says of this receiver and these arguments, as far as it tells."""
    read = body_result(engine, function, bound(engine, function, given))
    return declared if read >= UNKNOWN else read


def _call_async(engine: Engine, function: Function, given: Arguments) -> Value:
    if is_generator(engine, function):
        return instance("types.AsyncGeneratorType")
    noted = declared_result(engine, function)
    origin = origin_of(function, Kind.COROUTINE)
    if not noted >= UNKNOWN:
        return frozenset({Awaitable(origin, noted)})
    bindings = bound(engine, function, given)
    return frozenset({Awaitable(origin, UNKNOWN, function, bindings)})


def declared_result(engine: Engine, function: Function) -> Value:
    """Return what the annotation of a function's result says; unknown if there is none."""
    note = function.annotation
    if note is None:
        return UNKNOWN
    noted = engine.remember(
        ("declared", function.node, function.frame),
        lambda: declared.value(engine, note, function.frame),
        UNKNOWN,
    )
    if any(isinstance(atom, Declared) and atom.result >= UNKNOWN for atom in noted):
        return UNKNOWN
    named = (
        replace(atom, origin=origin_of(function, atom.origin.kind))
        if isinstance(atom, Awaitable)
        else atom
        for atom in noted
    )
    return frozenset(named)


def body_result(engine: Engine, function: Function, bindings: Bindings) -> Value:
    """Return what the body of a function returns, whatever its annotation says."""
    key = ("body", function, bindings)
    return engine.remember(key, lambda: _run(engine, function, bindings), NOTHING)


def frame_of_call(engine: Engine, function: Function, bindings: Bindings) -> Frame:
    """Return the frame of a function's body."""
    return Frame(engine.scope(function.node, function.frame), bindings, function.frame)


def open_frame(engine: Engine, function: Function) -> Frame:
    """Return the same where nothing is known of the call but its receiver."""
    return frame_of_call(engine, function, bound(engine, function, Arguments(is_open=True)))


def _run(engine: Engine, function: Function, bindings: Bindings) -> Value:
    engine.read(function.frame.scope.module.path)
    frame = frame_of_call(engine, function, bindings)
    node = function.node
    if isinstance(node, ast.Lambda):
        return expressions.value(engine, node.body, frame)
    if is_stub(node):
        return UNKNOWN
    values = [
        expressions.value(engine, one, frame) if one else NONE
        for one in returned(node.body, lambda test: expressions.decide(engine, test, frame))
    ]
    return join(*values)


def awaited(engine: Engine, value: Value) -> Value:
    """Return what awaiting a value gives."""
    return join(*(_awaited_atom(engine, atom) for atom in value))


def _awaited_atom(engine: Engine, atom: Atom) -> Value:
    if isinstance(atom, Awaitable):
        if atom.call:
            return body_result(engine, atom.call, atom.bindings)
        return atom.given
    if isinstance(atom, Instance) and isinstance(atom.cls, Class):
        return classes.awaited(engine, atom)
    return NOTHING if isinstance(atom, Constant) else UNKNOWN


def awaited_by(engine: Engine, method: Function) -> Value:
    """Return what awaiting gives by the body of an `__await__`: a generator, or one handed on."""
    if is_generator(engine, method):
        return body_result(engine, method, bound(engine, method, Arguments()))
    engine.read(method.frame.scope.module.path)
    frame = open_frame(engine, method)
    assert isinstance(method.node, ast.FunctionDef)
    found = returned(method.node.body, lambda test: expressions.decide(engine, test, frame))
    return join(*(run_to_end(engine, one, frame) for one in found)) or UNKNOWN


def run_to_end(engine: Engine, node: ast.expr | None, frame: Frame) -> Value:
    """Return what an iterator gives once it has run to its end: `x.__await__()`, what `x` gives."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="__await__"), args=[], keywords=[]):
            return awaited(engine, expressions.value(engine, inner, frame))
    return UNKNOWN


def is_generator(engine: Engine, function: Function) -> bool:
    """Does the function's own body yield?"""

    def find() -> bool:
        nodes = own_nodes(function.node)
        return any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in nodes)

    return engine.remember(("generator", function.node), find, False)


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is the body empty, so that others (subclasses, overloads) say what it does?"""
    return all(
        isinstance(one, ast.Pass)
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        or isinstance(one, ast.Raise)
        for one in node.body
    )
