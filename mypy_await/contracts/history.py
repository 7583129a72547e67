"""Which functions changed their colour since a revision of the git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mypy_await.contracts.bodies import Bodies
from mypy_await.contracts.callers import source_files
from mypy_await.contracts.checking import sources, without_collector
from mypy_await.contracts.effects import Colour, Effect, effect_of
from mypy_await.contracts.modules import FUNCTIONS, Module, Project
from mypy_await.contracts.resolving import Resolver, Scope
from mypy_await.contracts.store import ContractError
from mypy_await.contracts.writing import pinned_functions


@dataclass(frozen=True)
class Flip:
    """One public function whose colour is another now."""

    fullname: str
    was_async: bool
    is_async: bool
    path: Path
    line: int


def flips_since(revision: str, root: Path) -> list[Flip]:
    """Return the public functions below `root` that changed colour since `revision`.

    Functions that are new or gone are left out.  Where the colour of one side is unknown, only the
    word `async` is compared.  Raises `ContractError` where git cannot give that revision.
    """
    with tempfile.TemporaryDirectory() as folder:
        _extract(revision, root, Path(folder))
        with without_collector():
            old, new = _Colours(sources(Path(folder))), _Colours(sources(root))
            return sorted(_flips(old, new), key=lambda flip: flip.fullname)


def _flips(old: _Colours, new: _Colours) -> Iterator[Flip]:
    for module in old.modules():
        now = new.of_name(module.name)
        for fullname, (before, _, _) in old.of(module).items():
            if fullname in now:
                after, path, line = now[fullname]
                was_async, is_async = _compared(before, after)
                if was_async is not is_async:
                    yield Flip(fullname, was_async, is_async, path, line)


def _compared(before: Effect, after: Effect) -> tuple[bool, bool]:
    if Colour.UNKNOWN in (before.colour, after.colour):
        return before.keyword, after.keyword
    return before.colour is Colour.ASYNC, after.colour is Colour.ASYNC


class _Colours:
    """The colours of a tree's public functions."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.resolver = Resolver(project)
        files = {path for root in project.roots for _, path in source_files(root)}
        self.bodies = Bodies(self.resolver, files, quick=True)

    def modules(self) -> Iterator[Module]:
        """Yield every module that can be read."""
        seen: set[Path] = set()
        for root in self.project.roots:
            for name, path in source_files(root):
                module = self.project.module(name) if path not in seen else None
                if module is not None and module.path == path:
                    seen.add(path)
                    yield module

    def of_name(self, module: str) -> Mapping[str, tuple[Effect, Path, int]]:
        """Return the same as `of` for a module of this name; nothing where there is none."""
        found = self.project.module(module)
        return self.of(found) if found else {}

    def of(self, module: Module) -> Mapping[str, tuple[Effect, Path, int]]:
        """Return the effect and place of each public function of a module."""
        known: dict[str, tuple[Effect, Path, int]] = {}
        for symbol, _ in pinned_functions(Scope(module)):
            effect = effect_of(symbol, self.resolver, self.bodies)
            if effect and _is_public(symbol.fullname.removeprefix(module.name)):
                line = next(n.lineno for n in symbol.nodes if isinstance(n, FUNCTIONS))
                known[symbol.fullname] = effect, module.path, line
        return known


def _is_public(name: str) -> bool:
    parts = name.strip(".").split(".")
    return not any(part.startswith("_") and not part.endswith("__") for part in parts)


def _extract(revision: str, root: Path, target: Path) -> None:
    command = ["git", "archive", "--format=tar", revision]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True)
    except OSError as error:
        raise ContractError(f"git cannot be run: {error.strerror}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ContractError(f'git knows no revision "{revision}": {said[-1] if said else "error"}')
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".py"):
                archive.extract(member, target, filter="data")
