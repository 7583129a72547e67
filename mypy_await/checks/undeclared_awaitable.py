"""undeclared-awaitable: a sync function returns an awaitable and declares no result (off)."""

from __future__ import annotations

from mypy.nodes import Decorator, FuncDef

from mypy_await import codes, messages, names
from mypy_await.bindings import fate
from mypy_await.bound import binding_of
from mypy_await.places import Kind, function_around
from mypy_await.results import declared_result
from mypy_await.site import Site
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable that a function returns without a word of it, directly or by a name.

    The last that is asked of a value, where no other check objects.  Functions in functions are
    left alone.  That a base declares the result tells nothing to who calls this method.
    """
    returned = _returned(use)
    if returned is None:
        return None
    function = function_around(returned.place.node, use.site.parents)
    if not isinstance(function, FuncDef) or declared_result(function, returned.place) is not None:
        return None
    if not _is_plain(function, use.site):
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


def _is_plain(function: FuncDef, site: Site) -> bool:
    """Does a function stand for itself, so that its callers get what it returns?"""
    if function.is_coroutine or function.is_generator or function.name in names.AWAITED_METHODS:
        return False
    return function_around(function, site.parents) is None and not _is_changed(function, site)


def _is_changed(function: FuncDef, site: Site) -> bool:
    """May a decorator see to what a function gives?  One that makes a property does not."""
    found = site.refiner.lookup(function.fullname) if function.is_decorated else None
    above = found.node if found else None
    return function.is_decorated and not (isinstance(above, Decorator) and not above.decorators)


def _never(use: Use) -> None:
    """Object to no use."""
