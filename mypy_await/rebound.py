"""Names and attributes that are bound to other things than their type says.

mypy reports the binding that does not fit, and goes on with the type of the first one: what it
knows of the name behind that is wrong on some way.
"""

from __future__ import annotations

from mypy.nodes import (
    LDEF,
    AwaitExpr,
    CallExpr,
    Decorator,
    Expression,
    FuncBase,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Var,
)
from mypy.types import Instance, UnionType, get_proper_type

from mypy_await import compat
from mypy_await.attributes import is_anothers, named, owner_of, whole_module
from mypy_await.bound import assignments_to
from mypy_await.places import Kind, function_around
from mypy_await.site import Site, has, is_declared
from mypy_await.use import Use


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


def replaces_function(use: Use) -> bool:
    """Is a function's own name bound to the value?  mypy objects, whatever the value is.

    async def work(): ...
    work = work()
    await work
    """
    target = use.place.target
    node = target.node if isinstance(target, NameExpr) else None
    return use.place.kind is Kind.ASSIGNED and isinstance(node, (FuncBase, Decorator))


def is_used_as_future(use: Use) -> bool:
    """Is a future bound to a name or attribute that the module uses as this future?

    Nobody declared the type of the name: mypy inferred it of what that was bound to first.

    self.timer = 0
    ...
    self.timer = asyncio.create_task(tick())
    self.timer.cancel()
    """
    target, wanted = use.place.target, use.expected
    if use.place.kind is not Kind.ASSIGNED or use.value.is_lazy or wanted is None:
        return False
    variable = _variable(target, use.site)
    if not isinstance(target, (NameExpr, MemberExpr)) or variable is None:
        return False
    if is_declared(variable):
        return False
    module, site = whole_module(use.site)
    for node in named(module, target):
        above = site.parents.get(node)
        is_own = isinstance(above, AwaitExpr) or (
            isinstance(above, MemberExpr)
            and above.expr is node
            and has(use.value.typ, above.name)
            and not has(wanted, above.name)
        )
        if is_own and not is_anothers(node, target, site):
            return True
    return False


def _variable(target: Expression | None, site: Site) -> Var | None:
    if isinstance(target, NameExpr):
        return target.node if isinstance(target.node, Var) else None
    owner = owner_of(target, site) if isinstance(target, MemberExpr) else None
    symbol = owner.get(target.name) if owner and isinstance(target, MemberExpr) else None
    return symbol.node if symbol and isinstance(symbol.node, Var) else None


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
