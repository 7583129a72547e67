"""One source to ask, about one function or class: each answer is worked out once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar, cast

from mypy_await.summaries import calls, parameters, returns
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.values import (
    NOTHING,
    Class,
    Descriptor,
    Function,
    Instance,
    ManagerFactory,
    Partial,
    Value,
    only,
)

T = TypeVar("T")


class Asking:
    """Finds what is asked about, and keeps the answers until a file behind them changes."""

    def __init__(self, engine: Engine, find: Callable[[], tuple[str, Value]]) -> None:
        self._engine = engine
        self._find = find
        self._answers: dict[object, object] = {}
        self._paths: frozenset[str] = frozenset()
        self._locate()

    def _locate(self) -> None:
        self._age = self._engine.age
        (name, self._value), paths = self._engine.ask(self._find, ("", NOTHING))
        self._paths |= paths
        self.fullname = name
        """The full name asked for; `pkg.mod.f.<locals>.inner` from `Summaries.at`."""

    @property
    def is_found(self) -> bool:
        """Is there such a function?"""
        kinds = (Function, Class, Descriptor, ManagerFactory, Instance, Partial)
        return bool(self._value) and all(isinstance(atom, kinds) for atom in self._value)

    def refresh(self) -> None:
        """Drop every answer if one of its files changed since it was read, for whom ever."""
        changed = [path for path in self._paths if not self._engine.sources.is_fresh(path)]
        if changed:
            self._engine.forget(changed)
        if self._age != self._engine.age:
            self._answers.clear()
            self._paths = frozenset()
            self._locate()

    def _ask(self, key: object, question: Callable[[], T], unknown: T) -> T:
        while key not in self._answers:
            # A file that is read for this question may have been read long ago for another.
            answer, paths = self._engine.ask(question, unknown)
            self._paths |= paths
            self._answers[key] = answer
            self.refresh()
        self._engine.on_answer(self._paths)
        return cast(T, self._answers[key])

    @property
    def _function(self) -> Function | None:
        """The one function that is called, where that is certain."""
        found = only(self._value)
        if isinstance(found, (Descriptor, ManagerFactory)):
            found = found.function
        return found if isinstance(found, Function) else None

    @property
    def is_async(self) -> bool:
        """Is it an `async def` that is no generator (and that no decorator replaced)?"""

        def question() -> bool:
            function = self._function
            return bool(
                function and function.is_async and not calls.is_generator(self._engine, function)
            )

        return self._ask("async", question, False)

    @property
    def is_bare(self) -> bool:
        """Is it a function, and are no attributes stored in it where it is defined?"""

        def question() -> bool:
            function = self._function
            body = function.frame.scope.body if function else None
            return function is not None and not any(
                isinstance(store.ctx, ast.Store)
                and isinstance(store.value, ast.Name)
                and store.value.id == getattr(function.node, "name", None)
                for store, _ in (body.attributes if body else ())
            )

        return self._ask("bare", question, False)

    @property
    def raises(self) -> frozenset[str]:
        """The names of the exceptions that its own body raises where it handles none."""

        def question() -> frozenset[str]:
            function = self._function
            return returns.raised(function.node) if function else frozenset()

        return self._ask("raises", question, frozenset())

    @property
    def may_return(self) -> bool:
        """May a call of it end with no exception?  So does what nobody can read."""

        def question() -> bool:
            body = getattr(self._function and self._function.node, "body", None)
            return not isinstance(body, list) or bool(returns.returned(body))

        return self._ask("may return", question, True)

    @property
    def is_hook(self) -> bool:
        """Is its body empty, so that a subclass says what it does?"""

        def question() -> bool:
            function = self._function
            return function is not None and parameters.is_hook(function)

        return self._ask("hook", question, False)

    @property
    def sources(self) -> frozenset[str]:
        """The files read for all parts asked for so far: ask last."""
        return self._paths
