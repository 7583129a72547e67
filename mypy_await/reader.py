"""Asks the summaries on behalf of the module that mypy checks, and notes what it rests on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import TypeVar

from mypy.nodes import (
    LDEF,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MypyFile,
    NameExpr,
    SuperExpr,
    SymbolNode,
    TypeInfo,
)
from mypy.plugin import CheckerPluginInterface
from mypy.types import AnyType, CallableType, TypeOfAny, get_proper_type

from mypy_await import compat
from mypy_await.freshness import Freshness
from mypy_await.known import known_of
from mypy_await.origins import Lookup
from mypy_await.summaries import (
    ASKING_NAMES,
    FunctionSummary,
    Given,
    Known,
    Place,
    Summaries,
    Use,
    Verdict,
    attributes_made,
    attributes_read,
    may_mention,
)

T = TypeVar("T")


class Reader:
    """Finds the summary of a function; each is asked for once until a file is parsed anew."""

    def __init__(self, lookup: Lookup, freshness: Freshness) -> None:
        self.lookup = lookup
        self._freshness = freshness
        self._modules: dict[str, MypyFile] = {}
        self._by_path: dict[str, MypyFile] = {}
        self._summaries = Summaries(self._path_of, self._known, self._note)
        self._module = ""
        """The module in work: it rests on what the summaries answer."""
        self._asked: dict[object, FunctionSummary | None] = {}
        self._noted: set[tuple[str, frozenset[str]]] = set()
        self._any_by_intent: dict[str, bool] = {}
        self._made: dict[str, frozenset[str]] = {}
        self._read: dict[str, frozenset[tuple[str, str]]] = {}

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """Take mypy's modules."""
        self._modules, self._by_path = modules, {}

    def forget(self) -> None:
        """Drop the answers: a file was parsed anew."""
        self._asked.clear()
        self._noted.clear()
        self._any_by_intent.clear()
        self._made.clear()
        self._read.clear()
        self._by_path.clear()

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

    def is_never_awaitable(self, api: CheckerPluginInterface, node: SymbolNode | None) -> bool:
        """Does the source of a function rule out that it gives the awaitable it is declared to?"""
        if not isinstance(node, (FuncDef, Decorator)):
            return False
        summary = self.summary_of(api, node)
        return summary is not None and summary.result.verdict is Verdict.NEVER

    def is_remade(self, api: CheckerPluginInterface, owner: TypeInfo) -> bool:
        """May methods of a class be others than it shows, by a decorator of it or of a base?"""
        self._module = compat.module(api).fullname
        return any(
            self._summaries.is_remade(base.module_name, base.name)
            for base in owner.mro
            if base.module_name not in ("builtins", "typing")
        )

    def summary_of_decorated(
        self, api: CheckerPluginInterface, node: Decorator, outermost: int
    ) -> FunctionSummary | None:
        """Return the summary of a function behind its decorators from one of them inwards."""
        module, line = compat.module(api).fullname, node.func.line
        return self._ask(
            api,
            (module, line, True, outermost),
            lambda: self._summaries.at(module, line, decorated=True, outermost=outermost),
        )

    def summary_of_callee(
        self, api: CheckerPluginInterface, fullname: str, callee: Expression
    ) -> FunctionSummary | None:
        """Return the summary of what is called; mypy gives a local function no full name."""
        if isinstance(callee, SuperExpr):
            return self._summary_of_inherited(api, callee)
        function = callee.node if isinstance(callee, NameExpr) and callee.kind == LDEF else None
        if isinstance(function, (FuncDef, Decorator)):
            return self.summary_of(api, function)
        return self.summary(api, fullname) if "." in fullname else None

    def _summary_of_inherited(
        self, api: CheckerPluginInterface, callee: SuperExpr
    ) -> FunctionSummary | None:
        """Return the summary of a method of a base, called on an object of the class in work."""
        if callee.info is None or callee.name == "__init__":  # which gives nothing
            return None
        start = callee.call.args[0] if callee.call.args else None
        if start is not None and getattr(start, "node", None) is not callee.info:
            return None
        owner, name = callee.info.fullname, callee.name
        return self._ask(
            api, ("super", owner, name), lambda: self._summaries.inherited(owner, name)
        )

    def summary_of_call(
        self, api: CheckerPluginInterface, node: CallExpr, given: Given
    ) -> FunctionSummary | None:
        """Return the summary of what a call calls, as the callers in the module say.

        `given` says of which classes some parameters are.
        """
        module = compat.module(api).fullname
        place = node.line, node.column, node.end_line or 0, node.end_column or 0
        return self._ask(
            api,
            ("call", module, place, given),
            lambda: self._summaries.called_at(module, place, given),
        )

    def told_async(self, api: CheckerPluginInterface, module: str) -> frozenset[Place]:
        """Return the calls in a module of what a condition around says is an async function.

        Those in functions that mypy checks.
        """
        self._module = compat.module(api).fullname
        path = self._path_of(module)
        if not path or not may_mention(path, ASKING_NAMES):
            return frozenset()
        annotated = not api.options.check_untyped_defs
        return self._summaries.told_async(module, annotated=annotated)

    def is_judged_there(self, api: CheckerPluginInterface, use: Use) -> bool:
        """Is what a function passed to others comes to reported where that happens?

        So it is where a condition says that the function is async.
        """
        if not self._by_path:
            self._by_path = {os.path.abspath(one.path): one for one in self._modules.values()}
        module = self._by_path.get(use.path)
        if module is None or not compat.shows_errors_of(api, module.path):
            return False
        return any(place[0] == use.line for place in self.told_async(api, module.fullname))

    def summary_of_held(
        self, api: CheckerPluginInterface, owner: str, name: str, *, by_default: bool
    ) -> FunctionSummary | None:
        """Return the summary of what an attribute holds where it is not `None`.

        With `by_default` on instances made without the arguments that may be left out.
        """
        return self._ask(
            api,
            ("held", owner, name, by_default),
            lambda: self._summaries.held(owner, name, by_default=by_default),
        )

    def summary_beside_scalars(
        self, api: CheckerPluginInterface, owner: TypeInfo, name: str
    ) -> FunctionSummary | None:
        """Return the summary of what an attribute holds that is first a constant, as `False`."""

        def ask() -> FunctionSummary | None:
            paths = {self._path_of(base.module_name) for base in owner.mro}
            if not any(path and name in self._attributes_made(path) for path in paths):
                return None
            return self._summaries.held_beside_scalars(owner.fullname, name)

        return self._ask(api, ("beside scalars", owner.fullname, name), ask)

    def _attributes_made(self, path: str) -> frozenset[str]:
        if path not in self._made:
            self._made[path] = attributes_made(path)
        return self._made[path]

    def may_read(
        self, api: CheckerPluginInterface, path: str, name: str, attributes: frozenset[str]
    ) -> bool:
        """Does a file mention one of these attributes of a name?  To parse it costs more."""
        self.rests_on(api, [path])
        if path not in self._read:
            self._read[path] = attributes_read(path)
        return any((name, attribute) in self._read[path] for attribute in attributes)

    def summary_of_item(
        self, api: CheckerPluginInterface, owner: str, name: str
    ) -> FunctionSummary | None:
        """Return the summary of each item of the container that an attribute keeps."""
        asking = compat.module(api).fullname
        return self._ask(
            api,
            ("item", owner, name, asking),
            lambda: self._summaries.item(owner, name, asking),
        )

    def in_class(
        self, module: str, fullname: str, question: Callable[[FunctionSummary], T]
    ) -> T | None:
        """Return what the summary of a function answers, while mypy analyses the module."""
        self._module = module
        summary = self._summaries.function(fullname)
        if summary is None:
            return None
        return question(summary)

    def _note(self, sources: frozenset[str]) -> None:
        """Note that the module in work rests on the sources of a summary, as asked so far."""
        key = self._module, sources
        if key not in self._noted:
            self._noted.add(key)
            self._freshness.note(*key)

    def rests_on(self, api: CheckerPluginInterface, paths: Iterable[str]) -> None:
        """Note that the module in work rests on these files, whether they exist or not."""
        self._freshness.note(compat.module(api).fullname, paths)

    def means_any(self, fullname: str) -> bool:
        """Does an installed package declare `Any` outright for this function?

        It is taken at its word: reading the bodies of annotated packages costs more than it finds.
        """
        if fullname not in self._any_by_intent:
            self._any_by_intent[fullname] = self._declares_any(fullname)
        return self._any_by_intent[fullname]

    def _declares_any(self, fullname: str) -> bool:
        found = self.lookup(fullname) if "." in fullname else None
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

    def _ask(
        self,
        api: CheckerPluginInterface,
        key: object,
        ask: Callable[[], FunctionSummary | None],
    ) -> FunctionSummary | None:
        self._module = compat.module(api).fullname
        if key not in self._asked:
            self._asked[key] = ask()
        found = self._asked[key]
        if found is not None:
            self._note(found.sources)
        return found

    def _is_nested(self, function: FuncDef) -> bool:
        """Is the function defined in another one?  In a method mypy names it like a method."""
        owner = function.fullname.rpartition(".")[0]
        return not owner or (not function.info and owner not in self._modules)

    # What the summaries ask of mypy

    def _path_of(self, module: str) -> str | None:
        found = self._modules.get(module)
        if found is None or found.path.endswith(".pyi"):
            return None
        return os.path.abspath(found.path)

    def _known(self, fullname: str) -> Known | None:
        found = self.lookup(fullname)
        node = found.node if found else None
        return known_of(node)
