"""What the hooks do once mypy calls them: refine, judge, go on.

Imported with the first call that is judged: a run that finds everything in mypy's cache needs
nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mypy.nodes import (
    AwaitExpr,
    CallExpr,
    Context,
    Decorator,
    Expression,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    RefExpr,
    SuperExpr,
)
from mypy.plugin import (
    AttributeContext,
    CheckerPluginInterface,
    ClassDefContext,
    FunctionContext,
    MethodContext,
)
from mypy.types import AnyType, CallableType, NoneType, ProperType, Type, get_proper_type

from mypy_await import codes, compat, decorated, names
from mypy_await.awaitables import awaitable, is_async_def, is_plain, may_mean_function, parts
from mypy_await.calls import callables_of_union, is_ambiguous, result_of_calling
from mypy_await.config import Config
from mypy_await.decorations import Decoration
from mypy_await.defaults import is_default
from mypy_await.freshness import Freshness
from mypy_await.given import (
    awaits_nothing,
    awaits_plain,
    is_global_function,
    is_taken_as_function,
    may_be_another,
)
from mypy_await.held import Held
from mypy_await.judge import Judge
from mypy_await.known import leaves_open, says_nothing
from mypy_await.local_names import one_of_classes
from mypy_await.origins import Refined, any_type, coroutine
from mypy_await.recognise import Interest, Lookup
from mypy_await.refine import Refiner
from mypy_await.replacements import is_async_mock
from mypy_await.site import Site
from mypy_await.walk import ParentLinks

if TYPE_CHECKING:
    from mypy_await.contracts.lookup import Lookup as Contracts


class Hooks:
    """The bodies of all hooks, with what they share."""

    def __init__(
        self,
        lookup: Lookup,
        freshness: Freshness,
        config: Config,
        contracts: Contracts | None,
        *,
        infer_returns: bool,
        tells_gate: bool,
    ) -> None:
        self._links = ParentLinks()
        self._protects = bool(config.protect)
        self._infers_returns = infer_returns
        self._forbids_open_factories = config.strict and self._protects
        self._refiner = Refiner(
            lookup, freshness, config.protect, contracts, infer_returns=infer_returns
        )
        self._held = Held(self._links, self._refiner)
        self._judge = Judge(self._links, self._refiner, config, tells_gate=tells_gate)

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules."""
        self._refiner.set_modules(modules)

    def forget(self) -> None:
        """Drop what was remembered: a file was parsed anew."""
        self._links.forget()
        self._refiner.forget()
        self._held.forget()
        self._judge.forget()

    def class_body(self, ctx: ClassDefContext) -> None:
        """Judge a class while mypy analyses it."""
        if compat.is_of_others(ctx.api):
            return
        self._judge.class_body(ctx)

    def open_calls(self, api: CheckerPluginInterface) -> None:
        """Judge the calls of the module in work for which mypy has no hook."""
        if not compat.is_of_others(api):
            self._judge.of_open.calls(api)

    def call(self, ctx: FunctionContext | MethodContext, fullname: str, interest: Interest) -> Type:
        """Judge a call, or a decorator, of the callable with this name."""
        typ, node = ctx.default_return_type, ctx.context
        if isinstance(node, Decorator):
            return self._decorator(ctx, fullname, node, typ)
        if compat.is_of_others(ctx.api):
            return typ
        if _OF in fullname and isinstance(node, CallExpr):
            fullname = _inherited(node) or fullname
        # Hooks fire for calls that mypy makes up as well (operators, "__aenter__"), with some other
        # expression as their context: ours answers only to the call that names the method.
        is_method, name = isinstance(ctx, MethodContext), fullname.rpartition(".")[2]
        if is_method and name in _BY_PROTOCOL and not _names(node, name):
            made = self._refiner.item_made(ctx, fullname) if name == "__getitem__" else None
            if made is not None and isinstance(node, IndexExpr):
                return self._judge.expression(ctx.api, node, made.typ, made)
            typ = self._refiner.by_protocol(ctx, fullname)
        if isinstance(node, CallExpr):
            if is_method and not _names(node, name):
                return typ
            typ = self._look_inside(ctx, fullname, interest, node)
            return self._value(ctx, fullname, node, typ) if interest.gives else typ
        if isinstance(node, AwaitExpr):
            self._judge.consumed(ctx.api, node.expr)
        if self._protects and isinstance(node, IndexExpr):
            self._judge.unknown(ctx.api, node, typ)
        return typ

    def _look_inside(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        interest: Interest,
        node: CallExpr,
    ) -> Type:
        """Judge what a call passes; return the type of the call."""
        self._judge.of_open.calls(ctx.api)
        if interest.tests and (
            fullname != names.HASATTR or compat.is_enabled(ctx.api, codes.MASKED_COROUTINE)
        ):
            self._judge.test(ctx, node)
        typ = ctx.default_return_type
        if interest.replaces:
            typ = self._judge.replacement(ctx, node)
        if interest.takes or interest.meets:
            typ = self._judge.arguments(ctx, node, interest, typ)
        if interest.consumes:
            for argument in node.args:
                self._judge.consumed(ctx.api, argument)
        if interest.decorates:
            return self._factory(ctx.api, fullname, node, typ)
        return typ

    def _value(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr, typ: Type
    ) -> Type:
        """Judge what a call gives, unless it was reported for what it passes."""
        proper = get_proper_type(typ)
        is_reported = typ is not ctx.default_return_type and compat.is_of_error(proper)
        if is_reported or (not self._protects and is_plain(proper)):
            return typ
        if is_ambiguous(ctx, node):
            return typ
        several = callables_of_union(ctx.api, node)
        if several:
            return self._one_of_several(ctx.api, node, several, typ)
        if self._forbids_open_factories:
            self._judge.factory(ctx.api, node, self._refiner.open_factory(ctx.api, fullname, node))
        known_by = self._refiner.call(ctx, fullname, node, typ)
        if known_by is not None and known_by.awaited is not None:
            typ = self._judge.awaited(ctx.api, node, known_by.typ, known_by.awaited)
            return self._judge.expression(ctx.api, node, typ, known_by)
        if known_by is not None and known_by.origins:
            judged = self._judge.expression(ctx.api, node, known_by.typ, known_by)
            return typ if known_by.is_part and judged is known_by.typ else judged
        elements = self._refiner.elements(ctx, fullname, node)
        if elements is not None and self._judge.elements(ctx.api, node, *elements):
            return known_by.typ if known_by else typ
        if known_by is not None:
            return self._known_value(ctx.api, node, typ, known_by)
        # Parent links are made where they are needed alone: most types are known.
        if self._infers_returns and leaves_open(typ) and (site := self._judge.site(ctx.api, node)):
            typ = self._by_place(ctx, fullname, site, node, typ)
        return self._unknown_value(ctx, fullname, node, typ)

    def _known_value(
        self, api: CheckerPluginInterface, node: CallExpr, typ: Type, known_by: Refined
    ) -> Type:
        """Judge what a call gives as its source says, unless the program asks what it gives."""
        site = None if awaitable(known_by.typ) else self._judge.site(api, node)
        if site and may_be_another(site, node):
            return typ
        return self._judge.expression(api, node, known_by.typ, known_by)

    def _by_place(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        site: Site,
        node: CallExpr,
        typ: Type,
    ) -> Type:
        """Return the type of an open call by what becomes of it there."""
        if awaitable(typ) and awaits_nothing(site, node):
            return coroutine(ctx.api, NoneType())
        find = lambda: self._refiner.classes(ctx, fullname, node, typ)  # noqa: E731
        return one_of_classes(site, node, typ, find)

    def _unknown_value(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr, typ: Type
    ) -> Type:
        """Judge what a call gives of whose result the source says nothing certain."""
        if self._infers_returns and says_nothing(get_proper_type(typ)):
            site = self._judge.site(ctx.api, node)
            if site and (plain := awaits_plain(site, node)):
                return plain
        given = self._refiner.function_given(ctx, fullname, node)
        site = self._judge.site(ctx.api, node) if given else None
        if (
            given
            and site
            and (
                is_taken_as_function(site, node)
                or (self._infers_returns and is_global_function(site, node))
            )
        ):
            function = compat.open_callable(ctx.api, given.typ)
            return self._judge.called(ctx.api, node, function, given)
        if sometimes := self._refiner.sometimes(ctx, fullname, node):
            return self._judge.sometimes(ctx.api, node, typ, sometimes)
        if self._protects and not self._refiner.is_plain(ctx.api, fullname, node):
            self._judge.unknown(ctx.api, node, typ)
        proper = get_proper_type(typ)
        if isinstance(proper, CallableType) and awaitable(proper.ret_type) is not None:
            return self._judge.called(ctx.api, node, proper)
        return self._judge.expression(ctx.api, node, typ)

    def _one_of_several(
        self,
        api: CheckerPluginInterface,
        node: CallExpr,
        callables: Sequence[ProperType],
        typ: Type,
    ) -> Type:
        """Judge a call of what is one of several callables: the hook runs for each of them.

        Only when each of them gives an awaitable is the value one for sure.  Else what is always
        wrong is that it is used as the result: that an awaitable part is tested, shown or dropped
        may be right where the program knows which of them it called.
        """
        site = self._judge.site(api, node) if self._infers_returns else None
        if site and is_default(site, node):
            callables = [item for item in callables if not isinstance(item, AnyType)]
        results = []
        for item in callables:
            value = result_of_calling(item)
            result = value.typ if value else self._refiner.result_of(api, item)
            if result is not None:
                results.append(result)
        if len(results) < len(callables):
            return self._judge.expression(api, node, typ, only=codes.UNAWAITED_VALUE)
        whole = compat.make_simplified_union(results)
        judged = self._judge.expression(api, node, whole)
        return typ if judged is whole else judged

    def _decorator(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: Decorator, typ: Type
    ) -> Type:
        """Judge a decorator; one below it may have made a sync function of an async one."""
        passed = [one for types in ctx.arg_types for one in types]
        if not passed:
            return typ  # the decorator takes no function: a method of `zope` has no `self`
        given = get_proper_type(passed[0])
        decorator = _named(node, fullname)
        is_first = decorator is node.decorators[-1]
        if is_async_def(node.func) and not is_first and result_of_calling(given) is None:
            return typ
        typ, effect = decorated.applied(
            self._refiner, ctx.api, fullname, decorator, node, given, typ
        )
        if compat.is_of_others(ctx.api):
            return typ
        if awaitable(typ) and isinstance(decorator, RefExpr):
            if self._refiner.is_never_awaitable(ctx.api, decorator.node):
                typ = any_type()  # it gives a function, whatever it is declared to
        its_type = compat.type_of(ctx.api, decorator)
        use = Decoration(
            ctx.api, fullname, node, decorator, its_type, effect, self._refiner, is_first
        )
        return self._judge.decorator(decorated.on_maker(use), typ)

    def _factory(
        self, api: CheckerPluginInterface, fullname: str, call: CallExpr, typ: Type
    ) -> Type:
        """Judge `@factory(...)`: the decorator is what the call gives, applied without a name."""
        node = self._links.below(compat.root(api)).get(call)
        if not isinstance(node, Decorator):
            return typ
        its_type = get_proper_type(typ)
        if node.decorators[-1] is not call:
            outer = Decoration(api, fullname, node, call, its_type, None, self._refiner, False)
            typ = decorated.made_by_outer_factory(self._refiner, api, call, node, typ)
            return self._judge.decorator(outer, typ)
        typ, effect = decorated.made_by_factory(self._refiner, api, fullname, call, node, typ)
        use = Decoration(api, fullname, node, call, its_type, effect, self._refiner)
        return self._judge.decorator(decorated.on_maker(use), typ)

    def attribute(self, ctx: AttributeContext, fullname: str) -> Type:
        """Judge the reading of the attribute with this name."""
        typ, node = ctx.default_attr_type, ctx.context
        if not isinstance(node, MemberExpr) or compat.is_of_others(ctx.api):
            return typ
        if ctx.is_lvalue:
            self._judge.stored(ctx.api, node, ctx.type, get_proper_type(typ))
            return typ
        if is_async_mock(ctx.type):
            return ctx.type if self._judge.is_async_mock(ctx.api, node) else typ
        method = decorated.method(self._refiner, ctx.api, fullname, typ)
        if method is not None:
            return method
        known_by = self._refiner.attribute(ctx.api, fullname, typ)
        if known_by is not None:
            return self._judge.expression(ctx.api, node, known_by.typ, known_by)
        if self._infers_returns and (held := self._held.type_of(ctx)):
            return held
        narrow = compat.narrowed(ctx.api, node) or typ  # mypy narrows only after this hook
        if any(isinstance(part, AnyType) for part in parts(get_proper_type(narrow))):
            self._judge.open_attribute(ctx.api, node)
        if may_mean_function(narrow):
            return typ
        result = self._judge.expression(ctx.api, node, narrow)
        return typ if result is narrow else result


def _named(node: Decorator, fullname: str) -> Expression:
    """Return the decorator with this name; the innermost one gets the function itself."""
    name = fullname.rpartition(".")[2]
    return next(
        (
            decorator
            for decorator in reversed(node.decorators)
            if isinstance(decorator, (NameExpr, MemberExpr))
            and (decorator.fullname == fullname or decorator.name == name)
        ),
        node.decorators[0],
    )


def _inherited(node: CallExpr) -> str | None:
    """Return the full name of the method that `super().method()` calls."""
    callee = node.callee
    if not isinstance(callee, SuperExpr) or callee.info is None:
        return None
    base = next((base for base in callee.info.mro[1:] if callee.name in base.names), None)
    return f"{base.fullname}.{callee.name}" if base else None


def _names(node: Context, method: str) -> bool:
    """Is this written as a call of that method?"""
    callee = node.callee if isinstance(node, CallExpr) else None
    return callee is not None and (
        method == "__call__" or (isinstance(callee, MemberExpr) and callee.name == method)
    )


_OF: Final = " of "
"""In the names that mypy gives methods which `super()` finds: `load of Base`."""

_BY_PROTOCOL: Final = frozenset(
    {
        "__aenter__",
        "__aiter__",
        "__anext__",
        "__await__",
        "__enter__",
        "__getitem__",
        "__iter__",
        "__next__",
    }
)
"""Methods whose calls statements make that bind a name, subscriptions, and `await`."""
