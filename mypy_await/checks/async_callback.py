"""async-callback: an async function in a slot that calls it synchronously, and the reverse."""

from __future__ import annotations

import os
from collections.abc import Iterator

from mypy.nodes import (
    AwaitExpr,
    CallExpr,
    Decorator,
    DictionaryComprehension,
    Expression,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IndexExpr,
    MemberExpr,
    NameExpr,
    SuperExpr,
    TypeInfo,
)
from mypy.plugin import CheckerPluginInterface
from mypy.types import CallableType, Instance, NoneType, ProperType, TypeVarType, get_proper_type

from mypy_await import codes, compat, decorated, messages
from mypy_await.awaitables import (
    Awaitable,
    Sort,
    awaitable,
    is_async_def,
    may_be_awaitable,
    parts,
    refuses_coroutines,
)
from mypy_await.calls import (
    Call,
    Passed,
    async_methods,
    drops_result,
    expected_results,
    formal_of,
    hands_out,
    plain_result,
    result_slots,
    takes_any_function,
)
from mypy_await.care import takes_care, uses_of_name
from mypy_await.conditions import is_told_apart
from mypy_await.decorations import Decoration
from mypy_await.functions import is_open_function
from mypy_await.futures import gives_future
from mypy_await.knowledge import awaiting_receivers, calls_synchronously, knows
from mypy_await.known import argument, says_nothing
from mypy_await.origins import shown_place
from mypy_await.overrides import dotted_name
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.raising import may_fail
from mypy_await.refine import Refiner
from mypy_await.site import Site, Slot, class_of
from mypy_await.slots import Fit, fit, fits_all, is_known
from mypy_await.stored_callbacks import calls_plainly, stored_function
from mypy_await.summaries import VALUE_USES, How, Kept, Parameter, Verdict, reading
from mypy_await.summaries import Use as SourceUse
from mypy_await.sync_decorators import calls_as_plain
from mypy_await.uncalled import awaited_uncalled
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report a coroutine where the function itself is wanted: `start_soon(work())`."""
    call = use.place.node
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return None
    if use.value.sort is not Sort.COROUTINE:
        return None
    slot = use.site.slot(call, use.place.value)
    wants_function = bool(slot.formals) and all(map(_is_callable, slot.formals))
    if not wants_function and not _is_kept_to_be_called(use, call, slot):
        return None
    if wants_function and fits_all(use.value, slot.formals) is not Fit.NO:
        return None
    result = get_proper_type(use.value.result)
    is_value = wants_function and is_known(result) and not isinstance(result, NoneType)
    if is_value and any(messages.fits(result, formal) for formal in slot.formals):
        return None  # the result would do: `re.sub(pattern, text(), line)`
    text = messages.called_too_early(use)
    return Misuse(codes.ASYNC_CALLBACK, text, (messages.PASS_THE_FUNCTION,), result=messages.SILENT)


def check_decoration(decoration: Decoration) -> Misuse | None:
    """Report a sync decorator whose wrapper swallows or uses the coroutine of an async function.

    Or one that keeps the function where it is called like a plain one.
    """
    kept = decoration.effect.kept if decoration.effect else None
    if kept is not None and not _is_read_elsewhere(kept, decoration.api, decoration.refiner):
        where = shown_place(kept.use.path, kept.use.line)
        notes = (messages.callback_remedy(), messages.called_at(where))
        return Misuse(codes.ASYNC_CALLBACK, messages.kept(decoration), notes)
    if calls_as_plain(decoration):
        return Misuse(codes.ASYNC_CALLBACK, messages.kept(decoration), (messages.DECORATE_SYNC,))
    use = decoration.mistake(How.DROPPED, *VALUE_USES)
    if use is None:
        return None
    where = shown_place(use.path, use.line)
    is_lost = use.how is How.DROPPED or decoration.swallows
    there = messages.swallowed_there(where) if is_lost else messages.used_there(where)
    notes = (there, messages.AWAIT_IN_THE_WRAPPER)
    return Misuse(codes.ASYNC_CALLBACK, messages.swallowed(decoration), notes)


def check_plain_decoration(decoration: Decoration) -> Misuse | None:
    """Report a decorator that awaits, at once or later, all that a sync function gives."""
    if is_async_def(decoration.node.func) or knows("safe", decoration.name):
        return None
    if not decoration.is_innermost or not decoration.takes_any_function():
        return None
    kept = decorated.awaits(decoration)
    if kept is None or not decoration.is_of_plain_function():
        return None
    if _is_read_elsewhere(kept, decoration.api, decoration.refiner):
        return None
    where = messages.called_at(shown_place(kept.use.path, kept.use.line))
    said = messages.awaited_by(decoration)
    return Misuse(codes.ASYNC_CALLBACK, said, (messages.MAKE_IT_ASYNC, where))


def check_async_decorator(decoration: Decoration) -> Misuse | None:
    """Report a decorator that is an `async def` itself: all it leaves is a coroutine."""
    origin = decorated.async_decorator(decoration)
    if origin is None:
        return None
    note = messages.plain_decorator(shown_place(origin.path or "", origin.line or 0))
    text = messages.async_decorator(decoration, origin.fullname.rpartition(".")[2])
    return Misuse(codes.ASYNC_CALLBACK, text, (note,))


def check_call(call: Call) -> Misuse | None:
    """Report an async function that is passed to something that calls it synchronously.

    The table of library callables says so, or the source of the callee: every result of calling
    the parameter is dropped there or used as a value, or it is kept where that happens.
    """
    return next((found for one in call.arguments if (found := _misuse_of(call, one))), None)


def _misuse_of(call: Call, passed: Passed) -> Misuse | None:
    """Ask the callee first: of most functions that are passed the source need not be read."""
    value = call.coroutine_of(passed)
    if value is None and not is_open_function(passed.typ):
        return None
    if knows("safe", call.callee) or is_told_apart(call.node, call.site):
        return None
    use, text = _call_misuse(call, passed), messages.async_callback
    overlooked = None if use else _overlooked_misuse(call, passed)
    use = use or overlooked
    if use is None and (use := _kept_misuse(call, passed)):
        text = messages.kept_callback
    if use is None and not _is_listed(call, passed):
        return None
    if use is not None and call.site.refiner.is_judged_there(call.site.api, use):
        return None
    value = value or call.coroutine_by_source(passed)
    if value is None or (use is None and _is_awaited_here(call, passed, value)):
        return None
    if _is_refused(call, passed, value) or _is_said(call, passed, value):
        return None
    if value.sort is Sort.AWAITABLE and gives_future(call.site, passed.value):
        return None
    where = shown_place(use.path, use.line) if use else ""
    wants_value = use.is_value if use else knows("callback-values", call.callee)
    remedy = messages.callback_remedy(wants_value=wants_value)
    if overlooked:
        remedy = messages.PASS_WHAT_IS_ASYNC
    notes = (remedy, *([messages.called_at(where)] if where else []))
    said = text(call, value, passed.value)
    return Misuse(codes.ASYNC_CALLBACK, said, notes, passed.value)


def check_object(call: Call) -> Misuse | None:
    """Report an object whose async methods the callee, by its source, takes for plain ones."""
    for passed in call.arguments:
        if found := _method_misused(call, passed):
            method, use = found
            text = messages.object_taken_for_sync(call, passed, method)
            where = messages.called_at(shown_place(use.path, use.line))
            return Misuse(codes.ASYNC_CALLBACK, text, (where,), passed.value)
    return None


def _method_misused(call: Call, passed: Passed) -> tuple[str, SourceUse] | None:
    """Return the method that the callee calls and whose result it loses, with the place."""
    if not isinstance(passed.typ, Instance) or _may_be_overridden(call):
        return None
    if not _tells_little(call, passed):
        return None
    methods = async_methods(passed.typ.type)
    if not methods or not _may_call(call, passed.name or "", methods):
        return None
    parameter = _parameter(call, passed)
    summary = call.summary if parameter and not parameter.tested else None
    if summary is None or parameter is None:
        return None
    if parameter.attributes.isdisjoint(methods):
        return None
    if knows("safe", call.callee) or is_told_apart(call.node, call.site):
        return None
    return summary.method_misused(parameter.name, argument(passed.value, passed.typ))


def _may_call(call: Call, name: str, methods: frozenset[str]) -> bool:
    """Does the callee's file mention such a method of the parameter?"""
    path = compat.path_defining(call.site.api, call.callee)
    if not path or path.endswith(".pyi"):
        return False
    return call.site.refiner.may_read(call.site.api, os.path.abspath(path), name, methods)


def check_asked(call: Call) -> Misuse | None:
    """Report `await f` where `iscoroutinefunction(f)` says that `f` is a function."""
    if not knows("coroutine-tests", call.callee, "of_functions"):
        return None
    awaited = awaited_uncalled(call)
    if awaited is None:
        return None
    said = messages.awaited_uncalled(dotted_name(awaited))
    return Misuse(codes.ASYNC_CALLBACK, said, (messages.CALL_IT,), awaited)


def check_store(site: Site, owner: Instance, target: MemberExpr) -> Misuse | None:
    """Report an async function put into an attribute whose class calls it like a plain one."""
    function = stored_function(site, target)
    kept = calls_plainly(site, owner, target) if function else None
    if function is None or kept is None or _is_read_elsewhere(kept, site.api, site.refiner):
        return None
    where = messages.called_at(shown_place(kept.use.path, kept.use.line))
    notes = (messages.callback_remedy(wants_value=kept.use.is_value), where)
    said = messages.stored_callback(function.name, target.name)
    return Misuse(codes.ASYNC_CALLBACK, said, notes, target)


def check_awaited(call: Call) -> Misuse | None:
    """Report a sync function that is passed to something that awaits all that it gives.

    Only where the declared type of the parameter lets it pass.
    """
    for passed in call.arguments:
        is_declared = _is_declared(call, passed)
        if passed.name is None or not _may_be_sync(call, passed, is_declared=is_declared):
            continue
        use = _awaited(call, passed.name, is_declared=is_declared)
        if use is None or not _is_sync(call, passed):
            continue
        if knows("safe", call.callee) or is_told_apart(call.node, call.site):
            continue
        if may_fail(call.node, call.site.parents):
            continue
        notes = (
            messages.PASS_AN_ASYNC_FUNCTION,
            messages.called_at(shown_place(use.path, use.line)),
        )
        said = messages.sync_callback(call, passed.value)
        return Misuse(codes.ASYNC_CALLBACK, said, notes, passed.value)
    return None


def _awaited(call: Call, name: str, *, is_declared: bool) -> SourceUse | None:
    """Return where the callee awaits what a function gives, if it always does."""
    summary = call.summary
    parameter = summary.parameter(name) if summary else None
    found = parameter.awaited(is_declared=is_declared) if parameter else None
    return found or _awaited_later(call, name, is_declared=is_declared)


def _awaited_later(call: Call, name: str, *, is_declared: bool) -> SourceUse | None:
    """Return where what a function gives is awaited that the callee keeps, if it always is."""
    summary = None if _may_be_overridden(call) else call.site.summary_on_receiver(call.node)
    if summary is None:
        return None
    kept = summary.awaits_kept(name, is_declared=is_declared)
    if kept is None or _is_read_elsewhere(kept, call.site.api, call.site.refiner):
        return None
    return kept.use


def _is_declared(call: Call, passed: Passed) -> bool:
    """Is the parameter declared to take functions that give awaitables, and no others?"""
    slots = [slot for formal in formal_of(call, passed) for slot in result_slots(formal)]
    return bool(slots) and all(awaitable(slot) is not None for slot in slots)


def _may_be_sync(call: Call, passed: Passed, *, is_declared: bool) -> bool:
    """May a function never give an awaitable, and does no declared type say so to mypy?"""
    result = plain_result(passed.typ)
    if result is None or not (is_declared or all(map(takes_any_function, formal_of(call, passed)))):
        return False
    return (refuses_coroutines(result) and not is_declared) or says_nothing(result)


def _is_sync(call: Call, passed: Passed) -> bool:
    """Does a function never give an awaitable, by its type or its source?"""
    result = plain_result(passed.typ)
    is_plain = result is not None and refuses_coroutines(result)
    function = call.site.symbol(passed.value)
    if not isinstance(function, (FuncDef, Decorator)):
        return is_plain
    inner = function.func if isinstance(function, Decorator) else function
    if not is_plain and (inner.info or inner.type is not None):
        return False  # a subclass may have an async method
    summary = call.site.refiner.summary_of(call.site.api, function)
    if summary is None or not summary.may_return:  # what only raises is never awaited
        return summary is None and is_plain
    verdict = summary.result.verdict
    return verdict is Verdict.NEVER or (is_plain and verdict is Verdict.UNKNOWN)


def _is_listed(call: Call, passed: Passed) -> bool:
    if not (
        calls_synchronously(call.callee, passed.position, passed.name)
        or drops_result(call.site, call.site.slot(call.node, passed.value, as_declared=True))
    ):
        return False
    if _may_be_awaited_by_receiver(call):
        return False
    # A declared slot that takes functions giving awaitables knows what to do with them.
    return not any(_wants_awaitable(formal) for formal in formal_of(call, passed))


def _may_be_awaited_by_receiver(call: Call) -> bool:
    """May the object whose method is called be one that awaits what its class does not?"""
    exceptions = awaiting_receivers(call.callee)
    callee = call.node.callee
    if not exceptions or not isinstance(callee, MemberExpr):
        return False
    owner = class_of(call.site.type_of(callee.expr))
    home = call.callee.rpartition(".")[0]
    if owner is None or owner.fullname == home:  # declared so, it may be of any class below
        return True
    return any(_has(owner, exception, home) for exception in exceptions)


def _has(info: TypeInfo, exception: str, home: str) -> bool:
    """Is a class one named there, or does it override the method named there?"""
    if "." in exception:
        return info.has_base(exception)
    found = info.get_containing_type_info(exception)
    return found is not None and found.fullname != home


def _is_refused(call: Call, passed: Passed, value: Awaitable) -> bool:
    """Does the declared type of the parameter refuse the function, so that mypy reports it?"""
    slots = [slot for formal in formal_of(call, passed) for slot in result_slots(formal)]
    return bool(slots) and all(fit(value, slot) is Fit.NO for slot in slots)


def _is_said(call: Call, passed: Passed, value: Awaitable) -> bool:
    """Does the type expected of the call say of the results that they are awaitables?

    One that is handed back itself is judged at its place, where it says they are none.
    """
    for wanted, own in expected_results(call, passed):
        answer = fit(value, wanted)
        if answer is Fit.YES or (answer is Fit.NO and own):
            return True
    return False


def _is_awaited_here(call: Call, passed: Passed, value: Awaitable) -> bool:
    """Does the caller take care of what the function gave, as in `await (await to_thread(f))`?"""
    if not hands_out(call, passed):
        return False
    made = Use(call.site, value, call.node, call.node, call.place)
    uses = [made.moved_to(result) for result in _results(made)]
    return any(takes_care(one) for use in uses for one in (use, *uses_of_name(use)))


def _results(made: Use) -> Iterator[Expression]:
    """Yield what gives the results of the function, of all that is done with what the call made.

    Whose `result()` it is is not followed: futures are kept in lists, and come as completed.
    """
    parents = made.site.parents
    for use in (made, *uses_of_name(made)):
        place = use.place
        if place.kind is Kind.ARGUMENT and isinstance(place.node, CallExpr):
            place = place_of(place.node, parents)  # wait_for(...), wrap_future(...)
        if isinstance(place.node, (AwaitExpr, IndexExpr)):
            yield place.node
        elif place.kind is Kind.ITERATED:
            yield from _items(place)
        elif place.kind is Kind.UNPACKED:
            yield use.node
    function = function_around(made.node, parents)
    for node in descendants(function.body) if function else ():
        match node:
            case CallExpr(callee=MemberExpr(name="result")):
                yield node


def _items(loop: Place) -> Iterator[NameExpr]:
    """Yield the uses of the names that a loop binds."""
    match loop.node:
        case ForStmt(index=index):
            targets: list[Expression] = [index]
        case GeneratorExpr(indices=targets) | DictionaryComprehension(indices=targets):
            pass
        case _:
            return
    bound = [node for target in targets for node in descendants(target)]
    variables = {node.node for node in bound if isinstance(node, NameExpr)}
    for node in descendants(loop.node):
        if isinstance(node, NameExpr) and node.node in variables and node not in bound:
            yield node


def _wants_awaitable(formal: ProperType) -> bool:
    return any(
        any(awaitable(part) is not None for part in parts(result))
        for result in result_slots(formal)
    )


def _call_misuse(call: Call, passed: Passed) -> SourceUse | None:
    """Return where the callee calls the function and loses or uses the result, if that is all."""
    parameter = _parameter(call, passed)
    return parameter.call_misuse if parameter else None


def _parameter(call: Call, passed: Passed) -> Parameter | None:
    """Return what the callee does with an argument, where only its source tells."""
    summary = call.summary if _tells_little(call, passed) else None
    return summary.parameter(passed.name or "") if summary else None


def _overlooked_misuse(call: Call, passed: Passed) -> SourceUse | None:
    """Return the same where the callee handles async functions, of which this is none.

    `iscoroutinefunction` says no to a lambda that gives a coroutine.  Where the call certainly
    gives the coroutine, that is judged at its place.
    """
    parameter = _parameter(call, passed)
    summary = call.summary if parameter and parameter.tested else None
    if summary is None or parameter is None:
        return None
    given = {one.name: argument(one.value, one.typ) for one in call.arguments if one.name}
    parameter = summary.parameter_with(parameter.name, given[parameter.name])
    misuse = parameter.call_misuse if parameter else None
    if misuse and misuse.how is How.TAKEN:
        return None if summary.awaited_with(given).verdict is Verdict.ALWAYS else misuse
    return misuse


def _kept_misuse(call: Call, passed: Passed) -> SourceUse | None:
    """Return where the same is done with all functions that the callee keeps."""
    if _may_be_overridden(call) or not _tells_little(call, passed):
        return None
    summary = call.site.summary_on_receiver(call.node)
    if summary is None or passed.name is None:
        return None
    kept = summary.keeps(passed.name)
    if kept is None or _is_read_elsewhere(kept, call.site.api, call.site.refiner):
        return None
    return kept.use


def _may_be_overridden(call: Call) -> bool:
    """Is this `super().__init__(f)`?  What a base class is told may be overridden there."""
    callee = call.node.callee
    return isinstance(callee, SuperExpr) or getattr(callee, "name", "") == "__init__"


def _is_kept_to_be_called(use: Use, call: CallExpr, slot: Slot) -> bool:
    """Does the callee keep the argument, and is what it keeps only called?"""
    site = use.site
    summary = None
    if slot.name and slot.formals and all(map(says_nothing, slot.formals)):
        summary = site.summary_on_receiver(call)
    kept = summary.only_calls(slot.name) if summary else None
    return kept is not None and not _is_read_elsewhere(kept, site.api, site.refiner)


def _is_read_elsewhere(kept: Kept, api: CheckerPluginInterface, refiner: Refiner) -> bool:
    """May a file that is not followed do what is right with what is kept in a public place?"""
    module = compat.module(api)
    found = [reading(mark, module.fullname, module.path) for mark in kept.marks]
    for named, _ in found:
        refiner.rests_on(api, named)
    return any(is_read for _, is_read in found)


def _tells_little(call: Call, passed: Passed) -> bool:
    """Does the declared parameter leave it to the source what is done with the function?"""
    return passed.name is not None and all(map(_is_open_slot, formal_of(call, passed)))


def _is_open_slot(formal: ProperType) -> bool:
    """Does a declared parameter say nothing of what calling it should give?"""
    if isinstance(formal, TypeVarType):
        formal = get_proper_type(formal.upper_bound)
        return isinstance(formal, CallableType) and _is_open_slot(formal)
    if says_nothing(formal):
        return True
    results = list(result_slots(formal))
    return (
        bool(results)
        and all(map(may_be_awaitable, results))
        and not all(awaitable(result) for result in results)
    )


def _is_callable(formal: ProperType) -> bool:
    return any(isinstance(part, CallableType) for part in parts(formal))
