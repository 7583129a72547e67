"""The contract files: where they are, which module each is for, and what is wrong with them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mypy_await.config import ConfigError
from mypy_await.contracts.conditions import is_true, names_version
from mypy_await.contracts.modules import FUNCTIONS, Project

DISTRIBUTION: Final = "METADATA.toml"
"""A folder with this file is a distribution in the manner of typeshed: its packages are inside."""


class ContractError(ConfigError):
    """A contract that cannot be used, as one sentence per line for the user."""


class Contracts(Project):
    """The contract files below the configured folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(folders, ".pyi")
        self.files = _discover(folders)

    def find(self, name: str) -> Path | None:
        """Return the contract file for a module, or None."""
        return self.files.get(name)

    def has_package(self, top: str) -> bool:
        """Is a module of this package under contract?"""
        return any(name == top or name.startswith(f"{top}.") for name in self.files)

    def read_all(self) -> None:
        """Parse every contract file; `ContractError` names all that cannot be read."""
        for name in self.files:
            self.module(name)
        if self.broken:
            raise ContractError("\n".join(self.broken.values()))


def module_name(path: Path, folder: Path) -> str:
    """Return the module that a contract file pins.

    `folder/pkg/mod.pyi` and `folder/pkg-stubs/mod.pyi` both pin `pkg.mod`; folders of a
    distribution in between do not count.
    """
    base = folder
    for part in path.relative_to(folder).parts[:-1]:
        if not (base / part / DISTRIBUTION).is_file():
            break
        base /= part
    parts = list(path.relative_to(base).with_suffix("").parts)
    parts[0] = parts[0].removesuffix("-stubs")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _discover(folders: Sequence[Path]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    wrong: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            wrong.append(f'contracts: "{folder.as_posix()}" is not a folder')
        for path in sorted(folder.rglob("*.pyi")):
            name = module_name(path, folder)
            if name in files:
                wrong.append(
                    f'{path.as_posix()}: second contract for module "{name}"; '
                    f"the first is {files[name].as_posix()}"
                )
            files[name] = path
    if wrong:
        raise ContractError("\n".join(wrong))
    return files


def version_branches(contracts: Contracts) -> list[str]:
    """Return a sentence for each function that a contract defines by Python version.

    Only the branch for the running version is compared with the code.
    """
    sentences: list[str] = []
    for name, path in contracts.files.items():
        module = contracts.module(name)
        for node in ast.walk(module.tree) if module else ():
            if not isinstance(node, ast.If) or not names_version(node.test):
                continue
            chosen = node.body if is_true(node.test) else node.orelse
            every = [*node.body, *node.orelse]
            pinned = sorted({stmt.name for stmt in every if isinstance(stmt, FUNCTIONS)})
            if pinned:
                what = "compared" if any(isinstance(s, FUNCTIONS) for s in chosen) else "left out"
                sentences.append(
                    f"{path.as_posix()}:{node.lineno}: {_quoted(pinned)} defined by Python "
                    f"version; {what} as on the Python that runs this"
                )
    return sentences


def _quoted(names: Sequence[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"{listed} {'is' if len(names) == 1 else 'are'}"
