"""The entry point: ask for a function, get its summary."""

from __future__ import annotations

import ast
from collections.abc import Callable

from mypy_await.summaries import calls, lookup, passed, remade, told
from mypy_await.summaries.engine import Engine, function_at
from mypy_await.summaries.model import Known
from mypy_await.summaries.nodes import Place
from mypy_await.summaries.passed import Given
from mypy_await.summaries.scopes import FunctionNode
from mypy_await.summaries.summary import FunctionSummary
from mypy_await.summaries.values import NOTHING, Value


class Summaries:
    """Summaries of all functions whose source can be found.

    `path_of` answers the path of a module's source (None: there is none, or it is compiled), and
    `type_of` what is declared of a full name (None: nothing known); `on_answer` is told the files
    behind each answer that a summary gives.  Files are read once, and
    again when their size or time of change differs.
    """

    def __init__(
        self,
        path_of: Callable[[str], str | None],
        type_of: Callable[[str], Known | None],
        on_answer: Callable[[frozenset[str]], None] = lambda paths: None,
    ) -> None:
        self._engine = Engine(path_of, type_of, on_answer)
        self._summaries: dict[object, FunctionSummary] = {}

    def function(self, fullname: str) -> FunctionSummary | None:
        """Return the summary of `pkg.mod.f`, `pkg.mod.Class.m` or a class `pkg.mod.Class`.

        Methods and property getters are looked up along the bases; a class is summarised as its
        constructor.  None where there is no source, or the name is no function in it.
        """
        return self._summary(fullname, lambda: (fullname, lookup.resolve(self._engine, fullname)))

    def inherited(self, owner: str, name: str) -> FunctionSummary | None:
        """Return the summary of `super().name` in a method of a class, by its full name."""
        fullname = f"{owner}.{name}"
        return self._summary(
            ("super", fullname),
            lambda: (fullname, lookup.inherited(self._engine, owner, name)),
        )

    def held(self, owner: str, name: str, *, by_default: bool) -> FunctionSummary | None:
        """Return the summary of what an attribute holds, where it is not `None`.

        That is what the methods of a class, by its full name, store there.  With `by_default`
        parameters of its constructor that may be left out count as left out.
        """
        fullname = f"{owner}.{name}"
        return self._summary(
            ("held", fullname, by_default),
            lambda: (fullname, lookup.held(self._engine, owner, name, by_default=by_default)),
        )

    def held_beside_scalars(self, owner: str, name: str) -> FunctionSummary | None:
        """Return the summary of what an attribute holds that is first a constant, as `False`."""
        fullname = f"{owner}.{name}"
        return self._summary(
            ("beside scalars", fullname),
            lambda: (fullname, lookup.held_beside_scalars(self._engine, owner, name)),
        )

    def item(self, owner: str, name: str, asking: str) -> FunctionSummary | None:
        """Return the summary of each item of the container that an attribute keeps.

        `asking` is the module that reads it: it may put something in as well.
        """
        fullname = f"{owner}.{name}"
        return self._summary(
            ("item", fullname, asking),
            lambda: (fullname, lookup.item(self._engine, owner, name, asking)),
        )

    def at(
        self,
        module: str,
        line: int,
        column: int | None = None,
        *,
        decorated: bool = False,
        outermost: int = 0,
    ) -> FunctionSummary | None:
        """Return the summary of the (nested) function or lambda that is defined at a line.

        Any line from the first decorator to the `def` will do.  Two lambdas on one line are told
        apart by `column` (counted from 0); without it the answer is None.  With `decorated` it is
        what the decorators from the one at `outermost` on make of the function, and None where one
        of them is not known.
        """
        return self._summary(
            (module, line, column, decorated, outermost),
            lambda: self._function_at(module, line, column, outermost if decorated else None),
        )

    def _function_at(
        self, name: str, line: int, column: int | None, outermost: int | None
    ) -> tuple[str, Value]:
        module = self._engine.module(name)
        found = lookup.functions_at(module, line, column) if module else []
        if module is None or len(found) != 1:
            return "", NOTHING
        frame = self._engine.frame_of(module, module.functions[found[0]])
        function = function_at(found[0], frame)
        made: Value = frozenset({function})
        if outermost is not None:
            decorators = _decorators(found[0])[outermost:]
            made = calls.decorate(self._engine, made, decorators, frame)
        return function.fullname, made

    def called_at(self, module: str, place: Place, given: Given) -> FunctionSummary:
        """Return the summary of what is called at a place of a module.

        Parameters of the functions around are what their callers in the module pass, or as `given`.
        """
        key = (module, place, given)
        return self._asked(key, lambda: ("", self._called_at(*key)))

    def _called_at(self, name: str, place: Place, given: Given) -> Value:
        module = self._engine.module(name)
        return passed.called_at(self._engine, module, place, given) if module else NOTHING

    def told_async(self, name: str, *, annotated: bool) -> frozenset[Place]:
        """Return the calls in a module of what a condition around says is an async function.

        With `annotated` only those in functions that have annotations.
        """
        sources = self._engine.sources
        module = sources.module(name)
        if module is not None and not sources.is_fresh(module.path):
            self._engine.forget([module.path])
            module = sources.module(name)
        nothing: frozenset[Place] = frozenset()
        if module is None:
            return nothing
        find = lambda: told.told_async(self._engine, module, annotated=annotated)  # noqa: E731
        found, paths = self._engine.ask(find, nothing)
        self._engine.on_answer(paths)
        return found

    def is_remade(self, module: str, name: str) -> bool:
        """Does a decorator of a global class put something else in the place of its methods?"""
        answer, paths = self._engine.ask(
            lambda: remade.is_remade(self._engine, module, name), unknown=False
        )
        self._engine.on_answer(paths)
        return answer

    def _summary(
        self, key: object, find: Callable[[], tuple[str, Value]]
    ) -> FunctionSummary | None:
        known = self._asked(key, find)
        return known if known.is_found else None

    def _asked(self, key: object, find: Callable[[], tuple[str, Value]]) -> FunctionSummary:
        if self._engine.sources.is_full:
            self.forget_all()
        known = self._summaries.get(key)
        if known is None:
            known = self._summaries[key] = FunctionSummary(self._engine, find)
        known.refresh()
        return known

    def forget(self, path: str) -> None:
        """Drop all that was read from `path`, and every answer: the file changed."""
        self._engine.forget([path])
        self._summaries.clear()

    def forget_all(self) -> None:
        """Drop everything that was read."""
        self._engine.forget(None)
        self._summaries.clear()

    def digest(self, path: str) -> str:
        """Return a hash of the file's content; of nothing, where it cannot be read."""
        return self._engine.sources.digest(path)


def _decorators(node: FunctionNode) -> list[ast.expr]:
    return [] if isinstance(node, ast.Lambda) else node.decorator_list
