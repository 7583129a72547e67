"""An async function put straight into an attribute of an object: `client.on_message = handle`."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    SymbolNode,
    Var,
)
from mypy.types import AnyType, CallableType, Instance, NoneType, ProperType, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import is_async_def, parts
from mypy_await.known import is_object, says_nothing
from mypy_await.site import Site
from mypy_await.summaries import Kept


def may_keep_any(declared: ProperType) -> bool:
    """May an attribute keep plain and async functions alike, by its type?

    Else mypy judges what is put there.
    """
    return all(map(_is_open, parts(declared)))


def _is_open(typ: ProperType) -> bool:
    if isinstance(typ, CallableType):
        result = get_proper_type(typ.ret_type)
        return says_nothing(result) or is_object(result)
    return isinstance(typ, AnyType | NoneType)


def stored_function(site: Site, target: MemberExpr) -> FuncDef | None:
    """Return the `async def` that a statement puts into the attribute, if that is all it does.

    What decorators leave of one is not known before mypy has looked at them.
    """
    statement = site.parents.get(target)
    if not isinstance(statement, AssignmentStmt) or statement.lvalues != [target]:
        return None
    node = _function(site, statement.rvalue)
    return node if isinstance(node, FuncDef) and is_async_def(node) else None


def _function(site: Site, value: Expression) -> SymbolNode | None:
    match value:
        case NameExpr():
            return value.node
        case MemberExpr(expr=NameExpr(node=Var(is_self=True)), name=name):
            info = compat.active_class(site.api)
            symbol = info.get(name) if info else None
            return symbol.node if symbol else None
    return None


def calls_plainly(site: Site, owner: Instance, target: MemberExpr) -> Kept | None:
    """Return where the object calls what it has there, as only a plain function may be called."""
    summary = site.refiner.summary(site.api, owner.type.fullname)
    return summary.keeps_in(target.name) if summary else None
