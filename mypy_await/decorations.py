"""One decorator applied to one function, as the hook of the decorator sees it."""

from __future__ import annotations

from dataclasses import dataclass

from mypy.nodes import Decorator, Expression
from mypy.plugin import CheckerPluginInterface
from mypy.types import AnyType, CallableType, ProperType, get_proper_type

from mypy_await.awaitables import Awaitable, Sort, awaitable, refuses_coroutines
from mypy_await.calls import plain_result, takes_any_function
from mypy_await.known import says_nothing
from mypy_await.refine import Refiner
from mypy_await.summaries import (
    UNKNOWN_RESULT,
    DecoratorEffect,
    Effect,
    FunctionSummary,
    How,
    Kind,
    Verdict,
)
from mypy_await.summaries import Use as SourceUse


@dataclass(frozen=True)
class Decoration:
    """A decorator, by its full name, and what it decorates."""

    api: CheckerPluginInterface
    name: str
    node: Decorator
    applied: Expression
    """The decorator as it stands there: a name, or a call that gives it."""
    typ: ProperType | None
    """Its type."""
    effect: DecoratorEffect | None
    """What the decorator's source does to an async function, where it was asked."""
    refiner: Refiner
    is_innermost: bool = True
    """Is it applied to the function itself, and not to what another decorator made of it?"""

    @property
    def shown_name(self) -> str:
        """The name of the decorator, or of its class."""
        return self.name.removesuffix(".__call__").rpartition(".")[2]

    @property
    def swallows(self) -> bool:
        """Does nobody get the coroutine?"""
        return self.effect is not None and self.effect.effect is Effect.SWALLOWS

    def mistake(self, *hows: How) -> SourceUse | None:
        """Return where a wrapper of the decorator takes the coroutine for the result like this.

        Not where that is reported by itself.
        """
        use = self.effect.use if self.effect else None
        if use is None or use.how not in hows or self.refiner.is_judged_there(self.api, use):
            return None
        return use

    def takes_any_function(self) -> bool:
        """Does the declared type of the decorator let every function pass?"""
        if isinstance(self.typ, CallableType):
            return bool(self.typ.arg_types) and takes_any_function(
                get_proper_type(self.typ.arg_types[0])
            )
        return isinstance(self.typ, AnyType)

    def is_of_plain_function(self) -> bool:
        """Is the function below certainly none whose calls give an awaitable?"""
        function = self.node.func
        if function.is_coroutine or function.is_generator:
            return False
        result = None
        if function.type is not None:
            result = plain_result(function.type)
            if result is None or not (says_nothing(result) or refuses_coroutines(result)):
                return False
        summary = self._below
        if summary is None or summary.is_hook or not summary.may_return:
            return False
        verdict = summary.result.verdict
        is_declared = result is not None and not says_nothing(result)
        return verdict is Verdict.NEVER or (is_declared and verdict is Verdict.UNKNOWN)

    def gives_coroutines(self) -> bool:
        """Does the decorated function give a new coroutine with each call?"""
        function = self.node.func
        typ = function.type
        if isinstance(typ, CallableType) and (value := awaitable(typ.ret_type)) is not None:
            return _runs_once(value) and not function.is_async_generator
        if isinstance(typ, CallableType) and not says_nothing(get_proper_type(typ.ret_type)):
            return False
        return self.makes_coroutines()

    def is_of_maker(self) -> bool:
        """Is the function below a sync one whose every call certainly makes a coroutine?"""
        is_async = self.node.func.is_coroutine
        return not is_async and self.gives_coroutines() and self.makes_coroutines()

    def makes_coroutines(self) -> bool:
        """Does the source of the function below say that each call makes a coroutine?"""
        summary = self._below
        result = summary.result if summary else UNKNOWN_RESULT
        return result.verdict is Verdict.ALWAYS and all(
            origin.kind is Kind.COROUTINE for origin in result.origins
        )

    @property
    def _below(self) -> FunctionSummary | None:
        """What the source says of the function below, as other decorators there leave it."""
        before = self.node.original_decorators.index(self.applied)
        return self.refiner.summary_of_decorated(self.api, self.node, before + 1)


def _runs_once(value: Awaitable) -> bool:
    return value.sort in (Sort.COROUTINE, Sort.AWAITABLE)
