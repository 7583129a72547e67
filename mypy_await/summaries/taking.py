"""What one function does with what it is passed, and with what it decorates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mypy_await.summaries import calls, classes, effects, later, parameters
from mypy_await.summaries.asking import Asking
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import (
    UNKNOWN_EFFECT,
    CallShape,
    DecoratorEffect,
    Effect,
    Kept,
    Kind,
    Origin,
    Parameter,
)
from mypy_await.summaries.values import (
    Class,
    Function,
    Value,
    only,
)


class Taking(Asking):
    """Answers about parameters and decorated functions."""

    def parameter(self, name: str) -> Parameter | None:
        """Return what the body does with a parameter, named without stars; None if it has none."""

        def question() -> Parameter | None:
            function = self._body()
            return parameters.parameter(self._engine, function, name) if function else None

        return self._ask(("parameter", name), question, None)

    def _body(self) -> Function | None:
        """Return the function whose body takes the arguments: of a class, its constructor."""
        found = only(self._value)
        if isinstance(found, Class):
            return classes.constructor(self._engine, found)
        return self._function

    def _taker(self) -> Function | Class | None:
        """Return what takes the arguments: that body, or a class whose constructor nobody wrote."""
        found = only(self._value)
        return self._body() or (found if isinstance(found, Class) else None)

    def keeps(self, name: str) -> Kept | None:
        """Return where a function passed for a parameter is called as only a plain one may be.

        The body keeps it for that, and does nothing else with it.
        """

        def question() -> Kept | None:
            taker = self._taker()
            return later.called_from(self._engine, taker, name) if taker else None

        return self._ask(("keeps", name), question, None)

    def keeps_in(self, attribute: str) -> Kept | None:
        """Return where a function in an attribute of this class is called like a plain one."""

        def question() -> Kept | None:
            found = only(self._value)
            if not isinstance(found, Class):
                return None
            return later.called_in(self._engine, found, attribute)

        return self._ask(("keeps in", attribute), question, None)

    def awaits_kept(self, name: str, *, is_declared: bool) -> Kept | None:
        """Return where what a function gives is awaited that the body keeps, if all of it is."""

        def question() -> Kept | None:
            taker = self._taker()
            if taker is None:
                return None
            return later.awaited_from(self._engine, taker, name, is_declared=is_declared)

        return self._ask(("awaits kept", name, is_declared), question, None)

    def awaits_below(self, shape: CallShape | None) -> Kept | None:
        """Return where `@this`, or `@this(...)`, awaits what the function below it gives.

        None unless it always does.
        """

        def question() -> Kept | None:
            made = effects.made_by(self._engine, self._value, shape) if shape else self._value
            return later.awaited_below(self._engine, made)

        return self._ask(("awaits below", shape), question, None)

    def async_decorator(self, shape: CallShape) -> Origin | None:
        """Return the `async def` that `@this(...)` calls to decorate a function, if it is one."""

        def question() -> Origin | None:
            made = only(effects.made_by(self._engine, self._value, shape))
            if not isinstance(made, Function) or not made.is_async:
                return None
            if calls.is_generator(self._engine, made):
                return None
            return calls.origin_of(made, Kind.COROUTINE)

        return self._ask(("async decorator", shape), question, None)

    def only_calls(self, name: str) -> Kept | None:
        """Return where an argument is called that the body keeps for that, and for nothing else."""

        def question() -> Kept | None:
            taker = self._taker()
            return later.only_called(self._engine, taker, name) if taker else None

        return self._ask(("only calls", name), question, None)

    @property
    def decorator(self) -> DecoratorEffect:
        """What `@this` makes of an `async def`."""
        return self._effect("decorator", lambda: self._value)

    def factory(self, shape: CallShape) -> DecoratorEffect:
        """Return what `@this(...)` makes of an `async def`, given the shape of that call."""
        return self._effect(
            ("factory", shape), lambda: effects.made_by(self._engine, self._value, shape)
        )

    def effect_on_maker(self, shape: CallShape | None) -> DecoratorEffect:
        """Return what `@this`, or `@this(...)`, does to a sync function that gives coroutines."""

        def decorator() -> Value:
            return effects.made_by(self._engine, self._value, shape) if shape else self._value

        return self._effect(("on maker", shape), decorator, effects.of_maker)

    def _effect(
        self,
        key: object,
        decorator: Callable[[], Value],
        ask: Callable[[Engine, Value], DecoratorEffect] = effects.of,
    ) -> DecoratorEffect:
        effect = self._ask(key, lambda: ask(self._engine, decorator()), UNKNOWN_EFFECT)
        if effect.effect not in (Effect.SAME, Effect.UNKNOWN):
            return effect
        # A question of its own: that it reaches too deep must not hide the effect.
        kept = lambda: later.decorated(self._engine, decorator())  # noqa: E731
        return replace(effect, kept=self._ask(("keeps", key), kept, None))
