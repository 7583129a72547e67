"""The way from a container down to one of its elements: what is said of it, and how it grows.

A value in `{"a": (1, f())}` is found under the key `"a"` and there at position 1: two steps.  A
step goes by position, by key or by attribute; where the program computes its key the step leads to
some element, and where every element is such a value it leads to each.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Final

from mypy.nodes import (
    CallExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    IntExpr,
    ListExpr,
    Node,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
)


class Shape(enum.Enum):
    """How what holds a value gives it out."""

    SEQUENCE = enum.auto()
    """By position, or one after the other."""
    MAPPING = enum.auto()
    """By key."""
    OBJECT = enum.auto()
    """By the name of an attribute: no container, but what a constructor made."""


@dataclass(frozen=True)
class Step:
    """One step from what holds a value to what it holds."""

    shape: Shape
    key: int | str | None = None
    """The position, key or attribute; None where it is not known."""
    each: bool = False
    """Is every element such a value, so that the key does not matter?"""
    attribute: str = ""
    """The attribute that gives the same element, as in a named tuple."""
    owner: TypeInfo | None = None
    """The class with these attributes."""

    def gives(self, key: int | str | None) -> bool | None:
        """Is the value found under a literal key; None where that is not certain."""
        if self.each:
            return True
        return None if key is None or self.key is None else key == self.key

    def somewhere(self) -> Step:
        """Return the step to the same element of a sequence made from this one."""
        return replace(self, shape=Shape.SEQUENCE, key=None, attribute="", owner=None)


Steps = tuple[Step, ...]
"""The outermost step stands last."""


def literal(node: Expression | None) -> int | str | None:
    """Return the value of a literal key or position."""
    return node.value if isinstance(node, (IntExpr, StrExpr)) else None


def step_into(container: Node, element: Expression) -> Step:
    """Return the step from a display or comprehension to one of its elements."""
    match container:
        case GeneratorExpr():
            return Step(Shape.SEQUENCE, each=True)
        case DictionaryComprehension():
            return Step(Shape.MAPPING, each=True)
        case DictExpr():
            key = next((key for key, value in container.items if value is element), None)
            return Step(Shape.MAPPING, literal(key))
        case ListExpr() | TupleExpr():
            before = container.items[: _index(container.items, element)]
            if not any(isinstance(item, StarExpr) for item in before):
                return Step(Shape.SEQUENCE, len(before))
    return Step(Shape.SEQUENCE)


def steps_through_call(callee: str, call: CallExpr, value: Expression, steps: Steps) -> Steps:
    """Return the steps through what a call makes of a container; empty where it is not known."""
    last = steps[-1]
    if callee in MAKES_PAIRS and last.shape is Shape.SEQUENCE:
        position = 1 if callee == "builtins.enumerate" else _index(call.args, value)
        return (*steps[:-1], Step(Shape.SEQUENCE, position), last.somewhere())
    if callee in _MAPPINGS:
        if last.shape is Shape.MAPPING:
            return steps
        if len(steps) > 1 and steps[-2] == Step(Shape.SEQUENCE, 1):
            return (*steps[:-2], replace(last, shape=Shape.MAPPING, key=None))
        return ()
    if last.shape is not Shape.SEQUENCE:
        return ()
    return steps if callee in _IN_ORDER else (*steps[:-1], last.somewhere())


def steps_by_method(name: str, call: CallExpr, value: Expression, steps: Steps) -> Steps:
    """Return the steps from a container whose method takes a value, or its container, in."""
    keyword = name_of_argument(call, value)
    match name:
        case "update":
            if keyword is not None:
                return (*steps, Step(Shape.MAPPING, keyword))
            return steps_joined(steps)
        case "extend":
            return steps_joined(steps)
        case "setdefault":
            is_value = len(call.args) == 2 and value is call.args[1]
            return (*steps, Step(Shape.MAPPING, literal(call.args[0]))) if is_value else ()
    return (*steps, Step(Shape.SEQUENCE))


def steps_joined(steps: Steps) -> Steps:
    """Return the steps from a container that takes in all elements of another one."""
    if not steps or steps[-1].shape is Shape.MAPPING:
        return steps
    return (*steps[:-1], steps[-1].somewhere())


READS: Final = frozenset(
    {"clear", "copy", "count", "get", "index", "items", "keys"}
    | {"pop", "popitem", "popleft", "remove", "values"}
)
"""Methods of containers that put nothing into them."""


def makes_mapping(callee: str) -> bool:
    """Does a callable make a dict or its like?"""
    return callee in _MAPPINGS


def steps_of_method(name: str, steps: Steps) -> Steps:
    """Return the steps through what a method of a container gives; empty where there is none."""
    last, rest = steps[-1], steps[:-1]
    if name == "copy" and last.shape is not Shape.OBJECT:
        return steps
    if last.shape is Shape.MAPPING and name == "values":
        return (*rest, last.somewhere())
    if last.shape is Shape.MAPPING and name == "items":
        return (*rest, Step(Shape.SEQUENCE, 1), last.somewhere())
    return ()


MAKES_PAIRS: Final = frozenset({"builtins.enumerate", "builtins.zip"})
"""Make pairs, one of which is an element."""
_MAPPINGS: Final = frozenset(
    {"builtins.dict", "collections.defaultdict", "collections.OrderedDict"}
)
_IN_ORDER: Final = frozenset(
    {"builtins.list", "builtins.tuple", "builtins.iter", "collections.deque"}
)


def name_of_argument(call: CallExpr, value: Expression) -> str | None:
    """Return the keyword with which a call passes an argument."""
    return call.arg_names[_index(call.args, value)]


def _index(items: list[Expression], item: Expression) -> int:
    return next(i for i, other in enumerate(items) if other is item)
