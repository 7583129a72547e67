"""Classes and their instances: bases, attributes, construction."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mypy_await.summaries import (
    arguments,
    bases,
    calls,
    containers,
    declared,
    library,
    modules,
    names,
)
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import Kind
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import Binding, Binds, Method
from mypy_await.summaries.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Atom,
    Awaitable,
    Bindings,
    Class,
    Constant,
    Descriptor,
    External,
    Frame,
    Function,
    Instance,
    ManagerFactory,
    ModuleRef,
    Super,
    Value,
    instance,
    join,
    only,
)

_PLAIN_ATTRIBUTES: Final = frozenset(
    {"__name__", "__qualname__", "__doc__", "__module__", "__dict__"}
)


def construct(engine: Engine, cls: Class, given: Arguments) -> Value:
    """Return an instance, with what is known of the arguments of its constructor."""
    engine.read(cls.frame.scope.module.path)
    maker = only(bases.find(engine, bases.mro(engine, cls), "__new__") or NOTHING)
    if isinstance(maker, Function) and maker.is_async:
        return UNKNOWN
    init = constructor(engine, cls)
    bindings = calls.bound(engine, init, given) if init else ()
    first = init.node.args.args[:1] if init else []
    own = tuple(pair for pair in bindings if not first or pair[0] != first[0].arg)
    return frozenset({Instance(cls, own)})


def constructor(engine: Engine, cls: Class) -> Function | None:
    """Return the `__init__` of a class, bound to an instance."""
    found = bases.find(engine, bases.mro(engine, cls), "__init__")
    init = only(found) if found else None
    return replace(init, bound=frozenset({Instance(cls)})) if isinstance(init, Function) else None


def attribute(engine: Engine, value: Value, name: str) -> Value:
    """Return what an attribute of a value is; of `None`, nothing."""
    return join(*(_attribute(engine, atom, name) for atom in value))


def _attribute(engine: Engine, atom: Atom, name: str) -> Value:
    match atom:
        case Instance(cls=Class()):
            return _of_instance(engine, atom, name)
        case Instance(cls=str(fullname)):
            return containers.method(atom, name) or _external(engine, fullname, name)
        case External(fullname=fullname):
            return _external(engine, fullname, name)
        case Class():
            return _of_class(engine, atom, name)
        case Super(owner=owner, of=of):
            return join(*(_of_super(engine, owner, receiver, name) for receiver in of))
        case ModuleRef(name=module):
            return modules.of_module(engine, module, name)
        case Constant():
            return NOTHING
        case Function() if name in _PLAIN_ATTRIBUTES:
            return PLAIN
    return UNKNOWN


def _external(engine: Engine, owner: str, name: str) -> Value:
    fullname = f"{owner}.{name}"
    known = library.read(engine, fullname)
    return frozenset({External(fullname)}) if known is None else known


def _of_class(engine: Engine, cls: Class, name: str) -> Value:
    if name in _PLAIN_ATTRIBUTES:
        return PLAIN
    order = bases.mro(engine, cls)
    found = bases.find(engine, order, name)
    values = list(_assigned(engine, cls, order, name))
    if found is not None:
        values.append(join(*(_from_class(engine, atom, cls) for atom in found)))
    return join(*values) if values else UNKNOWN


def _from_class(engine: Engine, atom: Atom, cls: Class) -> Value:
    if isinstance(atom, Descriptor):
        if atom.name == "classmethod":
            return frozenset({_bind(atom.function, frozenset({cls}))})
        return frozenset({atom.function}) if atom.name == "staticmethod" else UNKNOWN
    return _unless_descriptor(engine, atom)


def _of_instance(engine: Engine, receiver: Instance, name: str) -> Value:
    key = ("attribute", receiver, name)
    return engine.remember(key, lambda: _look_up(engine, receiver, name), NOTHING)


def _look_up(engine: Engine, receiver: Instance, name: str) -> Value:
    cls = receiver.cls
    assert isinstance(cls, Class)
    if name == "__class__":
        return frozenset({cls})
    if name in _PLAIN_ATTRIBUTES:
        return PLAIN
    order = bases.mro(engine, cls)
    if bases.defines(engine, order, "__getattribute__"):
        return UNKNOWN
    found = bases.find(engine, order, name)
    values = list(_assigned(engine, receiver, order, name))
    if found is not None:
        # What a base that is not read might have of the name is not what methods store here.
        if not (values and found >= UNKNOWN and not bases.is_closed(order)):
            values.append(join(*(_from_instance(engine, atom, receiver) for atom in found)))
    if any(
        name in base.frame.scope.module.stored_attributes
        for base in order
        if isinstance(base, Class)
    ):
        return UNKNOWN
    if not values and bases.is_closed(order):
        return _made_on_reading(engine, receiver, order)
    return join(*values) if values else UNKNOWN


def _made_on_reading(engine: Engine, receiver: Instance, order: tuple[bases.Base, ...]) -> Value:
    """Return what the `__getattr__` of a class gives for a name that nothing defines."""
    found = bases.find(engine, order, "__getattr__")
    if found is None or any(isinstance(base, Class) and _sets_by_name(base.node) for base in order):
        return UNKNOWN
    getter = join(*(_from_instance(engine, atom, receiver) for atom in found))
    return calls.call(engine, getter, arguments.of_values(instance("builtins.str")))


def _sets_by_name(cls: ast.ClassDef) -> bool:
    """May a class have attributes that no assignment names?"""
    names = (getattr(node, "id", getattr(node, "attr", "")) for node in walk(cls))
    return not {"setattr", "__dict__"}.isdisjoint(names)


def _from_instance(engine: Engine, atom: Atom, receiver: Atom) -> Value:
    me: Value = frozenset({receiver})
    if isinstance(atom, (Function, ManagerFactory)):
        return frozenset({_bind(atom, me)})
    if isinstance(atom, Descriptor):
        if atom.name == "property":
            getter = frozenset({_bind(atom.function, me)})
            return calls.call(engine, getter, arguments.of_values())
        if atom.name == "classmethod" and isinstance(receiver, Instance):
            owner = receiver.cls
            cls: Value = frozenset({owner}) if isinstance(owner, Class) else UNKNOWN
            return frozenset({_bind(atom.function, cls)})
        return frozenset({atom.function})
    return _unless_descriptor(engine, atom)


def bind_member(engine: Engine, atom: Atom, receiver: Instance) -> Value:
    """Return a method bound to an instance; a property stays one, its getter bound."""
    if isinstance(atom, Descriptor) and atom.name == "property":
        getter = _bind(atom.function, frozenset({receiver}))
        return frozenset({replace(atom, function=getter)})
    return _from_instance(engine, atom, receiver)


def _bind(atom: Atom, receiver: Value) -> Atom:
    if isinstance(atom, ManagerFactory):
        return replace(atom, function=replace(atom.function, bound=receiver))
    return replace(atom, bound=receiver) if isinstance(atom, Function) else atom


def _unless_descriptor(engine: Engine, atom: Atom) -> Value:
    """An instance in a class body may be a descriptor: then its `__get__` says what it is."""
    if isinstance(atom, Instance):
        if isinstance(atom.cls, str):
            is_plain = atom.cls.startswith("builtins.") or atom.cls in library.CLASSES
            return frozenset({atom}) if is_plain else UNKNOWN
        if bases.find(engine, bases.mro(engine, atom.cls), "__get__") is not None:
            return UNKNOWN
    return frozenset({atom})


def _of_super(engine: Engine, owner: Class, receiver: Atom, name: str) -> Value:
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    if not isinstance(cls, Class):
        return UNKNOWN
    order = bases.mro(engine, cls)
    if owner not in order:
        return UNKNOWN
    found = bases.find(engine, order[order.index(owner) + 1 :], name)
    if found is None:
        return UNKNOWN
    if isinstance(receiver, Class):
        return join(*(_from_class(engine, atom, cls) for atom in found))
    return join(*(_from_instance(engine, atom, receiver) for atom in found))


def _assigned(
    engine: Engine, receiver: Instance | Class, order: tuple[bases.Base, ...], name: str
) -> Iterator[Value]:
    """Yield what methods assign to `self.name` (of a class: what they assign to `cls.name`)."""
    for base in order:
        if not isinstance(base, Class):
            continue
        assigned = base.frame.scope.module.self_assignments(base.node).get(name, [])
        inside = engine.inside(base) if assigned else None
        for method, binding in assigned:
            assert inside
            if isinstance(receiver, Class) and not names.is_class_method(method):
                continue
            frame = _method_frame(engine, receiver, method, inside)
            yield _declared_or_given(engine, binding, frame)


def declared_attribute(engine: Engine, cls: Class, name: str) -> Value | None:
    """Return what a class itself, in its body or in a method, declares an attribute to be."""
    notes = annotations_of(engine, cls, name)
    found = [declared.value(engine, note, frame) for note, frame in notes]
    return join(*found) if found else None


def annotations_of(engine: Engine, cls: Class, name: str) -> list[tuple[ast.expr, Frame]]:
    """Return the annotations of an attribute in a class body and its methods."""
    inside = engine.inside(cls)
    notes = [(one, inside) for one in inside.scope.bindings.get(name, [])]
    for method, one in cls.frame.scope.module.self_assignments(cls.node).get(name, []):
        notes.append((one, Frame(engine.scope(method, inside), (), inside)))
    return [(one.value, frame) for one, frame in notes if one.binds is Binds.DECLARED and one.value]


def _method_frame(
    engine: Engine, receiver: Instance | Class, method: Method, inside: Frame
) -> Frame:
    """Return the frame of a method called on an instance (or class)."""
    scope = engine.scope(method, inside)
    self_name = [*method.args.posonlyargs, *method.args.args][0].arg
    cls = receiver if isinstance(receiver, Class) else receiver.cls
    if names.is_class_method(method) and isinstance(cls, Class):
        return Frame(scope, ((self_name, frozenset({cls})),), inside)
    bindings: Bindings = ((self_name, frozenset({receiver})),)
    if method.name != "__init__" or not isinstance(receiver, Instance):
        return Frame(scope, bindings, inside)
    if receiver.init and isinstance(receiver.cls, Class):
        init = constructor(engine, receiver.cls)
        if init and init.node is method:
            bindings += receiver.init
    return Frame(scope, bindings, inside)


def _declared_or_given(engine: Engine, binding: Binding, frame: Frame) -> Value:
    if binding.binds is Binds.DECLARED and binding.value:
        noted = declared.value(engine, binding.value, frame)
        if not noted >= UNKNOWN:
            return noted
    return names.bound_value(engine, binding, frame)


def as_awaitables(engine: Engine, value: Value) -> Value:
    """Return a value in which instances of awaitable classes are awaitables."""
    return join(*(_as_awaitable(engine, atom) for atom in value))


def _as_awaitable(engine: Engine, atom: Atom) -> Value:
    if not isinstance(atom, Instance):
        return frozenset({atom})
    if isinstance(atom.cls, str):
        if atom.cls.startswith(("builtins.", "types.")) or atom.cls in library.NOT_AWAITABLE:
            return frozenset({atom})
        known = library.known_value(engine, atom.cls, atom)
        is_known = known != frozenset({atom}) or engine.type_of(atom.cls) is not None
        return known if is_known else UNKNOWN
    found = bases.find(engine, bases.mro(engine, atom.cls), "__await__")
    if found is None:
        return frozenset({atom})
    method = only(found)
    if not isinstance(method, Function):
        return UNKNOWN
    origin = replace(calls.origin_of(method, Kind.AWAITABLE), fullname=atom.fullname)
    return frozenset({Awaitable(origin, UNKNOWN)})


def awaited(engine: Engine, awaitable: Instance) -> Value:
    """Return what awaiting an instance gives, as its `__await__` declares or makes it."""
    method = only(attribute(engine, frozenset({awaitable}), "__await__"))
    match method:
        case Function(
            annotation=ast.Subscript(value=generator, slice=ast.Tuple(elts=[_, _, result]))
        ) if ast.unparse(generator).rpartition(".")[2] == "Generator":
            return declared.value(engine, result, method.frame)
        case Function(node=ast.FunctionDef()):
            key = ("awaited", method)
            return engine.remember(key, lambda: calls.awaited_by(engine, method), UNKNOWN)
    return UNKNOWN
