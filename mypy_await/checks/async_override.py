"""async-override: a method is async where the original is not, or the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import TypeInfo
from mypy.types import Instance

from mypy_await import codes, compat, messages
from mypy_await.calls import Call, formal_of
from mypy_await.knowledge import knows
from mypy_await.method_calls import Family, only_awaited, only_used
from mypy_await.names import OBJECT
from mypy_await.overrides import ClassBody, Method, definition, overridden
from mypy_await.use import Misuse


def check_class(body: ClassBody) -> Iterator[tuple[Method, Misuse]]:
    """Yield methods that are async where Python or a base class calls them synchronously.

    Where both signatures are declared mypy compares them itself.  Where the base's says nothing,
    the sources of both classes decide: somebody there uses the result as it comes, on what is known
    to be one of them, and nobody awaits it.
    """
    for method in body.methods:
        original = overridden(body.info, method.name)
        if method.is_async and _is_special(method, original):
            text = messages.async_special(method.name)
            yield method, Misuse(codes.ASYNC_OVERRIDE, text, (messages.MAKE_IT_SYNC,))
        elif original is not None and _changes_colour(body, method, *original):
            text = messages.override(method.name, original[0].name, is_async=method.is_async)
            yield method, Misuse(codes.ASYNC_OVERRIDE, text, (messages.SAME_COLOUR,))


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


def _changes_colour(body: ClassBody, method: Method, base: TypeInfo, original: Method) -> bool:
    if method.is_async == original.is_async:
        return False
    if original.is_async:
        if not method.is_open or not method.gives_plain_values or method.decorators:
            return False
    elif not original.is_open or original.is_replaced:
        return False
    if method.is_generator or original.is_generator:
        return False
    speaks = only_awaited if original.is_async else only_used
    own = (one.name for one in body.methods)  # mypy fills the class in only later
    return speaks(method.name, _family(body.info, own), body.sources(base))


def _family(info: TypeInfo, own: Iterable[str]) -> Family:
    bases = frozenset(base.name for base in info.mro[1:] if base.fullname != OBJECT)
    return Family(info.name, bases, frozenset(own))


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
        family = _family(protocol, protocol.names)
        if only_used(name, family, compat.paths_of(call.site.api, wanted[0])):
            return name
    return None
