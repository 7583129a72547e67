"""Does a function give a task that it has just made, and that nothing else holds?"""

from __future__ import annotations

import ast

from mypy_await.summaries import calls, expressions, library
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.returns import returned
from mypy_await.summaries.values import External, Frame, Function, only


def gives_new_task(engine: Engine, function: Function) -> bool:
    """Is every result of the function a task made there and used for nothing but to return it?"""
    node = function.node
    if isinstance(node, ast.Lambda) or function.is_async or calls.is_generator(engine, function):
        return False
    if any(ast.unparse(one) not in ("classmethod", "staticmethod") for one in node.decorator_list):
        return False  # it may keep what the function gives, as a cache does
    frame = calls.frame_of_call(engine, function, ())
    given = [_made(one, node) for one in returned(node.body)]
    return bool(given) and all(
        isinstance(one, ast.Call) and _is_task(engine, one, frame) for one in given
    )


def _made(result: ast.expr | None, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
    """Return what a result is made by: of a name, what is bound to it, if that is all."""
    if not isinstance(result, ast.Name):
        return result or ast.Pass()
    nodes = list(ast.walk(function))
    uses = [node for node in nodes if isinstance(node, ast.Name) and node.id == result.id]
    if len(uses) != 2 or any(isinstance(node, (ast.Global, ast.Nonlocal)) for node in nodes):
        return result
    for node in nodes:
        if isinstance(node, ast.Assign) and node.targets == [uses[0]]:
            return node.value
    return result


def _is_task(engine: Engine, call: ast.Call, frame: Frame) -> bool:
    callee = only(expressions.value(engine, call.func, frame))
    return isinstance(callee, External) and callee.fullname in library.TASKS
