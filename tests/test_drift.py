"""What we assume about mypy and typeshed still holds in the versions that are installed."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import mypy.errorcodes
import mypy.nodes
import mypy.patterns
import pytest
from mypy.errorcodes import ErrorCode
from mypy.nodes import Node

from mypy_await import codes, names, walk

MYPY: Final = Path(mypy.errorcodes.__file__).parent
TYPESHED: Final = MYPY / "typeshed" / "stdlib"

ABSTRACT: Final = {"Node", "Statement", "Expression", "Lvalue", "Pattern"}
"""Node classes that no tree holds."""


def test_no_code_clashes_with_one_of_mypy() -> None:
    theirs = {code.code for code in vars(mypy.errorcodes).values() if isinstance(code, ErrorCode)}
    ours = {code.code for code in (codes.MISSING_AWAIT, *codes.LIVE, *codes.RETIRED)}
    assert "unused-coroutine" in theirs
    assert ours & theirs == set()


NO_CHILDREN: Final = {
    "analyzed": "walked in place of its node",
    "info": "a symbol",
    "node": "a symbol",
    "alias_node": "a symbol",
    "special_alias": "a symbol",
    "mro": "symbols",
    "defn": "the way back from a symbol",
    "var": "a symbol",
    "imports": "also among the statements",
    "assignments": "made up by semantic analysis",
    "removed_statements": "made up by semantic analysis",
    "removed_base_type_exprs": "types",
    "original_decorators": "also among the decorators",
    "subject_dummy": "made up by the type checker",
    "local_nodes": "symbols",
    "default_depends": "symbols",
    "TypeAliasStmt.name": "a name",
    "TypeAliasStmt.value": "a type",
}
"""Fields of mypy's nodes that hold nodes and yet no children."""


def node_classes() -> dict[str, type[Node]]:
    """Return mypy's node classes that can occur in a tree, by name."""
    return {
        name: cls
        for module in (mypy.nodes, mypy.patterns)
        for name, cls in vars(module).items()
        if isinstance(cls, type)
        and issubclass(cls, Node)
        and cls.__module__ == module.__name__
        and "accept" in vars(cls)
        and name not in ABSTRACT
    }


def class_definitions() -> dict[str, ast.ClassDef]:
    """Return the sources of the classes in mypy's node modules, by name."""
    found = {}
    for module in (mypy.nodes, mypy.patterns):
        path = MYPY / f"{module.__name__.rpartition('.')[2]}.py"
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.ClassDef):
                found[statement.name] = statement
    return found


SOURCES: Final = class_definitions()
NODE_NAMES: Final = {"Lvalue"} | {
    name
    for name in SOURCES
    for cls in [getattr(mypy.nodes, name, None) or getattr(mypy.patterns, name, None)]
    if isinstance(cls, type) and issubclass(cls, Node)
}


def fields_with_nodes(name: str) -> set[str]:
    """Return the annotated fields of a node class, inherited ones too, whose type names nodes."""
    source = SOURCES.get(name)
    if source is None:
        return set()
    found = set()
    for base in source.bases:
        if isinstance(base, ast.Name):
            found |= fields_with_nodes(base.id)
    for statement in source.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            words = {n.id for n in ast.walk(statement.annotation) if isinstance(n, ast.Name)}
            if words & NODE_NAMES:
                found.add(statement.target.id)
    return found


def test_walk_knows_every_node_class() -> None:
    assert set(node_classes()) - set(walk.FIELDS) == set()


@pytest.mark.parametrize("name", sorted(node_classes()))
def test_walk_knows_every_field_of_a_node_class(name: str) -> None:
    missing = fields_with_nodes(name) - set(walk.FIELDS[name])
    assert {
        f for f in missing if f not in NO_CHILDREN and f"{name}.{f}" not in NO_CHILDREN
    } == set()


@pytest.mark.parametrize("name", sorted(walk.FIELDS))
def test_walk_names_only_fields_that_exist(name: str) -> None:
    cls = getattr(mypy.nodes, name, None) or getattr(mypy.patterns, name, None)
    if cls is None:
        pytest.skip("another version of mypy has this class")
    assert {field for field in walk.FIELDS[name] if not hasattr(cls, field)} == set()


def strings_of(value: object) -> set[str]:
    """Return the strings in a constant of `names.py`, whatever it is made of."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return strings_of(tuple(value)) | strings_of(tuple(value.values()))
    if isinstance(value, (frozenset, tuple)):
        return {text for part in value for text in strings_of(part)}
    return set()


FULL_NAMES: Final = sorted(
    text
    for name, value in vars(names).items()
    if name.isupper()
    for text in strings_of(value)
    if "." in text
)


@pytest.mark.parametrize("full_name", FULL_NAMES)
def test_names_exist_in_typeshed(full_name: str) -> None:
    assert is_defined(full_name), f"{full_name} is not in typeshed"


def is_defined(full_name: str) -> bool:
    """Does typeshed define (or import) this name?"""
    parts = full_name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        stub = TYPESHED.joinpath(*parts[:cut])
        for path in (stub.with_suffix(".pyi"), stub / "__init__.pyi"):
            if path.exists():
                return in_body(ast.parse(path.read_text(encoding="utf-8")).body, parts[cut:])
    return False


def in_body(body: list[ast.stmt], parts: list[str]) -> bool:
    """Is a dotted name defined in these statements or in the conditions among them?"""
    for statement in body:
        match statement:
            case ast.If():
                if in_body([*statement.body, *statement.orelse], parts):
                    return True
            case ast.ClassDef(name=name) if name == parts[0]:
                return (
                    len(parts) == 1 or in_body(statement.body, parts[1:]) or bool(statement.bases)
                )
            case _ if len(parts) == 1 and parts[0] in names_bound_by(statement):
                return True
    return False


def names_bound_by(statement: ast.stmt) -> set[str]:
    """Return the names a simple statement or a function definition binds."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {alias.asname or alias.name for alias in aliases}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()
