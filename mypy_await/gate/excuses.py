"""Tells which of mypy's errors about awaitables are no missing awaits, for what the source says.

The types are judged elsewhere; here it is the line, the function around it and the classes above.
"""

from __future__ import annotations

import ast
import re
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.factories import is_of_given_class
from mypy_await.gate.findings import Finding
from mypy_await.gate.recognise import TRUTHY_FUNCTION
from mypy_await.gate.source import FUNCTIONS, Sources
from mypy_await.gate.typetext import read_type

OVERRIDE: Final = re.compile(
    r'.*"(?P<member>\w+)" (?:is )?incompatible with .*\bsupertype "(?P<base>[^"]*)"'
)
CONTAINER: Final = re.compile(r"(builtins|typing|collections(\.abc)?)\.\w+")
"""Only who holds a container calls its methods, but for the special ones."""
REDEFINED: Final = re.compile(r'.*, base class "(?P<base>[^"]*)" defined the type as')
BINDING: Final = re.compile(r"\s*(?P<member>\w+)\s*[:=]")

ASSIGNED: Final = re.compile(r'Incompatible types in assignment \(expression has type "([^"]*)"')
REBINDING: Final = re.compile(
    r"\s*([A-Za-z_][\w.]*)\s*=\s*(?:await\b|[\[({].*\basync for\b.*\bin\s+\1\b)"
)
"""`x = await ...`, `x = [... async for ... in x]`: mypy still takes the name for what it was."""
NOTHING_AWAITED: Final = 'in "await" (actual type "None"'
RUN: Final = re.compile(r"\s*([A-Za-z_][\w.]*)\s*=\s*[\w.]*\brun(?:_until_complete)?\(\s*\1\b")
"""`x = asyncio.run(x)` likewise, and that line too has an error."""

OTHER_CHECKER: Final = re.compile(r"#\s*(pyright|ty|pyrefly|pyre)\s*[:-]\s*(ignore|fixme)")
"""Who told another type checker to be silent knows of the error: the declared types are off."""

NOTHING_GIVEN: Final = re.compile(r"#\s*type:\s*ignore\[[^\]]*\bfunc-returns-value\b")
"""Who told mypy to be silent about a call that gives `None` knows what is passed there."""

RAISING: Final = frozenset({"raises", "assertRaises", "assertRaisesRegex"})

SCHEDULED: Final = re.compile(
    r'Argument .* to "(add_future|add_callback\w*|spawn_callback|call_later|call_at)"'
    r' of "\w*IOLoop" '
)
"""Tornado's loop awaits what the callback returns, though its declaration does not say so."""


def is_excused(error: Finding, bases: Bases) -> bool:
    """Is this error of mypy, for all its types, no missing await?"""
    sources = bases.sources
    if SCHEDULED.match(error.text):
        return True
    line = sources.line(error.path, error.line)
    if OTHER_CHECKER.search(line) or NOTHING_GIVEN.search(sources.text_of(error)):
        return True
    if (match := ASSIGNED.match(error.text)) and (
        REBINDING.match(line) or re.match(r"await\b", sources.text_of(error))
    ):
        return not read_type(match[1]).is_async  # what is awaited there already
    if (match := OVERRIDE.match(error.text)) and CONTAINER.fullmatch(match["base"]):
        return not match["member"].startswith("__")
    return (
        _is_rebound(error, sources)
        or _is_far(error, sources, bases)
        or _gives_inner_function(error, sources)
        or is_of_given_class(error, bases)
        or _is_asked_to_be_called(error, sources)
        or is_to_raise(error, sources)
    )


def _is_asked_to_be_called(error: Finding, sources: Sources) -> bool:
    """Is it the test of a function that is called behind it: `if page.show: await page.show()`?"""
    tested = sources.expression_of(error) if TRUTHY_FUNCTION.match(error.text) else None
    choice = sources.innermost(error.path, error.line, ast.If) if tested else None
    return tested is not None and any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == ast.unparse(tested)
        for statement in (choice.body if choice else ())
        for node in ast.walk(statement)
    )


def is_told_apart(error: Finding, sources: Sources) -> bool:
    """Does the error stand where `iscoroutinefunction(f)` was no, about a call of that `f`?"""
    here = sources.line(error.path, error.line)
    callee = re.match(r"\s*([\w.]+)\(", here)
    if callee is None:
        return False
    asked = re.compile(rf"\bif (not )?\S*iscoroutinefunction\({re.escape(callee[1])}\)")
    others: set[int] = set()
    for _, line in sources.above(error):
        if match := asked.search(line):
            inside = _indent(here) > _indent(line) and _indent(line) not in others
            return inside is bool(match[1])
        if re.match(r"\s*(else|elif)\b", line):
            others.add(_indent(line))
    return False


def is_to_raise(error: Finding, sources: Sources) -> bool:
    """Does a test expect that what stands there does not fit, so that it makes nothing?"""
    block = sources.innermost(error.path, error.line, ast.With, ast.AsyncWith)
    for item in block.items if isinstance(block, (ast.With, ast.AsyncWith)) else ():
        match item.context_expr:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]):
                expected = {node.id for node in ast.walk(first) if isinstance(node, ast.Name)}
                if name in RAISING and "TypeError" in expected:
                    return True
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_rebound(error: Finding, sources: Sources) -> bool:
    """Is the error about a name that holds, behind `x = await ...`, something else by now?

    Where the name has nothing else before, the type that mypy takes it for is that of the await.
    """
    if RUN.match(sources.line(error.path, error.line)):
        return True
    text = sources.text_of(error)
    if NOTHING_AWAITED in error.text:
        text = text.partition("(")[0]  # whatever is passed, the function gives nothing
    for number, line in sources.above(error):
        if (match := REBINDING.match(line) or RUN.match(line)) and _names(match[1], text):
            if "." in match[1] or sources.is_named_before(error.path, number, match[1]):
                return True
    return False


def _names(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", text) is not None


def _is_far(error: Finding, sources: Sources, bases: Bases) -> bool:
    """Does mypy compare with a definition that a nearer base replaces?

    It compares with each of them: a nearer one that differs has an error of its own.
    """
    if match := OVERRIDE.match(error.text):
        member = match["member"]
    elif (match := REDEFINED.match(error.text)) and (
        binding := BINDING.match(sources.line(error.path, error.line))
    ):
        member = binding["member"]
    else:
        return False
    nearest = bases.nearest(error.path, error.line, member)
    return nearest is not None and nearest.node.name != match["base"].rpartition(".")[2]


def _gives_inner_function(error: Finding, sources: Sources) -> bool:
    """Does a decorator that is declared to give a coroutine return the function inside it?

    Its declaration is wrong, not the `return`.
    """
    name = sources.text_of(error)
    around = sources.innermost(error.path, error.line, ast.Return)
    if error.code != "return-value" or around is None or not name.isidentifier():
        return False
    function = sources.innermost(error.path, error.line, *FUNCTIONS)
    return function is not None and any(
        isinstance(one, FUNCTIONS) and one.name == name
        for one in ast.walk(function)
        if one is not function
    )
