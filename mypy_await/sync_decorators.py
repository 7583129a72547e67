"""Decorators of libraries, by the table, that call what they decorate as a plain function.

Some hand its result back where the program asks for it, as commands do that are called with
`standalone_mode=False`: for these no file of the package may do so.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, NameExpr

from mypy_await import compat
from mypy_await.decorations import Decoration
from mypy_await.knowledge import calls_synchronously, knows
from mypy_await.summaries import Mark, reading

SECTION: Final = "sync-decorators"
_ASKING: Final = (
    r"(?m)\b(?:standalone_mode|result_callback)\b"
    r"|^(?![ \t]*@)[^\n]*\.callback\b"  # not typer's decorator of that name
    r"|\bawait [\w.]*\.invoke\b"
)
_IMPORT: Final = r"(?m)^[ \t]*(?:from|import)\b[^\n]*\b{}\b"


def calls_as_plain(decoration: Decoration) -> bool:
    """Is it a coroutine function under a decorator that the table says awaits nothing?"""
    if knows(SECTION, decoration.name):
        return _gives_coroutines(decoration)
    if knows(SECTION, decoration.name, "on_request"):
        return _gives_coroutines(decoration) and not _may_be_asked(decoration)
    if isinstance(decoration.applied, CallExpr):
        return False
    return calls_synchronously(decoration.name, 0, None) and _gives_coroutines(decoration)


def _gives_coroutines(decoration: Decoration) -> bool:
    """Does what is decorated make a coroutine, as other decorators leave it?"""
    if decoration.is_innermost:
        return decoration.gives_coroutines()
    return decoration.makes_coroutines()


def _may_be_asked(decoration: Decoration) -> bool:
    """May the program ask for the result, or is the command of a class of its own?"""
    call = decoration.applied
    if isinstance(call, CallExpr) and "cls" in call.arg_names:
        given = call.args[call.arg_names.index("cls")]
        if not (isinstance(given, NameExpr) and given.fullname == "builtins.None"):
            return True
    module = compat.module(decoration.api)
    imported = _IMPORT.format(module.fullname.rpartition(".")[2])
    mark = Mark(module.fullname, module.path, imported, _ASKING, _ASKING, frozenset())
    named, is_asked = reading(mark, module.fullname, module.path)
    decoration.refiner.rests_on(decoration.api, named)
    return is_asked
