"""What the body of a function may return, and what it raises.

Paths that raise do not count; where it is in doubt whether a statement is reached, it is.
"""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries.flow import LOOPS, TRIES, Decide, undecided
from mypy_await.summaries.nodes import children
from mypy_await.summaries.scopes import FUNCTIONS, FunctionNode, inner_parts

_EXITS: Final = frozenset({("sys", "exit"), ("os", "_exit"), ("os", "abort")})


def returned(body: list[ast.stmt], decide: Decide = undecided) -> list[ast.expr | None]:
    """Return the values that the body of a function may return."""
    found: list[ast.expr | None] = []
    if _falls(body, found, decide):
        found.append(None)
    return found


def raised(function: FunctionNode) -> frozenset[str]:
    """Return the names of the exceptions that a function raises outside any `try`."""
    found: set[str] = set()
    stack = inner_parts(function)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Raise) and node.exc is not None:
            made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.update({made.id} if isinstance(made, ast.Name) else ())
        elif not isinstance(node, (*TRIES, *FUNCTIONS, ast.ClassDef)):
            stack += children(node)
    return frozenset(found)


def _falls(block: list[ast.stmt], found: list[ast.expr | None], decide: Decide) -> bool:
    """Collect the returns of a block; can its end be reached?"""
    return all(_statement_falls(statement, found, decide) for statement in block)


def _statement_falls(node: ast.stmt, found: list[ast.expr | None], decide: Decide) -> bool:
    match node:
        case ast.Return(value=value):
            found.append(value)
            return False
        case ast.Raise() | ast.Break() | ast.Continue():
            return False
        case ast.Assert() | ast.Expr():
            return not _always_raises(node)
        case ast.If(test=test, body=body, orelse=orelse):
            decision = decide(test)
            yes = decision is not False and _falls(body, found, decide)
            no = decision is not True and _falls(orelse, found, decide)
            return yes or no
        case ast.While(test=test, body=body, orelse=orelse):
            _falls(body, found, decide)
            endless = isinstance(test, ast.Constant) and bool(test.value)
            return (not endless and _falls(orelse, found, decide)) or _breaks(body)
        case ast.For(body=body, orelse=orelse) | ast.AsyncFor(body=body, orelse=orelse):
            _falls(body, found, decide)
            return _falls(orelse, found, decide) or _breaks(body)
        case ast.With(body=body, items=items) | ast.AsyncWith(body=body, items=items):
            return _falls(body, found, decide) or any(map(_suppresses, items))
        case ast.Match(cases=cases):
            ends = [_falls(case.body, found, decide) for case in cases]
            return any(ends) or not any(map(_catches_all, cases))
    if isinstance(node, TRIES):
        return _try_falls(node, found, decide)
    return True


def _always_raises(node: ast.Assert | ast.Expr) -> bool:
    match node:
        case ast.Assert(test=ast.Constant(value=False)):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))):
            return (module, name) in _EXITS
    return False


def _try_falls(node: ast.Try, found: list[ast.expr | None], decide: Decide) -> bool:
    start = len(found)
    falls = _falls(node.body, found, decide) and _falls(node.orelse, found, decide)
    for handler in node.handlers:
        falls = _falls(handler.body, found, decide) or falls
    before = len(found)
    if not _falls(node.finalbody, found, decide):
        # A `return` in `finally` overrides all others; a `raise` leaves none.
        del found[start:before]
        return False
    return falls


def _breaks(body: list[ast.stmt]) -> bool:
    """Does a `break` of the enclosing loop stand in this block?"""
    for statement in body:
        if isinstance(statement, ast.Break):
            return True
        inner = [] if isinstance(statement, LOOPS) else [getattr(statement, "body", [])]
        inner += [getattr(statement, "orelse", []), getattr(statement, "finalbody", [])]
        inner += [one.body for one in getattr(statement, "handlers", [])]
        inner += [one.body for one in getattr(statement, "cases", [])]
        if any(_breaks(block) for block in inner):
            return True
    return False


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    name = call.func if isinstance(call, ast.Call) else call
    return isinstance(name, (ast.Name, ast.Attribute)) and (
        "suppress" in (name.id if isinstance(name, ast.Name) else name.attr)
    )


def _catches_all(case: ast.match_case) -> bool:
    pattern = case.pattern
    return case.guard is None and isinstance(pattern, ast.MatchAs) and pattern.pattern is None
