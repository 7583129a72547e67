"""Calls of what a condition around says is an async function.

    if iscoroutinefunction(handler):
        response = handler(request)

A flag that the answer was put in says so too, in a variable or beside the function in an attribute.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from mypy_await.summaries import expressions, library
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.nodes import Place, last_name, place_of
from mypy_await.summaries.scopes import DEFS, FUNCTIONS, Binding, Binds, Body, all_parameters
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Frame, only

_BLOCKS: Final = ("body", "orelse", "finalbody")
_LEAVES: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BOUND: Final = frozenset({Binds.PARAMETER, Binds.VALUE, Binds.DECLARED, Binds.LOOP})


def told_async(engine: Engine, module: Module, *, annotated: bool) -> frozenset[Place]:
    """Return the calls in the functions of a module that certainly run an async function.

    With `annotated` only those in functions that have annotations, like the ones around them.
    """
    if not any(map(module.lines_calling, library.ASKING_NAMES)):
        return frozenset()
    engine.read(module.path)
    return frozenset(
        place_of(node)
        for function in module.outermost
        for teller in [_Teller(engine, module, module.body(function))]
        for node in teller.body.parents
        if isinstance(node, ast.Call) and teller.is_told(node)
        if not annotated or teller.is_annotated(node)
    )


class _Teller:
    """Says what the conditions in one outermost function tell."""

    def __init__(self, engine: Engine, module: Module, body: Body) -> None:
        self.engine = engine
        self.module = module
        self.body = body

    def is_annotated(self, call: ast.Call) -> bool:
        """Has each function around a call annotations?"""
        around = [one for one in self.body.ancestors(call) if isinstance(one, DEFS)]
        return all(
            one.returns or any(arg.annotation for arg in all_parameters(one.args)) for one in around
        )

    def is_told(self, call: ast.Call) -> bool:
        """Does a condition say that a call runs an async function?"""
        chain = _chain(call.func)
        if not chain or not self._is_stored_nowhere(chain):
            return False
        is_bound_once = self._binding(chain[0]) is not None
        return any(
            (is_bound_once or self._is_kept(chain[0], call, choice))
            and self.says(test, chain, holds=holds)
            for choice, test, holds in self._conditions(call, into_inner=len(chain) == 1)
        )

    def _is_stored_nowhere(self, chain: tuple[str, ...]) -> bool:
        """Does the function only read the attributes in a chain?"""
        stored = (node for node, _ in self.body.attributes if node.attr in chain[1:])
        return all(isinstance(node.ctx, ast.Load) for node in stored)

    def _is_kept(self, name: str, call: ast.Call, choice: ast.AST) -> bool:
        """Is a name, wherever it is bound, not bound again between a condition and a call?"""
        bound = self._bindings(name)
        above = list(self.body.ancestors(call))
        if choice not in above or any(isinstance(one, FUNCTIONS) for one in _before(above, choice)):
            return False
        return all(one.binds in _BOUND for one in bound) and not any(
            choice in self.body.ancestors(one.site) for one in bound
        )

    def _binding(self, name: str) -> Binding | None:
        """Return what binds a name in the function and those inside, if that is one place."""
        bound = self._bindings(name)
        return bound[0] if len(bound) == 1 and bound[0].binds in _BOUND else None

    def _bindings(self, name: str) -> list[Binding]:
        scopes = self.body.scopes.values()
        return [one for scope in scopes for one in scope.bindings.get(name, ())]

    def _conditions(
        self, node: ast.AST, *, into_inner: bool
    ) -> Iterator[tuple[ast.AST, ast.expr, bool]]:
        """Yield the conditions that hold, or do not, where a node is evaluated.

        Each with the choice that it makes.
        """
        for above in self.body.ancestors(node):
            match above:
                case ast.If(test=test, body=block) if node is not test:
                    yield above, test, _is_in(node, block)
                case ast.IfExp(test=test, body=value) if node is not test:
                    yield above, test, node is value
                case ast.BoolOp(op=op, values=values):
                    before = values[: next(i for i, one in enumerate(values) if one is node)]
                    yield from ((above, one, isinstance(op, ast.And)) for one in before)
            yield from ((choice, choice.test, False) for choice in _left_before(above, node))
            if isinstance(above, FUNCTIONS) and not into_inner:
                return
            node = above

    def says(self, test: ast.expr, chain: tuple[str, ...], *, holds: bool) -> bool:
        """Does a condition, where it holds or where it does not, say that this is async?"""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.says(operand, chain, holds=not holds)
            case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is holds:
                return any(self.says(value, chain, holds=holds) for value in values)
            case ast.NamedExpr(value=value):
                return self.says(value, chain, holds=holds)
            case ast.Compare(
                left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=bool(wanted))]
            ):
                return self.says(left, chain, holds=holds is wanted)
            case ast.Call(func=function, args=[argument], keywords=[]) if holds:
                return _chain(argument) == chain and self._asks(function)
            case ast.Name(id=name) if holds:
                flag = self._binding(name)
                answer = _value(flag) if flag else None
                return answer is not None and self.says(answer, chain, holds=True)
            case ast.Attribute(value=ast.Name(id=me), attr=flag_name) if holds:
                return len(chain) == 2 and chain[0] == me and self._flags(flag_name, chain[1])
        return False

    def _asks(self, function: ast.expr) -> bool:
        if last_name(function) not in library.ASKING_NAMES:
            return False
        test = only(expressions.value(self.engine, function, Frame(self.module.scope)))
        return getattr(test, "fullname", "") in library.ASYNC_CALLABLE_TESTS

    def _flags(self, flag: str, attribute: str) -> bool:
        """Does an attribute of `self` say whether the function in another one is async?"""
        around = self.module.functions[self.body.node]
        cls = around[-1] if around else None
        if not isinstance(cls, ast.ClassDef):
            return False
        stored = self.module.self_assignments(cls)
        flags, functions = stored.get(flag, []), stored.get(attribute, [])
        if len(flags) != 1 or len(functions) != 1 or flags[0][0] is not functions[0][0]:
            return False
        answer, function = _value(flags[0][1]), _value(functions[0][1])
        teller = _Teller(self.engine, self.module, self.module.body(flags[0][0]))
        return (
            answer is not None
            and isinstance(function, ast.Name)
            and teller._binding(function.id) is not None
            and teller.says(answer, (function.id,), holds=True)
        )


def _value(binding: Binding) -> ast.expr | None:
    """Return what a name or attribute is bound to."""
    if isinstance(binding.site, ast.AnnAssign):
        return binding.site.value
    return binding.value if binding.binds is Binds.VALUE else None


def _chain(node: ast.expr) -> tuple[str, ...]:
    """Return the names in `a.b.c`; none for other expressions."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=name):
            before = _chain(value)
            return (*before, name) if before else ()
    return ()


def _is_in(node: ast.AST, block: list[ast.stmt]) -> bool:
    return any(one is node for one in block)


def _before(above: list[ast.AST], choice: ast.AST) -> list[ast.AST]:
    """Return what is around a node, up to a choice."""
    return above[: next(i for i, one in enumerate(above) if one is choice)]


def _left_before(above: ast.AST, node: ast.AST) -> Iterator[ast.If]:
    """Yield the statements that leave a block under a condition, before one of its statements."""
    for field in _BLOCKS:
        block = getattr(above, field, None)
        if isinstance(block, list) and _is_in(node, block):
            for one in block:
                if one is node:
                    return
                if isinstance(one, ast.If) and isinstance(one.body[-1], _LEAVES):
                    yield one
