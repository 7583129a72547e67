"""Judges what asyncio is given to run: what cannot be awaited, and futures where it takes none.

`asyncio.run` and `create_task` take coroutines; a future runs by itself.  `asyncio.wait` is the
other way round since Python 3.11, and its declaration for older ones lets coroutines pass.
"""

from __future__ import annotations

import ast
import re
from typing import Final

from mypy_await.gate.findings import Finding
from mypy_await.gate.overloads import is_known
from mypy_await.gate.source import Sources
from mypy_await.gate.typetext import (
    AWAITABLE,
    CALLABLE,
    NOTHING,
    PLAIN,
    TypeText,
    is_of_library,
    read_type,
)

ARGUMENT: Final = re.compile(
    r'Argument \S+ to "(?P<function>\w+)"(?: of "(?P<owner>\w+)")? has incompatible type'
    ' "(?P<got>[^"]*)"; expected "(?P<want>[^"]*)"'
)
WAITED_FOR: Final = re.compile(
    'Value of type variable "_FT" of "wait" cannot be "((?:Coroutine|Callable|def )[^"]*)"'
)
COROUTINES: Final = frozenset({"Coroutine", "Generator"})
RUNNERS: Final = frozenset({"asyncio", "uvloop"})
"""Modules whose `run` takes nothing but a coroutine; one of the program may take a future too."""
OWNERS: Final = frozenset({None, "AbstractEventLoop", "BaseEventLoop", "TaskGroup"})
"""Classes whose `create_task` takes nothing else; it is a function too."""

RUN_FUNCTION: Final = 'Await the future in an "async def", and run that'
NO_TASK: Final = "A future runs by itself and needs no task"
CALL_IT: Final = "Maybe you forgot to call it?"
MAKE_TASKS: Final = 'It takes tasks: make them with "asyncio.create_task"'


def waits_for_coroutines(error: Finding) -> bool:
    """Is `asyncio.wait` given coroutines, or functions, and no tasks?"""
    match = WAITED_FOR.match(error.text)
    return match is not None and _is_work(read_type(match[1]))


def is_no_work(got: TypeText, want: TypeText, error: Finding, sources: Sources) -> bool:
    """Is what cannot be run given where asyncio takes nothing but awaitables?"""
    if not is_of_library(want):
        return False
    if len(want.members) == 1 and not _runs_coroutines(error, sources):
        return False
    # mypy knows no result of what is no awaitable; of an awaitable it may be another one.
    no_result = all(member.args[-1:] == (TypeText("Never"),) for member in want.members)
    return (
        (no_result and is_known(got, error, sources))
        or _is_future_for_coroutine(got, want)
        or all(member.kind in (PLAIN, NOTHING) for member in got.members)
    )


def remedy_for_work(error: Finding) -> str | None:
    """Say what helps where asyncio is given what it cannot run."""
    if match := WAITED_FOR.match(error.text):
        return MAKE_TASKS if read_type(match[1]).kind == AWAITABLE else CALL_IT
    match = ARGUMENT.match(error.text)
    if match is None:
        return None
    got, want = read_type(match["got"]), read_type(match["want"])
    if not is_of_library(want):
        return None
    if got.name == CALLABLE and _is_work(got):
        return CALL_IT
    if _is_future_for_coroutine(got, want):
        return NO_TASK if match["function"] == "create_task" else RUN_FUNCTION
    return None


def _is_work(typ: TypeText) -> bool:
    """Is it a coroutine, or a function that gives one?"""
    return (typ.args[0] if typ.name == CALLABLE else typ).kind == AWAITABLE


def _is_future_for_coroutine(got: TypeText, want: TypeText) -> bool:
    is_future = got.is_future or (got.name.endswith("Task") and got.kind == AWAITABLE)
    return is_future and all(member.name in COROUTINES for member in want.members)


def _runs_coroutines(error: Finding, sources: Sources) -> bool:
    """Is it an argument of a function of asyncio that runs a coroutine and nothing else?"""
    match = ARGUMENT.match(error.text)
    if match is None:
        return False
    match match["function"], match["owner"]:
        case ("run_coroutine_threadsafe", _) | ("create_task", str()):
            return match["owner"] in OWNERS
        case "run" | "create_task" as function, None:
            call = sources.call_around(error)
            own = _own_names(function, sources.tree(error.path))
            return call is not None and _is_of_runner(call.func, function, own)
        case "run", "Runner":
            module = sources.tree(error.path)
            own = _own_names("Runner", module)
            calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
            return any(_is_of_runner(call.func, "Runner", own) for call in calls)
    return False


def _own_names(name: str, module: ast.Module) -> set[str]:
    """Return the names that a file gives to what it imports from a runner's module."""
    return {
        one.asname or name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module in RUNNERS
        for one in node.names
        if one.name == name
    }


def _is_of_runner(function: ast.expr, name: str, own_names: set[str]) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return owner in RUNNERS and attribute == name
        case ast.Name(id=own):
            return own in own_names
    return False
