"""The one answer to "what happens to this value here?"

From an expression the way goes up through parents that only pass the value on (branches of a
conditional, the right operand of `and`/`or`, walrus, `cast`) to the construct that consumes it.
Whether that is right or wrong is for the checks to say.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    Argument,
    AssertStmt,
    AssertTypeExpr,
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    CastExpr,
    ClassDef,
    ComparisonExpr,
    ConditionalExpr,
    Decorator,
    DelStmt,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncItem,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    RevealExpr,
    SetComprehension,
    SetExpr,
    SliceExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    WhileStmt,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)

from mypy_await.awaitables import may_be_awaitable
from mypy_await.walk import Parents


class Kind(enum.Enum):
    """What a construct does with a value."""

    AWAITED = enum.auto()
    STATEMENT = enum.auto()
    TESTED = enum.auto()
    COMPARED = enum.auto()
    ATTRIBUTE = enum.auto()
    INDEXED = enum.auto()
    INDEX = enum.auto()
    CALLED = enum.auto()
    ITERATED = enum.auto()
    ASYNC_ITERATED = enum.auto()
    UNPACKED = enum.auto()
    OPERAND = enum.auto()
    FORMATTED = enum.auto()
    ARGUMENT = enum.auto()
    ASSIGNED = enum.auto()
    RETURNED = enum.auto()
    YIELDED = enum.auto()
    ELEMENT = enum.auto()
    WITH = enum.auto()
    ASYNC_WITH = enum.auto()
    RAISED = enum.auto()
    MATCHED = enum.auto()
    DELETED = enum.auto()
    CAST = enum.auto()
    DEFAULT = enum.auto()
    OTHER = enum.auto()


@dataclass(frozen=True)
class Place:
    """Where a value goes."""

    kind: Kind
    node: Node
    """The construct that consumes the value."""
    value: Expression
    """What stands in that construct: the value itself, or what passes it on."""
    detail: str = ""
    """The operator, attribute or keyword."""
    target: Expression | None = None
    """ASSIGNED: what the value is assigned to."""
    names: tuple[NameExpr, ...] = ()
    """Names that walrus expressions bound to the value on the way."""
    conditional: bool = False
    """Did the value pass a branch, so that it is there on some evaluations only?"""


Step = Place | None
"""A Place, or None for a parent that only passes the value on."""


def place_of(node: Expression, parents: Parents) -> Place:
    """Return where the value of an expression goes."""
    value, conditional = node, False
    names: tuple[NameExpr, ...] = ()
    parent = parents.get(value)
    while parent is not None:
        step = _STEPS.get(type(parent), _other)(parent, value, parents)
        if step is not None:
            return replace(step, names=names, conditional=conditional)
        if isinstance(parent, AssignmentExpr):
            names = (*names, parent.target)
        conditional = conditional or isinstance(parent, (ConditionalExpr, OpExpr))
        assert isinstance(parent, Expression)
        value, parent = parent, parents.get(parent)
    return Place(Kind.OTHER, value, value)


def function_around(node: Node, parents: Parents) -> FuncItem | None:
    """Return the function or lambda in whose body a node is evaluated.

    Default values and decorators belong to the scope around the function.
    """
    above = parents.get(node)
    while above is not None and not (isinstance(above, FuncItem) and node is above.body):
        node, above = above, parents.get(above)
    return above if isinstance(above, FuncItem) else None


def _other(parent: Node, value: Expression, parents: Parents) -> Step:
    return Place(Kind.OTHER, parent, value)


def _kind(kind: Kind, detail: str = "") -> Callable[[Any, Expression, Parents], Step]:
    return lambda parent, value, parents: Place(kind, parent, value, detail)


def _passes_on(parent: Node, value: Expression, parents: Parents) -> Step:
    return None


def _cast(parent: CastExpr, value: Expression, parents: Parents) -> Step:
    """Stop at a cast to a type that is never awaitable."""
    return None if may_be_awaitable(parent.type) else Place(Kind.CAST, parent, value)


def _walrus(parent: AssignmentExpr, value: Expression, parents: Parents) -> Step:
    return None if value is parent.value else Place(Kind.OTHER, parent, value)


def _conditional(parent: ConditionalExpr, value: Expression, parents: Parents) -> Step:
    return Place(Kind.TESTED, parent, value, "if") if value is parent.cond else None


def _operator(parent: OpExpr, value: Expression, parents: Parents) -> Step:
    if parent.op in ("and", "or"):
        return Place(Kind.TESTED, parent, value, parent.op) if value is parent.left else None
    if parent.op == "%" and value is parent.right and isinstance(parent.left, StrExpr):
        return Place(Kind.FORMATTED, parent, value, "%")
    return Place(Kind.OPERAND, parent, value, parent.op)


def _unary(parent: UnaryExpr, value: Expression, parents: Parents) -> Step:
    return Place(Kind.TESTED if parent.op == "not" else Kind.OPERAND, parent, value, parent.op)


def _comparison(parent: ComparisonExpr, value: Expression, parents: Parents) -> Step:
    position = next(i for i, operand in enumerate(parent.operands) if operand is value)
    return Place(Kind.COMPARED, parent, value, parent.operators[max(position - 1, 0)])


def _statement(parent: IfStmt | WhileStmt, value: Expression, parents: Parents) -> Step:
    return Place(Kind.TESTED, parent, value, "if" if isinstance(parent, IfStmt) else "while")


def _assert(parent: AssertStmt, value: Expression, parents: Parents) -> Step:
    if value is parent.expr:
        return Place(Kind.TESTED, parent, value, "assert")
    return Place(Kind.FORMATTED, parent, value, "assert")


def _for(parent: ForStmt, value: Expression, parents: Parents) -> Step:
    if value is not parent.expr:
        return Place(Kind.OTHER, parent, value)
    kind = Kind.ASYNC_ITERATED if parent.is_async else Kind.ITERATED
    return Place(kind, parent, value, "async for" if parent.is_async else "for")


def _comprehension(
    parent: GeneratorExpr | DictionaryComprehension, value: Expression, parents: Parents
) -> Step:
    for sequence, is_async in zip(parent.sequences, parent.is_async, strict=True):
        if value is sequence:
            kind = Kind.ASYNC_ITERATED if is_async else Kind.ITERATED
            return Place(kind, parent, value, "async for" if is_async else "for")
    if any(value is condition for conditions in parent.condlists for condition in conditions):
        return Place(Kind.TESTED, parent, value, "if")
    if isinstance(parent, DictionaryComprehension) and value is parent.key:
        return Place(Kind.INDEX, parent, value)
    return Place(Kind.ELEMENT, parent, value)


def _with(parent: WithStmt, value: Expression, parents: Parents) -> Step:
    if not any(value is expr for expr in parent.expr):
        return Place(Kind.OTHER, parent, value)
    if parent.is_async:
        return Place(Kind.ASYNC_WITH, parent, value, "async with")
    return Place(Kind.WITH, parent, value, "with")


def _match(parent: MatchStmt, value: Expression, parents: Parents) -> Step:
    if value is parent.subject:
        return Place(Kind.MATCHED, parent, value, "match")
    return Place(Kind.TESTED, parent, value, "case guard")


def _assignment(parent: AssignmentStmt, value: Expression, parents: Parents) -> Step:
    if value is not parent.rvalue:
        return Place(Kind.OTHER, parent, value)
    target = parent.lvalues[0]
    if isinstance(target, (TupleExpr, ListExpr, StarExpr)):
        return Place(Kind.UNPACKED, parent, value)
    return Place(Kind.ASSIGNED, parent, value, target=target)


def _augmented(parent: OperatorAssignmentStmt, value: Expression, parents: Parents) -> Step:
    return Place(Kind.OPERAND, parent, value, f"{parent.op}=")


def _display(parent: ListExpr | TupleExpr | SetExpr, value: Expression, parents: Parents) -> Step:
    above = parents.get(parent)
    if isinstance(above, AssignmentStmt) and above.rvalue is parent:
        targets = above.lvalues[0]
        if isinstance(targets, (TupleExpr, ListExpr)) and len(targets.items) == len(parent.items):
            position = next(i for i, item in enumerate(parent.items) if item is value)
            if not any(isinstance(t, StarExpr) for t in (*targets.items, *parent.items)):
                return Place(Kind.ASSIGNED, above, value, target=targets.items[position])
    if isinstance(above, OpExpr) and above.op == "%" and isinstance(above.left, StrExpr):
        return Place(Kind.FORMATTED, above, value, "%")
    if isinstance(above, DelStmt):
        return Place(Kind.DELETED, above, value)
    return Place(Kind.ELEMENT, parent, value)


def _dict(parent: DictExpr, value: Expression, parents: Parents) -> Step:
    for key, item in parent.items:
        if value is item:
            return Place(Kind.ELEMENT if key is not None else Kind.UNPACKED, parent, value, "**")
    return Place(Kind.INDEX, parent, value)


def _call(parent: CallExpr, value: Expression, parents: Parents) -> Step:
    if value is parent.callee:
        return Place(Kind.CALLED, parent, value)
    if value is parent.analyzed:
        return None  # `dict(a=...)` is a display, `cast(...)` an expression of its own
    template = _template(parent)
    if template is not None:
        return Place(Kind.FORMATTED, parent, value, "repr" if template == "{!r:{}}" else "format")
    position = next((i for i, argument in enumerate(parent.args) if argument is value), None)
    if position is None:
        return Place(Kind.OTHER, parent, value)
    if parent.arg_kinds[position] in (ARG_STAR, ARG_STAR2):
        stars = "*" if parent.arg_kinds[position] == ARG_STAR else "**"
        return Place(Kind.UNPACKED, parent, value, stars)
    return Place(Kind.ARGUMENT, parent, value)


def _template(call: CallExpr) -> str | None:
    """Return the text in `"...".format(...)`, which mypy makes of the parts of an f-string too."""
    match call.callee:
        case MemberExpr(name="format", expr=StrExpr(value=text)):
            return text
    return None


def _index(parent: IndexExpr, value: Expression, parents: Parents) -> Step:
    return Place(Kind.INDEXED if value is parent.base else Kind.INDEX, parent, value)


def _member(parent: MemberExpr, value: Expression, parents: Parents) -> Step:
    return Place(Kind.ATTRIBUTE, parent, value, parent.name)


def _decorator(parent: Decorator, value: Expression, parents: Parents) -> Step:
    return Place(Kind.CALLED, parent, value)


_STEPS: Final[dict[type[Node], Callable[[Any, Expression, Parents], Step]]] = {
    CastExpr: _cast,
    AssertTypeExpr: _passes_on,
    ListComprehension: _passes_on,
    SetComprehension: _passes_on,
    RevealExpr: _passes_on,
    AssignmentExpr: _walrus,
    ConditionalExpr: _conditional,
    OpExpr: _operator,
    UnaryExpr: _unary,
    ComparisonExpr: _comparison,
    IfStmt: _statement,
    WhileStmt: _statement,
    AssertStmt: _assert,
    ForStmt: _for,
    GeneratorExpr: _comprehension,
    DictionaryComprehension: _comprehension,
    WithStmt: _with,
    MatchStmt: _match,
    AssignmentStmt: _assignment,
    OperatorAssignmentStmt: _augmented,
    ListExpr: _display,
    TupleExpr: _display,
    SetExpr: _display,
    DictExpr: _dict,
    CallExpr: _call,
    IndexExpr: _index,
    MemberExpr: _member,
    Decorator: _decorator,
    AwaitExpr: _kind(Kind.AWAITED),
    ExpressionStmt: _kind(Kind.STATEMENT),
    ReturnStmt: _kind(Kind.RETURNED),
    YieldExpr: _kind(Kind.YIELDED),
    YieldFromExpr: _kind(Kind.ITERATED, "yield from"),
    RaiseStmt: _kind(Kind.RAISED),
    DelStmt: _kind(Kind.DELETED),
    StarExpr: _kind(Kind.UNPACKED, "*"),
    SliceExpr: _kind(Kind.INDEX),
    Argument: _kind(Kind.DEFAULT),
}


def can_await(node: Node, parents: Parents) -> bool:
    """May `await` be written at this node (PEP 492)?

    Only in the body of an `async def`, not in a lambda, a default value or a class body in it.
    """
    above: Node | None = node
    while above is not None:
        if isinstance(above, LambdaExpr):
            return False
        parent = parents.get(above)
        if isinstance(parent, FuncItem):
            return parent.is_coroutine and above is parent.body
        if isinstance(parent, ClassDef) and above is parent.defs:
            return False
        above = parent
    return False
