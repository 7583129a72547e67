"""Tells whether an `await` is of what an attribute holds whose type nobody declared.

mypy takes the type of the first value that it sees: of the text that a class body has in its place
(`response = "A future."`), or of two classes of which a flag chose one.  What an object has there
when it is awaited, such a type does not tell.
"""

from __future__ import annotations

import ast

from mypy_await.gate.bases import Bases
from mypy_await.gate.findings import Finding
from mypy_await.gate.recognise import IN_AWAIT
from mypy_await.gate.typetext import AWAITABLE, SCALARS, read_type


def is_of_undeclared(error: Finding, bases: Bases) -> bool:
    """Does an error about an `await` rest on the type of such an attribute?"""
    match = IN_AWAIT.match(error.text)
    if match is None:
        return False
    members = read_type(match[2]).members
    match bases.sources.value_of(error):
        case ast.Attribute(attr=name):
            is_open = all(one.name.rpartition(".")[2] in SCALARS for one in members)
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name))):
            is_open = any(one.kind == AWAITABLE for one in members)
        case _:
            return False
    return is_open and not any(
        _is_declared(bases.sources.tree(path), name) for path in bases.seen(error.path)
    )


def _is_declared(tree: ast.Module, name: str) -> bool:
    """Does the file annotate an attribute of this name, or define a property or method?"""
    return any(_declares(node, name) for node in ast.walk(tree))


def _declares(node: ast.AST, name: str) -> bool:
    match node:
        case ast.AnnAssign(target=ast.Attribute(attr=own)):
            return own == name
        case ast.ClassDef(body=body):
            for one in body:
                match one:
                    case ast.AnnAssign(target=ast.Name(id=own)) if own == name:
                        return True
                    case ast.FunctionDef() | ast.AsyncFunctionDef() if one.name == name:
                        return True
        case ast.FunctionDef(name="__init__", args=ast.arguments(args=args, kwonlyargs=others)):
            return any(one.arg == name and one.annotation for one in (*args, *others))
    return False
