"""Which lines changed since a revision, as git says: for `--since`."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path
from typing import Final

from mypy_await.gate.errors import GateError
from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources

DIFF: Final = (
    *("diff", "--unified=0", "--find-renames", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--ignore-submodules", "--src-prefix=a/", "--dst-prefix=b/"),
)
FILES: Final = ("--", "*.py", "*.pyi")


class ChangedLines:
    """The lines of the working tree that differ from a revision, and the files git does not know.

    Compared is with the commit where the work branched off, so that what others did on the other
    branch since then does not count.
    """

    def __init__(self, revision: str) -> None:
        """Ask git.  Raises `GateError` outside a repository and for an unknown revision."""
        self._root, commit = _find(revision)
        self._lines: dict[Path, list[range]] = {}
        self._read_diff(self._diff(commit))

    @functools.cached_property
    def _new(self) -> set[Path]:
        """The files that git does not know."""
        names = _git(self._root, "ls-files", "-z", "--others", "--exclude-standard", *FILES)
        return {(self._root / name).resolve() for name in names.split("\0") if name}

    def _diff(self, commit: str) -> str:
        """Compare with where the branches parted; with the commit itself where they never met."""
        try:
            return _git(self._root, *DIFF, "--merge-base", commit, *FILES)
        except GateError:
            # No common commit, or a git older than 2.30, which does not know the option.
            base = _try_git(self._root, "merge-base", commit, "HEAD") or commit
            return _git(self._root, *DIFF, base, *FILES)

    def has_line(self, path: str, number: int) -> bool:
        """Is this line of the working tree a changed one?"""
        full = Path(path).resolve()
        return any(number in lines for lines in self._lines.get(full, ())) or full in self._new

    def touches(self, finding: Finding, sources: Sources) -> bool:
        """Is one of the finding's lines a changed one?

        What is found at a whole function or class belongs to its first line alone.
        """
        last = finding.end_line
        if sources.is_header(finding.path, finding.line):
            last = finding.line
        return any(self.has_line(finding.path, n) for n in range(finding.line, last + 1))

    def _read_diff(self, text: str) -> None:
        from unidiff.patch import PatchSet

        for file in PatchSet(text):
            full = (self._root / file.path).resolve()
            self._lines[full] = [
                range(hunk.target_start, hunk.target_start + hunk.target_length) for hunk in file
            ]


def _find(revision: str) -> tuple[Path, str]:
    """Return the root of the working tree and the commit; raises `GateError`."""
    here = Path.cwd()
    if not revision.startswith("-"):
        found = _try_git(here, "rev-parse", "--show-toplevel", f"{revision}^{{commit}}")
        if found:
            root, commit = found.splitlines()
            return Path(root), commit
    hint = ""
    if _git(here, "rev-parse", "--is-shallow-repository").strip() == "true":
        hint = '; this is a shallow clone, "git fetch --unshallow" completes it'
    raise GateError(f'--since: git knows no revision "{revision}"{hint}')


def _git(folder: Path, *arguments: str) -> str:
    """Return what git prints; its complaint becomes a `GateError`."""
    command = ["git", "-C", str(folder), "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise GateError(f"--since: git cannot be run: {error.strerror or error}") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it failed"]
        raise GateError(f"--since: git: {said[0].removeprefix('fatal: ')}")
    return done.stdout


def _try_git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, or None where it fails."""
    try:
        return _git(folder, *arguments).strip()
    except GateError:
        return None
