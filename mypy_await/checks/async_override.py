"""async-override: a method is async where the original is not, or the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import Context, TypeInfo
from mypy.types import Instance

from mypy_await import codes, compat, messages
from mypy_await.calls import Call, formal_of
from mypy_await.knowledge import knows
from mypy_await.method_calls import Family, awaited_by_name, only_awaited, only_used
from mypy_await.names import OBJECT
from mypy_await.overrides import ClassBody, Method, definition, overridden
from mypy_await.use import Misuse


def check_class(body: ClassBody) -> Iterator[tuple[Context, Misuse]]:
    """Yield methods that are async where Python or a base class calls them synchronously.

    Where both signatures are declared mypy compares them itself.  Where the base's says nothing,
    the sources of both classes decide: somebody there uses the result as it comes, on what is known
    to be one of them, and nobody awaits it.
    """
    own = frozenset(method.name for method in body.methods)  # mypy fills the class in only later
    for method in body.methods:
        original = overridden(body.info, method.name)
        if method.is_async and _is_special(method, original):
            text = messages.async_special(method.name)
            yield method.node, Misuse(codes.ASYNC_OVERRIDE, text, (messages.MAKE_IT_SYNC,))
        elif original is not None and _changes_colour(body, method, *original, own):
            yield method.node, _misuse(method, original[0])
    if len(body.info.bases) > 1:
        for method, home, base in _put_before(body, own):
            yield body.node, _misuse(method, base, home)


def _misuse(method: Method, base: TypeInfo, home: TypeInfo | None = None) -> Misuse:
    text = messages.override(method.name, base.name, is_async=method.is_async)
    notes = (messages.put_before(home.name, base.name),) if home else (messages.SAME_COLOUR,)
    return Misuse(codes.ASYNC_OVERRIDE, text, notes)


def _put_before(
    body: ClassBody, own: frozenset[str]
) -> Iterator[tuple[Method, TypeInfo, TypeInfo]]:
    """Yield the async methods of a base that the class puts before those of another base.

    Each with the two bases.  Neither derives from the other, and no base of the class has both.
    """
    mro = body.info.mro[1:]
    for position, home in enumerate(mro):
        before = own.union(*(base.names for base in mro[:position]))
        for name in home.names:
            first = None if name in before else definition((home,), name)
            if first is None or not first[1].is_async:
                continue
            second = definition(mro[position + 1 :], name)
            if second is None or any(
                {home, second[0]} <= set(base.type.mro) for base in body.info.bases
            ):
                continue
            replaced = before.union(*(base.names for base in mro[: mro.index(second[0])]))
            if _changes_colour(body, first[1], *second, replaced, home):
                yield first[1], home, second[0]


def _is_special(method: Method, original: tuple[TypeInfo, Method] | None) -> bool:
    if not knows("special-methods", method.name):
        return False
    if method.name in ("__init__", "__init_subclass__"):
        return method.node.type is None  # mypy looks at annotated ones only
    # With a declared original, as `object` has for many, mypy compares the two.
    inherited = original[1] if original else None
    if inherited is not None and (inherited.is_async or not inherited.is_open):
        return False
    return method.name != "__aiter__" or not method.is_generator


def _changes_colour(
    body: ClassBody,
    method: Method,
    base: TypeInfo,
    original: Method,
    replaced: frozenset[str],
    home: TypeInfo | None = None,
) -> bool:
    """Does a method, of the class or of a base called home, break the callers of the original?"""
    if method.is_async == original.is_async or method.is_property != original.is_property:
        return False
    if method.is_replaced:
        return False
    if original.is_async:
        if not method.is_open or not body.gives_plain_values(method):
            return False
    elif not original.is_open or original.is_replaced:
        return False
    if method.is_generator or original.is_generator:
        return False
    info = body.info
    above = info.mro[info.mro.index(base) if home else 1 :]
    family = _family(info, above, replaced, is_property=method.is_property)
    asked = (method.name, family, body.sources(base, home or base))
    if not original.is_async:
        return only_used(*asked)
    if only_awaited(*asked):
        return True
    return (original.is_abstract or body.is_hook(base, original)) and awaited_by_name(*asked)


def _family(
    info: TypeInfo, above: Iterable[TypeInfo], replaced: Iterable[str], *, is_property: bool
) -> Family:
    names, above_names = (
        frozenset(one.name for one in classes if one.fullname != OBJECT)
        for classes in (info.mro, above)
    )
    return Family(names, above_names, frozenset(replaced), is_property)


def check_call(call: Call) -> Misuse | None:
    """Report an argument whose async method stands for one that a protocol leaves open."""
    for passed in call.arguments:
        given = passed.typ
        if not isinstance(given, Instance):
            continue
        for formal in formal_of(call, passed):
            if not isinstance(formal, Instance):
                continue
            name = _recoloured(call, given, formal)
            if name is not None:
                text = messages.override(name, formal.type.name, is_async=True)
                return Misuse(codes.ASYNC_OVERRIDE, text, (messages.SAME_COLOUR,), passed.value)
    return None


def _recoloured(call: Call, given: Instance, formal: Instance) -> str | None:
    protocol = formal.type
    if not protocol.is_protocol or protocol in given.type.mro:
        return None
    for name in protocol.protocol_members:
        wanted, own = definition(protocol.mro, name), definition(given.type.mro, name)
        if wanted is None or own is None or not own[1].is_async:
            continue
        if wanted[1].is_async or not wanted[1].is_open:
            continue
        is_property = wanted[1].is_property
        if own[1].is_property != is_property:
            continue
        family = _family(protocol, protocol.mro, protocol.names, is_property=is_property)
        if only_used(name, family, compat.paths_of(call.site.api, wanted[0])):
            return name
    return None
