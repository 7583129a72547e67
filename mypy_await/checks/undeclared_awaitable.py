"""undeclared-awaitable: a sync function returns an awaitable and declares no result (off)."""

from __future__ import annotations

from mypy.nodes import Decorator, FuncBase, FuncDef, Node, SymbolTableNode, Var
from mypy.types import AnyType, CallableType, TypeOfAny, get_proper_type

from mypy_await import codes, messages, names
from mypy_await.bindings import fate
from mypy_await.bound import binding_of
from mypy_await.places import Kind, function_around
from mypy_await.site import Site
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable that a function returns without a word of it, directly or by a name.

    The last that is asked of a value, where no other check objects.  Functions in functions are
    left alone, and methods whose bases declare the result.
    """
    returned = _returned(use)
    if returned is None:
        return None
    function = function_around(returned.place.node, use.site.parents)
    if not isinstance(function, FuncDef) or not _is_silent(function, use.site):
        return None
    text = messages.undeclared(use, function.name)
    return Misuse(
        codes.UNDECLARED_AWAITABLE, text, (messages.way_out_of_hiding(returned, function),)
    )


def _returned(use: Use) -> Use | None:
    """Return the use that returns the value, if nothing else is done with it."""
    if use.place.kind is Kind.RETURNED:
        return None if use.in_container else use
    binding = binding_of(use) if use.place.kind is Kind.ASSIGNED and not use.in_container else None
    end = fate(binding, _never) if binding else None
    if binding is None or end is None or len(end.uses) != 1:
        return None
    (node,) = end.uses
    return _returned(binding.use.moved_to(node, is_name=True))


def _is_silent(function: FuncDef, site: Site) -> bool:
    """Does nothing say what a function gives: no annotation, decorator, base or name of its own?"""
    if function.is_coroutine or function.is_generator or function.name in names.AWAITED_METHODS:
        return False
    if function_around(function, site.parents) is not None or _is_changed(function, site):
        return False
    bases = function.info.mro[1:] if function.info else []
    return not any(map(_declares_result, (function, *(base.get(function.name) for base in bases))))


def _is_changed(function: FuncDef, site: Site) -> bool:
    """May a decorator see to what a function gives?  One that makes a property does not."""
    found = site.refiner.lookup(function.fullname) if function.is_decorated else None
    above = found.node if found else None
    return function.is_decorated and not (isinstance(above, Decorator) and not above.decorators)


def _declares_result(defined: Node | SymbolTableNode | None) -> bool:
    node = defined.node if isinstance(defined, SymbolTableNode) else defined
    typ = node.type if isinstance(node, (FuncBase, Decorator, Var)) else None
    known = get_proper_type(typ)
    if not isinstance(known, CallableType):
        return known is not None
    result = get_proper_type(known.ret_type)
    return not (isinstance(result, AnyType) and result.type_of_any == TypeOfAny.unannotated)


def _never(use: Use) -> None:
    """Object to no use."""
