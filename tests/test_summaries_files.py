"""Reading files: changes, broken files, nested functions by line, limits."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import pytest
from source_project import Project, single

from mypy_await.summaries import Summaries, Verdict


@pytest.mark.parametrize(
    "data",
    [
        b"def f(:\n",
        b"def f(): return 1\0\n",
        b"\xff\xfe\x00def f(): pass",
        b"# -*- coding: nonsense -*-\ndef f(): pass\n",
        b"def f():\n    return '\xe9'\n",
        b"x = " + b"(" * 5000 + b")" * 5000,
        b"",
    ],
    ids=["syntax", "null", "utf-16", "encoding", "not utf-8", "nesting", "empty"],
)
def test_unreadable_files_have_no_summaries(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.py").write_bytes(data)
    project = Project(tmp_path)
    assert project.summaries.function("m.f") is None
    assert project.summaries.at("m", 1) is None
    project.write("n.py", "from m import f\nimport m\ndef g(): return f()\n")
    assert project.ask("n.g").result.verdict is Verdict.UNKNOWN


def test_declared_encodings(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\nNAME = '\xe9'\nasync def f(): ...\n"
    (tmp_path / "m.py").write_bytes(text.encode("latin-1"))
    (tmp_path / "n.py").write_bytes(b"\xef\xbb\xbfasync def f(): ...\n")
    project = Project(tmp_path)
    assert project.ask("m.f").is_async
    assert project.ask("n.f").is_async


def test_names_that_are_no_functions(tmp_path: Path) -> None:
    project = single(tmp_path, "X = 1\nfrom gone import other\n")
    names = ["m.nothing", "m.Pool.nothing", "gone.f", "m", "", "m.other", "m.f.g.h", "builtins.len"]
    assert [name for name in names if project.summaries.function(name)] == []


def test_missing_directory(tmp_path: Path) -> None:
    summaries = Summaries(lambda module: str(tmp_path / "gone" / f"{module}.py"), lambda name: None)
    assert summaries.function("m.f") is None
    assert summaries.digest(str(tmp_path / "gone")) == summaries.digest(str(tmp_path / "gone.py"))


def rewrite(path: Path, text: str) -> None:
    """Write a file so that size or time of change differ, whatever the clock's grain."""
    stamp = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(stamp + 1_000_000_000, stamp + 1_000_000_000))


def test_changed_file_is_read_again(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("m.py", "import lib\ndef f(): return lib.load()\n")
    lib = project.write("lib.py", "def load(): return 1\n")
    assert project.ask("m.f").result.verdict is Verdict.NEVER
    rewrite(lib, "async def load(): return 1\n")
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS


def test_changed_file_that_was_read_for_another_question(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("m.py", "import lib\ndef f(): return lib.load()\n")
    lib = project.write("lib.py", "def load(): return 1\n")
    assert project.ask("lib.load").result.verdict is Verdict.NEVER
    summary = project.ask("m.f")
    rewrite(lib, "async def load(): return 1\n")
    assert summary.result.verdict is Verdict.ALWAYS


def test_new_module_is_found_after_forgetting(tmp_path: Path) -> None:
    project = Project(tmp_path)
    main = project.write("m.py", "import lib\ndef f(): return lib.load()\n")
    assert project.ask("m.f").result.verdict is Verdict.UNKNOWN
    project.write("lib.py", "async def load(): return 1\n")
    project.summaries.forget(str(main))
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS


def test_deleted_file(tmp_path: Path) -> None:
    project = single(tmp_path, "def f(): return fetch()\n")
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS
    (tmp_path / "m.py").unlink()
    assert project.summaries.function("m.f") is None


def test_digest_follows_the_content(tmp_path: Path) -> None:
    project = Project(tmp_path)
    one = project.write("one.py", "x = 1\n")
    two = project.write("two.py", "x = 1\n")
    digest = project.summaries.digest(str(one))
    assert digest == project.summaries.digest(str(two))
    rewrite(one, "x = 2\n")
    assert project.summaries.digest(str(one)) != digest
    rewrite(one, "x = 1\n")
    assert project.summaries.digest(str(one)) == digest


def test_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    project.write("lib.py", "async def load(): return 1\ndef plain(): return load()\n")
    project.write("m.py", "import lib\ndef f(): return lib.load()\ndef g(): return lib.plain()\n")
    parsed: list[object] = []
    parse = ast.parse

    def counted(data: bytes, **options: Any) -> Any:
        parsed.append(data)
        return parse(data, **options)

    monkeypatch.setattr(ast, "parse", counted)
    for name in ("m.f", "m.g", "lib.load", "lib.plain"):
        assert project.ask(name).result.verdict is Verdict.ALWAYS
        assert not project.ask(name).parameter("p")
    assert len(parsed) == 2


NESTED = """
    def outer(pool: Pool):
        @functools.wraps(
            outer
        )
        def inner(x):
            return pool.create()
        return inner
    class C:
        def method(self):
            def deep(): return self.load()
            return deep
        async def load(self): ...
    CALL = lambda: fetch()
    PAIR = (lambda: fetch(), lambda: 1)
"""


def line_of(root: Path, text: str) -> int:
    lines = (root / "m.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_nested_functions_by_line(tmp_path: Path) -> None:
    project = single(tmp_path, NESTED)
    line = line_of(tmp_path, "def inner")
    for offset in range(4):
        summary = project.summaries.at("m", line - offset)
        assert summary is not None
        assert summary.fullname == "m.outer.<locals>.inner"
        assert summary.result.verdict is Verdict.ALWAYS
    assert project.summaries.at("m", line + 1) is None
    deep = project.summaries.at("m", line_of(tmp_path, "def deep"))
    assert deep is not None
    assert deep.result.verdict is Verdict.ALWAYS


def test_lambdas_by_line_and_column(tmp_path: Path) -> None:
    project = single(tmp_path, NESTED)
    call = project.summaries.at("m", line_of(tmp_path, "CALL"))
    assert call is not None
    assert call.result.verdict is Verdict.ALWAYS
    line = line_of(tmp_path, "PAIR")
    assert project.summaries.at("m", line) is None
    verdicts = [project.summaries.at("m", line, column) for column in (8, 25)]
    assert [one.result.verdict for one in verdicts if one] == [Verdict.ALWAYS, Verdict.NEVER]


def test_long_chain_is_unknown_whatever_is_asked_first(tmp_path: Path) -> None:
    chain = "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(300)) + "f300 = fetch\n"
    top_first = single(tmp_path / "top", chain)
    assert top_first.ask("m.f0").result.verdict is Verdict.UNKNOWN
    assert top_first.ask("m.f295").result.verdict is Verdict.ALWAYS
    bottom_first = single(tmp_path / "bottom", chain)
    verdicts = [bottom_first.ask(f"m.f{n}").result.verdict for n in range(299, -1, -1)]
    assert verdicts[0] is Verdict.ALWAYS
    assert verdicts[-1] is Verdict.UNKNOWN
    again = [top_first.ask(f"m.f{n}").result.verdict for n in range(299, -1, -1)]
    assert again == verdicts


def test_wide_recursion_ends(tmp_path: Path) -> None:
    calls = " or ".join(f"f{n}(x)" for n in range(12))
    source = "".join(f"def f{n}(x): return {calls}\n" for n in range(12))
    assert single(tmp_path, source).ask("m.f0").result.verdict is Verdict.UNKNOWN


def test_answer_that_rests_on_many_files_is_unknown(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(50):
        project.write(f"part{number}.py", f"def plain{number}(): return {number}\n")
    imports = "".join(f"from part{n} import plain{n}\n" for n in range(50))
    paths = [f"    if x == {n}: return plain{n}()\n" for n in range(50)]
    few, many = "".join(paths[:20]), "".join(paths)
    source = f"{imports}def few(x):\n{few}    return 1\ndef many(x):\n{many}    return 1\n"
    project.write("m.py", source)
    summary = project.ask("m.few")
    assert summary.result.verdict is Verdict.NEVER
    assert len(summary.sources) == 21
    summary = project.ask("m.many")
    assert summary.result.verdict is Verdict.UNKNOWN
    assert len(summary.sources) > 40


def test_a_chain_that_is_too_long_depends_on_what_it_read(tmp_path: Path) -> None:
    project = Project(tmp_path)
    lib = project.write("lib.py", "from m import f1\ndef f0(): return f1()\n")
    chain = "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(1, 200))
    project.write("m.py", f"{chain}async def f200(): ...\nimport lib\ndef g(): return lib.f0()\n")
    summary = project.ask("m.g")
    assert summary.result.verdict is Verdict.UNKNOWN
    assert str(lib) in summary.sources
    rewrite(lib, "async def f0(): ...\n")
    assert project.ask("m.g").result.verdict is Verdict.ALWAYS


def test_memory_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mypy_await.summaries.sources.MOST_BYTES", 200)
    project = Project(tmp_path)
    for name in ("a", "b", "c"):
        project.write(f"{name}.py", "async def load(): ...\n" + "# filler\n" * 20)
    for name in ("a", "b", "c", "a"):
        assert project.ask(f"{name}.load").result.verdict is Verdict.ALWAYS
    assert project.asked.count("a") == 2


def test_each_module_is_asked_for_itself(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(60):
        project.write(
            f"m{number}.py",
            """\
            from inspect import iscoroutinefunction
            async def run(handler):
                if iscoroutinefunction(handler):
                    handler()
            """,
        )
    for number in range(60):
        assert project.summaries.told_async(f"m{number}", annotated=False) == {(4, 8, 4, 17)}
