"""What an annotation declares, as far as its names can be followed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from mypy_await.summaries import expressions
from mypy_await.summaries.containers import (
    DEFAULT_DICT,
    DEQUE,
    DICT,
    FROZEN_SET,
    ITERABLE,
    LIST,
    ORDERED_DICT,
    SET,
    container,
)
from mypy_await.summaries.engine import Engine, class_of
from mypy_await.summaries.library import known_value
from mypy_await.summaries.model import Kind, Origin
from mypy_await.summaries.modules import absolute
from mypy_await.summaries.scopes import Binds
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    PLAIN,
    UNKNOWN,
    Awaitable,
    Class,
    Constant,
    Declared,
    External,
    Frame,
    Instance,
    Value,
    instance,
    join,
    only,
)

_Reader = Callable[["Engine", list[ast.expr], Frame], Value]

_TYPING: Final = frozenset(
    {
        "typing",
        "typing_extensions",
        "collections",
        "collections.abc",
        "builtins",
        "asyncio",
        "functools",
    }
)


def value(engine: Engine, node: ast.expr, frame: Frame) -> Value:
    """Return a value of the annotated type; unknown for `Any`, `object` and type variables."""
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            parsed = _parse(engine, node, text)
            return value(engine, parsed, frame) if parsed else UNKNOWN
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return join(value(engine, left, frame), value(engine, right, frame))
        case ast.Subscript(value=base, slice=index):
            arguments = index.elts if isinstance(index, ast.Tuple) else [index]
            return _of(engine, base, arguments, frame)
        case ast.Name() | ast.Attribute():
            return _of(engine, node, [], frame)
    return UNKNOWN


def _parse(engine: Engine, node: ast.expr, text: str) -> ast.expr | None:
    """Parse an annotation in quotes, once: the tree is the key of what is remembered of it."""

    def parse() -> ast.expr | None:
        try:
            return ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    return engine.remember(("parsed", node), parse, None)


def _of(engine: Engine, base: ast.expr, arguments: list[ast.expr], frame: Frame) -> Value:
    alias = _alias(engine, base, frame)
    if alias:
        expr, where = alias
        key = ("alias", expr, where)
        return engine.remember(key, lambda: value(engine, expr, where), UNKNOWN)
    named = only(expressions.value(engine, base, frame))
    if isinstance(named, Class):
        return frozenset({Instance(named)})
    if not isinstance(named, External):
        return NONE if named == Constant(None) else UNKNOWN
    prefix, _, short = named.fullname.rpartition(".")
    reader = _READERS.get(short) if prefix in _TYPING else None
    if reader:
        return reader(engine, arguments, frame)
    return _external(engine, named.fullname)


def _external(engine: Engine, fullname: str) -> Value:
    prefix, _, short = fullname.rpartition(".")
    if prefix in {"typing", "typing_extensions", "collections.abc"}:
        return PLAIN if short[:1].isupper() else UNKNOWN
    if prefix == "builtins":
        return UNKNOWN if short == "object" else instance(fullname)
    known = engine.type_of(fullname)
    if known and known.is_class:
        return known_value(engine, fullname, Instance(fullname))
    return UNKNOWN if known else instance(fullname)


def _alias(engine: Engine, base: ast.expr, frame: Frame) -> tuple[ast.expr, Frame] | None:
    """Return the expression behind an alias of a module: `Handler = Callable[..., Any]`."""
    return _alias_in(engine, frame.scope.module, base.id) if isinstance(base, ast.Name) else None


def _alias_in(engine: Engine, module: Module, name: str) -> tuple[ast.expr, Frame] | None:
    bindings = module.scope.bindings.get(name, [])
    one = bindings[0] if len(bindings) == 1 else None
    if one is None:
        return None
    if isinstance(one.site, ast.ImportFrom) and one.alias:
        source, original = engine.module(absolute(module, one.site)), one.alias.name
        work = lambda: _alias_in(engine, source, original) if source else None  # noqa: E731
        return engine.remember(("alias of", module.name, name), work, None)
    target = one.value if one.binds is Binds.VALUE else None
    if isinstance(one.site, ast.AnnAssign) and _is_alias(one.site.annotation):
        target = one.site.value
    if isinstance(target, (ast.Subscript, ast.BinOp)):
        return target, Frame(module.scope)
    return None


def _is_alias(annotation: ast.expr) -> bool:
    return ast.unparse(annotation).rpartition(".")[2] == "TypeAlias"


def _one(engine: Engine, arguments: list[ast.expr], frame: Frame, index: int = 0) -> Value:
    if index < len(arguments):
        return value(engine, arguments[index], frame)
    return UNKNOWN


def _union(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
    return join(*(value(engine, one, frame) for one in arguments)) or UNKNOWN


def _optional(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
    return join(_one(engine, arguments, frame), NONE)


def _awaitable(kind: Kind, name: str, index: int) -> _Reader:
    def read(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
        given = _one(engine, arguments, frame, index)
        text = ast.unparse(arguments[index]) if index < len(arguments) else "Any"
        origin = Origin(name, None, None, False, kind, f"{name}[{text}]")
        return frozenset({Awaitable(origin, given)})

    return read


def _class_itself(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
    """Read `type[C]`: the class itself."""
    atoms = _one(engine, arguments, frame)
    found = only(atoms)
    if isinstance(found, Instance) and isinstance(found.cls, Class):
        return frozenset({found.cls})
    return UNKNOWN


def _callable(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
    if len(arguments) != 2:
        return UNKNOWN
    return frozenset({Declared(value(engine, arguments[1], frame))})


def _partial(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
    return frozenset({Declared(_one(engine, arguments, frame))})


def _container(name: str, index: int) -> _Reader:
    def read(engine: Engine, arguments: list[ast.expr], frame: Frame) -> Value:
        return container(name, _one(engine, arguments, frame, index))

    return read


def _self(engine: Engine, _arguments: list[ast.expr], frame: Frame) -> Value:
    outer: Frame | None = frame
    while outer:
        owner = class_of(outer)
        if owner:
            return frozenset({Instance(owner)})
        outer = outer.parent
    return UNKNOWN


_READERS: Final[dict[str, _Reader]] = {
    "Any": lambda *_: UNKNOWN,
    "object": lambda *_: UNKNOWN,
    "NoReturn": lambda *_: NOTHING,
    "Never": lambda *_: NOTHING,
    "Optional": _optional,
    "Union": _union,
    "Annotated": _one,
    "Final": _one,
    "ClassVar": _one,
    "Required": _one,
    "NotRequired": _one,
    "Awaitable": _awaitable(Kind.AWAITABLE, "typing.Awaitable", 0),
    "Coroutine": _awaitable(Kind.COROUTINE, "typing.Coroutine", 2),
    "Future": _awaitable(Kind.FUTURE, "asyncio.Future", 0),
    "Task": _awaitable(Kind.FUTURE, "asyncio.Task", 0),
    "Type": _class_itself,
    "type": _class_itself,
    "Callable": _callable,
    "partial": _partial,
    "Self": _self,
    "TypeVar": lambda *_: UNKNOWN,
    "AnyStr": lambda *_: UNKNOWN,
    "TypeAlias": lambda *_: UNKNOWN,
    "LiteralString": lambda *_: instance("builtins.str"),
    "Text": lambda *_: instance("builtins.str"),
    **dict.fromkeys(("list", "List", "Sequence", "MutableSequence"), _container(LIST, 0)),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping"), _container(DICT, 1)),
    **dict.fromkeys(("Iterable", "Iterator", "Collection"), _container(ITERABLE, 0)),
    **dict.fromkeys(("defaultdict", "DefaultDict"), _container(DEFAULT_DICT, 1)),
    "OrderedDict": _container(ORDERED_DICT, 1),
    **dict.fromkeys(("deque", "Deque"), _container(DEQUE, 0)),
    **dict.fromkeys(("set", "Set", "MutableSet"), _container(SET, 0)),
    **dict.fromkeys(("frozenset", "FrozenSet"), _container(FROZEN_SET, 0)),
    "Tuple": lambda *_: instance("builtins.tuple"),
}


def yielded(engine: Engine, node: ast.expr, frame: Frame) -> Value:
    """Return what an iterator with this annotation yields."""
    match node:
        case ast.Constant(value=str(text)):
            parsed = _parse(engine, node, text)
            return yielded(engine, parsed, frame) if parsed else UNKNOWN
        case ast.Subscript(slice=ast.Tuple(elts=[first, *_])):
            return value(engine, first, frame)
        case ast.Subscript(slice=index):
            return value(engine, index, frame)
    return UNKNOWN
