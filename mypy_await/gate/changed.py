"""Which lines changed since a revision, as git says: for `--since`."""

from __future__ import annotations

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
        self._root = Path(_git(Path.cwd(), "rev-parse", "--show-toplevel").strip())
        self._lines: dict[Path, list[range]] = {}
        self._read_diff(_git(self._root, *DIFF, self._base(revision), *FILES))
        new = _git(self._root, "ls-files", "-z", "--others", "--exclude-standard", *FILES)
        self._new = {(self._root / name).resolve() for name in new.split("\0") if name}

    def has_line(self, path: str, number: int) -> bool:
        """Is this line of the working tree a changed one?"""
        full = Path(path).resolve()
        return full in self._new or any(number in lines for lines in self._lines.get(full, ()))

    def touches(self, finding: Finding, sources: Sources) -> bool:
        """Is one of the finding's lines a changed one?

        What is found at a whole function or class belongs to its first line alone.
        """
        last = finding.end_line
        if sources.is_header(finding.path, finding.line):
            last = finding.line
        return any(self.has_line(finding.path, n) for n in range(finding.line, last + 1))

    def _base(self, revision: str) -> str:
        """Return the commit to compare with."""
        commit = _try_git(self._root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if revision.startswith("-") or commit is None:
            hint = ""
            if _try_git(self._root, "rev-parse", "--is-shallow-repository") == "true":
                hint = '; this is a shallow clone, "git fetch --unshallow" completes it'
            raise GateError(f'--since: git knows no revision "{revision}"{hint}')
        return _try_git(self._root, "merge-base", commit, "HEAD") or commit

    def _read_diff(self, text: str) -> None:
        from unidiff.patch import PatchSet

        for file in PatchSet(text):
            full = (self._root / file.path).resolve()
            self._lines[full] = [
                range(hunk.target_start, hunk.target_start + hunk.target_length) for hunk in file
            ]


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
