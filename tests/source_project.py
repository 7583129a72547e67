"""Small packages on disk for the tests of source summaries."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

from mypy_await.summaries import FunctionSummary, Known, Summaries


class Project:
    """Modules written below a directory, and the summaries of them."""

    def __init__(self, root: Path, known: dict[str, Known] | None = None) -> None:
        self.root = root
        self.asked: list[str] = []
        self.summaries = Summaries(self.path_of, (known or {}).get)

    def path_of(self, module: str) -> str | None:
        """Return the path of a module that was written."""
        self.asked.append(module)
        base = self.root.joinpath(*module.split("."))
        for path in (base / "__init__.py", base.parent / f"{base.name}.py"):
            if path.is_file():
                return str(path)
        return None

    def write(self, path: str, text: str) -> Path:
        """Write one file, its text dedented."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), encoding="utf-8")
        return target

    def ask(self, fullname: str) -> FunctionSummary:
        """Return the summary of a function that must be found."""
        summary = self.summaries.function(fullname)
        assert summary is not None, f"no summary of {fullname}"
        return summary


MakeProject = Callable[..., Project]

PRELUDE = """\
import asyncio, functools, inspect, json, logging
from typing import *

class Item:
    def name(self): return "x"

class Pool:
    async def create(self): return Item()
    def later(self): return self.create()
    def plain(self): return 1
    @property
    def prop(self): return self.create()

async def fetch(): return Item()
def helper(): return 3
POOL = Pool()
"""


def single(root: Path, text: str, known: dict[str, Known] | None = None) -> Project:
    """Return a project with one module `m`: the prelude above, then `text`."""
    project = Project(root, known)
    project.write("m.py", PRELUDE + textwrap.dedent(text))
    return project
