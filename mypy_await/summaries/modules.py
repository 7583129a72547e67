"""The names of modules: globals, imports, star imports, submodules, builtins."""

from __future__ import annotations

import ast
import builtins

from mypy_await.summaries import library, names
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    NOTHING,
    UNKNOWN,
    External,
    Frame,
    ModuleRef,
    Value,
    join,
)


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """Return the full name of the module that `from ... import` names."""
    if not node.level:
        return node.module or ""
    drop = node.level - (1 if module.is_package else 0)
    parts = module.name.split(".")
    base = parts[: len(parts) - drop] if drop else parts
    return ".".join([*base, node.module] if node.module else base)


def in_module(engine: Engine, module: Module, name: str, *, built_in: bool) -> Value:
    """Return what a module's global name stands for; with `built_in`, perhaps a builtin."""
    found = engine.remember(
        ("global", module.name, name), lambda: _global(engine, module, name), NOTHING
    )
    if found or name in module.scope.bindings:
        return found
    if built_in and hasattr(builtins, name):
        return frozenset({External(f"builtins.{name}")})
    return UNKNOWN if built_in else NOTHING


def _global(engine: Engine, module: Module, name: str) -> Value:
    engine.module(module.name)
    values = []
    frame = Frame(module.scope)
    if name in module.scope.bindings:
        values.append(names.at_end(engine, name, frame))
    if name in module.reassigned:
        values.append(_assigned_as_global(engine, module, name))
    if not values and not name.startswith("_"):
        return _by_star(engine, module, name)
    return join(*values)


def _assigned_as_global(engine: Engine, module: Module, name: str) -> Value:
    values = [NOTHING]
    assert module.functions
    for declared, chain in module.globals:
        if name in declared:
            frame = engine.frame_of(module, chain)
            for binding in frame.scope.bindings.get(name, []):
                values.append(names.bound_value(engine, binding, frame))
    return join(*values)


def of_module(engine: Engine, module: str, name: str) -> Value:
    """Return an attribute of a module: a global name, a submodule, or what is known of its name."""
    found = _known_of_module(engine, module, name)
    if found is None:
        fullname = f"{module}.{name}"
        return UNKNOWN if engine.module(module) else frozenset({External(fullname)})
    return found


def _known_of_module(engine: Engine, module: str, name: str) -> Value | None:
    """Return an attribute of a module; None if it is not certain that there is one."""
    fullname = f"{module}.{name}"
    external: Value = frozenset({External(fullname)})
    if library.knows(fullname):
        return external
    source = engine.module(module)
    if source:
        found = in_module(engine, source, name, built_in=False)
        if found or name in source.scope.bindings:
            return found
    if engine.path_of(fullname):
        return frozenset({ModuleRef(fullname)})
    return external if engine.type_of(fullname) else None


def _by_star(engine: Engine, module: Module, name: str) -> Value:
    """Return what the star imports of a module make of a name."""
    for star in reversed(module.scope.stars):
        source = absolute(module, star)
        found: Value | None
        if library.knows(source):
            external: Value = frozenset({External(f"{source}.{name}")})
            found = external if library.exports(source, name) else None
        else:
            found = _known_of_module(engine, source, name)
        if found:
            return found
    return NOTHING
