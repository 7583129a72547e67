"""Every sentence that mypy-await says, one function each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mypy.nodes import Decorator, Expression, FuncDef, LambdaExpr, MemberExpr, NameExpr
from mypy.types import AnyType, ProperType, Type, TypeOfAny, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import Awaitable, Sort, is_async_def
from mypy_await.calls import Call, Passed
from mypy_await.decorations import Decoration
from mypy_await.origins import shown_origin
from mypy_await.places import Kind, can_await, function_around
from mypy_await.summaries import Kind as Origins
from mypy_await.summaries import Origin
from mypy_await.use import Use

ADD_AWAIT: Final = 'Maybe you forgot to use "await"?'
"""mypy's own wording."""


def misused(use: Use, action: str) -> str:
    """Say what was done with the awaitable itself."""
    return f"Value of type {_type(use, use.value.typ)} is {action} without being awaited"


def expected(use: Use, action: str, declared: Type) -> str:
    """Say that the awaitable meets a declared type that cannot take it."""
    return f"{misused(use, action)}; expected {_wanted(use, declared)}"


def passed_together(use: Use) -> str:
    """Say that a call takes a generator of awaitables for one awaitable.

    The type is left out: it may be another one for each overload that mypy tries.
    """
    return f'Generator of awaitables is passed to "{use.receiver.rpartition(".")[2]}" as one'


def pass_each(callee: str) -> str:
    """Say how a call gets all that a generator gives."""
    if callee.endswith(".gather"):
        return 'Maybe you forgot the "*" before it?'
    return "Pass each of its elements by itself"


def waited_for(use: Use) -> str:
    """Say that a coroutine is among what `asyncio.wait` gets."""
    return (
        f'Value of type {_type(use, use.value.typ)} is passed to "wait", which takes no coroutines'
    )


MAKE_TASKS: Final = 'It takes tasks: make them with "asyncio.create_task"'


def used_as_task(use: Use, attribute: str) -> str:
    """Say that a coroutine is asked for what tasks and futures have."""
    typ = _type(use, use.value.typ)
    return f'Value of type {typ} is accessed for "{attribute}", which no coroutine has'


def passed_as_task(use: Use, callee: str, declared: Type) -> str:
    """Say that a coroutine is passed where a task or future is declared."""
    typ = _type(use, use.value.typ)
    return f'Value of type {typ} is passed to "{callee}"; expected {_wanted(use, declared)}'


START_A_TASK: Final = 'Maybe you forgot to make a task of it, with "asyncio.create_task"?'


def truthy(use: Use, where: str) -> str:
    """Say that an awaitable decides a condition."""
    typ = _type(use, use.value.typ)
    return f'Value of type {typ} is always true in "{where}"; it is not awaited'


def hidden(use: Use, function: str, verb: str, declared: Type) -> str:
    """Say that a sync function's declared type hides the awaitable it gives."""
    shown = _type(use, declared)
    return f"{function} is declared to {verb} {shown} but hides {_type(use, use.value.typ)}"


def undeclared(use: Use, function: str) -> str:
    """Say that nothing tells the callers of a sync function that it gives an awaitable."""
    return f'"{function}" returns {_type(use, use.value.typ)} and declares no result'


def nested(use: Use, function: str, verb: str) -> str:
    """Say that awaiting an async function's result would give another awaitable."""
    return f"{function} is async and {verb} {_type(use, use.value.typ)} without awaiting it"


def remedy(use: Use) -> str:
    """Return the advice that helps at this place: `await` only where it may be written.

    `asyncio.run` takes coroutines, and until Python 3.14 nothing else.
    """
    if can_await(use.place.value, use.site.parents):
        return ADD_AWAIT
    function = function_around(use.place.value, use.site.parents)
    may_run = use.value.sort is Sort.COROUTINE
    match function:
        case FuncDef():
            make = f'Make "{function.name}" async and await it here'
            return f'{make}, or run it with "asyncio.run"' if may_run else make
        case LambdaExpr():
            return 'A lambda cannot use "await"; write an "async def" in its place'
    await_it = 'Only an "async def" can await it'
    return f'{await_it}; elsewhere "asyncio.run" runs it' if may_run else await_it


def does_not_fit(use: Use, wanted: Type) -> str:
    """Say that awaiting would not help either: the result does not fit."""
    result, asked_for = _type(use, use.value.result), _wanted(use, wanted)
    return f"Awaiting it gives {result}, which does not fit {asked_for}"


def lacks_too(use: Use, method: str) -> str:
    """Say that awaiting would not help either: the result lacks what is asked of it."""
    return f'Awaiting it gives {_type(use, use.value.result)}, which has no "{method}" either'


def way_out_of_hiding(use: Use, function: FuncDef | None) -> str:
    """Return the ways out for a sync function that hides an awaitable."""
    typ = _type(use, use.value.typ)
    slot = "what it yields" if use.place.kind is Kind.YIELDED else "the result"
    declare = f"declare {'the elements' if use.in_container else slot} as {typ}"
    if function is None:
        return f'{declare.replace("declare", "Declare", 1)}, or await it in an "async def"'
    return f'Make "{function.name}" async and await the value, or {declare}'


def used_at(uses: Iterable[Use]) -> str:
    """Point from where a name is bound to its uses as a result, or as a task."""
    there = list(uses)
    lines = [str(line) for line in sorted({use.node.line for use in there})]
    shown = f"lines {', '.join(lines[:-1])} and {lines[-1]}" if lines[1:] else f"line {lines[0]}"
    meant = "a task" if any(use.is_meant_as_task for use in there) else "its result"
    return f"It is used as {meant} on {shown}"


def awaited_at(line: int) -> str:
    """Point to where the same attribute gets the result of the same call."""
    return f"The attribute gets the awaited result on line {line}"


def used_there(where: str) -> str:
    """Point to the use as a result in the function that the value is passed to."""
    return f"It is used as its result there: {where}"


def asked_there(where: str) -> str:
    """Point to the use as a task in the function that the value is passed to."""
    return f"It is used as a task there: {where}"


def known_by(origin: Origin) -> str:
    """Say which function makes the awaitable, and where its source is."""
    name, place = shown_origin(origin)
    made = "an awaitable" if origin.kind is Origins.AWAITABLE else f"a {origin.kind.value}"
    return f'"{name}" returns {made}' + (f": {place}" if place else "")


BY_ASGI: Final = "Applications of ASGI, and what they are given, are async"


def told_async(names: Iterable[str]) -> str:
    """Say how it is known that a function is async of which mypy knows nothing."""
    return f'"{".".join(names)}" is async, as a condition says'


def awaited_elsewhere(names: Iterable[str], line: int) -> str:
    """Say how we know that a call of what may be anything gives an awaitable."""
    return f'"{".".join(names)}" is awaited on line {line}'


def dropped(use: Use, how: str) -> str:
    """Say that nobody awaits the value."""
    return f"Value of type {_type(use, use.value.typ)} is {how} and never awaited"


def asked_in_vain(test: str) -> str:
    """Say that a run-time test makes no difference."""
    return f'"{test}" is asked, but nothing is awaited where the answer is yes'


def dropped_on_path(use: Use, line: int) -> str:
    """Say that nobody awaits the value on one of the ways through the function."""
    typ = _type(use, use.value.typ)
    return f"Value of type {typ} is not awaited on the path that ends on line {line}"


def reused(use: Use) -> str:
    """Say that the value was awaited before."""
    return f"Value of type {_type(use, use.value.typ)} was awaited before; a coroutine runs once"


def reused_by(use: Use, function: str) -> str:
    """Say that the function that is given the value awaits it more than once."""
    typ = _type(use, use.value.typ)
    return f'Value of type {typ} is awaited more than once by "{function}"; a coroutine runs once'


def cached(use: Use) -> str:
    """Say that the value is stored where every later call awaits it again."""
    return f"Value of type {_type(use, use.value.typ)} is cached; a coroutine can be awaited once"


MAKE_A_TASK: Final = 'Call it anew, or wrap it in "asyncio.create_task" to await it more than once'


def dropped_task(use: Use) -> str:
    """Say that nobody holds the task."""
    return f"Value of type {_type(use, use.value.typ)} is not kept; it may be collected unfinished"


KEEP_THE_TASK: Final = "Await it, or keep a reference to it until it is done"


def escaping(use: Use, block: str) -> str:
    """Say that a block is over before the coroutine runs."""
    return f'Value of type {_type(use, use.value.typ)} leaves the "{block}" block before it runs'


def async_callback(call: Call, value: Awaitable, function: Expression) -> str:
    """Say that a synchronous caller gets an async function."""
    return f"{_given(call, value, function)}, which calls it and never awaits the result"


def kept_callback(call: Call, value: Awaitable, function: Expression) -> str:
    """Say that an async function is passed to be kept among plain ones."""
    return f"{_given(call, value, function)}, which keeps it where plain functions are called"


def object_taken_for_sync(call: Call, passed: Passed, method: str) -> str:
    """Say that a synchronous caller gets an object with async methods."""
    callee = call.callee.rpartition(".")[2]
    return (
        f"Value of type {compat.format_type(call.site.api, passed.typ)} is passed to "
        f'"{callee}", which calls its async method "{method}" and never awaits the result'
    )


def stored_callback(function: str, attribute: str) -> str:
    """Say that an async function is put where plain ones are called."""
    return f'Async function "{function}" is put in "{attribute}", where plain functions are called'


def sync_callback(call: Call, function: Expression) -> str:
    """Say that a plain function is passed to what awaits its result."""
    kind = "Lambda" if isinstance(function, LambdaExpr) else "Sync function"
    return f"{_passed(call, function, kind)}, which awaits what it gives"


def _given(call: Call, value: Awaitable, function: Expression) -> str:
    node = call.site.symbol(function)
    is_async = is_async_def(node.func if isinstance(node, Decorator) else node)
    gives = "a coroutine" if value.sort is Sort.COROUTINE else "an awaitable"
    kind, more = ("Async function", "") if is_async else ("Function", f" that gives {gives}")
    return _passed(call, function, kind, more)


def uncovered(call: Call, function: Expression) -> str:
    """Say that a function which catches errors of what it calls gets an async one."""
    passed = _passed(call, function, "Async function")
    return f'{passed}, whose "try" is over before it runs'


def _passed(call: Call, function: Expression, kind: str, more: str = "") -> str:
    """Say which function is passed, and to what."""
    name = f' "{function.name}"' if isinstance(function, (NameExpr, MemberExpr)) else ""
    callee = call.callee.rpartition(".")[2] or "a function"
    return f'{kind}{name}{more} is passed to "{callee}"'


PASS_AN_ASYNC_FUNCTION: Final = "Pass an async function"
PASS_WHAT_IS_ASYNC: Final = (
    'Pass an async function: "iscoroutinefunction" knows no other that gives a coroutine'
)
CALL_IT: Final = "Call it, and await what it gives"


def awaited_uncalled(name: str) -> str:
    """Say that a function is awaited, and not its result."""
    return f'Async function "{name}" is awaited itself, without being called'


def callback_remedy(*, wants_value: bool = False) -> str:
    """Say what to pass in place of an async function; where its result is used, no task will do."""
    more = "" if wants_value else "; one that starts a task or runs an event loop for the coroutine"
    return f"Pass a sync function{more}"


def called_at(where: str) -> str:
    """Say where the callee calls it."""
    return f"It is called there: {where}"


def called_too_early(use: Use) -> str:
    """Say that a coroutine was made where a function is wanted."""
    return f"Value of type {_type(use, use.value.typ)} is passed where a function is expected"


PASS_THE_FUNCTION: Final = "Pass the function itself, without calling it"


def cached_by(decoration: Decoration) -> str:
    """Say that a cache keeps a coroutine."""
    name = decoration.node.func.name
    return f'"{decoration.name}" keeps the coroutine of "{name}"; it can be awaited once only'


def remembered(call: Call, function: Expression) -> str:
    """Say that an object gives a coroutine back that was awaited before."""
    name = f' of "{function.name}"' if isinstance(function, (NameExpr, MemberExpr)) else ""
    callee = call.callee.rpartition(".")[2]
    return f'"{callee}" gives the same coroutine{name} again; it can be awaited once only'


ASYNC_CACHE: Final = "Use a cache for async functions, or cache the awaited result"


def swallowed(decoration: Decoration) -> str:
    """Say that a decorator loses the coroutine of the function."""
    shown, function = decoration.shown_name, _decorated(decoration)
    return f'Decorator "{shown}" calls {function} and does not await the result'


def kept(decoration: Decoration) -> str:
    """Say that a decorator puts an async function among plain ones."""
    shown, function = decoration.shown_name, _decorated(decoration)
    return f'Decorator "{shown}" keeps {function} where plain functions are called'


DECORATE_SYNC: Final = "Decorate a sync function; one may run an event loop for the coroutine"


def _decorated(decoration: Decoration) -> str:
    function = decoration.node.func
    if is_async_def(function):
        return f'async function "{function.name}"'
    return f'"{function.name}", which gives a coroutine,'


def awaited_by(decoration: Decoration) -> str:
    """Say that a decorator awaits what a plain function gives."""
    name = decoration.node.func.name
    return f'Decorator "{decoration.shown_name}" awaits what sync function "{name}" gives'


MAKE_IT_ASYNC: Final = 'Make the function an "async def"'


def async_decorator(decoration: Decoration, decorator: str) -> str:
    """Say that nobody runs the decorator itself."""
    name, factory = decoration.node.func.name, decoration.shown_name
    return f'"{name}" is a coroutine; "{factory}" gives async function "{decorator}" as decorator'


def plain_decorator(where: str) -> str:
    """Say what to do with a decorator that nobody runs."""
    return f'Make the decorator a plain "def": {where}'


def swallowed_there(where: str) -> str:
    """Say where the coroutine is lost."""
    return f"The coroutine is lost there: {where}"


AWAIT_IN_THE_WRAPPER: Final = 'Make its wrapper an "async def" that awaits the call'


def uncovered_by(decoration: Decoration, block: str) -> str:
    """Say that a block of a decorator, or what it measures, is over before the function runs."""
    name, by = decoration.node.func.name, decoration.shown_name
    if not block:
        return f'Coroutine of "{name}" runs after the time that "{by}" measures'
    return f'Coroutine of "{name}" leaves the "{block}" of "{by}" before it runs'


def nested_by(decoration: Decoration) -> str:
    """Say that a decorator makes a function whose awaited result is a coroutine."""
    name = decoration.node.func.name
    return f'Async wrapper of "{decoration.shown_name}" does not await the coroutine of "{name}"'


def kept_there(where: str) -> str:
    """Say where a coroutine is stored."""
    return f"It is kept there: {where}"


def unstarted(typ: str, what: str) -> str:
    """Say that an async generator or context manager is made for nothing."""
    return f"Value of type {typ} is never {what}"


def cached_property(cache: str, name: str) -> str:
    """Say that a cached property keeps a coroutine."""
    return f'"{cache}" keeps the coroutine of "{name}"; it can be awaited once only'


def async_special(name: str) -> str:
    """Say that Python itself calls an async method."""
    return f'Async method "{name}" is called by Python itself, which never awaits it'


MAKE_IT_SYNC: Final = 'Make it a sync method; do what must be awaited in an "async def" of its own'


def override(name: str, base: str, *, is_async: bool) -> str:
    """Say that a method has another colour than the one it stands for."""
    if is_async:
        return f'Async method "{name}" stands for one that is called synchronously in "{base}"'
    return f'Method "{name}" is awaited as in "{base}" but returns a plain value'


def put_before(home: str, base: str) -> str:
    """Say which bases of a class the two methods come from."""
    return f'It comes from "{home}", which stands before "{base}" among the bases'


SAME_COLOUR: Final = "Make both async or both sync, and declare what they return"


def async_test(name: str) -> str:
    """Say that a test runner drops the coroutine of a test."""
    return f'Async method "{name}" of a "TestCase" never runs; its coroutine is dropped'


ASYNC_TEST_CASE: Final = 'Derive the class from "unittest.IsolatedAsyncioTestCase"'


def asserted_function(name: str, assertion: str) -> str:
    """Say that an assertion calls an async function."""
    return f'Async function "{name}" never runs in "{assertion}", which drops its coroutine'


AWAIT_IN_THE_BLOCK: Final = 'Use it in a "with" statement, and await the call in its block'


def async_fixture(name: str) -> str:
    """Say that nobody runs an async fixture."""
    return f'Async fixture "{name}" is never run; tests get what calling it gives'


ASYNC_FIXTURE: Final = 'Use a fixture of an async plugin, such as "pytest_asyncio.fixture"'


def replaced(name: str, result: str) -> str:
    """Say that the callers of an async function get a plain value."""
    return f'Async function "{name}" is replaced by one that gives {result}, not an awaitable'


def awaited_mock(kind: str) -> str:
    """Say that a test awaits what a plain mock gives."""
    return f'Call of a "{kind}" is awaited but does not give an awaitable'


REPLACE_BY_ASYNC: Final = 'Put a "unittest.mock.AsyncMock" or an "async def" in its place'


START_IT: Final = {
    "entered": 'Enter it with "async with"',
    "iterated": 'Iterate it with "async for"',
}


def sometimes_hidden(function: str, declared: str) -> str:
    """Say that a function returns an awaitable on some paths, though it is declared not to."""
    return f"{function} is declared to return {declared} but may return an awaitable"


SPLIT_IT: Final = "Write one function for each kind, or declare that it may be awaitable"


def masked(typ: str) -> str:
    """Say that a test for a coroutine can never be true, if the declaration is."""
    return f"Value of type {typ} is never a coroutine; the test masks a wrong declaration"


TELL_THE_TRUTH: Final = "Find what returns the coroutine, and declare or await it there"


def unknown(wanted: str) -> str:
    """Say that nothing rules out an awaitable."""
    return f'Value of type "Any" becomes {wanted}; it may be an awaitable'


def open_factory(name: str, made: str) -> str:
    """Say that a function makes a protected type and does not declare it."""
    return f'"{name}" makes {made} and has no annotations; nothing tells when it turns async'


DECLARE_ITS_RESULT: Final = "Declare its result"
SAY_WHAT_IT_IS: Final = "Annotate where it comes from"


SILENT: Final = AnyType(TypeOfAny.from_error)
"""What mypy goes on with where the awaited result would be a mistake of its own."""


def fits(result: Type, wanted: Type) -> bool:
    """Can the awaited result stand where `wanted` is declared?"""
    open_type = compat.without_type_variables(wanted)
    return isinstance(get_proper_type(result), AnyType) or compat.is_subtype(result, open_type)


def _type(use: Use, typ: Type | ProperType) -> str:
    return compat.format_type(use.site.api, typ)


def _wanted(use: Use, typ: Type) -> str:
    """Show what a callee asks for: its own type variables would say nothing."""
    return _type(use, compat.without_foreign_variables(use.site.api, typ))
