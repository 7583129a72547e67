"""Local names for what stands for a parameter that is left out: `client = client or Client()`.

Whatever else may be passed, what is wrong for the default is wrong in each call without it; unless
the function tells the two apart.
"""

from __future__ import annotations

from collections.abc import Set

from mypy.nodes import (
    ARG_STAR2,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ConditionalExpr,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    OpExpr,
    StrExpr,
    Var,
)

from mypy_await.bound import assignments_to
from mypy_await.flow import is_seen_elsewhere
from mypy_await.places import function_around
from mypy_await.site import Site
from mypy_await.walk import descendants


def is_default(site: Site, call: CallExpr) -> bool:
    """Is a method called of a name that stands for a default where an argument is left out?"""
    callee = call.callee
    name = callee.expr if isinstance(callee, MemberExpr) else None
    function = function_around(call, site.parents)
    if not isinstance(name, NameExpr) or not isinstance(function, FuncDef):
        return False
    variable = name.node
    if not isinstance(variable, Var) or is_seen_elsewhere(variable, function):
        return False
    match list(assignments_to(variable, function)):
        case [Expression() as value]:
            given = _what_may_be_left_out(value, function)
            names = {variable, given}
            return given is not None and not _are_told_apart(site, names, value, function)
    return False


def _what_may_be_left_out(value: Expression, function: FuncDef) -> Var | None:
    """Return `given` of `given or default`, and of `default if given is None else given`."""
    match value:
        case OpExpr(op="or", left=given):
            return _optional(given, function)
        case ConditionalExpr(if_expr=one, else_expr=other):
            return _optional(one, function) or _optional(other, function)
    return None


def _optional(given: Expression, function: FuncDef) -> Var | None:
    """Return a parameter that is `None` if left out, or `options` of `options.get("name")`."""
    match given:
        case NameExpr(node=Var() as variable):
            for argument in function.arguments:
                if argument.variable is variable and _is_none(argument.initializer):
                    return variable
        case CallExpr(
            callee=MemberExpr(name="get", expr=NameExpr(node=Var() as options)), args=[StrExpr()]
        ):
            for argument in function.arguments:
                if argument.variable is options and argument.kind is ARG_STAR2:
                    return options
    return None


def _is_none(node: Expression | None) -> bool:
    return isinstance(node, NameExpr) and node.fullname == "builtins.None"


def _are_told_apart(
    site: Site, variables: Set[Var | None], value: Expression, function: FuncDef
) -> bool:
    """May the function know whether it is the default?

    It may where it does anything else with the names than to call methods, and where it awaits a
    call of a method, or hands it on, here and not there.
    """
    inside = set(descendants(value))
    colours: dict[str, set[bool]] = {}
    for node in descendants(function.body):
        if not isinstance(node, NameExpr) or node.node not in variables or node in inside:
            continue
        parent = site.parents.get(node)
        call = site.parents.get(parent) if isinstance(parent, MemberExpr) else None
        if isinstance(parent, MemberExpr) and isinstance(call, CallExpr) and call.callee is parent:
            is_run = isinstance(site.parents.get(call), (AwaitExpr, CallExpr))
            colours.setdefault(parent.name, set()).add(is_run)
        elif not isinstance(parent, AssignmentStmt) or parent.rvalue is not value:
            return True
    return any(len(colour) > 1 for colour in colours.values())
