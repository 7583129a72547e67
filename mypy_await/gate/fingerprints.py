"""Names for findings that stay the same while the code around them moves.

A fingerprint is made of the file, the function, the code and the text, and never of a line.  What
agrees in all of these is told apart by its order in the file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources


def fingerprints(findings: Iterable[Finding], sources: Sources) -> Iterator[str]:
    """Yield one fingerprint for each finding, in their order; all differ."""
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        symbol = sources.symbol(finding).name
        key = (posix(finding.path), symbol, finding.code, finding.text)
        seen[key] += 1
        yield hashlib.sha256("\0".join([*key, str(seen[key])]).encode()).hexdigest()[:32]


def posix(path: str) -> str:
    """Return the path with slashes, so that results do not depend on the system."""
    return path.replace("\\", "/")
