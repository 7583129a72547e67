"""What the summaries of source say, in the words of contracts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mypy_await.contracts.effects import Colour, Why, effect_of
from mypy_await.contracts.expressions import ANY, UNKNOWN, TypeExpr, union
from mypy_await.contracts.resolving import Resolver, Symbol
from mypy_await.contracts.suspects import Suspects
from mypy_await.summaries import FunctionSummary, Kind, Known, Summaries, Verdict


class Bodies:
    """Answers from the bodies of a project's functions (`effects.Bodies`)."""

    def __init__(self, resolver: Resolver, files: Iterable[Path], *, quick: bool = False) -> None:
        """Take the source files of the project, for the names of what may be awaitable.

        With `quick`, functions without annotations too are only looked into where their `return`
        statements call one of these names; their results then stay unknown.
        """
        self.resolver = resolver
        self.summaries = Summaries(self._path_of, _nothing_declared)
        self._suspects = Suspects(files)
        self._always = {Why.WRAPPED} if quick else {Why.WRAPPED, Why.OPEN}

    def __call__(self, symbol: Symbol, why: Why) -> tuple[Colour, TypeExpr]:
        """Return the colour of a function's calls, and the type of what they give."""
        if why not in self._always and not self._suspects.may_return_awaitable(symbol):
            return Colour.SYNC, UNKNOWN
        summary = self.summaries.function(symbol.fullname)
        verdict = summary.result.verdict if summary else Verdict.UNKNOWN
        if summary is None or verdict in (Verdict.UNKNOWN, Verdict.SOMETIMES):
            return Colour.UNKNOWN, UNKNOWN
        if verdict is Verdict.ALWAYS:
            return Colour.ASYNC, self._awaitable(summary)
        return Colour.SYNC, self.returned_class(symbol)

    def returned_class(self, symbol: Symbol) -> TypeExpr:
        """Return the one class of the result (of an `async def`: when awaited), or `UNKNOWN`."""
        summary = self.summaries.function(symbol.fullname)
        name = summary.returns_class if summary else None
        if not name or "<locals>" in name:
            return UNKNOWN
        return TypeExpr(self.resolver.canonical(name))

    def _awaitable(self, summary: FunctionSummary) -> TypeExpr:
        """Return the type of an awaitable result: what the functions it comes from declare."""
        types: list[TypeExpr] = []
        for origin in summary.result.origins:
            symbol = self.resolver.find(origin.fullname)
            effect = effect_of(symbol, self.resolver) if symbol else None
            types.append(effect.result if effect else UNKNOWN)
        inner = UNKNOWN if UNKNOWN in types or not types else union(types)
        if all(origin.kind is Kind.COROUTINE for origin in summary.result.origins):
            return TypeExpr("collections.abc.Coroutine", (ANY, ANY, inner))
        return TypeExpr("collections.abc.Awaitable", (inner,))

    def _path_of(self, module: str) -> str | None:
        path = self.resolver.project.find(module)
        return str(path) if path else None


def _nothing_declared(fullname: str) -> Known | None:
    return None
