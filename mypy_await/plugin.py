"""The plugin class that mypy loads: options and hook tables, no judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mypy.nodes import CallExpr, Decorator, MemberExpr, MypyFile
from mypy.options import Options
from mypy.plugin import (
    AttributeContext,
    CheckerPluginInterface,
    ClassDefContext,
    FunctionContext,
    MethodContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import Type

from mypy_await import codes, compat, config
from mypy_await.decorations import Decoration
from mypy_await.freshness import Freshness
from mypy_await.judge import Judge
from mypy_await.recognise import Recogniser
from mypy_await.refine import Refiner
from mypy_await.walk import ParentLinks


class AwaitPlugin(Plugin):
    """mypy-await inside a mypy run."""

    tells_origin = False
    """Add a note to each report that says where the awaitable comes from?"""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        compat.refuse_old_mypy()
        try:
            self.config = config.load(options.config_file)
        except config.ConfigError as error:
            compat.stop(str(error))
        codes.set_defaults(frozenset(self.config.enable), frozenset(self.config.disable))
        self._links = ParentLinks()
        self._recogniser = Recogniser(self.lookup_fully_qualified)
        self._freshness = Freshness(options)
        self._refiner = Refiner(
            self.lookup_fully_qualified, self._freshness, infer_returns=self.infers_returns()
        )
        self._mypys_own = compat.DefaultPlugin(options)
        self._judge = Judge(self._links, self._refiner, tells_origin=self.tells_origin)
        self._class_hook = compat.guard("classes", lambda ctx: None)(self._judge.class_body)
        self._hooks: dict[tuple[str, str], Callable[[Any], Type]] = {}

    def infers_returns(self) -> bool:
        """Are results of un-annotated functions given the class that their source returns?"""
        return self.config.infer_returns

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules, for us and for mypy's own plugin behind us."""
        super().set_modules(modules)
        self._mypys_own.set_modules(modules)
        self._refiner.set_modules(modules)

    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        """Return what a module's cached result depends on besides its source.

        Asked whether the cache still holds, it differs from what was said when the cache was
        written as soon as a file changed that a summary had looked into.
        """
        stale = ctx.is_check and self._freshness.is_stale(ctx.id)
        return {"options": self.config.to_data(), "code": compat.own_digest(), "stale": stale}

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """Ask for nothing; take the call as word that a file was parsed anew."""
        for memory in (self._recogniser, self._links, self._refiner, self._freshness):
            memory.forget()
        self._hooks.clear()
        return []

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the hook for calls of a function or class that may give an awaitable."""
        if not self._recogniser.is_function_of_interest(fullname):
            return None
        return self._hook("function", fullname, self._mypys_own.get_function_hook)

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the hook for calls of a method that may give an awaitable."""
        if not self._recogniser.is_method_of_interest(fullname):
            return None
        return self._hook("method", fullname, self._mypys_own.get_method_hook)

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook for attributes that may hold an awaitable."""
        if not self._recogniser.is_attribute_of_interest(fullname):
            return None

        @compat.guard("attributes", lambda ctx: ctx.default_attr_type)
        def hook(ctx: AttributeContext) -> Type:
            return self._check_attribute(ctx, fullname)

        return hook

    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        """Return the hook for class statements: the one that mypy runs for every class."""
        return self._class_hook

    def _hook(
        self, kind: str, fullname: str, own: Callable[[str], Callable[[Any], Type] | None]
    ) -> Callable[[Any], Type]:
        """Return our hook for a name, behind the one of mypy's own plugin that it would hide."""
        hook = self._hooks.get((kind, fullname))
        if hook is None:
            before = own(fullname)

            @compat.guard("calls", lambda ctx: ctx.default_return_type)
            def hook(ctx: FunctionContext | MethodContext) -> Type:
                if before is not None:
                    ctx = ctx._replace(default_return_type=before(ctx))
                return self._check_call(ctx, fullname)

            self._hooks[kind, fullname] = hook
        return hook

    def _check_call(self, ctx: FunctionContext | MethodContext, fullname: str) -> Type:
        typ, node = ctx.default_return_type, ctx.context
        if isinstance(node, Decorator):
            return self._check_decorator(ctx.api, fullname, node, typ)
        if not isinstance(node, CallExpr):
            return typ
        # Hooks fire for calls that mypy makes up as well (operators, "__aenter__"), with some other
        # expression as their context: ours answers only to the call that names the method.
        if isinstance(ctx, MethodContext) and not _names(node, fullname.rpartition(".")[2]):
            return typ
        self._judge.arguments(ctx, node)
        if self._recogniser.is_decorator_factory(fullname):
            typ = self._check_factory(ctx.api, fullname, node, typ)
        known_by = self._refiner.call(ctx, fullname, node, typ)
        if known_by is None and (origins := self._refiner.sometimes(ctx, fullname, node)):
            self._judge.sometimes(ctx.api, node, origins)
        return self._judge.expression(ctx.api, node, known_by.typ if known_by else typ, known_by)

    def _check_decorator(
        self, api: CheckerPluginInterface, fullname: str, node: Decorator, typ: Type
    ) -> Type:
        typ, effect = self._refiner.decorated(api, fullname, node, typ)
        self._judge.decorator(Decoration(api, fullname, node, effect, self._refiner))
        return typ

    def _check_factory(
        self, api: CheckerPluginInterface, fullname: str, call: CallExpr, typ: Type
    ) -> Type:
        """Judge `@factory(...)`: the decorator is what the call gives, applied without a name."""
        root = compat.top_level_function(api) or compat.module(api)
        node = self._links.below(root).get(call)
        if not isinstance(node, Decorator):
            return typ
        typ, effect = self._refiner.factory(api, fullname, call, node, typ)
        self._judge.decorator(Decoration(api, fullname, node, effect, self._refiner))
        return typ

    def _check_attribute(self, ctx: AttributeContext, fullname: str) -> Type:
        typ, node = ctx.default_attr_type, ctx.context
        if ctx.is_lvalue or not isinstance(node, MemberExpr):
            return typ
        known_by = self._refiner.attribute(ctx.api, fullname, typ)
        if known_by is not None:
            return self._judge.expression(ctx.api, node, known_by.typ, known_by)
        narrow = compat.narrowed(ctx.api, node) or typ  # mypy narrows only after this hook
        result = self._judge.expression(ctx.api, node, narrow)
        return typ if result is narrow else result


class GatePlugin(AwaitPlugin):
    """The same inside `mypy-await check`."""

    tells_origin = True

    def infers_returns(self) -> bool:
        """Answer yes: the gate shows nothing but what concerns awaitables."""
        return True


def _names(node: CallExpr, method: str) -> bool:
    """Is this call written as a call of that method?"""
    callee = node.callee
    return method == "__call__" or (isinstance(callee, MemberExpr) and callee.name == method)
