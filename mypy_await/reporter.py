"""Reports a misuse once, with notes, unless the user or the program knows better."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    CallExpr,
    ConditionalExpr,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    OverloadedFuncDef,
)
from mypy.plugin import CheckerPluginInterface

from mypy_await import codes, compat, messages
from mypy_await.origins import Refined
from mypy_await.rebound import is_rebound
from mypy_await.site import Site
from mypy_await.summaries import PASSED
from mypy_await.use import Misuse


class Reporter:
    """Reports to mypy; with `tells_gate` also what only the gate wants to know."""

    def __init__(self, *, tells_gate: bool) -> None:
        self._tells_gate = tells_gate

    def report(
        self,
        site: Site,
        node: Expression,
        misuse: Misuse | None,
        known_by: Refined | None = None,
        *,
        inside: FuncItem | None = None,
    ) -> bool:
        """Report a misuse; say whether the code is on in the module in work.

        `inside` is the function or method around, if it may be another than mypy is in.
        """
        api = site.api
        if misuse is None or not compat.is_enabled(api, misuse.code):
            return False
        if compat.ignored_codes(api, misuse.node or node) & _REPLACED:
            return False  # the user has settled mypy's own error there: it stays mypy's
        if is_rebound(misuse.node or node, site):
            self.settle(site, misuse.node or node, misuse)
            return False
        nodes = (misuse.node or node, *_alike(site, node))
        if any(not compat.reported_codes(api, one).isdisjoint(codes.LIVE) for one in nodes):
            # On a visit before; what mypy inferred from its recovery may make it another misuse.
            return True
        notes = misuse.notes
        if known_by is not None:
            origins = (one for one in known_by.origins if one.fullname != PASSED)
            notes = (*notes, *map(messages.known_by, origins))
        if self._tells_gate:
            notes = (*notes, *_origin(site, node))
        is_overloaded = isinstance(node, CallExpr) and len(site.signatures(node)) > 1
        report = compat.report_in_attempt if is_overloaded else compat.report
        if inside is not None:
            report = functools.partial(compat.report_elsewhere, inside=inside)
        report(api, misuse.text, misuse.node or node, misuse.code, notes)
        return True

    def settle(self, site: Site, node: Expression, misuse: Misuse) -> bool:
        """Tell the gate that all is right: mypy may object as well.  Is there a gate?"""
        if self._tells_gate:
            compat.note(site.api, codes.SETTLED_NOTE, node, misuse.code)
        return self._tells_gate


def is_settled_elsewhere(api: CheckerPluginInterface, misuse: Misuse) -> bool:
    """Do comments keep mypy's own errors back at all the uses of the name that is misused?"""
    return bool(misuse.elsewhere) and all(
        compat.ignores_all(api, there) or compat.ignored_codes(api, there) & _REPLACED
        for there in misuse.elsewhere
    )


_REPLACED: Final = frozenset(
    {
        "arg-type",
        "assignment",
        "attr-defined",
        "call-overload",
        "comparison-overlap",
        "dict-item",
        "index",
        "list-item",
        "operator",
        "return-value",
        "type-var",
        "union-attr",
        "unused-awaitable",
        "unused-coroutine",
    }
)
"""Codes of the errors of mypy that a report of ours takes the place of."""


def _alike(site: Site, node: Expression) -> Iterator[Expression]:
    """Yield what one `await` serves too: the other arm of a conditional on the same line."""
    above = site.parents.get(node)
    if isinstance(above, ConditionalExpr) and node in (above.if_expr, above.else_expr):
        if above.if_expr.line == above.else_expr.line:
            yield above.if_expr if node is above.else_expr else above.else_expr


def _origin(site: Site, node: Expression) -> Iterator[str]:
    """Yield the note with the function that was called, where it is one of the program's."""
    made_by = site.callee_node(node) if isinstance(node, CallExpr) else None
    if isinstance(made_by, FuncDef | Decorator | OverloadedFuncDef):
        module = compat.module_defining(site.api, made_by.fullname)
        if module:
            name = made_by.fullname.removeprefix(f"{module}.")
            yield f"{codes.ORIGIN_NOTE}{module}:{name} at column {node.column}"
