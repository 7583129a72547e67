"""Every error code of mypy-await, live and retired, and the release they belong to.

Codes exist from the moment this module is imported, also those that are off: mypy ends with an
INTERNAL ERROR when a per-module section names a code that nobody created.  A code that is renamed
or removed therefore moves to `RETIRED` and stays.
"""

from __future__ import annotations

from typing import Final

from mypy.errorcodes import ErrorCode

RELEASE: Final = "0.1.0"

CATEGORY: Final = "Await"

MISSING_AWAIT: Final = ErrorCode(
    "missing-await", "Umbrella of all checks of mypy-await; never reported itself", CATEGORY
)


def _code(name: str, description: str, *, default: bool = True) -> ErrorCode:
    return ErrorCode(
        name, description, CATEGORY, default_enabled=default, sub_code_of=MISSING_AWAIT
    )


UNAWAITED_VALUE: Final = _code(
    "unawaited-value", "Report an awaitable that is used where its result is meant"
)
TRUTHY_AWAITABLE: Final = _code(
    "truthy-awaitable", "Report an awaitable as a condition; it is always true"
)
FORMATTED_AWAITABLE: Final = _code(
    "formatted-awaitable", "Report an awaitable that is turned into text"
)
DROPPED_AWAITABLE: Final = _code(
    "dropped-awaitable", "Report an awaitable that is lost without being awaited"
)
DROPPED_TASK: Final = _code("dropped-task", "Report a task or future that nobody holds")
HIDDEN_AWAITABLE: Final = _code(
    "hidden-awaitable", "Report a sync function whose declared type hides an awaitable"
)
NESTED_AWAITABLE: Final = _code(
    "nested-awaitable", "Report an async function that returns an awaitable un-awaited"
)
ESCAPING_AWAITABLE: Final = _code(
    "escaping-awaitable", "Report an awaitable that leaves the block meant to cover it"
)
REUSED_COROUTINE: Final = _code(
    "reused-coroutine", "Report a coroutine that is awaited twice or kept in a cache"
)
ASYNC_CALLBACK: Final = _code(
    "async-callback", "Report an async function in a slot that calls it synchronously"
)
ASYNC_OVERRIDE: Final = _code(
    "async-override", "Report an override that is async where the original is not"
)
ASYNC_TEST: Final = _code("async-test", "Report a test that never runs its coroutine")
BROKEN_CONTRACT: Final = _code(
    "broken-contract", "Report code whose sync or async nature differs from its contract stub"
)
UNKNOWN_AWAITABLE: Final = _code(
    "unknown-awaitable",
    "Report a value of type Any that flows into a protected type",
    default=False,
)
MASKED_COROUTINE: Final = _code(
    "masked-coroutine", "Report a test for a coroutine on a value that is never one", default=False
)
UNDECLARED_AWAITABLE: Final = _code(
    "undeclared-awaitable",
    "Report a sync function that returns an awaitable and declares no result",
    default=False,
)

LIVE: Final = (
    UNAWAITED_VALUE,
    TRUTHY_AWAITABLE,
    FORMATTED_AWAITABLE,
    DROPPED_AWAITABLE,
    DROPPED_TASK,
    HIDDEN_AWAITABLE,
    NESTED_AWAITABLE,
    ESCAPING_AWAITABLE,
    REUSED_COROUTINE,
    ASYNC_CALLBACK,
    ASYNC_OVERRIDE,
    ASYNC_TEST,
    BROKEN_CONTRACT,
    UNKNOWN_AWAITABLE,
    MASKED_COROUTINE,
    UNDECLARED_AWAITABLE,
)
RETIRED: Final[tuple[ErrorCode, ...]] = ()

ORIGIN_NOTE: Final = "origin: "
"""How a note begins with which the plugin tells the gate, and nobody else, what made an awaitable:
`origin: package.module:Class.method at column 5`.  The column keeps mypy from taking two such notes
on one line for the same."""

SETTLED_NOTE: Final = "settled here"
"""The note with which the plugin tells the gate that an awaitable is right where it is, whatever
mypy itself says of it."""

BY_NAME: Final = {code.code: code for code in (MISSING_AWAIT, *LIVE)}
OFF_BY_DEFAULT: Final = frozenset(code.code for code in LIVE if not code.default_enabled)


def set_defaults(enable: frozenset[str], disable: frozenset[str]) -> None:
    """Make the configuration's `enable` and `disable` lists the default state of our codes.

    mypy's own switches (`--disable-error-code`, per-module sections, comments) are looked at first
    and win; ours replace only the default, and so work in the daemon, where a plugin's code in the
    global list of mypy's configuration ends the run (mypy 2.4: KeyError in `dmypy run`).
    """
    for code in LIVE:
        code.default_enabled = _state(code.code, enable, disable)


def _state(name: str, enable: frozenset[str], disable: frozenset[str]) -> bool:
    if name in disable:
        return False
    if name in enable:
        return True
    return name not in OFF_BY_DEFAULT and MISSING_AWAIT.code not in disable
