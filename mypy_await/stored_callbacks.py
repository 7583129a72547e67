"""An async function put straight into an attribute of an object: `client.on_message = handle`."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    SymbolNode,
)
from mypy.types import AnyType, CallableType, Instance, NoneType, ProperType, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import is_async_def, parts
from mypy_await.known import is_object, says_nothing
from mypy_await.site import Site
from mypy_await.summaries import Kept


def stored_function(site: Site, target: MemberExpr) -> FuncDef | None:
    """Return the `async def` that a statement puts into the attribute, if that is all it does."""
    statement = site.parents.get(target)
    if not isinstance(statement, AssignmentStmt) or statement.lvalues != [target]:
        return None
    node = _function(site, statement.rvalue)
    if isinstance(node, Decorator):
        return None  # what it leaves of the function is not known before mypy has looked at it
    return node if isinstance(node, FuncDef) and is_async_def(node) else None


def _function(site: Site, value: Expression) -> SymbolNode | None:
    match value:
        case NameExpr():
            return value.node
        case MemberExpr(expr=NameExpr(is_special_form=False) as owner, name=name):
            info = compat.active_class(site.api)
            if info is not None and getattr(owner.node, "is_self", False):
                symbol = info.get(name)
                return symbol.node if symbol else None
    return None


def calls_plainly(
    site: Site, owner: ProperType, target: MemberExpr, declared: ProperType
) -> Kept | None:
    """Return where the object calls what it has there, as only a plain function may be called.

    None where mypy judges the assignment, by what the attribute is declared to keep.
    """
    if not isinstance(owner, Instance) or not all(map(_is_open, parts(declared))):
        return None
    summary = site.refiner.summary(site.api, owner.type.fullname)
    return summary.keeps_in(target.name) if summary else None


def _is_open(typ: ProperType) -> bool:
    if isinstance(typ, CallableType):
        result = get_proper_type(typ.ret_type)
        return says_nothing(result) or is_object(result)
    return isinstance(typ, AnyType | NoneType)
