"""What is in a container whose type is declared: `dict[str, Account]`, `list[Pool]`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Constant,
    Declared,
    Instance,
    Value,
    join,
)

LIST: Final = "builtins.list"
DICT: Final = "builtins.dict"
ITERABLE: Final = "typing.Iterable"
SET: Final = "builtins.set"
FROZEN_SET: Final = "builtins.frozenset"
DEQUE: Final = "collections.deque"
DEFAULT_DICT: Final = "collections.defaultdict"
ORDERED_DICT: Final = "collections.OrderedDict"

MAPPINGS: Final = frozenset({DICT, DEFAULT_DICT, ORDERED_DICT})
_INDEXED: Final = MAPPINGS | {LIST, DEQUE}
_ITERATED: Final = frozenset({LIST, DEQUE, SET, FROZEN_SET, ITERABLE})


def container(fullname: str, items: Value) -> Value:
    """Return a container with what is in it; for a `dict`, its values."""
    return frozenset({Instance(fullname, items=items)})


def item(value: Value) -> Value:
    """Return what indexing a container gives; of `None`, nothing."""
    return join(*(_item(atom, _INDEXED) for atom in value))


def iterated(value: Value) -> Value:
    """Return what a loop over a container gives."""
    return join(*(_item(atom, _ITERATED) for atom in value))


def _item(atom: object, kinds: frozenset[str]) -> Value:
    if isinstance(atom, Instance) and atom.cls in kinds and atom.items is not None:
        return atom.items
    return NOTHING if isinstance(atom, Constant) else UNKNOWN


def method(receiver: Instance, name: str) -> Value | None:
    """Return a method of a container that gives what is in it; None for any other."""
    kind = DICT if receiver.fullname in MAPPINGS else receiver.fullname
    given = _METHODS.get((kind, name))
    if given is None or receiver.items is None:
        return None
    return frozenset({Declared(given(receiver.items))})


_METHODS: Final[dict[tuple[str, str], Callable[[Value], Value]]] = {
    (LIST, "pop"): lambda items: items,
    (LIST, "copy"): lambda items: container(LIST, items),
    (DICT, "get"): lambda items: join(items, NONE),
    (DICT, "pop"): lambda items: items,
    (DICT, "setdefault"): lambda items: items,
    (DICT, "copy"): lambda items: container(DICT, items),
    (DICT, "values"): lambda items: container(ITERABLE, items),
}
