"""Decides whether an operator or a comparison means an awaitable itself or its result."""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, ComparisonExpr, Expression, OpExpr, RefExpr, StrExpr
from mypy.types import AnyType, Instance, NoneType, ProperType

from mypy_await.awaitables import Sort, awaitable, may_be_awaitable, parts
from mypy_await.care import takes_care, uses_of_name
from mypy_await.knowledge import knows
from mypy_await.names import OF_AWAITABLES
from mypy_await.placeholders import is_passed_on, may_hold_another
from mypy_await.slots import Fit, fit
from mypy_await.use import Use

_OWN_LANGUAGE: Final = frozenset({"|", ">>", "<<", "&", "^", "@"})
"""Operators that libraries give meanings of their own."""
_METHODS: Final = {
    symbol: (f"__{name}__", f"__r{name}__", f"__i{name}__")
    for symbol, name in {
        "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod",
        "**": "pow", "@": "matmul", "&": "and", "|": "or", "^": "xor", "<<": "lshift",
        ">>": "rshift",
    }.items()
}  # fmt: skip


def may_take_awaitable(use: Use) -> bool:
    """May the other operand of an operator work with the awaitable?"""
    node, operator = use.place.node, use.place.detail.removesuffix("=")
    other = _other_operand(use)
    known = use.site.type_of(other) if other is not None else None
    if known is None or isinstance(known, AnyType):
        return operator in _OWN_LANGUAGE and isinstance(node, OpExpr)
    return _takes(use, known, operator)


def _other_operand(use: Use) -> Expression | None:
    node = use.place.node
    if isinstance(node, OpExpr):
        return node.left if node.right is use.place.value else node.right
    return getattr(node, "lvalue", None)


def _takes(use: Use, other: ProperType, operator: str) -> bool:
    """Does the other operand's class define this operator for awaitables?"""
    methods = _METHODS.get(operator, ())
    for part in parts(other):
        if isinstance(part, Instance):
            for name in methods:
                found = part.type.get(name)
                formals = getattr(found.type, "arg_types", None) if found else None
                if found and formals is None:
                    return True
                if formals and fit(use.value, formals[-1]) is not Fit.NO:
                    return True
    return False


def needs_result(function: Expression) -> bool:
    """Is this `operator.add` or its like, or `operator.attrgetter("name")` of what a result has?"""
    match function:
        case RefExpr():
            return knows("value", function.fullname)
        case CallExpr(callee=RefExpr(fullname="operator.attrgetter")):
            asked = [arg.value if isinstance(arg, StrExpr) else "" for arg in function.args]
            return all(name and name.partition(".")[0] not in OF_AWAITABLES for name in asked)
        case CallExpr(callee=RefExpr(fullname="operator.itemgetter")):
            return True
    return False


def may_mean_awaitable(use: Use) -> bool:
    """May a comparison ask for the awaitable itself?

    Of futures, and of objects that may be the same again, only one with plain values does not.
    """
    operator = use.place.detail
    if use.value.sort in (Sort.FUTURE, Sort.ONLY) and not _compared_to_plain_value(use):
        return True
    if _compared_to_none(use) and (may_hold_another(use) or is_passed_on(use)):
        return True
    if operator in ("is", "is not"):
        if use.is_name or use.place.conditional:
            return True  # it may be something else there
        if use.place.names and any(map(takes_care, uses_of_name(use))):
            return True
    return operator in ("==", "!=", "is", "is not") and _compared_to_awaitable(use)


def _others(use: Use) -> list[ProperType | None]:
    comparison = use.place.node
    assert isinstance(comparison, ComparisonExpr)
    return [use.site.type_of(o) for o in comparison.operands if o is not use.place.value]


def _compared_to_none(use: Use) -> bool:
    """Does a comparison ask whether there is anything?"""
    is_equality = use.place.detail in ("==", "!=", "is", "is not")
    return is_equality and any(isinstance(other, NoneType) for other in _others(use))


def _compared_to_plain_value(use: Use) -> bool:
    return use.place.detail not in ("in", "not in", "is", "is not") and all(
        other is not None and not may_be_awaitable(other) for other in _others(use)
    )


def _compared_to_awaitable(use: Use) -> bool:
    """Is it compared to another awaitable, so that identity is asked for?

    Two that were made for the comparison are never the same: there their results are meant.
    """
    comparison = use.place.node
    assert isinstance(comparison, ComparisonExpr)
    kept = [operand for operand in comparison.operands if not isinstance(operand, CallExpr)]
    types = [use.site.type_of(operand) for operand in kept if operand is not use.place.value]
    return any(typ is not None and awaitable(typ) is not None for typ in types)
