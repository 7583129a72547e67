"""Decides whether a `cast`, or a test with `isinstance`, is about the result of an awaitable."""

from __future__ import annotations

from mypy.nodes import CallExpr, CastExpr, Expression, TypeInfo
from mypy.types import Instance, ProperType, Type, get_proper_type

from mypy_await import compat, messages
from mypy_await.awaitables import parts, refuses_coroutines
from mypy_await.known import is_object
from mypy_await.places import can_await
from mypy_await.slots import Fit, fit, is_known
from mypy_await.use import Use
from mypy_await.walk import flattened


def cast_to_result(use: Use) -> ProperType | None:
    """Return the type that the awaitable is cast to, if only its result can be of that type."""
    cast = use.place.node
    assert isinstance(cast, CastExpr)
    target, result = get_proper_type(cast.type), use.value.result
    if fit(use.value, target) is not Fit.NO:
        return None
    is_open = not is_known(result) and refuses_coroutines(target)
    if not (is_open and can_await(cast, use.site.parents)) and not _may_be_cast(result, target):
        return None  # a lie of its own: no `await` would make it true
    is_async = isinstance(target, Instance) and target.type.get("__aiter__") is not None
    return None if is_async else target


def container_cast_to_results(use: Use) -> Instance | None:
    """Return the type that a container is cast to, if it is one of what its coroutines give."""
    cast = use.place.node
    assert isinstance(cast, CastExpr)
    target = get_proper_type(cast.type)
    if len(use.steps) != 1 or not isinstance(target, Instance) or not target.args:
        return None
    element = get_proper_type(target.args[-1])
    if fit(use.value, element) is not Fit.NO or not _may_be_cast(use.value.result, element):
        return None
    return target


def _may_be_cast(result: Type, target: ProperType) -> bool:
    """Is the awaited result known, and of the target's type or one it may turn out to be?"""
    return is_known(result) and (
        messages.fits(result, target)
        or any(compat.is_subtype(part, result) for part in parts(target))
    )


def cannot_be(use: Use, classes: Expression) -> bool:
    """Is no awaitable an instance of any of the classes that `isinstance` is asked for?

    Of what is declared `object` every caller has to ask.
    """
    made = use.site.signatures(use.origin) if isinstance(use.origin, CallExpr) else ()
    if any(is_object(get_proper_type(item.ret_type)) for item in made):
        return False
    nodes = [getattr(part, "node", None) for part in flattened(classes)]
    return bool(nodes) and all(
        isinstance(info, TypeInfo) and not _may_be(use, info) for info in nodes
    )


def _may_be(use: Use, info: TypeInfo) -> bool:
    """May the awaitable be an instance of this class?"""
    if info.is_protocol or info.fallback_to_any or info.get("__await__") is not None:
        return True
    return any(
        isinstance(part, Instance) and part.type.has_base(info.fullname)
        for part in parts(use.value.typ)
    )
