"""The plugin class that mypy loads: options and hook tables, no judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mypy.nodes import CallExpr, Expression, MemberExpr, MypyFile
from mypy.options import Options
from mypy.plugin import (
    AttributeContext,
    FunctionContext,
    MethodContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import Type

from mypy_await import codes, compat, config
from mypy_await.judge import judge
from mypy_await.recognise import Recogniser
from mypy_await.walk import ParentLinks

C = TypeVar("C", FunctionContext, MethodContext)


class AwaitPlugin(Plugin):
    """mypy-await inside a mypy run."""

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
        self._mypys_own = compat.DefaultPlugin(options)
        self._call_hook = compat.guard("calls", lambda ctx: ctx.default_return_type)(
            self._check_call
        )
        self._attribute_hook = compat.guard("attributes", lambda ctx: ctx.default_attr_type)(
            self._check_attribute
        )

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules, for us and for mypy's own plugin behind us."""
        super().set_modules(modules)
        self._mypys_own.set_modules(modules)

    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        """Return what a module's cached result depends on besides its source."""
        return {"options": self.config.to_data(), "version": codes.RELEASE}

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """Ask for nothing; take the call as word that a file was parsed anew."""
        self._recogniser.forget()
        self._links.forget()
        return []

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the hook for calls of a function or class that may give an awaitable."""
        if not self._recogniser.is_function_of_interest(fullname):
            return None
        return self._behind(self._mypys_own.get_function_hook(fullname))

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the hook for calls of a method that may give an awaitable."""
        if not self._recogniser.is_method_of_interest(fullname):
            return None
        return self._behind(self._mypys_own.get_method_hook(fullname))

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook for attributes that may hold an awaitable."""
        if not self._recogniser.is_attribute_of_interest(fullname):
            return None
        return self._attribute_hook

    def _behind(self, own: Callable[[C], Type] | None) -> Callable[[C], Type]:
        """Put our hook behind the one of mypy's own plugin that it would hide."""
        if own is None:
            return self._call_hook

        def both(ctx: C) -> Type:
            return self._call_hook(ctx._replace(default_return_type=own(ctx)))

        return both

    def _check_call(self, ctx: FunctionContext | MethodContext) -> Type:
        # Hooks fire for calls that mypy makes up as well (operators, "__aenter__"); the context is
        # then some other expression.
        if not isinstance(ctx.context, CallExpr):
            return ctx.default_return_type
        return judge(ctx.api, ctx.context, ctx.default_return_type, self._links)

    def _check_attribute(self, ctx: AttributeContext) -> Type:
        if ctx.is_lvalue or not isinstance(ctx.context, MemberExpr):
            return ctx.default_attr_type
        node: Expression = ctx.context
        return judge(ctx.api, node, ctx.default_attr_type, self._links)


class GatePlugin(AwaitPlugin):
    """The same inside `mypy-await check`."""
