"""The plugin class that mypy loads: options and hook tables, no judgement."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import (
    AttributeContext,
    ClassDefContext,
    FunctionContext,
    MethodContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import Type

from mypy_await import codes, compat, config, knowledge
from mypy_await.freshness import Freshness, own_digest

if TYPE_CHECKING:
    from mypy_await.contracts.lookup import Lookup as Contracts
    from mypy_await.hooks import Hooks
    from mypy_await.recognise import Interest, Recogniser


Hook = Callable[[Any], Type]


class AwaitPlugin(Plugin):
    """mypy-await inside a mypy run."""

    tells_gate = False
    """Add the notes that the gate alone reads: what made an awaitable, and what is right?"""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        compat.refuse_old_mypy()
        try:
            self.config = config.load(options.config_file)
            self._contracts = self._read_contracts(options.config_file)
        except config.ConfigError as error:
            compat.stop(str(error))
        codes.set_defaults(frozenset(self.config.enable), frozenset(self.config.disable))
        knowledge.configure(self.config)
        self._freshness = Freshness(options)
        self._mypys_own = compat.DefaultPlugin(options)
        self._class_hook = compat.guard("classes", lambda ctx: None)(self._check_class)
        # mypy asks for every call and attribute: a name asked about before costs one look-up.
        self._functions: dict[str, Hook | None] = {}
        self._methods: dict[str, Hook | None] = {}
        self._attributes: dict[str, Hook | None] = {}
        self._current: Callable[[], str] | None = None
        """Tells the file in work, once mypy has run a hook in one."""
        self._seen = ""
        self._is_last = options.plugins[-1:] in (["mypy_await"], ["mypy_await:gate_plugin"])
        """Does no other plugin come behind, whose hook one of ours would hide?"""

    def _read_contracts(self, config_file: str | None) -> Contracts | None:
        if not self.config.contracts:
            return None
        from mypy_await.contracts.lookup import Lookup  # most projects have none

        root = Path(config_file).parent if config_file else Path()
        return Lookup([root / folder for folder in self.config.contracts])

    @functools.cached_property
    def _recogniser(self) -> Recogniser:
        from mypy_await.recognise import Recogniser  # a run that checks nothing saves the import

        return Recogniser(
            self.lookup_fully_qualified,
            self.config.protect,
            infers_returns=self.infers_returns(),
        )

    @functools.cached_property
    def _hooks(self) -> Hooks:
        from mypy_await.hooks import Hooks  # a run that needs no hook saves the import

        hooks = Hooks(
            self.lookup_fully_qualified,
            self._freshness,
            self.config,
            self._contracts,
            infer_returns=self.infers_returns(),
            tells_gate=self.tells_gate,
        )
        if self._modules is not None:
            hooks.set_modules(self._modules)
        return hooks

    def infers_returns(self) -> bool:
        """Are results of un-annotated functions given the class that their source returns?"""
        return self.config.infer_returns

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules, for us and for mypy's own plugin behind us."""
        super().set_modules(modules)
        self._mypys_own.set_modules(modules)
        if "_hooks" in self.__dict__:
            self._hooks.set_modules(modules)

    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        """Return what a module's cached result depends on besides its source.

        Asked whether the cache still holds, it differs from what was said when the cache was
        written as soon as a file changed that a summary had looked into.
        """
        stale = False
        if not ctx.path.endswith(".pyi"):  # nothing is judged in a stub
            if ctx.is_check:
                stale = self._freshness.is_stale(ctx.id)
            else:
                self._freshness.start(ctx.id)
        return f"{self._config_data} stale" if stale else self._config_data

    @functools.cached_property
    def _config_data(self) -> str:
        """A digest, which mypy compares for every module faster than the options themselves."""
        data = f"{self.config.to_json()} {own_digest()}"
        return hashlib.sha256(data.encode()).hexdigest()

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """Ask for nothing; take the call as word that a file was parsed anew."""
        self._recogniser.forget()
        self._freshness.forget()
        for made in (self._functions, self._methods, self._attributes):
            made.clear()
        self._seen = ""
        if "_hooks" in self.__dict__:
            self._hooks.forget()
        return []

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the hook for calls of a function or class that may give an awaitable."""
        own = self._mypys_own.get_function_hook
        if fullname not in self._functions:
            self._functions[fullname] = self._make_hook(fullname, self._recogniser.function, own)
        hook = self._functions[fullname]
        if self._is_seen():
            return hook
        return self._first(hook or own(fullname), lambda ctx: ctx.default_return_type)

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the hook for calls of a method that may give an awaitable."""
        own = self._mypys_own.get_method_hook
        if fullname not in self._methods:
            self._methods[fullname] = self._make_hook(fullname, self._recogniser.method, own)
        hook = self._methods[fullname]
        if self._is_seen():
            return hook
        return self._first(hook or own(fullname), lambda ctx: ctx.default_return_type)

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook for attributes that may hold an awaitable."""
        if fullname not in self._attributes:
            self._attributes[fullname] = self._make_attribute_hook(fullname)
        hook = self._attributes[fullname]
        if self._is_seen():
            return hook
        own = self._mypys_own.get_attribute_hook
        return self._first(hook or own(fullname), lambda ctx: ctx.default_attr_type)

    def _is_seen(self) -> bool:
        """Need the file in work not be looked through, by a hook for whatever mypy asks about?

        The daemon checks single functions again, each of which may have had errors.
        """
        if not self._is_last:
            return True
        if self._current is None or self._current() != self._seen:
            return False
        return not self.options.fine_grained_incremental

    def _first(self, hook: Hook | None, default: Hook) -> Hook:
        """Return the first hook in a file: calls of what may be anything have none of their own."""

        @compat.guard("calls", default)
        def first(ctx: FunctionContext | MethodContext | AttributeContext) -> Type:
            self._current = self._current or compat.current_file(ctx.api)
            self._seen = self._current()
            self._hooks.open_calls(ctx.api)
            return hook(ctx) if hook else default(ctx)

        return first

    def _make_attribute_hook(self, fullname: str) -> Hook | None:
        if self._mypys_own.get_attribute_hook(fullname):  # no awaitables: values of enums
            return None
        failure: Exception | None = None
        try:
            if not self._recogniser.is_attribute_of_interest(fullname):
                return None
        except Exception as error:  # reported where the attribute is read
            failure = error

        @compat.guard("attributes", lambda ctx: ctx.default_attr_type)
        def hook(ctx: AttributeContext) -> Type:
            if failure is not None:
                raise failure
            return self._hooks.attribute(ctx, fullname)

        return hook

    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        """Return the hook for class statements: the one that mypy runs for every class."""
        return self._class_hook

    def _check_class(self, ctx: ClassDefContext) -> None:
        if not ctx.api.is_stub_file:
            self._hooks.class_body(ctx)

    def _make_hook(
        self,
        fullname: str,
        recognise: Callable[[str], Interest],
        own: Callable[[str], Hook | None],
    ) -> Hook | None:
        """Return our hook for a name, behind the one of mypy's own plugin that it would hide."""
        failure: Exception | None = None
        try:
            interest = recognise(fullname)
        except Exception as error:  # reported where the name is called
            failure = error
        else:
            if not interest:
                return None
        before = own(fullname)

        @compat.guard("calls", lambda ctx: ctx.default_return_type)
        def hook(ctx: FunctionContext | MethodContext) -> Type:
            if before is not None:
                ctx = ctx._replace(default_return_type=before(ctx))
            if failure is not None:
                raise failure
            return self._hooks.call(ctx, fullname, interest)

        return hook


class GatePlugin(AwaitPlugin):
    """The same inside `mypy-await check`."""

    tells_gate = True

    def infers_returns(self) -> bool:
        """Answer yes: the gate shows nothing but what concerns awaitables."""
        return True
