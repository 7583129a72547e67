"""What a name means: locals, closures, modules, imports, builtins."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import partial
from typing import Final

from mypy_await.summaries import (
    calls,
    containers,
    declared,
    expressions,
    library,
    managers,
    modules,
)
from mypy_await.summaries.arguments import defaults
from mypy_await.summaries.engine import Engine, class_of, function_at, qualified
from mypy_await.summaries.flow import Reaching, Search, dotted
from mypy_await.summaries.model import Origin
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import (
    COMPREHENSIONS,
    DEFS,
    Binding,
    Binds,
    Scope,
)
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    PLAIN,
    UNKNOWN,
    Atom,
    Awaitable,
    External,
    Frame,
    Instance,
    ModuleRef,
    Value,
    join,
    without_none,
)

_CLASS_METHODS: Final = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
_ACCESSORS: Final = frozenset({"setter", "deleter", "getter", "register"})


def lookup(engine: Engine, node: ast.Name, frame: Frame) -> Value:
    """Return what a name stands for at the place where it is read."""
    name, scope = node.id, frame.scope
    if _is_comprehension_variable(node, scope):
        return UNKNOWN
    if name in scope.bindings and name not in scope.outer:
        key = ("local", node, frame)
        return engine.remember(key, lambda: _local(engine, node, frame), NOTHING)
    outer = frame.parent
    while outer and not isinstance(outer.node, ast.Module):
        if not isinstance(outer.node, ast.ClassDef) and name in outer.scope.bindings:
            return _closure(engine, name, outer)
        outer = outer.parent
    found = modules.in_module(engine, scope.module, name, built_in=True)
    return narrowed(engine, node, found, scope.bindings.get(name, []), frame)


def narrowed(
    engine: Engine,
    node: ast.Name | ast.Attribute,
    found: Value,
    stores: list[Binding],
    frame: Frame,
) -> Value:
    """Return the value of a global or attribute where a test before may have ruled `None` out.

    `stores` are the places in this function that assign to it.
    """
    name = dotted(node)
    if not found > NONE or name is None or frame.scope.body is None:
        return found
    decide = partial(expressions.decide, engine, frame=frame)
    reaching = Search(frame.scope, name, stores, decide).at(node)
    is_none = any(
        isinstance(binding.site, ast.Assign)
        and isinstance(binding.site.value, ast.Constant)
        and binding.site.value.value is None
        for binding in reaching.bindings
    )
    ruled_out = not reaching.initial or reaching.initial_not_none
    return without_none(found) if ruled_out and not is_none else found


def _is_comprehension_variable(node: ast.Name, scope: Scope) -> bool:
    if scope.body is None:
        return False
    for parent in scope.body.ancestors(node):
        if parent is scope.node:
            return False
        if isinstance(parent, COMPREHENSIONS):
            for generator in parent.generators:
                targets = walk(generator.target)
                if any(isinstance(t, ast.Name) and t.id == node.id for t in targets):
                    return True
    return False


def _local(engine: Engine, node: ast.Name, frame: Frame) -> Value:
    if isinstance(frame.node, (ast.Module, ast.ClassDef)):
        return at_end(engine, node.id, frame)
    return _joined(engine, node.id, search_for(engine, node.id, frame).at(node), frame)


def _closure(engine: Engine, name: str, frame: Frame) -> Value:
    def work() -> Value:
        return _joined(engine, name, search_for(engine, name, frame).everything(), frame)

    return engine.remember(("closure", name, frame), work, NOTHING)


def in_class(engine: Engine, name: str, frame: Frame) -> Value:
    """Return what a class body makes of a name it binds, not bound to an instance."""
    return engine.remember(("class", name, frame), lambda: at_end(engine, name, frame), NOTHING)


def at_end(engine: Engine, name: str, frame: Frame) -> Value:
    """Return what a module or class body makes of a name it binds."""
    return _joined(engine, name, search_for(engine, name, frame).at_end(), frame)


def search_for(engine: Engine, name: str, frame: Frame) -> Search:
    """Return a search for the bindings of a name in the scope of a frame."""
    bindings = [b for b in frame.scope.bindings.get(name, []) if not _is_accessor(b)]
    return Search(frame.scope, name, bindings, partial(expressions.decide, engine, frame=frame))


def _is_accessor(binding: Binding) -> bool:
    """Is it a `@name.setter` or its like, which adds to what the name already is?"""
    node = binding.site
    return binding.binds is Binds.DEF and any(
        isinstance(d, ast.Attribute)
        and isinstance(d.value, ast.Name)
        and d.value.id == getattr(node, "name", None)
        and d.attr in _ACCESSORS
        for d in getattr(node, "decorator_list", [])
    )


def _joined(engine: Engine, name: str, reaching: Reaching, frame: Frame) -> Value:
    for binding in frame.scope.bindings[name]:
        if binding.binds is Binds.DECLARED and binding.value:
            noted = declared.value(engine, binding.value, frame)
            if not noted >= UNKNOWN:
                return noted
    values = []
    for binding, not_none in reaching.bindings.items():
        value = bound_value(engine, binding, frame)
        values.append(without_none(value) if not_none else value)
    if reaching.initial:
        value = _parameter(engine, name, frame)
        values.append(without_none(value) if reaching.initial_not_none else value)
    return join(*values)


def _parameter(engine: Engine, name: str, frame: Frame) -> Value:
    """Return a parameter's value; nothing if the name is no parameter."""
    bound = frame.bound(name)
    if bound is not None:
        return bound
    for binding in frame.scope.bindings[name]:
        if binding.binds is Binds.PARAMETER:
            return _unbound_parameter(engine, binding, frame)
    return NOTHING


def _unbound_parameter(engine: Engine, binding: Binding, frame: Frame) -> Value:
    node = frame.node
    owner = class_of(frame.parent) if frame.parent else None
    if owner and isinstance(node, DEFS):
        first = [*node.args.posonlyargs, *node.args.args][:1]
        if first == [binding.site] and not is_static(node):
            return frozenset({owner if is_class_method(node) else Instance(owner)})
    starred = getattr(node, "args", None)
    if starred and binding.site in (starred.vararg, starred.kwarg):
        return PLAIN
    serialising = _serialising(engine, binding.site, frame)
    if serialising:
        return serialising
    if binding.value is None:
        return UNKNOWN
    noted = declared.value(engine, binding.value, frame.parent or frame)
    noted = frozenset(_named(atom, frame, binding) for atom in noted)
    return join(noted, NONE) if _defaults_to_none(node, binding.site) else noted


def _serialising(engine: Engine, parameter: ast.AST, frame: Frame) -> Value:
    """Return the default of `dumps=json.dumps`: others that are passed for it do as this does."""
    spec = getattr(frame.node, "args", None)
    for arg, default in defaults(spec) if isinstance(spec, ast.arguments) else ():
        if arg is parameter and isinstance(default, ast.Attribute) and frame.parent:
            found = expressions.value(engine, default, frame.parent)
            names = {atom.fullname if isinstance(atom, External) else "" for atom in found}
            return found if names <= library.SERIALISING else NOTHING
    return NOTHING


def _named(atom: Atom, frame: Frame, parameter: Binding) -> Atom:
    """Return an awaitable parameter with itself as origin."""
    arg = parameter.site
    if not isinstance(atom, Awaitable) or not isinstance(arg, ast.arg) or not frame.parent:
        return atom
    function = getattr(frame.node, "name", "<lambda>")
    origin = Origin(
        f"{qualified(frame.parent, function)}.{arg.arg}",
        frame.scope.module.path,
        arg.lineno,
        False,
        atom.origin.kind,
        atom.origin.annotation,
    )
    return replace(atom, origin=origin)


def _defaults_to_none(node: ast.AST, parameter: ast.AST) -> bool:
    """Is it `parameter: T = None`?"""
    spec = getattr(node, "args", None)
    return isinstance(spec, ast.arguments) and any(
        arg is parameter and isinstance(default, ast.Constant) and default.value is None
        for arg, default in defaults(spec)
    )


def is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is it a static method, by its decorator?"""
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)


def is_class_method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is its first parameter the class?"""
    return node.name in _CLASS_METHODS or any(
        isinstance(d, ast.Name) and d.id == "classmethod" for d in node.decorator_list
    )


def bound_value(engine: Engine, binding: Binding, frame: Frame) -> Value:
    """Return the value that one binding gives its name."""
    site = binding.site
    match binding.binds:
        case Binds.VALUE if binding.value:
            return expressions.value(engine, binding.value, frame)
        case Binds.DECLARED if isinstance(site, ast.AnnAssign) and site.value:
            return expressions.value(engine, site.value, frame)
        case Binds.DEF if isinstance(site, DEFS):
            made = frozenset({function_at(site, frame)})
            return calls.decorate(engine, made, site.decorator_list, frame)
        case Binds.CLASS if isinstance(site, ast.ClassDef):
            inner = Frame(engine.scope(site, frame), (), frame)
            made_class = class_of(inner)
            assert made_class
            return calls.decorate(engine, frozenset({made_class}), site.decorator_list, frame)
        case Binds.WITH if binding.value:
            entered = expressions.value(engine, binding.value, frame)
            return managers.entered(engine, entered, isinstance(site, ast.AsyncWith))
        case Binds.LOOP if binding.value:
            return containers.iterated(expressions.value(engine, binding.value, frame))
        case Binds.OTHER if isinstance(site, ast.AugAssign) and isinstance(site.target, ast.Name):
            return _augmented(frame.scope.bindings.get(site.target.id, []))
        case Binds.IMPORT if binding.alias:
            return _imported(engine, frame.scope.module, site, binding.alias)
    return UNKNOWN


def _augmented(bindings: list[Binding]) -> Value:
    """Numbers and text stay such, whatever is added: `total = 0`, `total += size`."""
    first = [one.value for one in bindings if not isinstance(one.site, ast.AugAssign)]
    is_plain = bool(first) and all(
        isinstance(value, ast.Constant) and value.value is not None for value in first
    )
    return PLAIN if is_plain else UNKNOWN


def _imported(engine: Engine, module: Module, node: ast.AST, alias: ast.alias) -> Value:
    if isinstance(node, ast.ImportFrom):
        source = modules.absolute(module, node)
        if source == module.name and engine.path_of(f"{source}.{alias.name}"):
            return frozenset({ModuleRef(f"{source}.{alias.name}")})  # a package's own submodule
        return modules.of_module(engine, source, alias.name)
    name = alias.name if alias.asname else alias.name.partition(".")[0]
    return frozenset({ModuleRef(name)})
