"""The entry points: ask for a function, get its summary."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from mypy_await.summaries.model import (
    UNKNOWN_EFFECT,
    UNKNOWN_RESULT,
    Argument,
    DecoratorEffect,
    Known,
    Parameter,
    Result,
)


class FunctionSummary:
    """What the source of one function says.  Every part is worked out when first asked for."""

    @property
    def fullname(self) -> str:
        """The full name asked for; `pkg.mod.f.<locals>.inner` from `Summaries.at`."""
        return ""

    @property
    def is_async(self) -> bool:
        """Is it an `async def` that is no generator (and that no decorator replaced)?"""
        return False

    @property
    def result(self) -> Result:
        """What calling it gives (reading it, for a property), decorators applied.

        Read from the body, whatever the function's own annotation says; the annotations of the
        functions it calls are believed.
        """
        return UNKNOWN_RESULT

    def result_with(self, arguments: Mapping[str, Argument]) -> Result:
        """Return what calling it with these arguments gives.

        Parameters that are not named take their defaults; give `Argument()` for one that is
        passed and not known.
        """
        return UNKNOWN_RESULT

    def returns_class_with(self, arguments: Mapping[str, Argument]) -> str | None:
        """Return `returns_class` of a call with these arguments (as in `result_with`)."""
        return None

    @property
    def yielded(self) -> Result:
        """What a generator yields; unknown for any other function."""
        return UNKNOWN_RESULT

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What the body does with each parameter (`self` included), by name without stars."""
        return {}

    @property
    def decorator(self) -> DecoratorEffect:
        """What `@this` makes of an `async def`."""
        return UNKNOWN_EFFECT

    def factory(self, positional: int = 0, keywords: Collection[str] = ()) -> DecoratorEffect:
        """Return what `@this(...)` makes of an `async def`, given the shape of that call."""
        return UNKNOWN_EFFECT

    @property
    def returns_class(self) -> str | None:
        """The full name of the one class its result is certainly an instance of, never `None`.

        For an `async def`, of what awaiting it gives.
        """
        return None

    @property
    def enters_class(self) -> str | None:
        """The one class of `x` in `with this(...) as x`, or in `async with this(...) as x`."""
        return None

    @property
    def sources(self) -> frozenset[str]:
        """The files read for all parts asked for so far: ask last."""
        return frozenset()


class Summaries:
    """Summaries of all functions whose source can be found.

    `path_of` answers the path of a module's source (None: there is none, or it is compiled), and
    `type_of` what is declared of a full name (None: nothing known).  Files are read once, and
    again when their size or time of change differs.
    """

    def __init__(
        self, path_of: Callable[[str], str | None], type_of: Callable[[str], Known | None]
    ) -> None:
        self._path_of = path_of
        self._type_of = type_of

    def function(self, fullname: str) -> FunctionSummary | None:
        """Return the summary of `pkg.mod.f`, `pkg.mod.Class.m` or a class `pkg.mod.Class`.

        Methods and property getters are looked up along the bases; a class is summarised as its
        constructor.  None where there is no source, or the name is no function in it.
        """
        return None

    def at(self, module: str, line: int, column: int | None = None) -> FunctionSummary | None:
        """Return the summary of the (nested) function or lambda that is defined at a line.

        Any line from the first decorator to the `def` will do.  Two lambdas on one line are told
        apart by `column` (counted from 0); without it the answer is None.
        """
        return None

    def forget(self, path: str) -> None:
        """Drop all that was read from `path`, and every answer: the file changed."""

    def digest(self, path: str) -> str:
        """Return a hash of the file's content; of nothing, where it cannot be read."""
        return ""
