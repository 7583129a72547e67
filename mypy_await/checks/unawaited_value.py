"""unawaited-value: an awaitable is used where its result is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Expression,
    IndexExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    Node,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    ProperType,
    Type,
    get_proper_type,
)

from mypy_await import bodiless, codes, messages, names
from mypy_await.attributes import may_be_on_future
from mypy_await.awaitables import (
    Sort,
    parts,
)
from mypy_await.bindings import Fate
from mypy_await.casts import cannot_be, cast_to_result, container_cast_to_results
from mypy_await.contents import wanted_in_container
from mypy_await.displays import is_item_of_record, key_of_store
from mypy_await.fresh import is_made_to_be_asked, is_made_to_be_compared, is_made_to_look_up
from mypy_await.knowledge import knows
from mypy_await.operators import may_mean_awaitable, may_take_awaitable, needs_result
from mypy_await.origins import shown_place
from mypy_await.own_methods import is_meant_for_result, may_close_result
from mypy_await.passing import (
    handed_on,
    is_sent_off,
    is_taken_for_coroutine,
    needs_task,
    parameter_met,
    waits_for_coroutine,
)
from mypy_await.places import Kind
from mypy_await.registered import is_for_unknown_caller
from mypy_await.site import Slot, has
from mypy_await.slots import Fit, fit, fits_all, is_known
from mypy_await.stored import awaited_elsewhere
from mypy_await.summaries import ASYNC_FOR
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report an awaitable that meets an operation or a declared type meant for its result."""
    judge = _JUDGES.get(use.place.kind)
    return judge(use) if judge else None


def check_if_not_none(use: Use) -> Misuse | None:
    """Report a use that the result is meant for, and that `None` cannot stand either."""
    if use.place.kind not in _NOT_FOR_NONE or use.place.detail.startswith("__"):
        return None
    if use.place.kind is Kind.COMPARED and use.place.detail not in ("<", "<=", ">", ">="):
        return None
    return check(use)


_NOT_FOR_NONE: Final = frozenset(
    {
        Kind.ASYNC_ITERATED,
        Kind.ASYNC_WITH,
        Kind.ATTRIBUTE,
        Kind.CALLED,
        Kind.COMPARED,
        Kind.INDEXED,
        Kind.ITERATED,
        Kind.OPERAND,
        Kind.UNPACKED,
        Kind.WITH,
    }
)


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report an awaitable whose name is used as its result and never awaited.

    The report stands where the value is bound and has the code of the first misuse.  A future,
    which need not be awaited, is reported at that use, and a value that is awaited as well at a use
    that mypy lets through.
    """
    if _proves_result_meant(use, fate) and not _is_consumed(use, fate):
        elsewhere = [there for there, _ in fate.misuses if there.node.line != use.node.line]
        first, misuse = fate.misuses[0]
        if use.value.sort is Sort.FUTURE:
            return replace(misuse, node=misuse.node or first.node)
        if not elsewhere or misuse.node is not None:
            return misuse
        notes = (*misuse.notes, messages.used_at(elsewhere))
        return replace(misuse, notes=notes, elsewhere=tuple(there.node for there in elsewhere))
    if use.value.sort is Sort.ONLY:
        return None  # a test before it is handed on is at worst one too many
    for name, misuse in () if use.place.conditional else fate.certain:
        if name.place.kind in _UNSEEN_BY_MYPY[use.value.sort is Sort.FUTURE]:
            return replace(misuse, node=name.node, result=use.value.typ)
    return None


def _proves_result_meant(use: Use, fate: Fate) -> bool:
    """Is it misused?  A future in a way that mypy objects to: else the program may know better."""
    kinds = {there.place.kind for there, _ in fate.misuses}
    return bool(kinds - _UNSEEN_BY_MYPY[True] if use.value.sort is Sort.FUTURE else kinds)


def _is_consumed(use: Use, fate: Fate) -> bool:
    """Is a value awaited or handed on?  Where its result is used, that is what is closed."""
    if not fate.consumed or any(m.code is not codes.UNAWAITED_VALUE for _, m in fate.misuses):
        return fate.consumed
    misused = {there.node for there, _ in fate.misuses}
    others = [use.moved_to(node, is_name=True) for node in fate.uses if node not in misused]
    return not (others and all(map(may_close_result, others)))


def check_item(fate: Fate) -> Misuse | None:
    """Report an awaitable in somebody's container that is used as its result right behind.

    It may be shown, and asked for, before it is awaited.
    """
    for there, misuse in fate.untouched:
        if fate.consumed and misuse.code is not codes.UNAWAITED_VALUE:
            continue
        return replace(misuse, notes=(*misuse.notes, messages.used_at([there])))
    return None


def check_attribute(use: Use, fate: Fate) -> Misuse | None:
    """Report an awaitable in an attribute or global that the module only uses as its result.

    That it is tested for truth alone proves little: it may be awaited elsewhere.
    """
    for there, misuse in fate.misuses:
        if misuse.code is not codes.TRUTHY_AWAITABLE and there.place.kind is not Kind.COMPARED:
            lines = messages.used_at(there for there, _ in fate.misuses)
            return replace(misuse, notes=(*misuse.notes, lines))
    return None


def check_store(use: Use) -> Misuse | None:
    """Report an awaitable in an attribute that another function gives the awaited result."""
    other = awaited_elsewhere(use)
    if other is None:
        return None
    misuse = _misuse(use, "assigned")
    return replace(misuse, notes=(*misuse.notes, messages.awaited_at(other.line)))


_UNSEEN_BY_MYPY: Final = {
    False: frozenset({Kind.TESTED}),
    True: frozenset({Kind.TESTED, Kind.COMPARED, Kind.ITERATED, Kind.UNPACKED}),
}
"""What mypy lets a name do, for coroutines and for futures."""


def _misuse(use: Use, action: str, wanted: Type | None = None) -> Misuse:
    if wanted is None:
        text = messages.misused(use, action)
        return Misuse(codes.UNAWAITED_VALUE, text, (messages.remedy(use),))
    text = messages.expected(use, action, wanted)
    if messages.fits(use.value.result, wanted):
        return Misuse(codes.UNAWAITED_VALUE, text, (messages.remedy(use),))
    note = messages.does_not_fit(use, wanted)
    return Misuse(codes.UNAWAITED_VALUE, text, (note,), result=messages.SILENT)


def _lacks(use: Use, action: str, method: str) -> Misuse | None:
    """Report a use that needs a method which the awaited result may lack as well.

    Of a class that is awaitable among other things only a result that is known to have it proves
    that the result was meant.
    """
    result = use.value.result
    if use.value.sort is Sort.OTHER and not (is_known(result) and has(result, method)):
        return None
    if has(result, method):
        return _misuse(use, action)
    text, note = messages.misused(use, action), messages.lacks_too(use, method)
    if _has_if_not_none(result, method):
        note = messages.remedy(use)
    return Misuse(codes.UNAWAITED_VALUE, text, (note,), result=messages.SILENT)


def _has_if_not_none(result: Type, method: str) -> bool:
    """Has a result the method but where it is `None`, which the program may have asked for?"""
    others = [part for part in parts(get_proper_type(result)) if not isinstance(part, NoneType)]
    return bool(others) and all(has(part, method) for part in others)


def _needs(method: str, action: str) -> Callable[[Use], Misuse | None]:
    """Report when the awaitable's own type lacks a method that the construct calls."""

    def judge(use: Use) -> Misuse | None:
        if has(use.value.typ, method) or (method.startswith("__a") and bodiless.is_open(use)):
            return None
        if method == "__aenter__" and bodiless.is_declared_wrongly(use, method):
            return None
        return _lacks(use, action.format(use.place.detail), method)

    return judge


def _attribute(use: Use) -> Misuse | None:
    name = use.place.detail
    if is_meant_for_result(use):
        return _misuse(use, f'accessed for its attribute "{name}"')
    if use.is_meant_as_task:
        text, notes = messages.used_as_task(use, name), (messages.START_A_TASK,)
        return Misuse(codes.UNAWAITED_VALUE, text, notes, result=messages.SILENT)
    if name in names.OF_FUTURES and use.value.sort is Sort.COROUTINE:
        return _misuse(use, f'accessed for its attribute "{name}"')
    if has(use.value.typ, name) or name in names.OF_AWAITABLES:
        return None
    if use.value.sort is Sort.FUTURE and may_be_on_future(use):
        return None
    return _lacks(use, f'accessed for its attribute "{name}"', name)


def _iterated(use: Use) -> Misuse | None:
    # A future has `__iter__` only for "yield from" in generators before async def.
    if use.value.sort is not Sort.FUTURE and has(use.value.typ, "__iter__"):
        return None
    if use.place.detail == "yield from":
        return None
    return _lacks(use, f'iterated with "{use.place.detail}"', "__iter__")


def _unpacked(use: Use) -> Misuse | None:
    if use.value.sort is not Sort.FUTURE and has(use.value.typ, "__iter__"):
        return None
    return _lacks(use, "unpacked", "keys" if use.place.detail == "**" else "__iter__")


def _operand(use: Use) -> Misuse | None:
    if use.value.sort is Sort.OTHER or may_take_awaitable(use):
        return None
    return _misuse(use, f'used in "{use.place.detail}"')


def _compared(use: Use) -> Misuse | None:
    if use.value.sort is Sort.OTHER or may_mean_awaitable(use):
        return None
    return _misuse(use, f'compared with "{use.place.detail}"')


def _matched(use: Use) -> Misuse | None:
    return _misuse(use, "matched") if use.value.is_lazy else None


def _argument(use: Use) -> Misuse | None:
    call = use.place.node
    assert isinstance(call, CallExpr)
    slot = use.site.slot(call, use.place.value)
    answer = fits_all(use.value, slot.formals)
    if answer is Fit.UNDECIDED and not slot.formals:
        answer = fit(use.value, use.expected)
    callee = slot.callee.rpartition(".")[2]
    action = f'passed to "{callee}"' if callee else "passed"
    wanted = slot.formals[0] if len(slot.formals) == 1 else None
    if answer is Fit.UNDECIDED:
        for taken in handed_on(use, call):
            if fit(use.value, taken) is Fit.NO:
                answer, wanted = Fit.NO, taken
    if answer is Fit.NO:
        return _misuse(use, action, wanted)
    if answer is Fit.YES:
        return _passed_as_task(use, slot, callee)
    if not use.value.is_lazy:
        return None
    return _by_callee(use, call, slot, action)


def _by_callee(use: Use, call: CallExpr, slot: Slot, action: str) -> Misuse | None:
    """Report an argument whose parameter says nothing, by what is known of the callee."""
    if slot.callee == "builtins.isinstance" and len(call.args) == 2 and slot.position == 0:
        return _misuse(use, 'tested with "isinstance"') if cannot_be(use, call.args[1]) else None
    if _is_value_sink(use, slot.callee) or is_made_to_be_asked(use, slot):
        return _misuse(use, action)
    parameter = parameter_met(use, slot)
    used = parameter.only_value if parameter else None
    if used is None or (used.detail == ASYNC_FOR and bodiless.is_open(use)):
        return None
    misuse = _misuse(use, action)
    where = messages.used_there(shown_place(used.path, used.line))
    return replace(misuse, notes=(*misuse.notes, where))


def _passed_as_task(use: Use, slot: Slot, callee: str) -> Misuse | None:
    """Report a coroutine where a task or future is declared, and the callee needs one."""
    used = needs_task(use, slot)
    if used is None:
        return None
    text = messages.passed_as_task(use, callee, slot.formals[0])
    where = messages.asked_there(shown_place(used.path, used.line))
    notes = (messages.START_A_TASK, where)
    return Misuse(codes.UNAWAITED_VALUE, text, notes, result=messages.SILENT)


def _cast(use: Use) -> Misuse | None:
    target = cast_to_result(use)
    return _misuse(use, "cast", target) if target is not None else None


def _is_value_sink(use: Use, callee: str) -> bool:
    if knows("value", callee):
        return True
    call = use.place.node
    # max(a, b) and min(a, b) compare their arguments as sorted() does its elements
    return isinstance(call, CallExpr) and len(call.args) > 1 and _works_with_elements(use, callee)


def _works_with_elements(use: Use, callee: str) -> bool:
    """Does a call work with the elements, itself or in its `key`, and not only pass them on?"""
    call = use.place.node
    if not isinstance(call, CallExpr) or not knows("value", callee, "elements"):
        return False
    keys = [
        argument
        for argument, name in zip(call.args, call.arg_names, strict=True)
        if name == "key" or use.site.slot(call, argument).name == "func"
    ]
    return all(_takes_result(key, use) for key in keys)


def _takes_result(key: Expression, use: Use) -> bool:
    """Is this no key at all, or one that works with the result of an awaitable?"""
    if isinstance(key, LambdaExpr) and key.arguments:
        item = key.arguments[0].variable
        names = (node for node in descendants(key.body) if isinstance(node, NameExpr))
        element = replace(use, in_container=False)
        return any(check(element.moved_to(name)) for name in names if name.node is item)
    typ = use.site.type_of(key)
    if needs_result(key):
        return True
    if isinstance(typ, CallableType) and typ.arg_types:
        return fit(use.value, typ.arg_types[0]) is Fit.NO
    return isinstance(key, NameExpr) and key.name == "None"


def _declared(action: str) -> Callable[[Use], Misuse | None]:
    """Report when the type that mypy expects at this place cannot take the awaitable."""

    def judge(use: Use) -> Misuse | None:
        if fit(use.value, use.expected) is Fit.NO:
            return _misuse(use, action, use.expected)
        return None

    return judge


def _index(use: Use) -> Misuse | None:
    """Report an awaitable where another index is declared, and one that no dict can have as key."""
    misuse = _declared("used as an index")(use)
    if misuse is not None or not is_made_to_look_up(use):
        return misuse
    node = use.place.node
    assert isinstance(node, IndexExpr)
    base = use.site.type_of(node.base)
    if not isinstance(base, Instance) or base.type.fullname != "builtins.dict":
        return None
    key = get_proper_type(base.args[0])
    return _misuse(use, "used as an index", None if fit(use.value, key) is not Fit.NO else key)


def check_container(use: Use) -> Misuse | None:
    """Report an awaitable whose container goes where its elements are meant to be results."""
    if misuse := _given_to_asyncio(use):
        return misuse
    if not use.value.is_lazy:
        return None
    if is_made_to_be_compared(use):
        return _misuse(use, f'compared with "{use.place.detail}"')
    if not use.is_deep and _works_with_elements(use, use.receiver):
        return _misuse(use, f'passed to "{use.receiver.rpartition(".")[2]}"')
    if knows("value", use.mapped_by):
        return _misuse(use, f'passed to "{use.mapped_by.rpartition(".")[2]}"')
    if use.place.kind is Kind.CAST:
        return _cast_container(use)
    if misuse := _declared_otherwise(use) or _needed_by_callee(use):
        return misuse
    if use.in_result:
        return None  # a function of its own makes work, whatever it is put beside
    if not use.among_plain or not is_sent_off(use) or use.is_awaited_as_item:
        return None
    return None if is_for_unknown_caller(use) else _misuse(use, "put among plain values")


def _declared_otherwise(use: Use) -> Misuse | None:
    wanted = wanted_in_container(use)
    return _misuse(use, "put into a container", wanted) if wanted is not None else None


def _needed_by_callee(use: Use) -> Misuse | None:
    """Report a container passed to what needs each element, by its source: `json.dumps(data)`."""
    call = use.place.node
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return None
    parameter = parameter_met(use, use.site.slot(call, use.place.value))
    used = parameter.used_whole if parameter else None
    if used is None:
        return None
    where = messages.used_there(shown_place(used.path, used.line))
    misuse = _misuse(use, "put into a container")
    return replace(misuse, notes=(*misuse.notes, where))


def _given_to_asyncio(use: Use) -> Misuse | None:
    """Report a generator where each element is meant, and a coroutine where tasks are."""
    if is_taken_for_coroutine(use):
        notes = (messages.pass_each(use.receiver),)
        return Misuse(codes.UNAWAITED_VALUE, messages.passed_together(use), notes, use.place.value)
    waiting = waits_for_coroutine(use)
    if waiting is None:
        return None
    text, notes = messages.waited_for(use), (messages.MAKE_TASKS,)
    return Misuse(codes.UNAWAITED_VALUE, text, notes, waiting, messages.SILENT)


def _cast_container(use: Use) -> Misuse | None:
    target = container_cast_to_results(use)
    if target is None:
        return None
    text = messages.expected(use, "cast", target)
    return Misuse(codes.UNAWAITED_VALUE, text, (messages.remedy(use),))


def _annotation(statement: Node) -> ProperType | None:
    """Return the type that an assignment declares, be it a second time for its name."""
    return get_proper_type(statement.type) if isinstance(statement, AssignmentStmt) else None


def _assigned(use: Use) -> Misuse | None:
    declared, target = use.expected, use.place.target
    if isinstance(target, MemberExpr) and target.is_inferred_def:
        return None  # visited again: the attribute's type is what a report before made of it
    if target is not None and isinstance(get_proper_type(declared), AnyType | None):
        declared = _annotation(use.place.node) or use.site.declared_type_of(target)
    answer = fit(use.value, declared)
    if answer is Fit.NO:
        return _misuse(use, "assigned", declared)
    if answer is Fit.YES or not use.value.is_lazy or target is None:
        return None
    if is_item_of_record(use.place, use.site) and not use.site.awaits_item(key_of_store(target)):
        return _misuse(use, "put among plain values")
    return None


_JUDGES: Final[dict[Kind, Callable[[Use], Misuse | None]]] = {
    Kind.ATTRIBUTE: _attribute,
    Kind.INDEXED: _needs("__getitem__", "indexed"),
    Kind.CALLED: _needs("__call__", "called"),
    Kind.ITERATED: _iterated,
    Kind.ASYNC_ITERATED: _needs("__aiter__", 'iterated with "{}"'),
    Kind.UNPACKED: _unpacked,
    Kind.OPERAND: _operand,
    Kind.COMPARED: _compared,
    Kind.WITH: _needs("__enter__", 'entered with "{}"'),
    Kind.ASYNC_WITH: _needs("__aenter__", 'entered with "{}"'),
    Kind.RAISED: lambda use: _misuse(use, "raised"),
    Kind.MATCHED: _matched,
    Kind.ARGUMENT: _argument,
    Kind.ASSIGNED: _assigned,
    Kind.ELEMENT: _declared("put into a container"),
    Kind.DEFAULT: _declared("used as a default"),
    Kind.INDEX: _index,
    Kind.CAST: _cast,
}
