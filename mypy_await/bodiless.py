"""Methods without body, abstract ones and those of stubs: what they say of those that override.

An `async def` is a generator by its `yield` alone, which such a method does not have.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, Decorator, FuncDef
from mypy.types import Instance, get_proper_type

from mypy_await import compat, names
from mypy_await.awaitables import parts
from mypy_await.slots import is_known
from mypy_await.use import Use


def is_open(use: Use) -> bool:
    """Is the value a call of a method of unknown result that subclasses write?"""
    return _is_without_body(use) and not is_known(use.value.result)


def is_declared_wrongly(use: Use, method: str = "__aiter__") -> bool:
    """Is the value a call of a method that, without body, is taken for a coroutine function?

    Those that override it are async generators, by what is declared; and stubs do not repeat the
    decorator that makes one a context manager.
    """
    call = use.origin
    results = parts(get_proper_type(use.value.result))
    if not any(isinstance(p, Instance) and p.type.fullname in _MEANT[method] for p in results):
        return False
    node = use.site.callee_node(call) if isinstance(call, CallExpr) else None
    function = node.func if isinstance(node, Decorator) else node
    if not isinstance(function, FuncDef) or not function.info:
        return False
    if compat.path_defining(use.site.api, function.fullname).endswith(".pyi"):
        return True
    return method == "__aiter__" and _is_without_body(use)


def _is_without_body(use: Use) -> bool:
    call = use.origin
    summary = use.site.summary(call) if isinstance(call, CallExpr) else None
    return summary is not None and summary.is_hook


_MEANT: Final = {"__aiter__": names.YIELDING, "__aenter__": names.ENTERED}
"""What is declared of methods that turn out to be no coroutine functions."""
