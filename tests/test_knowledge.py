"""`knowledge.toml` follows its schema, and every callable and parameter in it exists.

A name must be defined in the module that it names, not imported there: mypy calls a callable by
where it is defined.  Names of the standard library are looked up in typeshed, those of other
packages in the package, where it is installed.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import mypy
import pytest

from mypy_await.knowledge import (
    AT_ONCE,
    CALLBACKS,
    RECEIVERS,
    SECTIONS,
    calls_synchronously,
    knows,
    load,
)

TYPESHED: Final = Path(mypy.__file__).parent / "typeshed" / "stdlib"
LISTS: Final = [(section, key) for section, keys in SECTIONS.items() for key in keys]
PROTOCOL: Final = "special-methods"
"""The section with names of methods alone; the others hold full names."""
SLOTS: Final = sorted(
    (callee, slot) for callee, slots in load()[CALLBACKS].items() for slot in slots
)
MODULES: Final = "handled_by"
"""The list with names of modules."""
NOT_DEFINED: Final = {
    "_pytest.python_api.raises": "until pytest 8.3",
    "pydantic.class_validators.root_validator": "in pydantic 1",
    "pydantic.class_validators.validator": "in pydantic 1",
    "pytest.mark": "as written, where mypy does not find pytest",
}
"""Names that only older versions of a package have, or nobody defines, and why they are listed."""
FULL_NAMES: Final = sorted(
    {
        name
        for section, key in LISTS
        if section != PROTOCOL and key != MODULES
        for name in load()[section].get(key, ())
    }
    | set(load()[CALLBACKS])
    | {name for names in load()[RECEIVERS].values() for name in names if "." in name}
)
Found = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.expr


def test_every_section_and_key_is_known() -> None:
    assert set(load()) == {*SECTIONS, AT_ONCE, CALLBACKS, RECEIVERS}
    assert set(load()[RECEIVERS]) <= set(load()[CALLBACKS])
    for section, keys in SECTIONS.items():
        assert set(load()[section]) <= set(keys), section
        assert load()[section], f"{section} is empty"


@pytest.mark.parametrize(("section", "key"), LISTS)
def test_lists_hold_sorted_names_once(section: str, key: str) -> None:
    names = load()[section].get(key, [])
    assert all(isinstance(name, str) for name in names)
    assert len(names) == len(set(names))
    assert names == sorted(names, key=sorting_key)


def test_callbacks_are_sorted() -> None:
    names = list(load()[CALLBACKS])
    assert names == sorted(names, key=sorting_key)


@pytest.mark.parametrize(("callee", "slot"), SLOTS)
def test_slots_are_names_or_positions(callee: str, slot: object) -> None:
    assert (isinstance(slot, str) and slot.isidentifier()) or (isinstance(slot, int) and slot >= 0)


@pytest.mark.parametrize("full_name", FULL_NAMES)
def test_names_exist(full_name: str) -> None:
    if full_name in NOT_DEFINED:
        pytest.skip(NOT_DEFINED[full_name])
    assert defined(full_name), f"{full_name} does not exist"


@pytest.mark.parametrize(("callee", "slot"), SLOTS)
def test_parameters_exist(callee: str, slot: int | str) -> None:
    signatures = [parameters(function) for function in functions(callee)]
    assert any(has_parameter(signature, slot) for signature in signatures), (
        f"{callee} has no parameter {slot!r}, or it has another name: {signatures}"
    )


@pytest.mark.parametrize("name", load()[PROTOCOL]["calls"])
def test_special_methods_are_names_of_methods(name: str) -> None:
    assert name.startswith("__") and name.endswith("__") and "." not in name


def test_the_table_answers() -> None:
    assert knows("truth", "builtins.bool")
    assert knows("truth", "builtins.any", "elements")
    assert not knows("truth", "builtins.any")
    assert not knows("no such section", "builtins.any")
    assert calls_synchronously("threading.Thread", 0, "target")
    assert not calls_synchronously("threading.Thread", 0, "args")
    assert calls_synchronously("atexit.register", 0, None)
    assert not calls_synchronously("atexit.register", 1, None)


def test_the_search_does_not_find_what_is_not_there() -> None:
    assert not defined("asyncio.tasks.no_such_function")
    assert not defined("asyncio.tasks.Task.no_such_method")
    assert not has_parameter(parameters(functions("asyncio.threads.to_thread")[0]), "no_such_name")


def sorting_key(name: str) -> tuple[str, ...]:
    """Order names by their module, then by class and function, private parts among the others."""
    return tuple(part.lstrip("_").lower() for part in name.split("."))


# Where names are defined


def defined(full_name: str) -> list[Found]:
    """Return the definitions of a full name: several where it is overloaded or conditional."""
    parts = full_name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        path = stub_or_source(parts[:cut])
        if path is not None:
            return list(in_body(parse(path), parts[cut:]))
    return []


def stub_or_source(module: list[str]) -> Path | None:
    """Return the file of a module; skip the test where its package is not installed."""
    if module[0] in sys.stdlib_module_names:
        stub = TYPESHED.joinpath(*module)
        return next(
            (p for p in (stub.with_suffix(".pyi"), stub / "__init__.pyi") if p.exists()), None
        )
    if importlib.util.find_spec(module[0]) is None:
        pytest.skip(f"{module[0]} is not installed")
    try:
        found = importlib.util.find_spec(".".join(module))
    except ModuleNotFoundError:
        return None
    return Path(found.origin) if found and found.origin else None


def parse(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text(encoding="utf-8")).body


def in_body(body: list[ast.stmt], parts: list[str]) -> Iterator[Found]:
    """Yield what a dotted name stands for in these statements or in the conditions among them."""
    for statement in body:
        match statement:
            case ast.If() | ast.Try():
                yield from in_body([*statement.body, *statement.orelse], parts)
            case ast.ClassDef(name=name) if name == parts[0]:
                if len(parts) == 1:
                    yield statement
                else:
                    own = list(in_body(statement.body, parts[1:]))
                    yield from own
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if parts == [name]:
                yield statement
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if parts == [name]:
                yield value
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if parts == [name]:
                yield annotation


# What their parameters are


def functions(callee: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions behind a callable: those of a class are its constructors."""
    found: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    for definition in defined(callee):
        if isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(definition)
        elif isinstance(definition, ast.ClassDef):
            found += constructors(definition, callee.rpartition(".")[0])
        elif isinstance(definition, ast.Name):
            found += functions(f"{callee.rpartition('.')[0]}.{definition.id}")
    return found


def constructors(
    definition: ast.ClassDef, module: str
) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    own = [
        function
        for name in ("__init__", "__new__")
        for function in in_body(definition.body, [name])
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    bases = [full_name_of(ast.unparse(base), module) for base in definition.bases]
    return own or [function for base in bases for function in functions(base)]


def full_name_of(name: str, module: str) -> str:
    """Return the full name of what a class name means in a module."""
    path = stub_or_source(module.split("."))
    for statement in parse(path) if path else []:
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            if name in {alias.asname or alias.name for alias in statement.names}:
                return f"{statement.module}.{name}"
    return f"{module}.{name}"


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[list[str], set[str]]:
    """Return the positional parameters without `self`, and all that go by name."""
    positional = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if positional[:1] in (["self"], ["cls"]):
        positional = positional[1:]
    only_positional = {arg.arg for arg in function.args.posonlyargs}
    named = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    return positional, {name for name in named - only_positional if not name.startswith("__")}


def has_parameter(signature: tuple[list[str], set[str]], slot: int | str) -> bool:
    """Is there a parameter of this name, or one at this position?"""
    positional, named = signature
    return slot in named if isinstance(slot, str) else slot < len(positional)
