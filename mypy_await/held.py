"""What an attribute holds that is `None` at first, or what a parameter says: where mypy says `Any`.

    def __init__(self, store=None):
        self.socket = None
        self.store = store or Store()

The methods of the class say of which class it is, if all that they store there is `None` or of that
class.  So where it is text or a number at first (`self.socket = False`), for which mypy takes it
ever after, and is asked for what only the object has.  A parameter that may be left out may be
passed anything else; so what is said of the default counts only where the class does not tell the
two apart.
"""

from __future__ import annotations

from mypy.nodes import (
    ARG_POS,
    AwaitExpr,
    CallExpr,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    TypeInfo,
    Var,
)
from mypy.plugin import AttributeContext
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    ProperType,
    Type,
    UnionType,
    get_proper_type,
)

from mypy_await import compat
from mypy_await.awaitables import differ_in_colour, holds_anything, is_scalar, parts
from mypy_await.refine import Refiner
from mypy_await.walk import ParentLinks, descendants


class Held:
    """Answers for the attributes that are read in the modules in work."""

    def __init__(self, links: ParentLinks, refiner: Refiner) -> None:
        self._links = links
        self._refiner = refiner
        self._told_apart: dict[tuple[TypeInfo, FuncItem, str], bool] = {}

    def forget(self) -> None:
        """Drop the answers: a file was parsed anew."""
        self._told_apart.clear()

    def type_of(self, ctx: AttributeContext) -> Type | None:
        """Return the type of what is read from an attribute, as the source of its class says."""
        node, owner = ctx.context, ctx.type
        if not isinstance(node, MemberExpr) or not isinstance(owner, Instance):
            return None
        if container := self._container(ctx, owner.type, node.name):
            return container
        said = list(parts(get_proper_type(ctx.default_attr_type)))
        if any(map(is_scalar, said)):
            return self._beside_scalars(ctx, node, owner.type, said)
        if not any(isinstance(p, AnyType) for p in said) and not isinstance(said[0], NoneType):
            return None
        of = owner.type.fullname
        found = self._refiner.held(ctx.api, of, node.name, by_default=False)
        if found is None:
            found = self._refiner.held(ctx.api, of, node.name, by_default=True)
            if found is None or self._is_told_apart(ctx, node, found.type):
                return None
            if any(differ_in_colour(part, found) for part in said):
                return None  # a flag chooses one of two classes
        is_known = any(isinstance(part, Instance) for part in said)
        return found if is_known else UnionType([found, NoneType()])

    def _beside_scalars(
        self, ctx: AttributeContext, node: MemberExpr, owner: TypeInfo, said: list[ProperType]
    ) -> Type | None:
        """Return the type of an attribute that is first a constant, as `False`, and then an object.

        mypy knows the constant's type alone.  What only the object has, the object is asked for.
        """
        if not all(is_scalar(part) or isinstance(part, NoneType) for part in said):
            return None
        found = self._refiner.held_beside_scalars(ctx.api, owner, node.name)
        if found is None or any(differ_in_colour(found, part) for part in said):
            return None
        if self._is_asked_for(ctx, node, found.type, said):
            return found
        return UnionType([found, *said, NoneType()])

    def _is_asked_for(
        self, ctx: AttributeContext, node: MemberExpr, made: TypeInfo, scalars: list[ProperType]
    ) -> bool:
        """Is what is read here of the attribute something that only the object has?"""
        use = self._links.below(compat.root(ctx.api)).get(node)
        if not isinstance(use, MemberExpr) or made.get(use.name) is None:
            return False
        if any(isinstance(one, Instance) and one.type.get(use.name) for one in scalars):
            return False
        narrowed = compat.narrowed(ctx.api, node)
        return narrowed is None or any(
            isinstance(part, Instance) and part.type is made
            for part in parts(get_proper_type(narrowed))
        )

    def _container(self, ctx: AttributeContext, owner: TypeInfo, name: str) -> Type | None:
        """Return the type of a container with the class of what the program puts into it."""
        typ = get_proper_type(ctx.default_attr_type)
        if not holds_anything(typ):
            return None
        item = self._refiner.item(ctx.api, owner.fullname, name)
        keys = [compat.anything() for _ in typ.args[1:]]  # mypy may say that there are none
        return typ.copy_modified(args=[*keys, item]) if item else None

    def _is_told_apart(self, ctx: AttributeContext, node: MemberExpr, made: TypeInfo) -> bool:
        """May the class know whether the attribute is the default, or what was passed?"""
        info, function = compat.active_class(ctx.api), compat.top_level_function(ctx.api)
        if info is None or function is None or not _is_of_self(node):
            return True
        key = info, function, node.name
        if key not in self._told_apart:
            self._told_apart[key] = _tells_apart(*key, made)
        return self._told_apart[key]


def _tells_apart(info: TypeInfo, function: FuncItem, attribute: str, made: TypeInfo) -> bool:
    """Does a class treat an attribute in two ways, for all that a function shows?

    It does where it passes the attribute on, as to a test (but not to what takes no other class);
    where the function awaits a call of it here and not there; or where it only calls in a sync
    function what async ones await.
    """
    nodes = list(descendants(info.defn))
    if any(isinstance(node, CallExpr) and _is_passed(node, attribute, made) for node in nodes):
        return True
    awaited = [node.expr for node in nodes if isinstance(node, AwaitExpr)]
    inside = nodes if not function.is_coroutine else list(descendants(function))
    beside = {_called(node, attribute) for node in awaited if node in inside}
    here = {_called(node, attribute) for node in descendants(function) if node not in awaited}
    return not (here & beside) <= {None}


def _is_passed(call: CallExpr, attribute: str, made: TypeInfo) -> bool:
    """Is the attribute, or a method of it, passed on to what may ask of which class it is?"""
    return any(
        _is_attribute(part, attribute)
        for position, argument in enumerate(call.args)
        if not _takes_only(call, position, made)
        for part in (argument, getattr(argument, "expr", None))
    )


def _takes_only(call: CallExpr, position: int, made: TypeInfo) -> bool:
    """Is an argument of a function declared of just this class?"""
    callee = call.callee.node if isinstance(call.callee, RefExpr) else None
    typ = callee.type if isinstance(callee, FuncDef) and not callee.info else None
    if not isinstance(typ, CallableType) or set(call.arg_kinds[: position + 1]) != {ARG_POS}:
        return False
    declared = [get_proper_type(one) for one in typ.arg_types[position : position + 1]]
    return any(isinstance(one, Instance) and one.type is made for one in declared)


def _called(node: Node, attribute: str) -> str | None:
    """Return the method of the attribute that is called, if it is such a call."""
    match node:
        case CallExpr(callee=MemberExpr(name=name, expr=owner)) if _is_attribute(owner, attribute):
            return name
    return None


def _is_attribute(node: Expression | None, name: str) -> bool:
    return isinstance(node, MemberExpr) and node.name == name and _is_of_self(node)


def _is_of_self(node: MemberExpr) -> bool:
    owner = node.expr
    return isinstance(owner, NameExpr) and isinstance(owner.node, Var) and owner.node.is_self
