"""What a function's source says about awaitables, read with `ast`, on demand.

A summary answers, for one function: is its result awaitable and whose (`result`), what does its
body do with a parameter (`parameter`), what does it make of an `async def` that it decorates
(`decorator`), and of which class is its result (`returns_class`).  It never guesses: every doubt
is `UNKNOWN`.

Nothing here imports mypy.  Two callbacks connect it to whoever knows the modules: `path_of` (a
module's source file) and `type_of` (what the symbol tables declare of a full name).
"""

from __future__ import annotations

from mypy_await.summaries.library import ASKING_NAMES, RAISED_BY_CALL
from mypy_await.summaries.model import (
    ASYNC_FOR,
    PASSED,
    UNKNOWN_RESULT,
    VALUE_USES,
    Argument,
    CallShape,
    DecoratorEffect,
    Effect,
    Elements,
    How,
    Kept,
    Kind,
    Known,
    Mark,
    Origin,
    Parameter,
    Result,
    Use,
    Verdict,
    misuse,
)
from mypy_await.summaries.neighbours import reading
from mypy_await.summaries.nodes import Place
from mypy_await.summaries.passed import Given
from mypy_await.summaries.sources import attributes_made, attributes_read, may_mention
from mypy_await.summaries.store import Summaries
from mypy_await.summaries.summary import FunctionSummary

__all__ = [
    "ASKING_NAMES",
    "ASYNC_FOR",
    "PASSED",
    "RAISED_BY_CALL",
    "UNKNOWN_RESULT",
    "VALUE_USES",
    "Argument",
    "CallShape",
    "DecoratorEffect",
    "Effect",
    "Elements",
    "FunctionSummary",
    "Given",
    "How",
    "Kept",
    "Kind",
    "Known",
    "Mark",
    "Origin",
    "Parameter",
    "Place",
    "Result",
    "Summaries",
    "Use",
    "Verdict",
    "attributes_made",
    "attributes_read",
    "may_mention",
    "misuse",
    "reading",
]
