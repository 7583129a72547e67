"""The plugin class that mypy loads: options and hook tables, no judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, MypyFile
from mypy.options import Options
from mypy.plugin import (
    AttributeContext,
    CheckerPluginInterface,
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
        return {"options": self.config.to_data(), "code": compat.own_digest()}

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
        name = fullname.rpartition(".")[2]
        return self._behind(self._mypys_own.get_method_hook(fullname), name)

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook for attributes that may hold an awaitable."""
        if not self._recogniser.is_attribute_of_interest(fullname):
            return None
        return self._attribute_hook

    def _behind(
        self, own: Callable[[C], Type] | None, method: str | None = None
    ) -> Callable[[C], Type]:
        """Put our hook behind the one of mypy's own plugin that it would hide.

        Hooks fire for calls that mypy makes up as well (operators, "__aenter__"), with some other
        expression as their context: ours answers only to the call that names the method.
        """

        def hook(ctx: C) -> Type:
            if own is not None:
                ctx = ctx._replace(default_return_type=own(ctx))
            if method is None or _names(ctx.context, method):
                return self._call_hook(ctx)
            return ctx.default_return_type

        return hook

    def _check_call(self, ctx: FunctionContext | MethodContext) -> Type:
        if not isinstance(ctx.context, CallExpr):
            return ctx.default_return_type
        return self._judge(ctx.api, ctx.context, ctx.default_return_type)

    def _check_attribute(self, ctx: AttributeContext) -> Type:
        if ctx.is_lvalue or not isinstance(ctx.context, MemberExpr):
            return ctx.default_attr_type
        return self._judge(ctx.api, ctx.context, ctx.default_attr_type)

    def _judge(self, api: CheckerPluginInterface, node: Expression, typ: Type) -> Type:
        return judge(api, node, typ, self._links, tells_origin=self.tells_origin)


class GatePlugin(AwaitPlugin):
    """The same inside `mypy-await check`."""

    tells_origin = True


def _names(context: Context, method: str) -> bool:
    """Is this a call written as a call of that method?"""
    if not isinstance(context, CallExpr):
        return False
    callee = context.callee
    return method == "__call__" or (isinstance(callee, MemberExpr) and callee.name == method)
