"""Local names that are bound to other things than their type says.

mypy reports the binding that does not fit, and goes on with the type of the first one: what it
knows of the name behind that is wrong on some way.
"""

from __future__ import annotations

from mypy.nodes import LDEF, CallExpr, Expression, IndexExpr, MemberExpr, NameExpr, Var
from mypy.types import Instance, UnionType, get_proper_type

from mypy_await import compat
from mypy_await.bound import assignments_to
from mypy_await.places import function_around
from mypy_await.site import Site


def is_rebound(node: Expression, site: Site) -> bool:
    """Does what is known of an expression rest on a local name that is bound to other things, too?

    That is the name whose attribute it is, or a part of it; not the expression itself.
    """
    name = _root(node)
    if name is node or name is None or name.kind != LDEF or not isinstance(name.node, Var):
        return False
    declared = get_proper_type(name.node.type)
    function = function_around(name, site.parents)
    if function is None or not isinstance(declared, (Instance, UnionType)):
        return False
    given = (compat.type_of(site.api, v) for v in assignments_to(name.node, function) if v)
    return any(typ is not None and not compat.is_subtype(typ, declared) for typ in given)


def _root(node: Expression) -> NameExpr | None:
    """Return the name at the beginning of a chain of attributes, calls and indices."""
    while True:
        match node:
            case NameExpr():
                return node
            case MemberExpr(expr=below) | CallExpr(callee=below) | IndexExpr(base=below):
                node = below
            case _:
                return None
