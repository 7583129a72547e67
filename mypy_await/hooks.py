"""What the hooks do once mypy calls them: refine, judge, go on.

Imported with the first call that is judged: a run that finds everything in mypy's cache needs
nothing of it.
"""

from __future__ import annotations

from mypy.nodes import CallExpr, Decorator, MemberExpr, MypyFile
from mypy.plugin import (
    AttributeContext,
    CheckerPluginInterface,
    ClassDefContext,
    FunctionContext,
    MethodContext,
)
from mypy.types import Type

from mypy_await import compat
from mypy_await.decorations import Decoration
from mypy_await.freshness import Freshness
from mypy_await.judge import Judge
from mypy_await.recognise import Interest, Lookup
from mypy_await.refine import Refiner
from mypy_await.walk import ParentLinks


class Hooks:
    """The bodies of all hooks, with what they share."""

    def __init__(
        self, lookup: Lookup, freshness: Freshness, *, infer_returns: bool, tells_origin: bool
    ) -> None:
        self._links = ParentLinks()
        self._refiner = Refiner(lookup, freshness, infer_returns=infer_returns)
        self._judge = Judge(self._links, self._refiner, tells_origin=tells_origin)

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules."""
        self._refiner.set_modules(modules)

    def forget(self) -> None:
        """Drop what was remembered: a file was parsed anew."""
        self._links.forget()
        self._refiner.forget()

    def class_body(self, ctx: ClassDefContext) -> None:
        """Judge a class while mypy analyses it."""
        self._judge.class_body(ctx)

    def call(self, ctx: FunctionContext | MethodContext, fullname: str, interest: Interest) -> Type:
        """Judge a call, or a decorator, of the callable with this name."""
        typ, node = ctx.default_return_type, ctx.context
        if isinstance(node, Decorator):
            return self._decorator(ctx.api, fullname, node, typ)
        if not isinstance(node, CallExpr):
            return typ
        # Hooks fire for calls that mypy makes up as well (operators, "__aenter__"), with some other
        # expression as their context: ours answers only to the call that names the method.
        if isinstance(ctx, MethodContext) and not _names(node, fullname.rpartition(".")[2]):
            return typ
        if interest.takes or interest.meets:
            self._judge.arguments(ctx, node, interest)
        if interest.decorates:
            typ = self._factory(ctx.api, fullname, node, typ)
        if not interest.gives:
            return typ
        known_by = self._refiner.call(ctx, fullname, node, typ)
        if known_by is None and (origins := self._refiner.sometimes(ctx, fullname, node)):
            self._judge.sometimes(ctx.api, node, origins)
        return self._judge.expression(ctx.api, node, known_by.typ if known_by else typ, known_by)

    def _decorator(
        self, api: CheckerPluginInterface, fullname: str, node: Decorator, typ: Type
    ) -> Type:
        typ, effect = self._refiner.decorated(api, fullname, node, typ)
        self._judge.decorator(Decoration(api, fullname, node, effect, self._refiner))
        return typ

    def _factory(
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

    def attribute(self, ctx: AttributeContext, fullname: str) -> Type:
        """Judge the reading of the attribute with this name."""
        typ, node = ctx.default_attr_type, ctx.context
        if ctx.is_lvalue or not isinstance(node, MemberExpr):
            return typ
        known_by = self._refiner.attribute(ctx.api, fullname, typ)
        if known_by is not None:
            return self._judge.expression(ctx.api, node, known_by.typ, known_by)
        narrow = compat.narrowed(ctx.api, node) or typ  # mypy narrows only after this hook
        result = self._judge.expression(ctx.api, node, narrow)
        return typ if result is narrow else result


def _names(node: CallExpr, method: str) -> bool:
    """Is this call written as a call of that method?"""
    callee = node.callee
    return method == "__call__" or (isinstance(callee, MemberExpr) and callee.name == method)
