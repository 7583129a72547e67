"""reused-coroutine: a coroutine is awaited twice, or kept in a cache."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ComparisonExpr,
    DelStmt,
    Expression,
    FuncDef,
    IfStmt,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    UnaryExpr,
)

from mypy_await import codes, compat, messages, names
from mypy_await.awaitables import Sort
from mypy_await.bindings import Fate
from mypy_await.calls import Call
from mypy_await.decorations import Decoration
from mypy_await.knowledge import knows
from mypy_await.overrides import ClassBody, Method
from mypy_await.places import Kind, function_around
from mypy_await.refine import shown_place
from mypy_await.repeated import was_asked_before
from mypy_await.summaries import How
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report a coroutine that is stored once and awaited at every call: a cache by hand.

    The sign is a guard that asks whether the value is there already, around a store into something
    that outlives the call, and an `await` or `return` of it in the same function.
    """
    place = use.place
    if place.kind is not Kind.ASSIGNED or use.value.sort is not Sort.COROUTINE:
        return None
    key = _key(place.target)
    owner = compat.active_class(use.site.api)
    if owner is not None and owner.has_base(names.COROUTINE):
        return None  # a coroutine of the user's own, which hands on to the one that it keeps
    if not key or not _is_guarded(use, key) or not _is_read_again(use, key):
        return None
    return _misuse(use, messages.cached(use), None)


def check_call(call: Call) -> Misuse | None:
    """Report a coroutine that an object keeps, awaited again where the object gives it back.

    The object is a local one that is only asked for what it keeps, the same question was asked
    before, and each answer is awaited.
    """
    for passed, value in call.async_functions():
        if value.sort is not Sort.COROUTINE or not isinstance(passed.value, RefExpr):
            continue
        summary = call.summary if passed.name else None
        parameter = summary.parameter(passed.name or "") if summary else None
        if parameter is not None and parameter.is_remembered and was_asked_before(call):
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


def check_class(body: ClassBody) -> Iterator[tuple[Method, Misuse]]:
    """Yield methods whose coroutine a cached property keeps."""
    for method in body.methods:
        if method.is_async or method.declares_awaitable:
            for decorator in method.decorators:
                name = body.fullname_of(decorator)
                if knows("caches", name, "properties"):
                    text = messages.cached_property(name, method.name)
                    yield method, Misuse(codes.REUSED_COROUTINE, text, (messages.ASYNC_CACHE,))


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report the first await of a coroutine that was awaited on every way that leads there."""
    if use.in_container or use.value.sort is not Sort.COROUTINE or use.place.conditional:
        return None
    return _misuse(use, messages.reused(use), fate.reused[0]) if fate.reused else None


def _misuse(use: Use, text: str, node: Expression | None) -> Misuse:
    return Misuse(codes.REUSED_COROUTINE, text, (messages.MAKE_A_TASK,), node, use.value.typ)


def _key(node: Node | None) -> str:
    """Return a text that is equal for equal targets that outlive a call, or nothing."""
    match node:
        case NameExpr() if not node.is_new_def and "." in node.fullname:
            return node.fullname
        case MemberExpr(expr=NameExpr(name="self" | "cls")):
            return f"self.{node.name}"
        case IndexExpr():
            return f"{base}[]" if (base := _key(node.base)) else ""
    return ""


def _is_guarded(use: Use, key: str) -> bool:
    parents = use.site.parents
    node: Node | None = use.place.node
    while node is not None and node is not function_around(use.place.node, parents):
        above = parents.get(node)
        if isinstance(above, IfStmt) and any(_asks_for(test, key) for test in above.expr):
            return True
        node = above
    return False


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
    return (
        isinstance(node, AssignmentStmt)
        and isinstance(node.rvalue, RefExpr)
        and node.rvalue.fullname == "builtins.None"
        and any(_key(target) == key for target in node.lvalues)
    )
