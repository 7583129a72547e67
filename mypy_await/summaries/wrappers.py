"""What the wrapper of a decorator does with the coroutines that it makes and hands on."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property

from mypy_await.summaries import (
    bases,
    caching,
    calls,
    expressions,
    library,
    measuring,
    parameters,
    passing_on,
    uses,
)
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.flow import TRIES
from mypy_await.summaries.model import How, Use
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.passing_on import Helper
from mypy_await.summaries.scopes import DEFS, all_parameters, own_nodes
from mypy_await.summaries.values import (
    Atom,
    Bindings,
    Class,
    Function,
    Instance,
    Manager,
    only,
)


class Wrapper:
    """A function that a decorator puts in the place of an `async def`.

    With `bindings` it is one that such a wrapper hands the `async def` on to.
    """

    def __init__(
        self, engine: Engine, function: Function, bindings: Bindings | None = None
    ) -> None:
        self._engine = engine
        self._function = function
        self._is_helper = bindings is not None
        self._frame = (
            calls.open_frame(engine, function)
            if bindings is None
            else calls.frame_of_call(engine, function, bindings)
        )
        self._follower = uses.Follower(engine, self._frame)
        self._parents = self._follower.body.parents
        self._calls: list[ast.Call] = []
        self._helpers: list[Helper] = []
        self._is_lost = False
        """Does it do anything else with the `async def`, which may then be called elsewhere?"""
        self._look()

    @property
    def escapes(self) -> bool:
        """May the `async def` be called elsewhere?"""
        return self._is_lost or bool(self._helpers)

    def _look(self) -> None:
        engine, follower = self._engine, self._follower
        for node, inner in follower.inside():
            if not passing_on.is_maker(engine, node, inner):
                continue
            maker = passing_on.maker_around(engine, node, follower)
            parent = self._parents[maker]
            if isinstance(parent, ast.Call) and parent.func is maker:
                if not passing_on.is_inside_maker(parent, follower):
                    self._calls.append(parent)
            elif helper := passing_on.helper(engine, maker, follower):
                if helper.function.node is not self._function.node:  # no other try of its own
                    self._helpers.append(helper)
            elif not (
                isinstance(parent, ast.Attribute)
                or _only_names(parent)
                or passing_on.is_named(maker, parent, follower)
            ):
                self._is_lost = True

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """What becomes of the coroutines that it makes itself."""
        return self._uses_of(self._calls)

    def _uses_of(self, calls: Iterable[ast.Call]) -> tuple[Use, ...]:
        found: list[Use] = []
        for call in calls:
            found += parameters.uses_of(self._engine, call, self._frame)
        return tuple(found)

    def mistake(self) -> Use | None:
        """Return where it takes a coroutine that it hands on for the result, if it is certain to.

        It returns it out of a block that is over then, keeps it for later calls, or uses it.
        """
        if self._is_lost or not self._is_for_one_colour():
            return None
        if self._helpers:
            return self._mistake_of_helpers()
        if not self._calls:
            return None
        hows = {use.how for use in self.uses}
        if hows == {How.RETURNED}:
            return self._uncovered()
        if hows <= {How.RETURNED, How.HANDED_ON, How.KEPT}:
            store = caching.kept(
                self._engine,
                self._function,
                self._frame,
                self._calls,
                self.uses,
                in_closures=self._declares_awaitable(),
            )
            return self._use(How.CACHED, store, "") if store else None
        used = [use for use in self.uses if use.is_value and not use.detail.startswith("__")]
        certain = len(used) + sum(use.how is How.RETURNED for use in self.uses) == len(self.uses)
        return used[0] if certain and not self._declares_awaitable() else None

    def _mistake_of_helpers(self) -> Use | None:
        """Return where what it hands the function on to returns the coroutine out of a block."""
        handed = [helper.call for helper in self._helpers]
        if self._calls or {use.how for use in self._uses_of(handed)} != {How.RETURNED}:
            return None
        found = [self._mistake_of(helper) for helper in self._helpers]
        over = (How.TIMED, How.UNCOVERED)
        return found[0] if all(use and use.how in over for use in found) else None

    def _mistake_of(self, helper: Helper) -> Use | None:
        key = ("helper", helper.function, helper.bindings)
        inside = lambda: Wrapper(self._engine, helper.function, helper.bindings).mistake()  # noqa: E731
        return self._engine.remember(key, inside, None)

    def _is_for_one_colour(self) -> bool:
        """Can no condition, which nothing is known of, have to do with what is decorated?

        That may be told by names from outside, and by calls.  What the wrapper was passed, what it
        got from the function and what it keeps in a `dict` say nothing of that.
        """
        own = set(self._frame.scope.bindings)
        if self._is_helper:  # what the wrapper passes may say it
            own -= {arg.arg for arg in all_parameters(self._function.node.args)}
        for node in own_nodes(self._function.node):
            if isinstance(node, ast.Match):
                return False
            if not isinstance(node, (ast.If, ast.IfExp)) or not self._decides(node):
                continue
            for part in walk(node.test):
                is_own = isinstance(part, ast.Name) and part.id in own
                names = (ast.Name, ast.Attribute, ast.Call)
                if (
                    isinstance(part, names)
                    and not is_own
                    and not caching.is_kept_dict(self._engine, part, self._frame)
                ):
                    return False
        return True

    def _decides(self, node: ast.If | ast.IfExp) -> bool:
        lines = {use.line for use in self.uses}
        return any(
            part in self._calls
            or any(part is helper.call for helper in self._helpers)
            or isinstance(part, ast.Return)
            or (isinstance(part, ast.expr) and part.lineno in lines)
            for part in walk(node)
        )

    def _declares_awaitable(self) -> bool:
        """Do annotations of the decorator say that it gets an async function?

        Then the checks judge the wrapper itself.
        """
        outermost = self._follower.body.node
        notes = [getattr(node, "annotation", None) for node in walk(outermost)]
        notes += [node.returns for node in walk(outermost) if isinstance(node, DEFS)]
        texts = [ast.unparse(note) for note in notes if note is not None]
        return any(word in text for text in texts for word in ("Awaitable", "Coroutine", "Future"))

    def _use(self, how: How, node: ast.expr | ast.stmt, detail: str) -> Use:
        return Use(how, self._frame.scope.module.path, node.lineno, detail)

    # Blocks

    def _uncovered(self) -> Use | None:
        for call in self._calls:
            if measuring.is_timed(self._follower, call):
                return self._use(How.TIMED, call, "")
            block = self._block_around(call)
            if block:
                return self._use(How.UNCOVERED, call, block)
        return None

    def _block_around(self, call: ast.Call) -> str:
        """Return "try" or "with": what a call is made in, and over when its coroutine runs."""
        if not uses.passes_names_only(call):
            return ""  # the handlers may be meant for these
        node = self._parents[call]
        if not isinstance(node, ast.Return):
            body = getattr(self._parents[node], "body", [])
            if not isinstance(body, list) or not _makes_only(body[-2:], call):
                return ""  # the coroutine leaves the block on its own
        while node is not self._function.node and node in self._parents:
            parent = self._parents[node]
            if block := self._left(parent, node, call):
                return block
            node = parent
        return ""

    def _left(self, block: ast.AST, node: ast.AST, call: ast.Call) -> str:
        """Return "try" or "with" if a block is one that covers what is called in it."""
        if isinstance(block, TRIES):
            is_handled = _makes_only(block.body, call) and any(
                map(_is_meant_for_later, block.handlers)
            )
            if is_handled or (
                node in block.body and measuring.is_closed(self._follower, block, call)
            ):
                return "try"
        if isinstance(block, ast.With) and node in block.body:
            if any(self._covers(item, call) for item in block.items):
                return "with"
        return ""

    def _covers(self, item: ast.withitem, call: ast.Call) -> bool:
        target = item.optional_vars
        if isinstance(target, ast.Name):
            if any(isinstance(node, ast.Name) and node.id == target.id for node in walk(call)):
                return True
        managers = expressions.value(self._engine, item.context_expr, self._frame)
        return bool(managers) and (
            all(_may_swallow(self._engine, atom) for atom in managers)
            or all(isinstance(one, Instance) and one.cls in library.LOCKS for one in managers)
        )


def _may_swallow(engine: Engine, manager: Atom) -> bool:
    """May this sync context manager swallow exceptions: does its `__exit__` give a bool?

    That of a generator does.
    """
    if isinstance(manager, Manager):
        return not manager.function.is_async
    if not isinstance(manager, Instance):
        return False
    if not isinstance(manager.cls, Class):
        known = engine.type_of(f"{manager.cls}.__exit__")
        return known is not None and known.instance == "builtins.bool"
    leave = only(bases.find(engine, bases.mro(engine, manager.cls), "__exit__") or frozenset())
    note = leave.annotation if isinstance(leave, Function) else None
    return isinstance(note, ast.Name) and note.id == "bool"


def _makes_only(body: list[ast.stmt], call: ast.Call) -> bool:
    """Does a block make the coroutine and return it, and do nothing else?"""
    match body:
        case [ast.Return(value=value)]:
            return value is call
        case [
            ast.Assign(targets=[ast.Name(id=name)], value=value),
            ast.Return(value=ast.Name(id=other)),
        ]:
            return value is call and name == other
    return False


def _is_meant_for_later(handler: ast.ExceptHandler) -> bool:
    """Is a handler there for what the coroutine raises, and not for calling the function?"""
    match handler.body:
        case [ast.Raise(exc=None)]:
            return False
    named = (
        [node for node in walk(handler.type) if isinstance(node, ast.Name)] if handler.type else []
    )
    return library.RAISED_BY_CALL.isdisjoint(node.id for node in named)


def _only_names(parent: ast.AST) -> bool:
    """Is it `wraps(function)`, which looks only at the name?"""
    return isinstance(parent, ast.Call) and ast.unparse(parent.func).endswith("wraps")
