"""Which attribute of a new object keeps an argument of its constructor, and leaves it alone.

Only a constructor that does nothing but keep it is taken for a container: the value is then to be
had from that attribute and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mypy.nodes import CallExpr, Expression, FuncDef, RefExpr, TypeInfo

from mypy_await import compat
from mypy_await.places import Kind
from mypy_await.site import Site, Slot, has_variable
from mypy_await.steps import Shape, Step, Steps, name_of_argument
from mypy_await.summaries import How
from mypy_await.use import Use


def kept_by_object(use: Use) -> Use | None:
    """Return the use of the new object that keeps a value, or its container, in an attribute."""
    call = use.place.node
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return None
    info = call.callee.node if isinstance(call.callee, RefExpr) else None
    if not isinstance(info, TypeInfo) or not use.value.is_lazy:
        return None
    steps = _steps_into(info, call, use.place.value, use.site)
    if not steps:
        return None
    kept = replace(use, in_container=True, among_plain=False, steps=(*use.steps, *steps))
    return kept.moved_to(call)


def _steps_into(info: TypeInfo, call: CallExpr, value: Expression, site: Site) -> Steps:
    """Return the steps from a new object to an argument of its constructor."""
    if info.fullname == "types.SimpleNamespace":
        keyword = name_of_argument(call, value)
        return (Step(Shape.OBJECT, keyword, owner=info),) if keyword else ()
    slot = site.slot(call, value)
    if not slot.name or not _is_simple(info):
        return ()
    if info.is_named_tuple:
        return (Step(Shape.SEQUENCE, slot.position, attribute=slot.name, owner=info),)
    if slot.name in compat.dataclass_fields(info):
        return () if slot.is_starred else (Step(Shape.OBJECT, slot.name, owner=info),)
    attribute = _kept_in(info, call, slot, site)
    if attribute is None:
        return ()
    bag = _step_into_bag(call, value, slot) if slot.is_starred else None
    own = Step(Shape.OBJECT, attribute, owner=info)
    return (bag, own) if bag is not None else (own,)


def _step_into_bag(call: CallExpr, value: Expression, slot: Slot) -> Step:
    """Return the step from `*values` or `**fields` to one of them."""
    keyword = name_of_argument(call, value)
    if keyword is not None:
        return Step(Shape.MAPPING, keyword)
    if any(kind.is_star() for kind in call.arg_kinds):
        return Step(Shape.SEQUENCE)
    position = next(i for i, argument in enumerate(call.args) if argument is value)
    return Step(Shape.SEQUENCE, position - slot.position)


def _kept_in(info: TypeInfo, call: CallExpr, slot: Slot, site: Site) -> str | None:
    """Return the attribute in which the source of a constructor keeps a parameter.

    The constructor gives the object itself to nobody: else somebody may await what it keeps.
    """
    home = info.get_containing_type_info("__init__")
    if home is None or any("__init__" in base.names for base in _bases(info) if base is not home):
        return None
    summary = site.summary(call)
    parameter = summary.parameter(slot.name) if summary else None
    attribute = parameter.kept_in if parameter else None
    if summary is None or attribute is None or not has_variable(info, attribute):
        return None
    constructor = home.names["__init__"].node
    name = constructor.arg_names[0] if isinstance(constructor, FuncDef) else None
    own = summary.parameter(name) if name else None
    is_alone = own is not None and all(
        use.how is How.ATTRIBUTE and has_variable(info, use.detail) for use in own.uses
    )
    return attribute if is_alone else None


def _is_simple(info: TypeInfo) -> bool:
    """Does making an instance run the constructor alone, and attributes mean what they say?"""
    meta = info.metaclass_type
    if info.fallback_to_any or (meta is not None and meta.type.fullname != "abc.ABCMeta"):
        return False
    names = _OF_ITS_OWN if info.is_named_tuple else (*_OF_ITS_OWN, "__new__")
    return not any(name in base.names for base in _bases(info) for name in names)


def _bases(info: TypeInfo) -> list[TypeInfo]:
    """Return a class and its bases, but for those of Python that define nothing of the kind."""
    return [base for base in info.mro if base.fullname.partition(".")[0] not in _PYTHONS]


_PYTHONS: Final = frozenset({"abc", "builtins", "typing"})
_OF_ITS_OWN: Final = (
    "__del__",
    "__getattr__",
    "__getattribute__",
    "__post_init__",
    "__setattr__",
)
