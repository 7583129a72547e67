"""How a function is called later that a body keeps: like a plain one, or is it awaited?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy_await.summaries import classes, keeping, neighbours, parameters
from mypy_await.summaries.awaiting import AwaitingSearch
from mypy_await.summaries.dispatch import Search
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.keeping import Keeping
from mypy_await.summaries.kept import is_lost
from mypy_await.summaries.model import (
    TELLING_NAMES,
    How,
    Kept,
    Mark,
    Use,
    fails_unless_awaitable,
)
from mypy_await.summaries.open_dispatch import OpenSearch
from mypy_await.summaries.slots import Slot
from mypy_await.summaries.values import Class, Function, Value

_LOOKS: Final = frozenset({"builtins.callable", "builtins.id", "inspect.signature"})


def called_from(engine: Engine, taker: Function | Class, name: str) -> Kept | None:
    """Return where a function that is passed for a parameter is called like a plain one.

    None unless all that is done with it is to keep it, to call it like this, and to give it back.
    """
    kept = keeping.keeping(engine, taker, name)
    if not all(map(_is_harmless, kept.uses)) or not all(map(is_lost, kept.called)):
        return None
    found = [None if slot.is_async else _misuse(engine, slot) for slot in kept.slots]
    known = [use for use in found if use is not None]
    if not known or (len(known) < len(found) and any(slot.is_open for slot in kept.slots)):
        return None
    marks = frozenset().union(*(one.marks for one in known))
    return _kept(engine, [one.use for one in known], kept, marks)


def called_in(engine: Engine, cls: Class, name: str) -> Kept | None:
    """Return where a function that is put into an attribute is called like a plain one."""
    slot = keeping.kept_in(engine, cls, name)
    found = None if slot is None or slot.is_async else _misuse(engine, slot)
    if slot is None or found is None:
        return None
    return _kept(engine, [found.use], Keeping(slots=frozenset({slot})), found.marks)


def _misuse(engine: Engine, slot: Slot) -> Kept | None:
    """Return where a function kept in a slot is called as only a plain function may be."""

    def search() -> Kept | None:
        looked = _search(engine, slot)
        use = looked.misuse()
        return Kept(use, frozenset(looked.marks)) if use else None

    return engine.remember(("misuse", slot), search, None)


def _search(engine: Engine, slot: Slot) -> Search:
    return (OpenSearch if slot.is_open else Search)(engine, slot)


def only_called(engine: Engine, taker: Function | Class, name: str) -> Kept | None:
    """Return where what is passed for a parameter is called later, if it is only kept for that.

    Nothing but a function will do there.
    """
    kept = keeping.keeping(engine, taker, name)
    if not all(_is_harmless(use) and use.how is not How.RETURNED for use in kept.uses):
        return None
    found = [None if slot.is_async else _only_call(engine, slot) for slot in kept.slots]
    known = [use for use in found if use is not None]
    if not known or len(known) < len(found):
        return None
    return _kept(engine, known, kept)


def _only_call(engine: Engine, slot: Slot) -> Use | None:
    return engine.remember(("call", slot), lambda: _search(engine, slot).only_call(), None)


def awaited_from(
    engine: Engine, taker: Function | Class, name: str, *, is_declared: bool
) -> Kept | None:
    """Return where a function that is passed for a parameter is called later, and awaited.

    None unless it is only kept for that, and each place that keeps it awaits all that it gives.
    """
    kept = keeping.keeping(engine, taker, name)
    is_known = bool(kept.slots) and all(slot.is_open for slot in kept.slots)
    is_first = getattr(getattr(taker, "node", None), "name", "") == "__init__"
    if is_first and any(slot.is_replaced for slot in kept.slots):
        return None  # it may only hold the place
    if not is_known or not all(map(_is_harmless, kept.uses)):
        return None
    if kept.called and fails_unless_awaitable(kept.called, is_declared=is_declared) is None:
        return None
    found = [_await(engine, slot, is_declared=is_declared) for slot in kept.slots]
    known = [use for use in found if use is not None]
    return _kept(engine, known, kept, is_awaited=True) if len(known) == len(found) else None


def _await(engine: Engine, slot: Slot, *, is_declared: bool) -> Use | None:
    """Return where what a function gives is awaited that is kept in a slot."""
    search = lambda: AwaitingSearch(engine, slot, is_declared=is_declared).misuse()  # noqa: E731
    return engine.remember(("await", slot, is_declared), search, None)


def _kept(
    engine: Engine,
    known: list[Use],
    kept: Keeping,
    marks: frozenset[Mark] = frozenset(),
    *,
    is_awaited: bool = False,
) -> Kept:
    own = {neighbours.mark_of(engine, slot, is_awaited=is_awaited) for slot in kept.slots}
    first = min(known, key=lambda use: (use.path, use.line))
    return Kept(first, marks.union(mark for mark in own if mark))


def decorated(engine: Engine, decorator: Value) -> Kept | None:
    """Return where a function that a decorator keeps is called like a plain one."""
    return _of_all(engine, decorator, called_from)


def awaited_below(engine: Engine, decorator: Value) -> Kept | None:
    """Return where what a function gives is awaited by a decorator of it, at once or later."""
    return _of_all(engine, decorator, _awaited)


def _awaited(engine: Engine, maker: Function, name: str) -> Kept | None:
    inside = parameters.parameter(engine, maker, name)
    use = inside.awaited(is_declared=False) if inside else None
    return Kept(use) if use else awaited_from(engine, maker, name, is_declared=False)


def _of_all(
    engine: Engine, decorator: Value, ask: Callable[[Engine, Function, str], Kept | None]
) -> Kept | None:
    """Return what is said of the function that a decorator takes, if all that it may be agree."""
    found = None
    for atom in decorator:
        maker = classes.constructor(engine, atom) if isinstance(atom, Class) else atom
        first = _first_parameter(maker) if isinstance(maker, Function) else None
        found = ask(engine, maker, first) if isinstance(maker, Function) and first else None
        if found is None:
            return None
    return found


def _first_parameter(function: Function) -> str | None:
    spec = function.node.args
    own = [*spec.posonlyargs, *spec.args][0 if function.bound is None else 1 :]
    return own[0].arg if own else None


def _is_harmless(use: Use) -> bool:
    """Does a use tell nothing of how the function is called?"""
    match use.how:
        case How.ATTRIBUTE:
            return use.is_of_any_function
        case How.TESTED:
            return use.detail in _LOOKS or use.detail in TELLING_NAMES
    return use.how in {How.RETURNED, How.TRUTH, How.CALLED, How.TEXT}
