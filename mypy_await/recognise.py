"""Which names are worth a hook: what may give an awaitable when it is called or read.

The answer follows from the declaration alone; the plugin keeps the hook that it makes of it until a
file is parsed anew.  A hook that finds no awaitable costs little; a missing hook is a missed alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from mypy.nodes import (
    Decorator,
    FuncDef,
    OverloadedFuncDef,
    SymbolNode,
    SymbolTableNode,
    TypeAlias,
    TypeInfo,
    Var,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    Overloaded,
    PartialType,
    ProperType,
    TupleType,
    Type,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from mypy_await import names
from mypy_await.awaitables import (
    awaitable,
    called_by,
    holds_anything,
    is_scalar,
    is_started_later,
    may_be_awaitable,
    parts,
)
from mypy_await.knowledge import has_callbacks, knows
from mypy_await.protect import is_protected

Lookup = Callable[[str], SymbolTableNode | None]


class Interest(NamedTuple):
    """Why the calls of a callable are worth a look."""

    gives: bool = False
    """It may give an awaitable, or something that holds one."""
    takes: bool = False
    """It may call a function that it is given."""
    opens: bool = False
    """It takes anything: its source alone says what it does with that."""
    meets: bool = False
    """It takes a protocol, one of whose methods says nothing of its result."""
    decorates: bool = False
    """It may give a decorator, other than one whose type tells what becomes of a function."""
    tests: bool = False
    """It asks what an argument is, for one whether it is awaitable."""
    replaces: bool = False
    """It makes a mock, or puts one in the place of something."""
    consumes: bool = False
    """It awaits what it is given, or is what `await` calls."""

    def __bool__(self) -> bool:
        return self.gives or self.takes or self.meets or self.decorates or self.consumes


_LOCAL: Final = Interest(gives=True, takes=True, opens=True, decorates=True)
"""A local function or variable: mypy gives no more than its name."""
_NONE: Final = Interest()


class Recogniser:
    """Answers for full names."""

    def __init__(
        self, lookup: Lookup, protect: tuple[str, ...], *, infers_returns: bool = False
    ) -> None:
        self._infers = infers_returns
        self._lookup = lookup
        self._protect = protect
        self._classes: dict[str, TypeInfo | None] = {}

    def forget(self) -> None:
        """Drop what is remembered of classes: a file was parsed anew."""
        self._classes.clear()

    def function(self, fullname: str) -> Interest:
        """Return what is of interest in calls of this function, class or variable."""
        if "." not in fullname:
            # Names in angle brackets are mypy's own, for displays and comprehensions.
            return _NONE if fullname.startswith("<") else _LOCAL
        found = self._lookup(fullname)
        if found is None:
            # A function in a method: mypy names it as if it were a method itself.
            return _LOCAL if self._class(fullname.rpartition(".")[0]) else _NONE
        return self._interest(fullname, found.node)

    def method(self, fullname: str) -> Interest:
        """Return what is of interest in calls of this method, named by the receiver's class."""
        return self._interest(fullname, self._member(fullname))

    def is_attribute_of_interest(self, fullname: str) -> bool:
        """May this attribute hold an awaitable, or a mock that gives one?"""
        member = self._member(fullname)
        if member is None:
            return fullname.startswith(names.MOCK_ATTRIBUTES) or self._is_made_on_reading(fullname)
        if isinstance(member, Var) and (_is_open(member) or (self._infers and _has_room(member))):
            return True
        return _may_read(member)

    def _is_made_on_reading(self, fullname: str) -> bool:
        """Does a `__getattr__` give this attribute of which nothing is declared?"""
        getter = self._member(f"{fullname.rpartition('.')[0]}.__getattr__")
        return isinstance(getter, FuncDef) and getter.type is None

    def _interest(self, fullname: str, node: SymbolNode | None) -> Interest:
        found = _interest(node)
        return found._replace(
            gives=found.gives or (bool(self._protect) and self._is_guarded(node)),
            tests=fullname == names.HASATTR
            or any(knows("coroutine-tests", fullname, key) for key in ("calls", "of_functions")),
            replaces=knows("replacers", fullname) or knows("mocks", fullname),
            consumes=knows("consumer", fullname) or fullname in names.AWAITS,
        )

    def _is_guarded(self, node: SymbolNode | None) -> bool:
        """Does a protected type come from here, or anything that may become one?"""
        if node is not None and node.fullname.endswith(".__getitem__"):
            return True
        typ = get_proper_type(node.type if isinstance(node, (FuncDef, Decorator)) else None)
        return isinstance(typ, CallableType) and is_protected(
            get_proper_type(typ.ret_type), self._protect
        )

    def _member(self, fullname: str) -> SymbolNode | None:
        owner, _, name = fullname.rpartition(".")
        known = self._class(owner)
        symbol = known.get(name) if known else None
        return symbol.node if symbol else None

    def _class(self, fullname: str) -> TypeInfo | None:
        if fullname not in self._classes:
            found = self._lookup(fullname)
            info = found.node if found else None
            self._classes[fullname] = info if isinstance(info, TypeInfo) else None
        return self._classes[fullname]


def _interest(node: SymbolNode | None) -> Interest:
    match node:
        case FuncDef():
            return _of_function(node)
        case Decorator():
            return _of_type(node.type) if node.type and not _is_erased(node) else _LOCAL
        case OverloadedFuncDef() | Var():
            return _of_type(node.type, node.fullname) if node.type else _LOCAL
        case TypeInfo():
            return _of_class(node)
        case TypeAlias():
            target = get_proper_type(node.target)
            return _interest(target.type) if isinstance(target, Instance) else _NONE
    return _NONE


def _of_function(node: FuncDef) -> Interest:
    if node.type is None:
        named = bool(node.arg_names)
        return Interest(gives=True, takes=named, opens=named, decorates=True)
    found = _of_type(node.type, node.fullname)
    return found._replace(gives=True) if node.is_coroutine else found


def _of_class(node: TypeInfo) -> Interest:
    init = node.get("__init__")
    call = node.get("__call__")
    function = call.node if call is not None and isinstance(call.node, FuncDef) else None
    decorates = function is not None and (
        function.type is None or _takes(_parameters(function.type))
    )
    return Interest(
        gives=node.get("__await__") is not None or node.fullname == "builtins.map",
        takes=has_callbacks(node.fullname) or (init is not None and _is_given(init)),
        opens=init is not None and _is_open_to_all(init),
        meets=init is not None and _meets(_parameters(init.type)),
        decorates=decorates or knows("caches", node.fullname),
    )


def _of_type(typ: Type, fullname: str = "") -> Interest:
    proper = get_proper_type(typ)
    match proper:
        case CallableType():
            result, parameters = get_proper_type(proper.ret_type), _parameters(proper)
            return Interest(
                gives=_may_hold(result),
                takes=_takes(parameters) or has_callbacks(fullname),
                opens=_opens(parameters),
                meets=_meets(parameters),
                decorates=_gives_open_function(result)
                or _gives_decorator(result)
                or knows("caches", fullname)
                or knows("sync-decorators", fullname)
                or knows("sync-decorators", fullname, "on_request")
                or knows("fixtures", fullname),
            )
        case Overloaded() | UnionType():
            items = [_of_type(item, fullname) for item in proper.items]
            return Interest(
                gives=any(item.gives for item in items),
                takes=any(item.takes for item in items),
                opens=any(item.opens for item in items),
                meets=any(item.meets for item in items),
                decorates=any(item.decorates for item in items),
            )
        case Instance():
            call = proper.type.get("__call__")
            return _interest(call.node) if call else _NONE
    return _NONE


def _takes(parameters: Sequence[ProperType]) -> bool:
    """May a parameter of these types be a function?"""
    for part in parameters:
        match part:
            case Instance():
                if _is_object(part) or called_by(part) is not None:
                    return True
            case CallableType() | AnyType():
                return True
            case TypeVarType() if _is_callable(part.upper_bound):
                return True
    return False


def _is_given(init: SymbolTableNode) -> bool:
    """May a parameter of a constructor be a function, as any may without annotations?"""
    node = init.node
    if isinstance(node, FuncDef) and node.type is None:
        return len(node.arg_names) > 1
    return _takes(_parameters(init.type))


def _is_open_to_all(init: SymbolTableNode) -> bool:
    """May a parameter of a constructor be anything?"""
    node = init.node
    return (isinstance(node, FuncDef) and node.type is None) or _opens(_parameters(init.type))


def _opens(parameters: Sequence[ProperType]) -> bool:
    """May a parameter of these types be anything?"""
    return any(isinstance(part, AnyType) or _is_object(part) for part in parameters)


def _is_object(part: ProperType) -> bool:
    return isinstance(part, Instance) and part.type.fullname == "builtins.object"


def _is_callable(typ: Type) -> bool:
    return isinstance(get_proper_type(typ), CallableType)


def _meets(parameters: Sequence[ProperType]) -> bool:
    """Is a parameter of these types a protocol with a method whose result stands open?"""
    return any(_is_open_protocol(part.type) for part in parameters if isinstance(part, Instance))


def _is_open_protocol(info: TypeInfo) -> bool:
    return (
        info.is_protocol
        and not info.fullname.startswith(("typing.", "_typeshed.", "collections."))
        and any(
            isinstance(symbol.node, FuncDef) and _is_open_method(symbol.node)
            for symbol in info.names.values()
        )
    )


def _is_open_method(method: FuncDef) -> bool:
    typ = method.type
    return typ is None or (isinstance(typ, CallableType) and may_be_awaitable(typ.ret_type))


def _parameters(typ: Type | None) -> list[ProperType]:
    """Return the types that the parameters of a callable take, unions taken apart."""
    proper = get_proper_type(typ)
    items = proper.items if isinstance(proper, (CallableType, Overloaded)) else ()
    return [
        part
        for item in items
        for formal in item.arg_types
        for part in parts(get_proper_type(formal))
    ]


def _may_hold(typ: ProperType) -> bool:
    """May this be an awaitable, or hold one, or start what is like one?"""
    if isinstance(typ, CallableType):
        return awaitable(typ.ret_type) is not None  # for the call of what the call gives
    if isinstance(typ, TupleType):
        return any(may_be_awaitable(item) for item in typ.items)
    return may_be_awaitable(typ) or is_started_later(typ) or _is_manager(typ)


def _gives_open_function(result: ProperType) -> bool:
    """Is a result unknown, or a function whose result is open, or a function of such?"""
    if isinstance(result, CallableType):
        given = get_proper_type(result.ret_type)
        return isinstance(given, TypeVarType) or _gives_open_function(given)
    return isinstance(result, AnyType)


def _gives_decorator(result: ProperType) -> bool:
    """Is a result what takes functions: a decorator, or a context manager that can be one?"""
    if isinstance(result, Instance) and result.type.has_base(names.CONTEXT_DECORATOR):
        return True
    return _is_manager(result) or (isinstance(result, CallableType) and _takes(_parameters(result)))


def _is_manager(typ: ProperType) -> bool:
    return isinstance(typ, Instance) and typ.type.fullname in names.MANAGERS


def _is_erased(node: Decorator) -> bool:
    """Do decorators leave nothing of the function's type, as far as mypy has come?"""
    return node.type is None or isinstance(get_proper_type(node.type), AnyType)


def _is_open(node: Var) -> bool:
    """Has mypy inferred of a variable that it may be anything, or nothing yet?

    Of a private attribute, what only its own class stores there says more than a declared `Any`.
    """
    typ = get_proper_type(node.type)
    if not node.is_inferred and not _is_private(node):
        return False
    if typ is None or (node.is_inferred and isinstance(typ, (NoneType, PartialType))):
        return True
    return any(isinstance(part, AnyType) for part in parts(typ))


def _has_room(node: Var) -> bool:
    """May a variable hold more than mypy has inferred: a container, or a constant such as `False`?

    The constant perhaps makes room for an object, and so does `None`.
    """
    typ = get_proper_type(node.type)
    held = list(parts(typ)) if typ is not None else []
    if any(isinstance(part, (NoneType, PartialType)) for part in held):
        return node.is_inferred or _is_private(node)
    if not node.is_inferred:
        return False
    return holds_anything(typ) or (bool(node.info) and any(map(is_scalar, held)))


def _is_private(node: Var) -> bool:
    return bool(node.info) and node.name.startswith("_")


def _may_read(node: SymbolNode | None) -> bool:
    match node:
        case Decorator() if node.func.is_property:
            return node.func.is_coroutine or bool(_interest(node).gives)
        case Decorator():
            return _is_erased(node)
        case OverloadedFuncDef() if node.is_property and isinstance(node.items[0], Decorator):
            return _may_read(node.items[0])
        case Var():
            typ = get_proper_type(node.type)
            if isinstance(typ, UnionType):
                return any(awaitable(part) is not None for part in parts(typ))
            return awaitable(typ) is not None
    return False
