"""One use of one awaitable, and what a check finds in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mypy.errorcodes import ErrorCode
from mypy.nodes import Expression
from mypy.types import Type

from mypy_await.awaitables import Awaitable
from mypy_await.places import Kind, Place, place_of
from mypy_await.site import Site


@dataclass(frozen=True)
class Use:
    """An expression that gives an awaitable, and the place where that value goes."""

    site: Site
    value: Awaitable
    node: Expression
    place: Place
    expected: Type | None = None
    """The type mypy expects of the expression, where it is the one that mypy checks right now."""
    is_name: bool = False
    """Is the expression a name that was bound to the awaitable before?"""

    def of_container(self) -> Use:
        """Return the use of the display or comprehension that this value is an element of."""
        container = self.place.node
        assert isinstance(container, Expression)
        return replace(
            self, node=container, place=place_of(container, self.site.parents), expected=None
        )

    def outermost(self) -> Use:
        """Return the use of the outermost display around this value, or this one."""
        use = self
        while use.place.kind is Kind.ELEMENT:
            use = use.of_container()
        return use


@dataclass(frozen=True)
class Misuse:
    """What a check found: the code, the sentence, and what to do about it."""

    code: ErrorCode
    text: str
    notes: tuple[str, ...]
    node: Expression | None = None
    """Where to report, when not at the value."""
    result: Type | None = None
    """The type mypy goes on with, when not the awaited one."""
