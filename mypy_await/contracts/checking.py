"""The whole check: configured contracts, the code they are for, the callers of what is broken."""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mypy_await import codes
from mypy_await.config import Config
from mypy_await.contracts.bodies import Bodies
from mypy_await.contracts.callers import Call, known_calls, source_files
from mypy_await.contracts.compare import Break, compare
from mypy_await.contracts.modules import Project
from mypy_await.contracts.resolving import Resolver
from mypy_await.contracts.store import ContractError, Contracts, version_branches

_IGNORED: Final = re.compile(r"#\s*type:\s*ignore(?:\[(?P<codes>[^\]]*)\])?")


@dataclass(frozen=True)
class Checked:
    """The outcome: what is broken, who calls it, and sentences about what was not compared."""

    breaks: tuple[Break, ...] = ()
    calls: tuple[tuple[Call, ...], ...] = ()
    """The known calls of each break, in the same order."""
    notices: tuple[str, ...] = ()
    modules: int = 0


def folders(config: Config, root: Path) -> list[Path]:
    """Return the folders of contracts; those of the configuration stand below `root`."""
    return [root / folder for folder in config.contracts]


def sources(root: Path) -> Project:
    """Return the code of a project: below `root`, or below `src` in it."""
    return Project([folder for folder in (root / "src", root) if folder.is_dir()])


def check(config: Config, root: Path) -> Checked:
    """Compare all configured contracts with the code below `root`.

    Raises `ContractError` for a folder that does not exist, a contract with a syntax error and two
    contracts for one module.  The code `broken-contract` in `disable` turns everything off.
    """
    if not config.contracts or not _is_on(config):
        return Checked()
    contracts = Contracts(folders(config, root))
    with without_collector():
        contracts.read_all()
    if not contracts.files:
        listed = ", ".join(f'"{folder}"' for folder in config.contracts)
        raise ContractError(f"contracts: no .pyi file in {listed}")
    return check_contracts(contracts, sources(root))


def check_contracts(contracts: Contracts, project: Project) -> Checked:
    """Compare contracts with the code of `project`."""
    for name in contracts.files:
        project.install(name.partition(".")[0])
    resolver = Resolver(project)
    with without_collector():
        bodies = Bodies(resolver, _files(contracts, project), quick=True)
        broken, notices = compare(contracts, resolver, bodies)
        broken = [item for item in broken if not _is_ignored(item)]
        calls = known_calls({item.fullname for item in broken}, resolver) if broken else {}
    return Checked(
        tuple(broken),
        tuple(tuple(calls[item.fullname]) for item in broken),
        (*notices, *version_branches(contracts)),
        len(contracts.files),
    )


def _files(contracts: Contracts, project: Project) -> set[Path]:
    """Return the source files of a project, and those under contract that are elsewhere."""
    found = {path for root in project.roots for _, path in source_files(root)}
    return found.union(filter(None, map(project.find, contracts.files)))


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector from walking through syntax trees that all stay in use.

    It is a third of the time of a check.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()


def _is_on(config: Config) -> bool:
    code = codes.BROKEN_CONTRACT.code
    return code not in config.disable and (
        codes.MISSING_AWAIT.code not in config.disable or code in config.enable
    )


def _is_ignored(item: Break) -> bool:
    """Does the line of the definition carry `# type: ignore` for this code?"""
    lines: Sequence[str] = _lines(item.place.path)
    found = _IGNORED.search(lines[item.place.line - 1]) if item.place.line <= len(lines) else None
    if not found:
        return False
    named = found["codes"]
    ours = {codes.BROKEN_CONTRACT.code, codes.MISSING_AWAIT.code}
    return named is None or bool(ours & _split(named))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _split(text: str) -> set[str]:
    parts: Iterable[str] = text.split(",")
    return {part.strip() for part in parts}
