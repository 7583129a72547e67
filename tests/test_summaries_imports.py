"""Names across modules: imports, re-exports, conditional definitions, patched names."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_project import Project

from mypy_await.summaries import Kind, Known, Verdict


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("lib/__init__.py", "from .core import fetch\nfrom . import core as center\n")
    project.write("lib/core.py", "async def fetch(): return 1\ndef plain(): return 1\n")
    project.write("lib/stars.py", "from .core import *\n")
    project.write("lib/deep/__init__.py", "from ..core import fetch as taken\n")
    project.write("lib/deep/leaf.py", "from .. import fetch\nfrom . import taken\n")
    return project


IMPORTS = {
    "from": ("from lib.core import fetch", "fetch()"),
    "as": ("from lib.core import fetch as load", "load()"),
    "re-export": ("from lib import fetch", "fetch()"),
    "module": ("import lib.core", "lib.core.fetch()"),
    "module as": ("import lib.core as c", "c.fetch()"),
    "submodule": ("from lib import core", "core.fetch()"),
    "renamed submodule": ("from lib import center", "center.fetch()"),
    "package": ("import lib", "lib.fetch()"),
    "star": ("from lib.core import *", "fetch()"),
    "star of a star": ("from lib.stars import *", "fetch()"),
    "relative, two up": ("from lib.deep import taken", "taken()"),
    "relative, twice": ("from lib.deep.leaf import fetch", "fetch()"),
    "relative, same package": ("from lib.deep.leaf import taken", "taken()"),
    "type checking only": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lib import fetch",
        "fetch()",
    ),
    "fallback of None": (
        "try:\n    from lib import fetch\nexcept ImportError:\n    fetch = None",
        "fetch()",
    ),
    "both variants": (
        "try:\n    from lib import fetch\nexcept ImportError:\n    async def fetch(): ...",
        "fetch()",
    ),
    "alias": ("from lib import fetch\nload = fetch", "load()"),
    "redefined": ("def fetch(): return 1\nfrom lib import fetch", "fetch()"),
}


@pytest.mark.parametrize(("imports", "call"), IMPORTS.values(), ids=IMPORTS)
def test_followed(project: Project, imports: str, call: str) -> None:
    project.write("m.py", f"{imports}\ndef f(): return {call}\n")
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS


LOCAL_IMPORTS = {name: case for name, case in IMPORTS.items() if "*" not in case[0]}


@pytest.mark.parametrize(("imports", "call"), LOCAL_IMPORTS.values(), ids=LOCAL_IMPORTS)
def test_followed_inside_a_function(project: Project, imports: str, call: str) -> None:
    body = "".join(f"    {line}\n" for line in imports.splitlines())
    project.write("m.py", f"def f():\n{body}    return {call}\n")
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS


DOUBTS = {
    "variants differ": (
        "try:\n    from lib import fetch\nexcept ImportError:\n    from x import fetch"
    ),
    "if without decision": "if DEBUG:\n    from lib import fetch\nelse:\n    from x import fetch",
    "patched module": "import lib.core\nlib = 1\nfrom lib import fetch\nfetch = wrap(fetch)",
    "global elsewhere": "from lib import fetch\ndef g(x):\n    global fetch\n    fetch = x",
    "loop variable": "from lib import fetch\nfor fetch in []: pass",
    "module attribute set": "from lib import core\nfetch = core.fetch\ncore.fetch = 1",
    "missing": "from lib.core import gone as fetch",
    "missing module": "from gone import fetch",
    "unknown decorator": "from x import deco\n@deco\nasync def fetch(): ...",
}


@pytest.mark.parametrize("source", DOUBTS.values(), ids=DOUBTS)
def test_doubt(project: Project, source: str) -> None:
    project.write("m.py", f"{source}\ndef f(): return fetch()\n")
    assert project.ask("m.f").result.verdict is Verdict.UNKNOWN


def test_variants_that_differ_in_colour(project: Project) -> None:
    project.write(
        "m.py",
        "if DEBUG:\n    from lib import fetch\nelse:\n    from lib.core import plain as fetch\n"
        "def f(): return fetch()\n",
    )
    assert project.ask("m.f").result.verdict is Verdict.SOMETIMES


def test_import_cycle_ends(project: Project) -> None:
    project.write("a.py", "from b import g\ndef f(): return g()\nfrom b import fetch\n")
    project.write("b.py", "from a import fetch\ndef g(): return fetch()\n")
    assert project.ask("a.f").result.verdict is Verdict.UNKNOWN
    project.write("a.py", "from b import g\nasync def fetch(): ...\ndef f(): return g()\n")
    project.summaries.forget(str(project.root / "a.py"))
    assert project.ask("a.f").result.verdict is Verdict.ALWAYS


def test_global_singleton(project: Project) -> None:
    source = """
        from lib.core import plain
        class Client:
            async def load(self): ...
        _client = None
        def client():
            global _client
            if _client is None:
                _client = Client()
            return _client
        def f(): return client().load()
    """
    project.write("m.py", source)
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS
    assert project.ask("m.client").returns_class == "m.Client"


def test_what_the_symbol_tables_know(tmp_path: Path) -> None:
    known = {
        "ext.fetch": Known(Verdict.ALWAYS, is_async=True, awaited="ext.Item", path="e.pyi", line=3),
        "ext.Client": Known(Verdict.NEVER, instance="ext.Client", is_class=True),
        "ext.Client.load": Known(Verdict.ALWAYS, kind=Kind.AWAITABLE),
        "ext.Client.name": Known(Verdict.NEVER, instance="builtins.str", is_value=True),
        "ext.make": Known(Verdict.NEVER, instance="ext.Client"),
        "ext.Item": Known(Verdict.NEVER, instance="ext.Item", is_class=True),
        "ext.Job": Known(Verdict.ALWAYS, Kind.FUTURE, instance="ext.Job", is_class=True),
    }
    project = Project(tmp_path, known)
    project.write(
        "m.py",
        "import ext\nfrom ext import Client\n"
        "def a(): return ext.fetch()\ndef b(): return Client().load()\n"
        "def c(client: Client): return client.load()\ndef d(): return ext.make().load()\n"
        "def e(): return Client().name\ndef g(): return ext.make()\ndef h(): return ext.Job()\n"
        "class Own(Client): pass\ndef i(): return Own().load()\n",
    )
    results = {name: project.ask(f"m.{name}").result for name in "abcdeghi"}
    always = [name for name, result in results.items() if result.verdict is Verdict.ALWAYS]
    assert always == ["a", "b", "c", "d", "h", "i"]
    (origin,) = results["a"].origins
    assert (origin.fullname, origin.path, origin.line) == ("ext.fetch", "e.pyi", 3)
    assert project.ask("m.a").returns_class == "ext.Item"
    assert project.ask("m.e").returns_class == "builtins.str"
    assert project.ask("m.g").returns_class == "ext.Client"
    assert results["h"].origins[0].kind is Kind.FUTURE


def test_nothing_is_read_before_it_is_asked_for(project: Project) -> None:
    project.write("m.py", "import lib.core\ndef f(): return 1\ndef g(): return lib.core.fetch()\n")
    summary = project.ask("m.f")
    assert summary.result.verdict is Verdict.NEVER
    assert summary.sources == {str(project.root / "m.py")}
    summary = project.ask("m.g")
    assert summary.result.verdict is Verdict.ALWAYS
    assert str(project.root / "lib" / "core.py") in summary.sources
