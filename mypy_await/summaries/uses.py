"""What becomes of a value inside a function: of a parameter, and of the results of calling it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from mypy_await.summaries import (
    calls,
    classes,
    expressions,
    failing,
    library,
    narrowing,
    parameters,
)
from mypy_await.summaries.at_once import is_awaited_at_once
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import ASYNC_FOR, AT_ONCE, TELLING_NAMES, How, Parameter, Use
from mypy_await.summaries.reads import Reads
from mypy_await.summaries.scopes import Binding
from mypy_await.summaries.values import NOTHING, Atom, Class, External, Frame, Function, Value


@dataclass
class Found:
    """The uses of one value, and of the results of calling it (None: that is not asked)."""

    uses: list[Use] = field(default_factory=list)
    called: list[Use] | None = None


class Follower(Reads):
    """Follows values through the body of one function, inner functions included."""

    def __init__(self, engine: Engine, frame: Frame) -> None:
        super().__init__(engine, frame)
        self._seen: set[Binding] = set()
        self._results: set[ast.expr] = set()
        """The calls whose results are followed."""

    def note(self, found: Found, how: How, node: ast.AST, detail: str = "") -> None:
        """Add one use."""
        path = self.frame.scope.module.path
        found.uses.append(Use(how, path, getattr(node, "lineno", 0), detail))

    def is_skipped(self, node: ast.AST) -> bool:
        """Does it stand in a branch that what was passed rules out?"""
        while node in self.body.parents:
            parent = self.body.parents[node]
            if isinstance(parent, (ast.If, ast.IfExp)) and node is not parent.test:
                branch = parent.body if isinstance(parent.body, list) else [parent.body]
                if self._decide(parent.test) is (node not in branch):
                    return True
            node = parent
        return False

    def follow(self, node: ast.expr, found: Found) -> None:
        """Add what becomes of the value of an expression."""
        if isinstance(node, ast.Name) and narrowing.is_plain_at(node, self.body.parents):
            return
        parent = self.body.parents[node]
        simple = _BY_PARENT.get(type(parent))
        if simple:
            self.note(found, simple, node)
        elif isinstance(parent, (ast.Call, ast.keyword)):
            self._in_call(parent, node, found)
        elif isinstance(parent, ast.Attribute):
            own = parent.attr in library.OWN_ATTRIBUTES
            self.note(found, How.HANDED_ON if own else How.ATTRIBUTE, parent, parent.attr)
        elif isinstance(parent, ast.comprehension):
            detail = ASYNC_FOR if parent.is_async else ""
            self.note(found, How.ITERATED if node is parent.iter else How.TRUTH, node, detail)
        elif type(parent) in _IN_EXPRESSIONS:
            _IN_EXPRESSIONS[type(parent)](self, parent, node, found)
        else:
            self._in_statement(parent, node, found)

    def _in_call(self, parent: ast.Call | ast.keyword, node: ast.expr, found: Found) -> None:
        if isinstance(parent, ast.keyword):
            call = self.body.parents[parent]
            if parent.arg is None or not isinstance(call, ast.Call):
                return self.note(found, How.ITERATED, node)
            return self._passed(call, node, parent.arg, found)
        if parent.func is not node:
            return self._passed(parent, node, None, found)
        self.note(found, How.CALLED, parent)
        if found.called is not None:
            result = Found(found.called)
            if self._is_covered(parent):
                self.note(result, How.UNCOVERED, parent)
            elif is_awaited_at_once(self, parent):
                self.note(result, How.AWAITED, parent, AT_ONCE)
            else:
                self._follow_result(parent, result)
        return None

    def _is_covered(self, call: ast.Call) -> bool:
        """Is a call returned, and alone in a `try` that handles what it raises?

        Handlers that raise again, and those of errors of the call itself, prove nothing.
        """
        if not passes_names_only(call):
            return False
        returned = self.body.parents[call]
        around = self.body.parents.get(returned)
        if not isinstance(returned, ast.Return) or not isinstance(around, ast.Try):
            return False
        return around.body == [returned] and any(
            not isinstance(handler.body[-1], ast.Raise)
            and handler.type is not None
            and library.ABOUT_THE_CALL.isdisjoint(
                name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)
            )
            for handler in around.handlers
        )

    def _follow_result(self, call: ast.Call, found: Found) -> None:
        inner = Found()
        self._results.add(call)
        self.follow(call, inner)
        if not any(use.how in (How.TESTED, How.AWAITED) for use in inner.uses):
            if self._is_beside_await(call):
                return self.note(found, How.TAKEN, call)
        found.uses.extend(inner.uses)
        return None

    def uses_of_result(self, call: ast.Call) -> tuple[Use, ...]:
        """Return what becomes of the result of a call."""
        found = Found()
        self._follow_result(call, found)
        return tuple(found.uses)

    def _is_beside_await(self, call: ast.Call) -> bool:
        """Is it `x = f()` beside `x = await f()`, or `return f()` beside `return await f()`?"""
        statement = self.body.parents[call]
        function = self.body.function_of(statement)
        if not isinstance(statement, (ast.Assign, ast.Return)):
            return False
        nodes = [*ast.walk(function)] if isinstance(function, ast.AsyncFunctionDef) else []
        if not any(_is_awaited_likewise(node, statement, call) for node in nodes):
            return False
        bound = {ast.unparse(target) for target in getattr(statement, "targets", ())}
        return not any(
            isinstance(part, (ast.Name, ast.Attribute)) and ast.unparse(part) in bound
            for node in nodes
            if isinstance(node, ast.Await)
            for part in ast.walk(node)
        )

    def _in_statement(self, parent: ast.AST, node: ast.expr, found: Found) -> None:
        match parent:
            case ast.Return():
                mine = self.body.function_of(parent) is self.frame.node
                self.note(found, How.RETURNED if mine else How.HANDED_ON, node)
            case ast.Assign(targets=targets):
                for target in targets:
                    self._assigned(parent, target, found)
            case ast.AnnAssign(target=target, value=value) if value is node:
                self._assigned(parent, target, found)
            case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated) if iterated is node:
                detail = ASYNC_FOR if isinstance(parent, ast.AsyncFor) else ""
                self.note(found, How.ITERATED, node, detail)
            case _:
                self.note(found, How.HANDED_ON, node)

    def _assigned(self, site: ast.stmt, target: ast.expr, found: Found) -> None:
        if isinstance(target, ast.Name):
            self._named(site, target.id, found)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self.note(found, How.ITERATED, target)
        elif isinstance(target, ast.Attribute) and self._is_own_self(target.value):
            self.note(found, How.KEPT, target, target.attr)
        else:
            self.note(found, How.HANDED_ON, target)

    def _is_own_self(self, node: ast.expr) -> bool:
        """Is this the first parameter of the method itself?"""
        spec = getattr(self.frame.node, "args", None)
        return (
            isinstance(node, ast.Name)
            and spec is not None
            and node.id == next((arg.arg for arg in (*spec.posonlyargs, *spec.args)), None)
            and self.body.function_of(node) is self.frame.node
        )

    def _named(self, site: ast.AST, name: str, found: Found) -> None:
        scope = self.scope_of(site)
        if name in scope.outer:
            return self.note(found, How.HANDED_ON, site)
        for binding in scope.bindings.get(name, []):
            if binding.site is not site or binding in self._seen:
                continue
            self._seen.add(binding)
            loads = list(self.loads(name, binding))
            if getattr(site, "value", None) in self._results:
                loads = failing.reached(self.body, site, loads)
            for load in loads:
                self.follow(load, found)
            if not loads:
                self.note(found, How.DROPPED, site)
        return None

    def _in_conditional(self, parent: ast.IfExp, node: ast.expr, found: Found) -> None:
        if node is parent.test:
            return self.note(found, How.TRUTH, node)
        return self.follow(parent, found)

    def _in_and_or(self, parent: ast.BoolOp, node: ast.expr, found: Found) -> None:
        is_last = node is parent.values[-1]
        if not is_last:
            self.note(found, How.TRUTH, node)
        if is_last or isinstance(parent.op, ast.Or):
            self.follow(parent, found)

    def _in_walrus(self, parent: ast.NamedExpr, _node: ast.expr, found: Found) -> None:
        self._named(parent, parent.target.id, found)
        self.follow(parent, found)

    def _in_unary(self, parent: ast.UnaryOp, node: ast.expr, found: Found) -> None:
        self.note(found, How.TRUTH if isinstance(parent.op, ast.Not) else How.COMPUTED, node)

    def _in_binary(self, parent: ast.BinOp, node: ast.expr, found: Found) -> None:
        is_text = isinstance(parent.op, ast.Mod) and isinstance(parent.left, ast.Constant)
        self.note(found, How.TEXT if is_text else How.COMPUTED, node)

    def _in_comparison(self, parent: ast.Compare, node: ast.expr, found: Found) -> None:
        """`is None` says nothing; other comparisons need the value."""
        if not all(isinstance(op, (ast.Is, ast.IsNot)) for op in parent.ops):
            self.note(found, How.COMPARED, node)

    def _in_subscript(self, parent: ast.Subscript, node: ast.expr, found: Found) -> None:
        self.note(found, How.INDEXED if parent.value is node else How.HANDED_ON, node)

    def _in_result(self, parent: ast.Lambda | ast.Yield, node: ast.expr, found: Found) -> None:
        function = parent if isinstance(parent, ast.Lambda) else self.body.function_of(parent)
        self.note(found, How.RETURNED if function is self.frame.node else How.HANDED_ON, node)

    def _element(self, parent: ast.expr, node: ast.expr, found: Found) -> None:
        """An element of a comprehension: `any(...)` asks for its truth."""
        call = self.body.parents.get(parent)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            if call.func.id in {"any", "all"}:
                return self.note(found, How.TRUTH, node)
        return self.note(found, How.HANDED_ON, node)

    def _in_display(self, parent: ast.expr, node: ast.expr, found: Found) -> None:
        """An element of `json.dumps({"id": ...})`; of any other display: it may be taken out."""
        call = self.body.parents[parent]
        while isinstance(call, _DISPLAYS):
            parent, call = call, self.body.parents[call]
        callee: Value = NOTHING
        if isinstance(call, ast.Call) and parent in call.args:
            callee = expressions.value(self.engine, call.func, self.frame_at(call))
        names = {atom.fullname if isinstance(atom, External) else "" for atom in callee}
        needs_all = bool(names) and names <= library.SERIALISING
        self.note(found, How.SERIALISED if needs_all else How.HANDED_ON, node, *sorted(names)[:1])

    def _starred(self, parent: ast.Starred, node: ast.expr, found: Found) -> None:
        """Note what the elements go to as well: `print(*values)` makes text of each."""
        call = self.body.parents[parent]
        callee: Iterable[Atom] = ()
        if isinstance(call, ast.Call):
            callee = expressions.value(self.engine, call.func, self.frame_at(call))
        names = [atom.fullname if isinstance(atom, External) else "" for atom in callee]
        self.note(found, How.ITERATED, node, names[0] if len(names) == 1 else "")

    def _passed(self, call: ast.Call, node: ast.expr, keyword: str | None, found: Found) -> None:
        frame = self.frame_at(call)
        callee = expressions.value(self.engine, call.func, frame)
        for atom in callee:
            self._passed_to(atom, call, node, keyword, found)
        if not callee:
            self.note(found, How.HANDED_ON, node)

    def _passed_to(
        self, atom: Atom, call: ast.Call, node: ast.expr, keyword: str | None, found: Found
    ) -> None:
        if isinstance(atom, External):
            return self._passed_to_library(atom.fullname, call, node, keyword, found)
        function: Atom | None = atom
        if isinstance(atom, Class):
            function = classes.constructor(self.engine, atom)
        name = parameters.parameter_for(function, call, node, keyword)
        if name is None or not isinstance(function, Function) or parameters.is_hook(function):
            return self.note(found, How.HANDED_ON, node)
        known = self.engine.type_of(function.fullname)
        if known and name in known.plain:
            return self.note(found, How.COMPUTED, node, function.fullname)
        inside = self.asked_of(function, name)
        if inside:
            returned = [use for use in inside.uses if use.how is How.RETURNED]
            found.uses.extend(parameters.outside([u for u in inside.uses if u not in returned]))
            if returned:
                self._given_back(function, call, node, found)
            if found.called is not None:
                found.called.extend(parameters.outside(inside.called))
        return None

    def asked_of(self, function: Function, name: str) -> Parameter | None:
        """Return what a callee does with what it is passed."""
        return parameters.parameter(self.engine, function, name)

    def _given_back(self, function: Function, call: ast.Call, node: ast.expr, found: Found) -> None:
        """The function gives the value back: its fate is that of the call, if that is all."""
        if function.is_async or calls.is_generator(self.engine, function):
            return self.note(found, How.HANDED_ON, node)
        return self.follow(call, found)

    def _decide(self, test: ast.expr) -> bool | None:
        return expressions.decide(self.engine, test, self.frame_at(test))

    def _passed_to_library(
        self, fullname: str, call: ast.Call, node: ast.expr, keyword: str | None, found: Found
    ) -> None:
        if fullname in library.NEUTRAL:
            return None
        if fullname == "builtins.isinstance" and narrowing.are_plain(call.args[-1]):
            if isinstance(node, ast.Call):
                return self.note(found, How.COMPUTED, node, fullname)
            return None  # what is no plain value goes on behind it, where a name holds it
        if fullname == "functools.partial" and call.args[:1] == [node]:
            return self.follow(call, found)
        if fullname in _ASKING_BY_NAME and (name := _asked_name(call, node)):
            return self.note(found, How.TESTED, node, name)
        how = library.SINKS.get(fullname)
        if how is How.TESTED and self._decide(call) is not None:
            return None  # of what was passed it is known, and the other branch is not followed
        if how is None:
            slot = keyword or parameters.position_of(call, node)
            known = self.engine.type_of(fullname)
            how = How.COMPUTED if known and slot in known.plain else How.HANDED_ON
        return self.note(found, how, node, fullname)


_DISPLAYS: Final = (ast.Dict, ast.List, ast.Tuple)

_IN_EXPRESSIONS: Final[dict[type[ast.AST], Callable[[Follower, Any, ast.expr, Found], None]]] = {
    ast.IfExp: Follower._in_conditional,
    ast.BoolOp: Follower._in_and_or,
    ast.NamedExpr: Follower._in_walrus,
    ast.UnaryOp: Follower._in_unary,
    ast.BinOp: Follower._in_binary,
    ast.Compare: Follower._in_comparison,
    ast.Subscript: Follower._in_subscript,
    ast.Lambda: Follower._in_result,
    ast.Yield: Follower._in_result,
    ast.GeneratorExp: Follower._element,
    ast.ListComp: Follower._element,
    **dict.fromkeys(_DISPLAYS, Follower._in_display),
    ast.Starred: Follower._starred,
}


_ASKING_BY_NAME: Final = frozenset({"builtins.getattr", "builtins.hasattr"})


def _asked_name(call: ast.Call, node: ast.expr) -> str | None:
    """Return which name, that all functions have, `hasattr(node, name)` asks for."""
    match call.args:
        case [first, ast.Constant(value=str(name)), *_] if first is node:
            return name if name in TELLING_NAMES else None
    return None


def passes_names_only(call: ast.Call) -> bool:
    """Are all arguments names or constants, so that nothing runs before the function is called?"""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    plain = (value.value if isinstance(value, ast.Starred) else value for value in values)
    return all(isinstance(value, (ast.Name, ast.Constant)) for value in plain)


def _is_awaited_likewise(node: ast.AST, statement: ast.AST, call: ast.Call) -> bool:
    """Does a statement do with the awaited result what another does with that of the call?"""
    match node, statement:
        case ast.Return(value=ast.Await(value=awaited)), ast.Return():
            pass
        case ast.Assign(value=ast.Await(value=awaited)), ast.Assign():
            if [*map(ast.dump, node.targets)] != [*map(ast.dump, statement.targets)]:
                return False
        case _:
            return False
    return isinstance(awaited, ast.Call) and ast.dump(awaited.func) == ast.dump(call.func)


_BY_PARENT: Final[dict[type[ast.AST], How]] = {
    ast.Await: How.AWAITED,
    ast.YieldFrom: How.AWAITED,
    ast.Expr: How.DROPPED,
    ast.If: How.TRUTH,
    ast.While: How.TRUTH,
    ast.Assert: How.TRUTH,
    ast.Match: How.TESTED,
    ast.Raise: How.RAISED,
    ast.AugAssign: How.COMPUTED,
    ast.FormattedValue: How.TEXT,
    ast.withitem: How.ENTERED,
}
