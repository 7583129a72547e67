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
MOST_FILES: Final = 40
"""Answers that rest on more files are unknown; nearly all rest on fewer than ten."""
MOST_STEPS: Final = 5_000
"""A question that takes more steps has no answer."""


class TooComplexError(Exception):
    """A question reaches too deep; its answer is unknown."""


@dataclass
class Trace:
    """What working out an answer took."""

    paths: set[str] = field(default_factory=set)
    """The files it was read from."""
    height: int = 0
    """The length of its longest chain of answers."""
    open: int = DEEPEST
    """The depth of the outermost question still open that it met again on its way."""


@dataclass
class Inquiry:
    """The state of one question from outside."""

    trace: Trace = field(default_factory=Trace)
    running: dict[Hashable, int] = field(default_factory=dict)
    """The keys being worked out, each with its depth."""
    provisional: dict[int, list[Hashable]] = field(default_factory=dict)
    """What to forget once the question at a depth is answered."""
    steps: int = 0


class Engine:
    """Works out values on demand and remembers them, together with the files they depend on."""

    def __init__(
        self,
        path_of: Callable[[str], str | None],
        type_of: Callable[[str], Known | None],
        on_answer: Callable[[frozenset[str]], None],
    ) -> None:
        self.path_of = path_of
        self.type_of = type_of
        self.on_answer = on_answer
        """Is told the files behind each answer that a summary gives."""
        self.sources = Sources(path_of)
        self.age = 0
        """How often something was forgotten: answers of before may rest on old files."""
        self._memo: dict[Hashable, tuple[Any, Trace]] = {}
        self._now = Inquiry()

    def forget(self, paths: Iterable[str] | None) -> None:
        """Forget what was read from these files (from all, for None), and every answer."""
        self.age += 1
        self._memo.clear()
        if paths is None:
            self.sources = Sources(self.path_of)
        for path in paths or ():
            self.sources.forget(path)

    def ask(self, question: Callable[[], T], unknown: T) -> tuple[T, frozenset[str]]:
        """Answer a question from outside; `unknown` if it reaches too deep."""
        before, self._now = self._now, Inquiry()
        try:
            answer = question()
        except (TooComplexError, RecursionError):
            answer = unknown
        finally:
            for depth in self._now.provisional:
                self._drop_provisional(depth)
            paths = frozenset(self._now.trace.paths)
            self._now = before
        return answer, paths

    def read(self, path: str) -> None:
        """Note that an answer depends on a file."""
        paths = self._now.trace.paths
        paths.add(path)
        if len(paths) > MOST_FILES:
            raise TooComplexError

    def remember(self, key: Hashable, work: Callable[[], T], again: T) -> T:
        """Return what `work` gives, doing it once per key; `again` where it asks for itself.

        An answer that met a question still open is remembered until that one is answered: asked
        for by itself it may say more.
        """
        now = self._now
        now.steps += 1
        if now.steps > MOST_STEPS:
            raise TooComplexError
        known = self._memo.get(key)
        if known is not None:
            self._take_in(known[1])
            return cast(T, known[0])
        depth = len(now.running)
        if key in now.running:
            now.trace.open = min(now.trace.open, now.running[key])
            return again
        if depth >= DEEPEST:
            raise TooComplexError
        outer, now.trace = now.trace, Trace()
        now.running[key] = depth
        try:
            answer = work()
        finally:
            inner, now.trace = now.trace, outer
            outer.paths |= inner.paths
            del now.running[key]
            self._drop_provisional(depth)
        if inner.open < depth:
            now.provisional.setdefault(inner.open, []).append(key)
        else:
            inner.open = DEEPEST
        self._memo[key] = (answer, inner)
        self._take_in(inner)
        return answer

    def _drop_provisional(self, depth: int) -> None:
        for key in self._now.provisional.get(depth, ()):
            self._memo.pop(key, None)
        self._now.provisional[depth] = []

    def _take_in(self, inner: Trace) -> None:
        trace = self._now.trace
        trace.paths |= inner.paths
        trace.height = max(trace.height, inner.height + 1)
        trace.open = min(trace.open, inner.open)
        if len(self._now.running) + inner.height >= DEEPEST or len(trace.paths) > MOST_FILES:
            raise TooComplexError

    def module(self, name: str) -> Module | None:
        """Return a module whose source is there, and note that it was read."""
        module = self.sources.module(name)
        if module:
            self.read(module.path)
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
