"""The evaluator's memory: what was worked out, from which files, and where to stop."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from mypy_await.summaries.model import Known
from mypy_await.summaries.scopes import FUNCTIONS, FunctionNode, Scope, ScopeNode
from mypy_await.summaries.sources import Module, Sources
from mypy_await.summaries.values import Class, Frame, Function

T = TypeVar("T")

DEEPEST: Final = 60
"""Answers that build on each other in a longer chain are unknown."""
MOST_STEPS: Final = 20_000
"""A question that takes more steps has no answer."""


class TooComplexError(Exception):
    """A question reaches too deep; its answer is unknown."""


@dataclass
class Trace:
    """The files that an answer was read from, and the length of its longest chain."""

    paths: set[str] = field(default_factory=set)
    height: int = 0


class Engine:
    """Works out values on demand and remembers them, together with the files they depend on."""

    def __init__(
        self, path_of: Callable[[str], str | None], type_of: Callable[[str], Known | None]
    ) -> None:
        self.path_of = path_of
        self.type_of = type_of
        self.sources = Sources(path_of)
        self.trace = Trace()
        self._memo: dict[Hashable, tuple[Any, Trace]] = {}
        self._running: dict[Hashable, int] = {}
        self._lowest = DEEPEST
        self._steps = 0

    def forget(self, paths: Iterable[str] | None) -> None:
        """Forget what was read from these files (from all, for None), and every answer."""
        self._memo.clear()
        if paths is None:
            self.sources = Sources(self.path_of)
        for path in paths or ():
            self.sources.forget(path)

    def ask(self, question: Callable[[], T], unknown: T) -> tuple[T, frozenset[str]]:
        """Answer a question from outside; `unknown` if it reaches too deep."""
        self.trace, self._lowest, self._steps = Trace(), DEEPEST, 0
        self._running.clear()
        try:
            answer = question()
        except (TooComplexError, RecursionError):
            answer = unknown
        return answer, frozenset(self.trace.paths)

    def remember(self, key: Hashable, work: Callable[[], T], again: T) -> T:
        """Return what `work` gives, doing it once per key; `again` where it asks for itself.

        An answer that was worked out while it (or something it is part of) was still open is not
        remembered: asked for by itself it may say more.
        """
        known = self._memo.get(key)
        if known is not None:
            self._take_in(known[1])
            return cast(T, known[0])
        if key in self._running:
            self._lowest = min(self._lowest, self._running[key])
            return again
        depth = len(self._running)
        self._steps += 1
        if depth >= DEEPEST or self._steps > MOST_STEPS:
            raise TooComplexError
        outer, lowest = self.trace, self._lowest
        self.trace, self._lowest = Trace(), DEEPEST
        self._running[key] = depth
        try:
            answer = work()
        finally:
            inner, self.trace = self.trace, outer
            complete = self._lowest >= depth
            self._lowest = lowest if complete else min(lowest, self._lowest)
            self._running.pop(key, None)
            self._take_in(inner)
        if complete:
            self._memo[key] = (answer, inner)
        return answer

    def _take_in(self, inner: Trace) -> None:
        self.trace.paths |= inner.paths
        self.trace.height = max(self.trace.height, inner.height + 1)
        if len(self._running) + inner.height >= DEEPEST:
            raise TooComplexError

    def module(self, name: str) -> Module | None:
        """Return a module whose source is there, and note that it was read."""
        module = self.sources.module(name)
        if module:
            self.trace.paths.add(module.path)
        return module

    def scope(self, node: ScopeNode, frame: Frame) -> Scope:
        """Return the scope of a class or function that is defined in a frame."""
        if frame.scope.body and node in frame.scope.body.scopes:
            return frame.scope.body.scopes[node]
        if isinstance(node, ast.ClassDef):
            return frame.scope.module.class_scope(node)
        assert isinstance(node, FUNCTIONS)
        return frame.scope.module.body(node).scopes[node]

    def inside(self, owner: Class) -> Frame:
        """Return the frame of a class body."""
        return Frame(self.scope(owner.node, owner.frame), (), owner.frame)

    def frame_of(self, module: Module, chain: tuple[ScopeNode, ...]) -> Frame:
        """Return the frame inside nested scopes, nothing known of their parameters."""
        frame = Frame(module.scope)
        for node in chain:
            frame = Frame(self.scope(node, frame), (), frame)
        return frame


def qualified(frame: Frame, name: str) -> str:
    """Return the full name of something defined in a frame."""
    parts = [name]
    while frame.parent:
        if isinstance(frame.node, FUNCTIONS):
            parts.append("<locals>")
        parts.append(getattr(frame.node, "name", "<lambda>"))
        frame = frame.parent
    return ".".join([frame.scope.module.name, *reversed(parts)])


def class_of(frame: Frame) -> Class | None:
    """Return the class whose body a frame is; None if it is no class body."""
    if isinstance(frame.node, ast.ClassDef) and frame.parent:
        fullname = qualified(frame.parent, frame.node.name)
        return Class(frame.node, fullname, frame.parent)
    return None


def function_at(node: FunctionNode, frame: Frame) -> Function:
    """Return the function that a `def` or `lambda` makes in a frame, before its decorators."""
    name = getattr(node, "name", "<lambda>")
    return Function(node, qualified(frame, name), frame, class_of(frame))
