"""reused-coroutine: a coroutine is awaited twice, or kept in a cache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ComparisonExpr,
    Context,
    DelStmt,
    Expression,
    FuncDef,
    FuncItem,
    IfStmt,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    TryStmt,
    UnaryExpr,
    Var,
)

from mypy_await import codes, compat, messages, names
from mypy_await.attributes import is_awaited_again
from mypy_await.awaitables import Sort, awaitable
from mypy_await.behind import awaited_again
from mypy_await.bindings import Fate
from mypy_await.bound import is_argument
from mypy_await.calls import Call
from mypy_await.decorations import Decoration
from mypy_await.knowledge import knows
from mypy_await.origins import shown_place
from mypy_await.overrides import ClassBody
from mypy_await.places import Kind, function_around, place_of
from mypy_await.raising import is_to_raise
from mypy_await.repeated import was_asked_before
from mypy_await.summaries import How
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report a coroutine that is stored once and awaited at every call: a cache by hand.

    The sign is a guard that asks whether the value is there already, around a store into something
    that outlives the call, and an `await` or `return` of it in the same function.
    """
    if use.value.sort is not Sort.COROUTINE:
        return None
    owner = compat.active_class(use.site.api)
    if owner is not None and owner.has_base(names.COROUTINE):
        return None  # a coroutine of the user's own, which hands on to the one that it keeps
    return _misuse(use, messages.cached(use), None) if _is_cached(use) else None


def _is_cached(use: Use) -> bool:
    place = use.place
    function = function_around(place.node, use.site.parents)
    if function is None:
        return False
    match place.node:
        case AssignmentStmt() if place.kind is Kind.ASSIGNED and place.target is not None:
            key = _key(place.target)
            return (
                bool(key)
                and _outlives(place.target, function)
                and _is_guarded(use, key)
                and _is_read_again(use, key)
            )
        case CallExpr(callee=MemberExpr(name="setdefault") as method) as call:
            owner = _key(method.expr)
            if not owner or not _outlives(method.expr, function):
                return False
            is_given = _is_given(call, use.site.parents.get(call), function)
            return is_given and not _is_taken_out(use, f"{owner}[]")
    return False


def _is_given(call: CallExpr, above: Node | None, function: FuncItem) -> bool:
    """Is the result of a call awaited or returned, right there or by the name that it gets?"""
    match above:
        case AwaitExpr() | ReturnStmt():
            return True
        case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)], rvalue=made):
            return made is call and any(
                isinstance(node, (AwaitExpr, ReturnStmt))
                and isinstance(node.expr, NameExpr)
                and node.expr.node is variable
                for node in descendants(function)
            )
    return False


def check_call(call: Call) -> Misuse | None:
    """Report a coroutine that an object keeps, awaited again where the object gives it back.

    The object is a local one that is only asked for what it keeps, the same question was asked
    before, and each answer is awaited.
    """
    for passed, value in call.async_functions():
        if value.sort is not Sort.COROUTINE or not isinstance(passed.value, RefExpr):
            continue
        if passed.name is None or not was_asked_before(call):
            continue
        summary = call.summary
        parameter = summary.parameter(passed.name) if summary else None
        if parameter is not None and parameter.is_remembered:
            text = messages.remembered(call, passed.value)
            return Misuse(codes.REUSED_COROUTINE, text, (messages.ASYNC_CACHE,))
    return None


def check_decoration(decoration: Decoration) -> Misuse | None:
    """Report a cache around a function that gives a new coroutine with each call."""
    text = messages.cached_by(decoration)
    if use := decoration.mistake(How.CACHED):
        notes = (messages.kept_there(shown_place(use.path, use.line)), messages.ASYNC_CACHE)
        return Misuse(codes.REUSED_COROUTINE, text, notes)
    if not knows("caches", decoration.name) or not decoration.gives_coroutines():
        return None
    return Misuse(codes.REUSED_COROUTINE, text, (messages.ASYNC_CACHE,))


def check_class(body: ClassBody) -> Iterator[tuple[Context, Misuse]]:
    """Yield methods whose coroutine a cached property keeps."""
    for method in body.methods:
        if method.is_async or method.declares_awaitable:
            for decorator in method.decorators:
                name = body.fullname_of(decorator)
                if knows("caches", name, "properties"):
                    text = messages.cached_property(name, method.name)
                    misuse = Misuse(codes.REUSED_COROUTINE, text, (messages.ASYNC_CACHE,))
                    yield method.node, misuse


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report the first await of a coroutine that was awaited on every way that leads there."""
    if use.value.sort is not Sort.COROUTINE or use.place.conditional:
        return None
    if use.in_container and not _is_first_item(use):
        return None
    if not fate.reused or is_to_raise(fate.reused[0], use.site.parents):
        return None
    return _misuse(use, messages.reused(use), fate.reused[0])


def check_shared(use: Use) -> Misuse | None:
    """Report a coroutine in an attribute or global that is bound once and awaited again.

    Where each that is bound is awaited at once, any other `await` is one too many.
    """
    if use.value.sort is not Sort.COROUTINE:
        return None
    if again := awaited_again(use):
        return _misuse(use, messages.reused(use), again)
    return _misuse(use, messages.cached(use), None) if is_awaited_again(use) else None


def _is_first_item(use: Use) -> bool:
    """Is the value the first coroutine of its display, the one to speak for all?"""
    place = place_of(use.origin, use.site.parents)
    for item in getattr(place.node, "items", ()) if place.kind is Kind.ELEMENT else ():
        value = None if isinstance(item, tuple) else awaitable(use.site.type_of(item))
        if value is not None and value.sort is Sort.COROUTINE:
            return item is place.value
    return True


def check_parameter(use: Use, fate: Fate) -> Misuse | None:
    """Report the await of a parameter declared `Coroutine` that was awaited before."""
    return check_binding(use, fate) if fate.reused and fate.reused[0] is use.node else None


def check_argument(use: Use, fate: Fate) -> Misuse | None:
    """Report a coroutine that is passed to a function of the module which awaits it twice."""
    call = use.place.node
    if not fate.reused or use.place.conditional or not isinstance(call, CallExpr):
        return None
    node = use.site.callee_node(call)
    return _misuse(use, messages.reused_by(use, node.name), None) if node else None


def _misuse(use: Use, text: str, node: Expression | None) -> Misuse:
    return Misuse(codes.REUSED_COROUTINE, text, (messages.MAKE_A_TASK,), node, use.value.typ)


def _key(node: Node | None) -> str:
    """Return a text that is equal for equal targets that may outlive a call, or nothing."""
    match node:
        case NameExpr(node=Var() as variable) if node.kind == LDEF and not node.is_new_def:
            return f"{node.name}@{id(variable)}"
        case NameExpr() if not node.is_new_def and "." in node.fullname:
            return node.fullname
        case MemberExpr(expr=NameExpr(name="self" | "cls")):
            return f"self.{node.name}"
        case IndexExpr():
            return f"{base}[]" if (base := _key(node.base)) else ""
    return ""


def _outlives(target: Expression, function: FuncItem) -> bool:
    """Is what a key stands for there when the function is called again: not a local of its own?"""
    root = target.base if isinstance(target, IndexExpr) else target
    if not isinstance(root, NameExpr) or root.kind != LDEF:
        return True
    return not is_argument(root.node, function) and not any(
        isinstance(node, NameExpr) and node.node is root.node and node.is_new_def
        for node in descendants(function, into_functions=False)
    )


def _is_guarded(use: Use, key: str) -> bool:
    parents = use.site.parents
    node: Node | None = use.place.node
    while node is not None and node is not function_around(use.place.node, parents):
        above = parents.get(node)
        if isinstance(above, IfStmt) and any(_asks_for(test, key) for test in above.expr):
            return True
        if isinstance(above, TryStmt) and _is_missed(above, node, key):
            return True
        node = above
    return False


def _is_missed(attempt: TryStmt, handler: Node, key: str) -> bool:
    """Is this the handler for a value that is not there yet, where the block reads it?"""
    return any(
        block is handler and isinstance(typ, RefExpr) and typ.fullname in _MISSING
        for typ, block in zip(attempt.types, attempt.handlers, strict=True)
    ) and any(_key(node) == key for node in descendants(attempt.body))


_MISSING: Final = ("builtins.KeyError", "builtins.LookupError", "builtins.AttributeError")


def _asks_for(test: Expression, key: str) -> bool:
    match test:
        case ComparisonExpr(operators=["is" | "=="]) | UnaryExpr(op="not"):
            return any(_key(part) == key for part in descendants(test))
        case ComparisonExpr(operators=["not in"]):
            return _key(test.operands[1]) == key.removesuffix("[]")
    return False


def _is_read_again(use: Use, key: str) -> bool:
    function = function_around(use.place.node, use.site.parents)
    if function is None or _is_taken_out(use, key):
        return False
    return any(
        isinstance(node, (AwaitExpr, ReturnStmt)) and node.expr and _key(node.expr) == key
        for node in descendants(function)
    )


def _is_taken_out(use: Use, key: str) -> bool:
    """Does the module remove or replace the value anywhere else?"""
    owner = key.removesuffix("[]")
    for node in descendants(compat.module(use.site.api)):
        match node:
            case DelStmt() if _key(node.expr) in (key, owner):
                return True
            case CallExpr(callee=MemberExpr(name="pop" | "clear" | "popitem") as method):
                if _key(method.expr) == owner:
                    return True
    return any(
        _is_reset(node, key)
        for function in _functions(compat.module(use.site.api))
        for node in descendants(function)
    )


def _functions(module: Node) -> Iterator[FuncDef]:
    """Yield the functions that may run more than once: not the initialisers."""
    for node in descendants(module):
        if isinstance(node, FuncDef) and node.name not in ("__init__", "__post_init__"):
            yield node


def _is_reset(node: Node, key: str) -> bool:
    """Does a statement set the value back to `None`, or put another container in place?"""
    if not isinstance(node, AssignmentStmt):
        return False
    targets = {_key(target) for target in node.lvalues}
    if key.endswith("[]") and key.removesuffix("[]") in targets:
        return True
    is_none = isinstance(node.rvalue, RefExpr) and node.rvalue.fullname == "builtins.None"
    return is_none and key in targets
