"""Mocks that a test keeps in a local name: how they are made, and what else is done to them.

A mock may be configured wherever it is known.  So little is said of one that is handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mypy.nodes import (
    ARG_POS,
    AssignmentStmt,
    CallExpr,
    Expression,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    StrExpr,
    TupleExpr,
    WithStmt,
)

from mypy_await import names
from mypy_await.knowledge import knows
from mypy_await.local_names import LocalName, entered_name, local_name
from mypy_await.site import Site

SETTLED: Final = frozenset({"name", "return_value", "side_effect"})
"""Arguments of a mock that leave no doubt about what it gives: `spec` may make it async."""

SPECS: Final = frozenset({"spec", "spec_set"})
"""Arguments with the class or object that a mock stands for."""

_CONFIGURE: Final = frozenset({"attach_mock", "configure_mock", "mock_add_spec"})
_RECORDS: Final = frozenset(
    {
        "await_args",
        "await_args_list",
        "await_count",
        "call_args",
        "call_args_list",
        "call_count",
        "called",
        "method_calls",
        "mock_calls",
    }
)


@dataclass(frozen=True)
class LocalMock:
    """A mock in a local name that is bound once, where it is made."""

    site: Site
    made: CallExpr
    uses: tuple[Expression, ...]
    """The uses of the name, with the attributes behind it: `m`, `m.load`, `m.load.return_value`."""

    @property
    def arguments(self) -> dict[str | None, Expression]:
        """What it is made with, by name; the one that may go without a name is the `spec`."""
        given = dict(zip(self.made.arg_names, self.made.args, strict=True))
        if None in given and self.made.arg_kinds.count(ARG_POS) == 1:
            given["spec"] = given.pop(None)
        return given

    @property
    def is_settled(self) -> bool:
        """Do its arguments leave no doubt about what it gives?  A `spec` of names makes none."""
        return all(
            key in SETTLED or (key in SPECS and _is_list_of_names(value))
            for key, value in self.arguments.items()
        )

    def parent(self, use: Expression) -> Node:
        """Return what stands around a use."""
        return self.site.parents[use]

    def calls(self) -> Iterator[tuple[Expression, CallExpr]]:
        """Yield what is called of the mock, with the call."""
        for use in self.uses:
            parent = self.parent(use)
            if isinstance(parent, CallExpr) and parent.callee is use:
                yield use, parent

    def arguments_of(self) -> Iterator[tuple[CallExpr, Expression]]:
        """Yield the calls that the mock itself is passed to."""
        for use in self.uses:
            parent = self.parent(use)
            if isinstance(parent, CallExpr) and isinstance(use, NameExpr) and use in parent.args:
                yield parent, use

    def is_only_used(self, may_assign: Callable[[MemberExpr, Expression], bool]) -> bool:
        """Is it only called and asked for records, and configured as the caller allows?"""
        return all(self._is_harmless(use, may_assign) for use in self.uses)

    def _is_harmless(
        self, use: Expression, may_assign: Callable[[MemberExpr, Expression], bool]
    ) -> bool:
        match self.parent(use):
            case CallExpr(callee=callee) if callee is use:
                return not isinstance(use, MemberExpr) or (
                    use.name not in _CONFIGURE and not use.name.startswith("__")
                )
            case AssignmentStmt() as statement if use in statement.lvalues:
                return isinstance(use, MemberExpr) and may_assign(use, statement.rvalue)
        return isinstance(use, MemberExpr) and use.name in _RECORDS


def local_mock(site: Site, name: NameExpr) -> LocalMock | None:
    """Return the mock in a local name."""
    found = local_name(site, name)
    match found:
        case LocalName(value=CallExpr() as made) if is_mock(site.callee_name(made)):
            return LocalMock(site, made, tuple(_with_attributes(use, site) for use in found.uses))
    return None


def _is_list_of_names(node: Expression) -> bool:
    return isinstance(node, (ListExpr, TupleExpr)) and all(
        isinstance(item, StrExpr) for item in node.items
    )


def entered_mock(site: Site, made: CallExpr) -> LocalMock | None:
    """Return the mock that a call makes in `with patch(..., new=Mock()) as name`."""
    patch = site.parents.get(made)
    if not isinstance(patch, CallExpr) or not is_patch(site, patch):
        return None
    statement = site.parents.get(patch)
    if not isinstance(statement, WithStmt) or not _is_new(made, patch):
        return None
    name = statement.target[statement.expr.index(patch)]
    found = entered_name(site, name) if isinstance(name, NameExpr) else None
    if found is None:
        return None
    return LocalMock(site, made, tuple(_with_attributes(use, site) for use in found.uses))


def _is_new(argument: Expression, patch: CallExpr) -> bool:
    """Is this what `patch` puts in the place: by name, or behind the name of what it replaces?"""
    at = patch.args.index(argument)
    if patch.arg_names[at] is not None:
        return patch.arg_names[at] == "new"
    return at > 0 and isinstance(patch.args[at - 1], StrExpr)


def is_patch(site: Site, call: CallExpr) -> bool:
    """Does a call put something in the place of an attribute?"""
    fullname = site.callee_name(call)
    return fullname == names.PATCH or knows("replacers", fullname)


def is_mock(fullname: str) -> bool:
    """Is this the name of a class of mocks?"""
    return fullname == names.ASYNC_MOCK or knows("mocks", fullname)


def _with_attributes(node: Expression, site: Site) -> Expression:
    above = site.parents[node]
    while isinstance(above, MemberExpr):
        node, above = above, site.parents[above]
    return node
