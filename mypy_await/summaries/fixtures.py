"""What pytest passes to a test for a parameter: what the fixture of that name gives.

    @pytest.fixture
    async def client():
        async with Client() as client:
            yield client

They are looked for in the module of the test and in the `conftest` modules of the packages around.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mypy_await.summaries import calls, managers, modules, passed
from mypy_await.summaries.engine import Engine, function_at
from mypy_await.summaries.nodes import last_name
from mypy_await.summaries.scopes import DEFS, Method
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Bindings, Frame, Function, Value


def given(engine: Engine, function: Function, parameters: Iterable[str]) -> Bindings:
    """Return what is passed for parameters of a test, or of a fixture.

    Nothing for what a parametrized test or the class around it says something else of.
    """
    node, module = function.node, function.frame.scope.module
    if not isinstance(node, DEFS) or not (node.name.startswith("test") or _is_fixture(node)):
        return ()
    around = function.owner.node if function.owner else None
    own = engine.inside(function.owner).scope.bindings if function.owner else {}
    others = {*own, *_parametrized(node), *(_parametrized(around) if around else ())}
    found = ((name, _fixture(engine, name, module)) for name in parameters if name not in others)
    return tuple((name, value) for name, value in found if value)


def _parametrized(node: Method | ast.ClassDef) -> Iterator[str]:
    """Yield the names in the texts that decorators are given: `parametrize("key, value", ...)`."""
    for decorator in node.decorator_list:
        for part in ast.walk(decorator):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield from re.findall(r"\w+", part.value)


def _fixture(engine: Engine, name: str, module: Module) -> Value | None:
    """Return what a fixture gives, the first of its name from a module outwards."""
    for around in _modules(engine, module):
        if (found := _defined_in(engine, around, name)) is not None:
            return _gives(engine, *found)
    return None


def _defined_in(engine: Engine, module: Module, name: str) -> tuple[Method, Module] | None:
    """Return the fixture that a module defines or imports, and the module that defines it."""
    engine.read(module.path)
    for binding in module.scope.bindings.get(name, ()):
        site = binding.site
        if isinstance(site, DEFS) and _is_fixture(site):
            return site, module
        if isinstance(site, ast.ImportFrom) and binding.alias:
            source = engine.module(modules.absolute(module, site))
            return _defined_in(engine, source, binding.alias.name) if source else None
    return None


def _modules(engine: Engine, module: Module) -> Iterator[Module]:
    yield module
    package = module.name
    while package:
        package = package.rpartition(".")[0]
        found = engine.sources.module(f"{package}.conftest".lstrip("."))
        if found is not None:
            yield found


def _is_fixture(node: Method) -> bool:
    decorators = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return any(last_name(one) == "fixture" for one in decorators)


def _gives(engine: Engine, node: Method, module: Module) -> Value:
    """Return what pytest takes for the value of a fixture."""
    function = function_at(node, Frame(module.scope))
    bindings = passed.called(engine, engine.scope(node, function.frame), function.frame).bindings
    if calls.is_generator(engine, function):
        return managers.yielded(engine, function, bindings)
    return calls.body_result(engine, function, bindings)
