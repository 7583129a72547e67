"""Code against contract: which pinned functions changed their colour or their result.

A contract pins what it names and nothing else: a public function without a contract, parameters
and the types of attributes are not looked at.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mypy_await.contracts.effects import Bodies, Colour, Effect, effect_of
from mypy_await.contracts.expressions import UNKNOWN, Fit, awaited, fits
from mypy_await.contracts.modules import FUNCTIONS, Function, Import, Module
from mypy_await.contracts.resolving import Resolver, Scope, Symbol, dotted
from mypy_await.contracts.store import Contracts

UNDECIDED: Final = "# mypy-await: undecided"
"""The comment on a contract line whose colour nobody could decide: only `async` is compared."""


@dataclass(frozen=True)
class Place:
    """A line of a file and the columns of what is meant there, counted from 1."""

    path: Path
    line: int
    column: int = 1
    end_column: int = 1


@dataclass(frozen=True)
class Break:
    """One pinned function that the code does not keep to."""

    fullname: str
    text: str
    place: Place
    """Its definition; where there is none, the file or class it was in."""
    contract: Place
    note: str = ""
    is_gone: bool = False
    """Nothing of that name is there any more."""


def compare(
    contracts: Contracts, resolver: Resolver, bodies: Bodies
) -> tuple[list[Break], list[str]]:
    """Compare every contract with the code.

    Returns what is broken, in the order of the contract files, and a sentence for each contract
    that there is no code for.
    """
    broken: list[Break] = []
    notices: list[str] = []
    for name, path in contracts.files.items():
        stub = contracts.module(name)
        if stub is None:
            continue
        code = resolver.project.module(name)
        if code is not None:
            broken += _Comparison(resolver, bodies, stub, code).scope(Scope(stub), Scope(code))
        elif name in resolver.project.broken:
            notices.append(f"{resolver.project.broken[name]}; its contract was not compared")
        elif resolver.project.is_compiled(name):
            notices.append(f'{path.as_posix()}: module "{name}" is compiled; nothing to compare')
        elif resolver.project.has_package(name.partition(".")[0]) and "." in name:
            text = f'Module "{name}" has a contract, but does not exist'
            broken.append(Break(name, text, Place(path, 1), Place(path, 1), is_gone=True))
        else:
            notices.append(
                f'{path.as_posix()}: contract for module "{name}", which does not exist here; '
                "nothing to compare"
            )
    return broken, notices


class _Comparison:
    """One contract file against one module."""

    def __init__(self, resolver: Resolver, bodies: Bodies, stub: Module, code: Module) -> None:
        self.resolver, self.bodies = resolver, bodies
        self.stub, self.code = stub, code

    def scope(self, pinned: Scope, actual: Scope | None) -> Iterator[Break]:
        """Compare all that a contract pins in a module or class; `actual` is that scope's code."""
        for name, nodes in pinned.names().items():
            symbol = Symbol(f"{pinned.fullname}.{name}", pinned, tuple(nodes))
            first = nodes[0]
            if isinstance(first, FUNCTIONS):
                yield from self._function(symbol, first, actual)
            elif isinstance(first, ast.ClassDef):
                yield from self._class(symbol, first)

    def _class(self, pinned: Symbol, node: ast.ClassDef) -> Iterator[Break]:
        found = self.resolver.find(pinned.fullname)
        if found is None:
            if pinned.scope.classes or not _may_have(self.code, node.name):
                yield self._missing(pinned, node, Scope(self.code))
        elif isinstance(found.nodes[0], ast.ClassDef):
            inner = pinned.scope.inside(node)
            yield from self.scope(inner, found.scope.inside(found.nodes[0]))

    def _function(self, pinned: Symbol, node: Function, actual: Scope | None) -> Iterator[Break]:
        found, complete = code_of(pinned, self.resolver)
        if found is None:
            name = node.name
            if actual and complete and (actual.classes or not _may_have(self.code, name)):
                yield self._missing(pinned, node, actual)
            return
        definition = next((n for n in reversed(found.nodes) if isinstance(n, FUNCTIONS)), None)
        promised = effect_of(pinned, self.resolver)
        undecided = UNDECIDED in self.stub.lines[node.lineno - 1]
        by_keyword = undecided or (promised is not None and promised.wrapped)
        given = effect_of(found, self.resolver, None if by_keyword else self.bodies)
        if definition is None or promised is None or given is None:
            return
        text = difference(pinned.fullname, promised, given, self.resolver, undecided=undecided)
        if text:
            yield Break(
                pinned.fullname,
                text,
                _place(found.scope.module, definition),
                _place(self.stub, node),
            )

    def _missing(
        self, pinned: Symbol, node: Function | ast.ClassDef, actual: Scope | None
    ) -> Break:
        name = pinned.fullname.rpartition(".")[2]
        where = f'class "{actual.classes[-1].name}"' if actual and actual.classes else "its module"
        renamed = _new_name(node, pinned.scope.names(), actual) if actual else ""
        owner = actual.classes[-1] if actual and actual.classes else None
        return Break(
            pinned.fullname,
            f'"{name}" has a contract, but {where} does not define it',
            _place(self.code, owner) if owner else Place(self.code.path, 1),
            _place(self.stub, node),
            note=f'Maybe it was renamed to "{renamed}"' if renamed else "",
            is_gone=True,
        )


def code_of(pinned: Symbol, resolver: Resolver) -> tuple[Symbol | None, bool]:
    """Find the code of a pinned function, also in a base class and behind `f = g`.

    The second answer says whether all base classes are known, so that "not found" means something.
    """
    owner, _, name = pinned.fullname.rpartition(".")
    if pinned.scope.classes:
        found, complete = resolver.member(owner, name)
    else:
        found, complete = resolver.find(pinned.fullname), True
    match found.nodes if found else ():
        case [ast.Assign(value=ast.Name() | ast.Attribute() as value)] if found:
            target = resolver.full_name(dotted(value), found.scope)
            found = (resolver.find(target) if target else None) or found
    return found, complete


def difference(
    fullname: str, promised: Effect, given: Effect, resolver: Resolver, *, undecided: bool = False
) -> str:
    """Say how code differs from its contract; empty where it keeps to it or nobody can know."""
    name = fullname.rpartition(".")[2]
    if undecided or promised.wrapped or Colour.UNKNOWN in (promised.colour, given.colour):
        return _keyword_difference(name, promised, given, undecided=undecided)
    if promised.colour is not given.colour:
        return _flip(name, promised, given)
    if promised.keyword and not given.keyword and given.hidden:
        return _flip(name, promised, given)
    if promised.colour is Colour.SYNC and given.hidden:
        return f'"{name}" returns an awaitable, which its signature and its contract deny'
    if fits(given.result, promised.result, resolver.bases) is not Fit.NO:
        return ""
    verb = "gives" if promised.colour is Colour.ASYNC else "returns"
    when = " when awaited" if promised.colour is Colour.ASYNC else ""
    return f'"{name}" {verb} "{given.result}"{when}, its contract says "{promised.result}"'


def _keyword_difference(name: str, promised: Effect, given: Effect, *, undecided: bool) -> str:
    if promised.keyword == given.keyword:
        return ""
    # Behind a decorator that nobody understands `async` means little, except where the contract
    # itself was written from the same definition.
    if undecided or (promised.keyword and not given.wrapped and given.colour is not Colour.ASYNC):
        return _flip(name, promised, given)
    return ""


def _flip(name: str, promised: Effect, given: Effect) -> str:
    before = "async" if promised.colour is Colour.ASYNC or promised.keyword else "sync"
    if given.keyword or (given.colour is Colour.ASYNC and not promised.keyword):
        how = "async" if given.keyword else f"a function that returns {_awaitable(given)}"
        return f'"{name}" is {how}, its contract says {before}'
    tail = f"; it returns {_awaitable(given)} that no annotation declares" if given.hidden else ""
    return f'"{name}" is sync, its contract says {before}{tail}'


def _awaitable(given: Effect) -> str:
    value = awaited(given.hidden) if given.hidden else given.result
    return "an awaitable" if value in (None, UNKNOWN) else f'an awaitable of "{value}"'


def _may_have(module: Module, name: str) -> bool:
    """May the module have this name, from an import or in a way its text does not show?"""
    return name in module.names or bool(module.stars) or "__getattr__" in module.names


def _new_name(node: Function | ast.ClassDef, pinned: Iterable[str], actual: Scope) -> str:
    """Guess what a function or class is called now: something new of the same shape."""
    fresh = {
        name: nodes[0]
        for name, nodes in actual.names().items()
        if name not in pinned and not isinstance(nodes[0], Import)
    }
    alike = [name for name, other in fresh.items() if _shape(other) == _shape(node)]
    close = difflib.get_close_matches(node.name, alike, n=1, cutoff=0.4)
    return close[0] if close else ""


def _shape(node: object) -> object:
    if isinstance(node, FUNCTIONS):
        return [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return type(node)


def _place(module: Module, node: Function | ast.ClassDef) -> Place:
    """Return where a definition's name stands."""
    text = module.lines[node.lineno - 1]
    start = text.find(node.name, node.col_offset + len("def ")) + 1
    return Place(module.path, node.lineno, start, start + len(node.name) - 1)
