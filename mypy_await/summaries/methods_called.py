"""What a function does with what the async methods of an object give that it is passed.

def columns(store):
return store.run(query).fetchall()

columns(AsyncStore())
"""

from __future__ import annotations

import ast

from mypy_await.summaries import calls, classes, expressions, passed, uses
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import Kind, Use, Verdict, misuse
from mypy_await.summaries.values import Function, Value, only, result_of


def method_misused(
    engine: Engine, function: Function, name: str, given: Value
) -> tuple[str, Use] | None:
    """Return the first method of a parameter whose coroutine is dropped or used as a value.

    None where anything else is done with what one gives: the function may know both kinds of
    object.  None as well where all callers in the module of the function pass the same: then it
    is the function that lacks the `await`.
    """
    if _is_always_passed(engine, function, name, given):
        return None
    frame = calls.frame_of_call(engine, function, ((name, given),))
    engine.read(frame.scope.module.path)
    follower = uses.Follower(engine, frame)
    found: list[tuple[str, Use]] = []
    for load in follower.loads(name, None):
        method = follower.body.parents[load]
        call = follower.body.parents.get(method)
        if not isinstance(call, ast.Call) or call.func is not method or follower.is_skipped(load):
            continue
        value = expressions.value(engine, call, follower.frame_at(call))
        result = result_of(classes.as_awaitables(engine, value))
        if any(origin.kind is not Kind.COROUTINE for origin in result.origins):
            return None
        if result.verdict is Verdict.ALWAYS and isinstance(method, ast.Attribute):
            use = misuse(follower.uses_of_result(call), drop=True)
            if use is None:
                return None
            found.append((method.attr, use))
    return min(found, key=lambda one: one[1].line, default=None)


def _is_always_passed(engine: Engine, function: Function, name: str, given: Value) -> bool:
    scope = engine.scope(function.node, function.frame)
    bound = passed.called(engine, scope, function.frame).bound(name)
    one, other = only(bound or frozenset()), only(given)
    return one is not None and getattr(one, "cls", one) == getattr(other, "cls", other)
