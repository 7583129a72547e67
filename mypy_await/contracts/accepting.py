"""Records an intended change: makes the contract of single functions say what the code says now."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Sequence
from pathlib import Path

from mypy_await.contracts.bodies import Bodies
from mypy_await.contracts.checking import check_contracts
from mypy_await.contracts.compare import Break, code_of
from mypy_await.contracts.editing import Editor
from mypy_await.contracts.effects import effect_of
from mypy_await.contracts.modules import FUNCTIONS, Project
from mypy_await.contracts.resolving import Resolver, Scope
from mypy_await.contracts.store import ContractError, Contracts
from mypy_await.contracts.writing import pinned_functions


def accept(names: Sequence[str], contracts: Contracts, project: Project) -> list[str]:
    """Rewrite the contract lines of the named functions; return a sentence for each.

    A name is a full name, or its end where that names one broken contract only.  What the code no
    longer defines is taken out of the contract.  Raises `ContractError` for a name that is unknown
    or not unique, and then changes nothing.
    """
    broken = {item.fullname: item for item in check_contracts(contracts, project).breaks}
    chosen = [_choose(name, broken, contracts) for name in names]
    editors: dict[Path, Editor] = {}
    resolver = Resolver(project)
    for item in dict.fromkeys(chosen):
        _record(item, contracts, editors, resolver)
    for path, editor in editors.items():
        ends = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
        path.write_text(editor.result(), encoding="utf-8", newline=ends)
    return [f"{item.contract.path.as_posix()}: {item.fullname} accepted" for item in chosen]


def _choose(name: str, broken: dict[str, Break], contracts: Contracts) -> Break:
    if name in broken:
        return broken[name]
    matches = [full for full in broken if full.endswith(f".{name}")]
    if len(matches) == 1:
        return broken[matches[0]]
    if matches:
        raise ContractError(f'"{name}" stands for several: {", ".join(matches)}')
    pinned = [symbol for symbol in _all_pinned(contracts) if f".{symbol}".endswith(f".{name}")]
    if pinned:
        raise ContractError(f'"{name}" keeps to its contract; there is nothing to accept')
    close = difflib.get_close_matches(name, broken, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    raise ContractError(f'no contract for "{name}"{hint}')


def _all_pinned(contracts: Contracts) -> list[str]:
    modules = (contracts.module(name) for name in contracts.files)
    return [
        symbol.fullname
        for module in modules
        if module
        for symbol, _ in pinned_functions(Scope(module))
    ]


def _record(
    item: Break, contracts: Contracts, editors: dict[Path, Editor], resolver: Resolver
) -> None:
    pinned = Resolver(contracts).find(item.fullname)
    if pinned is None:
        raise ContractError(
            f'module "{item.fullname}" is gone; delete {item.contract.path.as_posix()}'
        )
    editor = editors.setdefault(item.contract.path, Editor(pinned.scope.module, resolver))
    code, _ = code_of(pinned, resolver)
    given = effect_of(code, resolver, Bodies(resolver, ())) if code else None
    for node in pinned.nodes:
        if item.is_gone and isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            editor.remove(node, pinned.scope)
        elif isinstance(node, FUNCTIONS) and given is not None:
            editor.unmark(node)
            editor.pin(node, pinned.scope, given)
