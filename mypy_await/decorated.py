"""What decorators make of functions: the type of what a name stands for behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
)
from mypy.plugin import CheckerPluginInterface
from mypy.types import AnyType, CallableType, ProperType, Type, TypeOfAny, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import is_async_def, may_be_awaitable
from mypy_await.decorations import Decoration
from mypy_await.knowledge import knows
from mypy_await.known import says_nothing
from mypy_await.origins import any_type, coroutine
from mypy_await.refine import Refiner
from mypy_await.summaries import (
    CallShape,
    DecoratorEffect,
    Effect,
    FunctionSummary,
    Kept,
    Origin,
    Result,
    Verdict,
)
from mypy_await.walk import descendants


def applied(
    refiner: Refiner,
    api: CheckerPluginInterface,
    fullname: str,
    decorator: Expression,
    node: Decorator,
    given: ProperType,
    typ: Type,
) -> tuple[Type, DecoratorEffect | None]:
    """Return the type that a decorator gives a function, and what it does to an async one.

    `given` is the type of what it is applied to, `typ` is mypy's answer; that stays where it says
    more than `Any`, and for methods: mypy would compare what we know with the methods of base
    classes.  Theirs is `method`.
    """
    if not is_async_def(node.func):
        if isinstance(given, CallableType) and given == typ:  # declared to give it back
            return typ, None
        return _made_async(refiner, api, decorator, node, typ) or typ, None
    summary = refiner.summary_of_callee(api, fullname, decorator)
    if summary is None:
        return typ, None
    effect = summary.decorator
    if node.func.info or not _erases(get_proper_type(typ)):
        return typ, effect
    return _apply(refiner, api, node.func, typ, effect)


def made_by_factory(
    refiner: Refiner,
    api: CheckerPluginInterface,
    fullname: str,
    call: CallExpr,
    node: Decorator,
    typ: Type,
) -> tuple[Type, DecoratorEffect | None]:
    """Do the same for `@factory(...)`: the call gives the decorator."""
    if not is_async_def(node.func):
        return made_by_outer_factory(refiner, api, call, node, typ), None
    summary = refiner.summary_of_callee(api, fullname, call.callee)
    effect = _made_by(summary, call) if summary else None
    if summary is None or effect is None:
        return typ, None
    if node.func.info or not _erases(get_proper_type(typ)):
        return typ, effect
    decorated, _ = _apply(refiner, api, node.func, typ, effect)
    if decorated is typ:
        return typ, effect
    return compat.untyped_decorator(api, decorated), effect


def made_by_outer_factory(
    refiner: Refiner, api: CheckerPluginInterface, call: CallExpr, node: Decorator, typ: Type
) -> Type:
    """Return the type of a decorator above others, or above a sync function.

    Only the source of all of them tells that what they leave gives awaitables.
    """
    made = _made_async(refiner, api, call, node, typ)
    return compat.untyped_decorator(api, made) if made else typ


def effect_in_class(
    refiner: Refiner, module: str, fullname: str, call: CallExpr | None
) -> DecoratorEffect | None:
    """Return what a decorator makes of an async method, while mypy analyses the module.

    `call` is that of the factory which gives the decorator, if one does.
    """
    return refiner.in_class(
        module,
        fullname,
        lambda summary: _made_by(summary, call) if call else summary.decorator,
    )


def awaits(decoration: Decoration) -> Kept | None:
    """Return where a decorator awaits what the function below it gives, if it always does."""
    if not (found := _called(decoration)):
        return None
    summary, shape = found
    return summary.awaits_below(shape)


def on_maker(decoration: Decoration) -> Decoration:
    """Add what the decorator does to a sync function, if each call of that makes a coroutine."""
    function = decoration.node.func
    if function.is_coroutine or decoration.effect is not None:
        return decoration
    if isinstance(function.type, CallableType) and not may_be_awaitable(function.type.ret_type):
        return decoration
    found = _called(decoration)
    effect = found[0].effect_on_maker(found[1]) if found else None
    if found is None or effect is None or not (effect.use or effect.kept):
        return decoration
    return replace(decoration, effect=effect) if decoration.is_of_maker() else decoration


def _called(decoration: Decoration) -> tuple[FunctionSummary, CallShape | None] | None:
    """Return the decorator, or its factory and how that is called; None if it is not known."""
    call = decoration.applied if isinstance(decoration.applied, CallExpr) else None
    callee = call.callee if call else decoration.applied
    summary = decoration.refiner.summary_of_callee(decoration.api, decoration.name, callee)
    shape = _shape(call) if call else None
    return (summary, shape) if summary and (shape or not call) else None


def async_decorator(decoration: Decoration) -> Origin | None:
    """Return the `async def` that a factory gives for a decorator, in vain.

    What it leaves is a coroutine.  Here it has to be called by its name, and nothing else: somebody
    may run it and call what it gives.
    """
    if not _says_nothing_of_result(decoration.typ) or not (found := _called(decoration)):
        return None
    summary, shape = found
    origin = summary.async_decorator(shape) if shape else None
    return origin if origin and _is_only_called(decoration) else None


def _says_nothing_of_result(typ: ProperType | None) -> bool:
    if isinstance(typ, CallableType):
        typ = get_proper_type(typ.ret_type)
    return typ is not None and says_nothing(typ)


def _is_only_called(decoration: Decoration) -> bool:
    """Is the decorated function called in its module, and used there in no other way?"""
    called: set[Node] = set()
    read: set[Node] = set()
    for statement in compat.module(decoration.api).defs:
        for node in descendants(statement):
            if isinstance(node, CallExpr):
                called.add(node.callee)
            if isinstance(node, NameExpr) and node.node is decoration.node:
                read.add(node)
    return bool(read) and read <= called


def is_awaited_twice(decoration: Decoration) -> bool:
    """Does the module await, or run, what awaiting a call of the decorated function gives?"""
    nodes = [node for one in compat.module(decoration.api).defs for node in descendants(one)]
    name = decoration.node.func.name
    given = {node for node in nodes if isinstance(node, AwaitExpr) and _is_call_of(node.expr, name)}
    bound = {
        target.node
        for node in nodes
        if isinstance(node, AssignmentStmt) and node.rvalue in given
        for target in node.lvalues
        if isinstance(target, NameExpr)
    }
    return any(
        one in given or (isinstance(one, NameExpr) and one.node in bound)
        for node in nodes
        for one in _awaited_by(node)
    )


def _is_call_of(node: Expression, name: str) -> bool:
    return (
        isinstance(node, CallExpr)
        and isinstance(node.callee, (NameExpr, MemberExpr))
        and node.callee.name == name
    )


def _awaited_by(node: Node) -> Iterable[Expression]:
    match node:
        case AwaitExpr(expr=awaited):
            return (awaited,)
        case CallExpr(callee=RefExpr(fullname=fullname), args=args) if knows("consumer", fullname):
            return args
    return ()


def _made_async(
    refiner: Refiner, api: CheckerPluginInterface, decorator: Expression, node: Decorator, typ: Type
) -> Type | None:
    """Return the type of a function of which, behind a decorator, each call gives an awaitable.

    The wrapper is an `async def`, or gives a future.  What has attributes of its own keeps the
    type `Any`.
    """
    proper = get_proper_type(typ)
    if node.func.info or proper == node.func.type or not _erases(proper):
        return None
    summary = refiner.summary_of_decorated(api, node, node.decorators.index(decorator))
    if summary is None or not summary.is_bare:
        return None
    made = refiner.origins.awaitable(api, summary.result)
    return compat.open_callable(api, get_proper_type(made.typ)) if made else None


def method(refiner: Refiner, api: CheckerPluginInterface, fullname: str, typ: Type) -> Type | None:
    """Return the type of a method that has decorators, or None for anything else.

    That is what mypy makes of it, unless decorators without types leave it as `Any`.
    """
    found = refiner.lookup(fullname)
    node = found.node if found else None
    if not isinstance(node, Decorator) or node.func.is_property:
        return None
    proper = get_proper_type(typ)
    # typing.no_type_check means it.
    is_meant = isinstance(proper, AnyType) and proper.type_of_any == TypeOfAny.special_form
    if not says_nothing(proper) or is_meant:
        return typ
    summary = refiner.summary(api, fullname)
    if summary is None or not (is_async_def(node.func) or summary.is_bare):
        return typ
    result = refiner.origins.awaitable(api, summary.result)
    return compat.open_callable(api, get_proper_type(result.typ)) if result else typ


def _apply(
    refiner: Refiner,
    api: CheckerPluginInterface,
    function: FuncDef,
    typ: Type,
    effect: DecoratorEffect,
) -> tuple[Type, DecoratorEffect]:
    """Return the type of the decorated function.

    Its parameters are open: a wrapper may take others than the function does.
    """
    declared = function.type.ret_type if isinstance(function.type, CallableType) else None
    match effect.effect:
        case Effect.SAME:
            result = compat.without_type_variables(declared or coroutine(api, any_type()))
        case Effect.ASYNC:
            found = refiner.origins.awaitable(api, Result(Verdict.ALWAYS, effect.origins))
            result = get_proper_type(found.typ) if found else coroutine(api, any_type())
        case _:
            return typ, effect
    return compat.open_callable(api, result), effect


def _made_by(summary: FunctionSummary, call: CallExpr) -> DecoratorEffect | None:
    """Return the effect of what a factory gives, unless a call of it has starred arguments."""
    shape = _shape(call)
    return summary.factory(shape) if shape else None


def _shape(call: CallExpr) -> CallShape | None:
    """Return the shape of a call, unless it has starred arguments."""
    positional = call.arg_kinds.count(ARG_POS)
    if positional + call.arg_kinds.count(ARG_NAMED) < len(call.args):
        return None
    keys = [name or position for position, name in enumerate(call.arg_names)]
    dicts = [key for key, value in zip(keys, call.args, strict=True) if _is_new_dict(value)]
    keywords = [name for name in call.arg_names if name is not None]
    return CallShape(positional, tuple(keywords), tuple(dicts))


def _is_new_dict(node: Expression) -> bool:
    if isinstance(node, CallExpr):
        return isinstance(node.callee, NameExpr) and node.callee.fullname == "builtins.dict"
    return isinstance(node, DictExpr)


def _erases(typ: ProperType) -> bool:
    """Has a decorated function of this type lost its result?"""
    if isinstance(typ, CallableType):
        return says_nothing(get_proper_type(typ.ret_type)) or _erases_callable(typ)
    return says_nothing(typ)


def _erases_callable(typ: CallableType) -> bool:
    result = get_proper_type(typ.ret_type)
    return isinstance(result, CallableType) and says_nothing(get_proper_type(result.ret_type))
