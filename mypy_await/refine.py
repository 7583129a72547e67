"""Gives calls their real type where a signature says nothing, by what the source says.

Un-annotated functions, functions declared `Any` or `object` and `async def`s behind un-annotated
decorators give `Any` to mypy.  Where the summary of the source is certain of an awaitable, the call
gets its type, and every check works on it as on typed code.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    LDEF,
    CallExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    MypyFile,
    NameExpr,
    SymbolNode,
    SymbolTableNode,
    TypeInfo,
)
from mypy.plugin import CheckerPluginInterface, FunctionContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    Type,
    TypeOfAny,
    get_proper_type,
)

from mypy_await import compat, names
from mypy_await.awaitables import awaitable, is_async_def
from mypy_await.freshness import Freshness
from mypy_await.known import arguments, known_of, says_nothing
from mypy_await.protect import is_protected
from mypy_await.steps import Shape, Step
from mypy_await.summaries import (
    Argument,
    CallShape,
    DecoratorEffect,
    Effect,
    FunctionSummary,
    Kind,
    Known,
    Origin,
    Result,
    Summaries,
    Verdict,
)

if TYPE_CHECKING:
    from mypy_await.contracts.lookup import Lookup as Contracts

Lookup = Callable[[str], SymbolTableNode | None]


@dataclass(frozen=True)
class Refined:
    """A type that the source gave."""

    typ: Type
    origins: tuple[Origin, ...] = ()
    """The functions whose awaitable it is."""
    awaited: Refined | None = None
    """What awaiting it gives, where that is another awaitable."""


@dataclass(frozen=True)
class Sometimes:
    """What a call gives on some paths of its source."""

    refined: Refined
    or_none: bool
    """Do all others give `None`?"""


class Refiner:
    """Asks the summaries on behalf of the module in work."""

    def __init__(
        self,
        lookup: Lookup,
        freshness: Freshness,
        protect: tuple[str, ...],
        contracts: Contracts | None,
        *,
        infer_returns: bool,
    ) -> None:
        self._lookup = lookup
        self._protect = protect
        self._contracts = contracts
        self._freshness = freshness
        self._infer_returns = infer_returns
        self._modules: dict[str, MypyFile] = {}
        self._summaries = Summaries(self._path_of, self._known)
        self._asked: dict[object, FunctionSummary | None] = {}
        self._noted: set[tuple[str, frozenset[str]]] = set()
        self._any_by_intent: dict[str, bool] = {}

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules."""
        self._modules = modules

    def forget(self) -> None:
        """Drop the answers: a file was parsed anew."""
        self._asked.clear()
        self._noted.clear()
        self._any_by_intent.clear()

    def summary(self, api: CheckerPluginInterface, fullname: str) -> FunctionSummary | None:
        """Return the summary of a function, and note that the module in work asked for it."""
        return self._ask(api, fullname, lambda: self._summaries.function(fullname))

    def summary_of(
        self, api: CheckerPluginInterface, node: SymbolNode | None
    ) -> FunctionSummary | None:
        """Return the summary of a function node; nested functions go by their line.

        Decorators are applied to a `Decorator`, not to the `FuncDef` in it.
        """
        is_decorated = isinstance(node, Decorator)
        function = node.func if isinstance(node, Decorator) else node
        if isinstance(function, FuncDef) and self._is_nested(function):
            module = compat.module(api).fullname
            line = function.line
            return self._ask(
                api,
                (module, line, is_decorated),
                lambda: self._summaries.at(module, line, decorated=is_decorated),
            )
        if node is None or "." not in node.fullname:
            return None
        return self.summary(api, node.fullname)

    def _is_nested(self, function: FuncDef) -> bool:
        """Is the function defined in another one?  In a method mypy names it like a method."""
        owner = function.fullname.rpartition(".")[0]
        return not owner or (not function.info and owner not in self._modules)

    def _ask(
        self,
        api: CheckerPluginInterface,
        key: object,
        ask: Callable[[], FunctionSummary | None],
    ) -> FunctionSummary | None:
        if key not in self._asked:
            self._asked[key] = ask()
        found = self._asked[key]
        if found is not None:
            self._note(api, found)
        return found

    def _note(self, api: CheckerPluginInterface, summary: FunctionSummary) -> None:
        """Note that the module in work rests on the sources of a summary, as asked so far."""
        sources = summary.sources
        key = compat.module(api).fullname, sources
        if key not in self._noted:
            self._noted.add(key)
            self._freshness.note(*key)

    def rests_on(self, api: CheckerPluginInterface, paths: Iterable[str]) -> None:
        """Note that the module in work rests on these files, whether they exist or not."""
        self._freshness.note(compat.module(api).fullname, paths)

    def call(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        node: CallExpr,
        typ: Type,
    ) -> Refined | None:
        """Return the type of a call that mypy gives `typ`, when the source tells more."""
        api = ctx.api
        proper = get_proper_type(typ)
        if isinstance(ctx, MethodContext) and _is_async_mock(ctx.type, fullname):
            return Refined(_coroutine(api, _any()))
        # A signature may lie in a module whose errors are ignored: what a protected type comes from
        # is read all the same.
        is_open = says_nothing(proper) or is_protected(proper, self._protect)
        if not is_open:
            manager = self._manager(api, fullname, node, proper) if self._infer_returns else None
            if manager is not None:
                return manager
            coroutine = awaitable(proper)
            if coroutine is None or not says_nothing(get_proper_type(coroutine.result)):
                return None
            if decorated := self._of_decorated(ctx, node, proper):
                return decorated
            if not (self._infer_returns or _passes_functions(ctx)):
                return None
        if is_open and self._means_any(fullname):
            return None
        summary = self._of_callee(api, fullname, node.callee)
        if summary is None:
            return self._pinned(api, fullname) if is_open else None
        passed = arguments(ctx)
        if given := self._handed_back(api, summary, passed):
            return given
        found = None
        if is_open:
            found = self._awaitable(api, summary.result)
            found = found or self._awaitable(api, summary.result_with(passed))
            found = found or self._wrapped(ctx, node) or self._pinned(api, fullname)
        found = found or self._receiver(
            api, summary, proper, lambda: summary.returns_class_with(passed)
        )
        self._note(api, summary)
        return found

    def by_protocol(self, api: CheckerPluginInterface, fullname: str, typ: Type) -> Type:
        """Return the type of a special method's call that a statement makes: in the gate only.

        So the target of `with`, or of a loop, has the class that the source of `__enter__` or
        `__next__` gives, where they have no annotations.
        """
        summary = self.summary(api, fullname) if self._infer_returns else None
        if summary is None:
            return typ
        proper = get_proper_type(typ)
        inside = awaitable(proper)
        found = None
        if says_nothing(get_proper_type(inside.result) if inside else proper):
            found = self._receiver(api, summary, proper, lambda: None)
        self._note(api, summary)
        return found.typ if found else typ

    def _manager(
        self, api: CheckerPluginInterface, fullname: str, node: CallExpr, typ: ProperType
    ) -> Refined | None:
        """Return the type of a context manager with the class that its generator yields."""
        if not isinstance(typ, Instance) or typ.type.fullname not in names.MANAGERS:
            return None
        if not says_nothing(get_proper_type(typ.args[0])):
            return None
        summary = self._of_callee(api, fullname, node.callee)
        found = self._lookup(summary.enters_class) if summary and summary.enters_class else None
        if summary is None or found is None or not isinstance(found.node, TypeInfo):
            return None
        self._note(api, summary)
        return Refined(typ.copy_modified(args=[_instance(found.node), *typ.args[1:]]))

    def _handed_back(
        self, api: CheckerPluginInterface, summary: FunctionSummary, passed: dict[str, Argument]
    ) -> Refined | None:
        """Return what an async function gives that hands on what a function it is passed gives.

        That is a coroutine of an awaitable.
        """
        if not any(argument.function or argument.gives for argument in passed.values()):
            return None
        if not summary.is_async or summary.awaited_with({}).verdict is Verdict.ALWAYS:
            return None
        inner = self._awaitable(api, summary.awaited_with(passed))
        self._note(api, summary)
        return Refined(_coroutine(api, inner.typ), awaited=inner) if inner else None

    def open_factory(
        self, api: CheckerPluginInterface, fullname: str, node: CallExpr
    ) -> Instance | None:
        """Return the protected type that a function without annotations constructs, if it does."""
        callee = getattr(node.callee, "node", None) or getattr(self._lookup(fullname), "node", None)
        function = callee.func if isinstance(callee, Decorator) else callee
        if not isinstance(function, FuncDef) or function.type is not None:
            return None
        summary = self._of_callee(api, fullname, node.callee)
        found = self._lookup(summary.returns_class) if summary and summary.returns_class else None
        made = _instance(found.node) if found and isinstance(found.node, TypeInfo) else None
        return made if made is not None and is_protected(made, self._protect) else None

    def class_held(self, api: CheckerPluginInterface, fullname: str) -> TypeInfo | None:
        """Return the class of the object that a global holds, as the source makes it."""
        summary = self.summary(api, fullname)
        found = self._lookup(summary.instance_of) if summary and summary.instance_of else None
        if summary is not None:
            self._note(api, summary)
        return found.node if found and isinstance(found.node, TypeInfo) else None

    def is_plain(self, api: CheckerPluginInterface, fullname: str, node: CallExpr) -> bool:
        """Does the source of a function rule out that it gives an awaitable?"""
        summary = self._of_callee(api, fullname, node.callee)
        return summary is not None and (
            summary.result.verdict is Verdict.NEVER
            or (summary.returns_class is not None and not summary.is_async)
        )

    def result_of(self, api: CheckerPluginInterface, callee: ProperType) -> Type | None:
        """Return the awaitable that the source says every call of a function gives."""
        if not isinstance(callee, CallableType) or callee.definition is None:
            return None
        if not says_nothing(get_proper_type(callee.ret_type)):
            return None
        summary = self.summary_of(api, callee.definition)
        found = self._awaitable(api, summary.result) if summary else None
        return found.typ if found else None

    def _means_any(self, fullname: str) -> bool:
        """Does an installed package declare `Any` outright for this function?

        It is taken at its word: reading the bodies of annotated packages costs more than it finds.
        """
        if fullname not in self._any_by_intent:
            self._any_by_intent[fullname] = self._declares_any(fullname)
        return self._any_by_intent[fullname]

    def _declares_any(self, fullname: str) -> bool:
        found = self._lookup(fullname) if "." in fullname else None
        node = found.node if found else None
        function = node.func if isinstance(node, Decorator) else node
        typ = function.type if isinstance(function, FuncDef) else None
        result = get_proper_type(typ.ret_type) if isinstance(typ, CallableType) else None
        if not isinstance(result, AnyType) or result.type_of_any != TypeOfAny.explicit:
            return False
        module = self._modules.get(fullname.rpartition(".")[0]) or self._modules.get(
            fullname.rsplit(".", 2)[0]
        )
        return module is not None and "site-packages" in PurePath(module.path).parts

    def sometimes(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr
    ) -> Sometimes | None:
        """Return what a call gives on some paths, for all its arguments tell; often nothing."""
        is_open = says_nothing(get_proper_type(ctx.default_return_type))
        if not is_open or self._means_any(fullname):
            return None
        summary = self._of_callee(ctx.api, fullname, node.callee)
        if summary is None or summary.result.verdict is not Verdict.SOMETIMES:
            return None
        result = summary.result_with(arguments(ctx))
        if result.verdict is not Verdict.SOMETIMES:
            return None
        return Sometimes(self._of_origins(ctx.api, result.origins), result.optional)

    def function_given(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr
    ) -> Refined | None:
        """Return what calling the function gives that a call gives, if that is an awaitable."""
        is_any = isinstance(get_proper_type(ctx.default_return_type), AnyType)
        if not is_any or self._means_any(fullname):
            return None
        summary = self._of_callee(ctx.api, fullname, node.callee)
        if summary is None or summary.result.verdict is Verdict.ALWAYS:
            return None
        found = self._awaitable(ctx.api, summary.result_of_result_with(arguments(ctx)))
        self._note(ctx.api, summary)
        return found

    def elements(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr
    ) -> tuple[Refined, Step] | None:
        """Return what each element of the container is that a call gives, and how to get at it.

        Only of containers that mypy knows nothing of, and that hold nothing but awaitables.
        """
        is_any = isinstance(get_proper_type(ctx.default_return_type), AnyType)
        if not is_any or self._means_any(fullname):
            return None
        summary = self._of_callee(ctx.api, fullname, node.callee)
        found = None
        if summary is not None:
            found = summary.elements or summary.elements_with(arguments(ctx))
        if summary is not None:
            self._note(ctx.api, summary)
        if found is None:
            return None
        step = Step(Shape.MAPPING if found.by_key else Shape.SEQUENCE, each=True)
        return self._of_origins(ctx.api, found.result.origins), step

    def attribute(self, api: CheckerPluginInterface, fullname: str, typ: Type) -> Refined | None:
        """Return the type of a property that mypy gives `typ`, when the source tells more."""
        proper = get_proper_type(typ)
        summary = self.summary(api, fullname) if says_nothing(proper) else None
        if summary is None:
            return None
        found = self._awaitable(api, summary.result) or self._receiver(
            api, summary, proper, lambda: None
        )
        self._note(api, summary)
        return found

    def held(
        self, api: CheckerPluginInterface, owner: str, name: str, *, by_default: bool
    ) -> Instance | None:
        """Return the class of what an attribute holds, where it is not `None`: in the gate only.

        With `by_default` on instances made without the arguments that may be left out.
        """
        if not self._infer_returns:
            return None
        summary = self._ask(
            api,
            ("held", owner, name, by_default),
            lambda: self._summaries.held(owner, name, by_default=by_default),
        )
        found = self._lookup(summary.instance_of) if summary and summary.instance_of else None
        if summary is not None:
            self._note(api, summary)
        return _instance(found.node) if found and isinstance(found.node, TypeInfo) else None

    def _of_callee(
        self, api: CheckerPluginInterface, fullname: str, callee: Expression
    ) -> FunctionSummary | None:
        """Return the summary of what is called; mypy gives a local function no full name."""
        function = callee.node if isinstance(callee, NameExpr) and callee.kind == LDEF else None
        if isinstance(function, (FuncDef, Decorator)):
            return self.summary_of(api, function)
        return self.summary(api, fullname) if "." in fullname else None

    def _pinned(self, api: CheckerPluginInterface, fullname: str) -> Refined | None:
        """Return what a contract says of a function whose source says nothing."""
        pin = self._contracts.contract_of(fullname) if self._contracts else None
        if pin is None:
            return None
        self.rests_on(api, [pin.path])
        if not pin.is_async:
            return None
        found = self._lookup(pin.result.name)
        info = found.node if found and not pin.result.args else None
        result = _instance(info) if isinstance(info, TypeInfo) else _any()
        origin = Origin(fullname, pin.path, pin.line, is_async=True, kind=Kind.COROUTINE)
        return Refined(_coroutine(api, result), (origin,))

    def _receiver(
        self,
        api: CheckerPluginInterface,
        summary: FunctionSummary,
        typ: ProperType,
        with_arguments: Callable[[], str | None],
    ) -> Refined | None:
        """Return the class that the source constructs and returns: in the gate only."""
        fullname = summary.returns_class or with_arguments() if self._infer_returns else None
        found = self._lookup(fullname) if fullname else None
        if found is None or not isinstance(found.node, TypeInfo) or compat.is_of_error(typ):
            return None
        instance = _instance(found.node)
        if says_nothing(typ):
            return None if summary.is_async else Refined(instance)
        return Refined(_coroutine(api, instance)) if summary.is_async else None

    def _awaitable(self, api: CheckerPluginInterface, result: Result) -> Refined | None:
        return self._of_origins(api, result.origins) if result.verdict is Verdict.ALWAYS else None

    def _of_origins(self, api: CheckerPluginInterface, origins: tuple[Origin, ...]) -> Refined:
        types = [self._type_of(api, origin) for origin in origins]
        return Refined(compat.make_simplified_union(types), origins)

    def _type_of(self, api: CheckerPluginInterface, origin: Origin) -> Type:
        """Return the awaitable type that a call of the origin gives."""
        found = self._lookup(origin.fullname) if "<" not in origin.fullname else None
        node = found.node if found else None
        function = node.func if isinstance(node, Decorator) else node
        if isinstance(function, FuncDef) and (is_async_def(function) or function is node):
            if isinstance(function.type, CallableType):
                typ = compat.without_type_variables(function.type.ret_type)
                if awaitable(typ) is not None:
                    return typ
        if isinstance(node, TypeInfo) and node.get("__await__"):
            return _instance(node)
        if origin.kind is Kind.FUTURE and (future := self._future()) is not None:
            return future
        if origin.kind is Kind.AWAITABLE:
            return api.named_generic_type(names.AWAITABLE, [_any()])
        return _coroutine(api, _any())

    def _future(self) -> Instance | None:
        for fullname in sorted(names.FUTURES):
            found = self._lookup(fullname)
            if found and isinstance(found.node, TypeInfo):
                return _instance(found.node)
        return None

    # Decorators

    def decorated(
        self,
        api: CheckerPluginInterface,
        fullname: str,
        decorator: Expression,
        node: Decorator,
        typ: Type,
    ) -> tuple[Type, DecoratorEffect | None]:
        """Return the type that a decorator gives a function, and what it does to an async one.

        `typ` is mypy's answer; it stays where it says more than `Any`, and for methods: mypy would
        compare what we know with the methods of base classes.  Theirs is `decorated_method`.
        """
        if not is_async_def(node.func):
            return self._made_async(api, decorator, node, typ) or typ, None
        summary = self._of_callee(api, fullname, decorator)
        if summary is None:
            return typ, None
        effect = summary.decorator
        self._note(api, summary)
        if node.func.info or not _erases(get_proper_type(typ)):
            return typ, effect
        return self._apply(api, node.func, typ, effect)

    def factory(
        self, api: CheckerPluginInterface, fullname: str, call: CallExpr, node: Decorator, typ: Type
    ) -> tuple[Type, DecoratorEffect | None]:
        """Do the same for `@factory(...)`: the call gives the decorator."""
        if not is_async_def(node.func):
            made = self._made_async(api, call, node, typ)
            return compat.untyped_decorator(api, made) if made else typ, None
        summary = self._of_callee(api, fullname, call.callee)
        effect = _made_by(summary, call) if summary else None
        if summary is None or effect is None:
            return typ, None
        self._note(api, summary)
        if node.func.info or not _erases(get_proper_type(typ)):
            return typ, effect
        decorated, _ = self._apply(api, node.func, typ, effect)
        if decorated is typ:
            return typ, effect
        return compat.untyped_decorator(api, decorated), effect

    def decorator_in_class(
        self, module: str, fullname: str, call: CallExpr | None
    ) -> DecoratorEffect | None:
        """Return what a decorator makes of an async method, while mypy analyses the module.

        `call` is that of the factory which gives the decorator, if one does.
        """
        summary = self._summaries.function(fullname)
        if summary is None:
            return None
        effect = _made_by(summary, call) if call else summary.decorator
        self._freshness.note(module, summary.sources)
        return effect

    def _made_async(
        self, api: CheckerPluginInterface, decorator: Expression, node: Decorator, typ: Type
    ) -> Type | None:
        """Return the type of a sync function if a decorator makes each call give an awaitable.

        Its wrapper is an `async def`, or gives a future.  What has attributes of its own keeps the
        type `Any`.
        """
        if node.func.info or not _erases(get_proper_type(typ)):
            return None
        module, line = compat.module(api).fullname, node.func.line
        outermost = node.decorators.index(decorator)
        summary = self._ask(
            api,
            (module, line, True, outermost),
            lambda: self._summaries.at(module, line, decorated=True, outermost=outermost),
        )
        if summary is None or not summary.is_bare:
            return None
        made = self._awaitable(api, summary.result)
        self._note(api, summary)
        return compat.open_callable(api, get_proper_type(made.typ)) if made else None

    def is_plain_in_class(self, module: str, fullname: str) -> bool:
        """Does the source of a method rule out an awaitable, while mypy analyses the module?"""
        summary = self._summaries.function(fullname)
        if summary is None:
            return False
        is_plain = summary.result.verdict is Verdict.NEVER
        self._freshness.note(module, summary.sources)
        return is_plain

    def decorated_method(
        self, api: CheckerPluginInterface, fullname: str, typ: Type
    ) -> Type | None:
        """Return the type of a method that has decorators, or None for anything else.

        That is what mypy makes of it, unless decorators without types leave it as `Any`.
        """
        found = self._lookup(fullname)
        node = found.node if found else None
        if not isinstance(node, Decorator) or node.func.is_property:
            return None
        proper = get_proper_type(typ)
        # typing.no_type_check means it.
        is_meant = isinstance(proper, AnyType) and proper.type_of_any == TypeOfAny.special_form
        if not says_nothing(proper) or is_meant:
            return typ
        summary = self.summary(api, fullname)
        if summary is None or not (is_async_def(node.func) or summary.is_bare):
            return typ
        result = self._awaitable(api, summary.result)
        self._note(api, summary)
        return compat.open_callable(api, get_proper_type(result.typ)) if result else typ

    def _wrapped(self, ctx: FunctionContext | MethodContext, node: CallExpr) -> Refined | None:
        """Return what a call gives of an async function that an instance of its decorator wraps."""
        callee = getattr(node.callee, "node", None)
        if not isinstance(callee, Decorator) or not is_async_def(callee.func):
            return None
        summary = self.summary_of(ctx.api, callee)
        return self._awaitable(ctx.api, summary.result) if summary else None

    def _of_decorated(
        self, ctx: FunctionContext | MethodContext, node: CallExpr, typ: ProperType
    ) -> Refined | None:
        """Return what a decorated function gives whose type we made, with where it comes from."""
        callee = getattr(node.callee, "node", None)
        if not isinstance(callee, Decorator):
            return None
        summary = self.summary_of(ctx.api, callee)
        if summary is None:
            return None
        made = self._awaitable(ctx.api, summary.result)
        self._note(ctx.api, summary)
        return Refined(typ, made.origins) if made else None

    def _apply(
        self, api: CheckerPluginInterface, function: FuncDef, typ: Type, effect: DecoratorEffect
    ) -> tuple[Type, DecoratorEffect]:
        """Return the type of the decorated function.

        Its parameters are open: a wrapper may take others than the function does.
        """
        declared = function.type.ret_type if isinstance(function.type, CallableType) else None
        match effect.effect:
            case Effect.SAME:
                result = compat.without_type_variables(declared or _coroutine(api, _any()))
            case Effect.ASYNC:
                found = self._awaitable(api, Result(Verdict.ALWAYS, effect.origins))
                result = get_proper_type(found.typ) if found else _coroutine(api, _any())
            case _:
                return typ, effect
        return compat.open_callable(api, result), effect

    # What the summaries ask of mypy

    def _path_of(self, module: str) -> str | None:
        found = self._modules.get(module)
        if found is None or found.path.endswith(".pyi"):
            return None
        return os.path.abspath(found.path)

    def _known(self, fullname: str) -> Known | None:
        found = self._lookup(fullname)
        node = found.node if found else None
        return known_of(node)


def _made_by(summary: FunctionSummary, call: CallExpr) -> DecoratorEffect | None:
    """Return the effect of what a factory gives, unless a call of it has starred arguments."""
    positional = call.arg_kinds.count(ARG_POS)
    if positional + call.arg_kinds.count(ARG_NAMED) < len(call.args):
        return None
    keys = [name or position for position, name in enumerate(call.arg_names)]
    dicts = [key for key, value in zip(keys, call.args, strict=True) if _is_new_dict(value)]
    keywords = [name for name in call.arg_names if name is not None]
    return summary.factory(CallShape(positional, tuple(keywords), tuple(dicts)))


def _is_new_dict(node: Expression) -> bool:
    if isinstance(node, CallExpr):
        return isinstance(node.callee, NameExpr) and node.callee.fullname == "builtins.dict"
    return isinstance(node, DictExpr)


def _is_async_mock(typ: ProperType, fullname: str) -> bool:
    """Is this a call of an `AsyncMock`, declared `Any`, which gives a coroutine?"""
    return (
        isinstance(typ, Instance)
        and fullname.endswith(".__call__")
        and typ.type.has_base(names.ASYNC_MOCK)
    )


def _passes_functions(ctx: FunctionContext | MethodContext) -> bool:
    passed = (get_proper_type(typ) for types in ctx.arg_types for typ in types)
    return any(isinstance(typ, CallableType) for typ in passed)


def shown_origin(origin: Origin) -> tuple[str, str]:
    """Return the name of an origin, and its place as the user would write it."""
    name = origin.fullname.replace(".<locals>", "").rpartition(".")[2]
    return name, shown_place(origin.path, origin.line)


def shown_place(path: str | None, line: int | None) -> str:
    """Return a place in a source file as the user would write it."""
    if path is None:
        return ""
    with contextlib.suppress(ValueError):  # another drive on Windows
        path = os.path.relpath(path)
    return f"{PurePath(path).as_posix()}:{line}"


def _erases(typ: ProperType) -> bool:
    """Has a decorated function of this type lost its result?"""
    if isinstance(typ, CallableType):
        return says_nothing(get_proper_type(typ.ret_type)) or _erases_callable(typ)
    return says_nothing(typ)


def _erases_callable(typ: CallableType) -> bool:
    result = get_proper_type(typ.ret_type)
    return isinstance(result, CallableType) and says_nothing(get_proper_type(result.ret_type))


def _any() -> AnyType:
    return AnyType(TypeOfAny.special_form)


def _instance(info: TypeInfo) -> Instance:
    return Instance(info, [_any()] * len(info.type_vars))


def _coroutine(api: CheckerPluginInterface, result: Type) -> Instance:
    return api.named_generic_type(names.COROUTINE, [_any(), _any(), result])
