"""Judges calls of what may be anything: mypy runs no hook there.

Another call awaits what one gives, callers or callbacks say of which class an argument is, or a
condition says that a function is async.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mypy.nodes import FuncDef, MemberExpr, MypyFile, Var
from mypy.plugin import CheckerPluginInterface
from mypy.types import AnyType, CallableType, Instance, Type, get_proper_type

from mypy_await import codes, compat, messages, names
from mypy_await.alike import Alike
from mypy_await.asgi import calls_in_application
from mypy_await.awaitables import awaitable
from mypy_await.callback_arguments import callback_arguments
from mypy_await.checks import dropped_awaitable, first_misuse
from mypy_await.config import Config
from mypy_await.early import Early
from mypy_await.known import says_nothing
from mypy_await.open_calls import OpenCall, calls_in, functions_in
from mypy_await.origins import any_type, coroutine
from mypy_await.places import Kind, function_around, place_of
from mypy_await.refine import Refiner
from mypy_await.reporter import Reporter
from mypy_await.site import Site
from mypy_await.summaries import Given
from mypy_await.use import Misuse, Use


class OpenJudge:
    """Judges such calls in the module in work."""

    def __init__(self, refiner: Refiner, config: Config, reporter: Reporter) -> None:
        self._refiner = refiner
        self._config = config
        self._reporter = reporter
        self._alike = Alike()
        self._told: tuple[OpenCall, ...] = ()
        self._of_asgi: tuple[OpenCall, ...] = ()
        self._without: set[str] = set()
        """Modules that were found to have no such calls: mypy comes back to those in a cycle."""
        self._last_early: Early | None = None

    def forget(self) -> None:
        """Let go of the trees, which may be about to change."""
        self._alike.forget()
        self._told, self._of_asgi, self._last_early = (), (), None
        self._without.clear()

    def calls(self, api: CheckerPluginInterface) -> None:
        """Judge the calls in functions, once in a module."""
        module, options = compat.module(api), api.options
        if module.fullname in self._without:
            return
        is_new = not self._alike.has_seen(module)
        if is_new:
            self._look_through(api, module)
        if not (self._alike.pairs or self._alike.others or self._told or self._of_asgi):
            self._without.add(module.fullname)
        # The daemon drops the errors of the functions that it checks again, perhaps several times.
        elif is_new or options.fine_grained_incremental:
            self._judge(self._early(api))

    def _look_through(self, api: CheckerPluginInterface, module: MypyFile) -> None:
        functions = tuple(functions_in(module))
        check_untyped = api.options.check_untyped_defs
        self._alike.look_through(module, functions, check_untyped=check_untyped)
        self._told = tuple(self._told_async(api, functions))
        self._of_asgi = tuple(itertools.chain(*map(calls_in_application, functions)))

    def _told_async(
        self, api: CheckerPluginInterface, functions: Iterable[FuncDef]
    ) -> Iterator[OpenCall]:
        """Yield the calls of what a condition around says is an async function."""
        told = self._refiner.told_async(api, compat.module(api).fullname)
        for function in functions if told else ():
            for call in calls_in(function):
                node = call.node
                if (node.line, node.column, node.end_line, node.end_column) in told:
                    yield call

    def _early(self, api: CheckerPluginInterface) -> Early:
        """Return what is known in the module in work, from memory when it was asked for last."""
        if self._last_early is None or self._last_early.api is not api:
            self._last_early = Early(api, self._refiner, self._config)
        return self._last_early

    def _judge(self, early: Early) -> None:
        for call in self._told:
            self._told_call(early.below(call.parents), call)
        for call in self._of_asgi:
            self._call_of_asgi(early.below(call.parents), call)
        for call, awaited in self._alike.pairs:
            self._pair(early.below(call.parents), call, awaited)
        given = _given(early) if self._alike.others else ()
        for call in self._alike.others:
            self._by_callers(early.below(call.parents), call, given)

    def attribute(self, api: CheckerPluginInterface, node: MemberExpr) -> None:
        """Judge the call of a method of an attribute that may be anything."""
        info, function = compat.active_class(api), compat.top_level_function(api)
        if info and function and function.is_coroutine:
            if pair := self._alike.of_attribute(info, node):
                self._pair(Site(api, pair[0].parents, self._refiner, self._config), *pair)

    def _told_call(self, site: Site, call: OpenCall) -> None:
        """Judge a call of what a condition says is an async function, if its type does not.

        A sync function may give the coroutine to those who ask the same, and so may an async one
        that gives what it got in either case.
        """
        if not _is_checked(site, call) or not _gives_anything(site, call):
            return
        use = _use(site, call, coroutine(site.api, any_type()))
        misuse = _misuse(use)
        if misuse is None or misuse.code is codes.HIDDEN_AWAITABLE:
            return
        if misuse.code is not codes.NESTED_AWAITABLE or use.place.kind is Kind.RETURNED:
            self._report(use, call, misuse, messages.told_async(call.names))

    def _call_of_asgi(self, site: Site, call: OpenCall) -> None:
        """Judge a call of an application, or of what one is given, of which nothing is known."""
        if _is_checked(site, call) and not _is_known(site, call):
            use = _use(site, call, _any_awaitable(site))
            self._report(use, call, _misuse(use), messages.BY_ASGI)

    def _pair(self, site: Site, call: OpenCall, awaited: OpenCall) -> None:
        """Judge a call by one like it that is awaited."""
        if _is_checked(site, call):
            use = _use(site, call, _any_awaitable(site))
            said = messages.awaited_elsewhere(call.names, awaited.node.line)
            self._report(use, call, _misuse(use), said)

    def _by_callers(self, site: Site, call: OpenCall, given: Given) -> None:
        """Judge a call by what callers pass to the function; `given` is what else is known."""
        if not _is_checked(site, call):
            return
        known_by = self._refiner.open_call(site.api, call.node, given)
        if known_by is not None and awaitable(get_proper_type(known_by.typ)):
            use = _use(site, call, known_by.typ)
            self._reporter.report(site, call.node, _misuse(use), known_by, inside=call.function)

    def _report(self, use: Use, call: OpenCall, misuse: Misuse | None, note: str) -> None:
        """Report a misuse, with a note that says how it is known what the call gives."""
        if misuse is not None:
            misuse = replace(misuse, notes=(*misuse.notes, note))
            self._reporter.report(use.site, call.node, misuse, inside=call.function)


def _misuse(use: Use) -> Misuse | None:
    dropped = dropped_awaitable.check_open(use) if use.value.is_lazy else None
    return dropped or first_misuse(use)


def _any_awaitable(site: Site) -> Instance:
    return site.api.named_generic_type(names.AWAITABLE, [any_type()])


def _is_checked(site: Site, call: OpenCall) -> bool:
    function = function_around(call.node, call.parents)
    return function is not None and (
        site.api.options.check_untyped_defs or not function.is_dynamic()
    )


def _gives_anything(site: Site, call: OpenCall) -> bool:
    """Does mypy know nothing of what a call gives?"""
    callee = site.type_of(call.node.callee)
    if isinstance(callee, CallableType):
        return says_nothing(get_proper_type(callee.ret_type))
    return callee is None or isinstance(callee, AnyType)


def _is_known(site: Site, call: OpenCall) -> bool:
    """Is it known what a call calls?"""
    callee = site.type_of(call.node.callee)
    if callee is None:
        symbol = site.symbol(call.node.callee)
        return symbol is not None and not isinstance(symbol, Var)
    return not isinstance(callee, AnyType)


def _use(site: Site, call: OpenCall, typ: Type) -> Use:
    value = awaitable(get_proper_type(typ))
    assert value is not None
    return Use(site, value, call.node, call.node, place_of(call.node, call.parents))


def _given(early: Early) -> Given:
    """Return of which classes the arguments are of functions that stand for callbacks."""
    return tuple(
        (function.line, name, cls)
        for function, named in callback_arguments(early).items()
        for name, cls in named.items()
    )
