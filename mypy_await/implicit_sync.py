"""Packages whose async methods run at once where no event loop does.

`import pyrogram` replaces the public async methods of its classes: called in an `async def` they
give a coroutine as before, elsewhere its result.
"""

from __future__ import annotations

from mypy.nodes import CallExpr, Expression

from mypy_await import compat
from mypy_await.knowledge import running_at_once
from mypy_await.places import can_await
from mypy_await.site import Site


def runs_at_once(site: Site, node: Expression) -> bool:
    """May this call give the result itself, of what its type says is a coroutine?"""
    if not isinstance(node, CallExpr):
        return False
    fullname = site.callee_name(node)
    module = running_at_once().get(fullname.partition(".")[0])
    if module is None or fullname.rpartition(".")[2].startswith("_"):
        return False
    if not compat.is_in_run(site.api, module):
        return False
    return not can_await(node, site.parents)
