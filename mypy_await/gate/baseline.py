"""The baseline file: findings that a project has put up with until now.

One finding a line, as JSON, sorted: diffs are readable and two branches merge.  Entries are matched
by file, function, code and text, never by line; those that agree in all of these have a count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from mypy_await.gate.errors import GateError
from mypy_await.gate.findings import Finding
from mypy_await.gate.fingerprints import posix
from mypy_await.gate.output import write_file
from mypy_await.gate.source import Sources

HEAD: Final = "# Findings of mypy-await that are put up with; see --write-baseline.  Version 1.\n"


class Entry(NamedTuple):
    """What a finding is known by."""

    file: str
    symbol: str
    code: str
    text: str


def entry(finding: Finding, sources: Sources) -> Entry:
    """Return the entry that stands for a finding."""
    symbol = sources.symbol(finding).name
    return Entry(posix(finding.path), symbol, finding.code, finding.text)


class Baseline:
    """The entries of a file, with how often each is put up with."""

    def __init__(self, entries: Counter[Entry]) -> None:
        self.entries = entries

    @classmethod
    def of(cls, findings: Iterable[Finding], sources: Sources) -> Baseline:
        """Return the baseline that lists these findings."""
        return cls(Counter(entry(finding, sources) for finding in findings))

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a file; raises `GateError` where it is not there or a line makes no sense."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise GateError(f'cannot read the baseline "{path}": {reason}') from None
        entries: Counter[Entry] = Counter()
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                known, count = _read_line(line, f"{path}:{number}")
                entries[known] += count
        return cls(entries)

    def write(self, path: Path) -> None:
        """Write the file; raises `GateError`."""
        lines = [
            json.dumps({**known._asdict(), "count": count}, ensure_ascii=False)
            for known, count in sorted(self.entries.items())
            if count > 0
        ]
        write_file(path, HEAD + "".join(f"{line}\n" for line in lines))

    def split(
        self, findings: Iterable[Finding], sources: Sources
    ) -> tuple[list[Finding], Counter[Entry]]:
        """Return the findings that are not listed, and the entries that nothing matched."""
        left = self.entries.copy()
        new = []
        for finding in findings:
            known = entry(finding, sources)
            if left[known] > 0:
                left[known] -= 1
            else:
                new.append(finding)
        return new, +left

    def without(self, stale: Counter[Entry]) -> Baseline:
        """Return the baseline less some entries."""
        return Baseline(self.entries - stale)


def stale_entries(left: Counter[Entry], checked: Collection[str]) -> Counter[Entry]:
    """Return the entries nothing matched, of files that were checked or that are gone."""
    return Counter(
        {
            known: count
            for known, count in left.items()
            if known.file in checked or not Path(known.file).exists()
        }
    )


def _read_line(line: str, place: str) -> tuple[Entry, int]:
    try:
        data = json.loads(line)
        count = data.pop("count", 1)
        known = Entry(**data)
    except (ValueError, TypeError, AttributeError):
        raise GateError(f"{place}: this is no line of a baseline") from None
    if not all(isinstance(part, str) for part in known) or type(count) is not int:
        raise GateError(f"{place}: this is no line of a baseline")
    return known, count
