"""The formats: valid for their readers, stable, and complete."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import jsonschema
import pytest
from gate import BUGGY, CALLEE, CALLER, Check, put
from hypothesis import given
from hypothesis import strategies as st

from mypy_await import codes
from mypy_await.gate import formats
from mypy_await.gate.findings import Finding
from mypy_await.gate.fingerprints import fingerprints
from mypy_await.gate.fixes import Insertion, add_await
from mypy_await.gate.report import Colour, Report
from mypy_await.gate.source import Sources

DATA: Final = Path(__file__).parent / "data"
NOTE: Final = 'Maybe you forgot to use "await"?'
SOURCE: Final = """\
class Shop:
    async def total(self) -> int:
        cart = self.load()
        return cart.total + self.load().total


def outside():
\treturn load()
"""

names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
findings = st.builds(
    Finding,
    path=names.filter(lambda name: not name.startswith(("/", "\\", "."))),
    line=st.integers(1, 10),
    column=st.integers(0, 10),
    end_line=st.integers(10, 20),
    end_column=st.integers(0, 10),
    code=st.sampled_from(["unawaited-value", "attr-defined", "unused-coroutine"]),
    text=texts,
    notes=st.lists(texts, max_size=2).map(tuple),
)


def schema(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return data


SARIF: Final = jsonschema.validators.validator_for(schema("sarif-2.1.0.json"))(
    schema("sarif-2.1.0.json"), format_checker=jsonschema.FormatChecker()
)
GITLAB: Final = jsonschema.Draft202012Validator(schema("gitlab-code-quality.json"))


@given(st.lists(findings, max_size=3))
def test_sarif_is_valid_whatever_is_found(found: list[Finding]) -> None:
    log = json.loads(formats.render("sarif", Report(found, 3)))
    SARIF.validate(log)
    assert len(log["runs"][0]["results"]) == len(found)


@given(st.lists(findings, max_size=3))
def test_gitlab_is_valid_whatever_is_found(found: list[Finding]) -> None:
    entries = json.loads(formats.render("gitlab", Report(found, 3)))
    jsonschema.validate(
        [{**entry, "location": {**entry["location"], "path": "p"}} for entry in entries],
        GITLAB.schema,
    )
    assert len({entry["fingerprint"] for entry in entries}) == len(found)


@given(st.lists(findings, max_size=3))
def test_junit_is_xml_whatever_is_found(found: list[Finding]) -> None:
    root = ElementTree.fromstring(formats.render("junit", Report(found, 3)))
    suite = root[0]
    assert int(suite.attrib["failures"]) == len(suite.findall(".//failure"))


@given(st.lists(findings, max_size=3))
def test_github_has_one_line_for_each_finding(found: list[Finding]) -> None:
    lines = formats.render("github", Report(found, 3)).rstrip("\n").split("\n")
    commands = [line for line in lines if line.startswith("::error ")]
    assert len(commands) == len(found)
    for line, finding in zip(commands, found, strict=True):
        shown = line.rpartition("::")[2] if "::" not in finding.text else line
        assert "\n" not in shown and "\r" not in line


@given(findings)
def test_github_commands_are_read_back_as_they_were(finding: Finding) -> None:
    line = formats.render("github", Report([finding], 1)).split("\n")[0]
    match = re.fullmatch(r"::error ([^:]*)::(.*)", line, re.DOTALL)
    assert match
    properties = dict(part.split("=", 1) for part in match[1].split(","))
    assert unescaped(properties["file"]) == finding.path.replace("\\", "/")
    assert unescaped(match[2]) == "\n".join([finding.text, *finding.notes])


def unescaped(text: str) -> str:
    for char in ":,\r\n%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


@pytest.mark.parametrize("name", formats.NAMES)
def test_every_format_shows_a_clean_run(name: str) -> None:
    text = formats.render(name, Report([], 3))
    assert text.endswith("\n")
    if name in ("text", "github"):
        assert text == "No missing awaits found (checked 3 source files)\n"


def finding(path: Path, line: int, column: int, end: int, code: str = "unawaited-value") -> Finding:
    return Finding(str(path), line, column, line, end, code, "Value ... is used", (NOTE,))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, {"shop.py": SOURCE})
    return Path("shop.py")


def test_sarif_says_where_in_which_rule_and_how_to_mend_it(shop: Path) -> None:
    report = Report([finding(shop, 3, 16, 26), finding(shop, 8, 9, 14, "index")], 1)
    run = json.loads(formats.render("sarif", report))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    first, second = run["results"]
    assert rules[first["ruleIndex"]]["id"] == "unawaited-value"
    assert rules[second["ruleIndex"]]["id"] == "index"
    assert {rule["id"] for rule in rules} == {*(code.code for code in codes.LIVE), "index"}
    assert all(len(rule["help"]["markdown"]) > 100 for rule in rules if rule["id"] != "index")
    place = first["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "shop.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "endLine": 3, "startColumn": 16, "endColumn": 27},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "Shop.total"}]
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 3, "startColumn": 16, "endLine": 3, "endColumn": 16},
            "insertedContent": {"text": "await "},
        }
    ]
    assert "fixes" not in second


def test_an_await_before_an_attribute_gets_parentheses(shop: Path) -> None:
    assert add_await(finding(shop, 4, 29, 39), Sources()) == [
        Insertion(4, 29, "(await "),
        Insertion(4, 40, ")"),
    ]


def test_a_coroutine_that_is_a_statement_is_mended_in_async_functions_only(shop: Path) -> None:
    unused = finding(shop, 3, 16, 26, "unused-coroutine")._replace(notes=())
    assert add_await(unused, Sources()) == [Insertion(3, 16, "await ")]
    assert add_await(unused._replace(line=8, end_line=8), Sources()) == []


def test_nothing_is_mended_without_the_advice(shop: Path) -> None:
    assert add_await(finding(shop, 3, 16, 26)._replace(notes=("Use it",)), Sources()) == []


def test_fingerprints_survive_moves_and_tell_equals_apart(tmp_path: Path) -> None:
    def marks(text: str) -> list[str]:
        put(tmp_path, {"a.py": text})
        lines = [n for n, line in enumerate(text.splitlines(), 1) if "load()" in line]
        found = [finding(tmp_path / "a.py", line, 5, 10) for line in lines]
        return list(fingerprints(found, Sources()))

    before = marks("def f():\n    load()\n    load()\ndef g():\n    load()\n")
    after = marks("import os\n\n\ndef f():\n    load()\n\n    load()\n\n\ndef g():\n    load()\n")
    assert before == after
    assert len(set(before)) == 3


def test_symbols_are_found_by_their_headers(tmp_path: Path) -> None:
    text = (
        "x = 1\nclass A:\n    y = 1\n    async def f(\n        self,\n    ) -> None:\n"
        "        def g(): pass\n        # comment\n        z = 1\n\n    w = 2\nv = 3\n"
    )
    put(tmp_path, {"a.py": text})
    sources, path = Sources(), str(tmp_path / "a.py")
    expected = ["", "A", "A", "A.f", "A.f", "A.f", "A.f.g", "A.f.g", "A.f", "A.f", "A", ""]
    assert [sources.symbol_at(path, line).name for line in range(1, 13)] == expected
    assert sources.symbol_at(path, 4).is_async
    assert sources.line_of(path, "A.f.g") == 7


def test_the_terminal_shows_the_line_and_the_span(shop: Path) -> None:
    def style(text: str, colour: Colour, bold: bool) -> str:
        return f"<{text}>" if colour == "red" else text

    report = Report([finding(shop, 8, 9, 14)], 1, style=style)
    assert formats.render("text", report).splitlines() == [
        "shop.py:8:9: <error:> Value ... is used  [unawaited-value]",
        "        return load()",
        "               <^~~~~~>",
        f"    note: {NOTE}",
        "",
        "<Found 1 missing await in 1 file (checked 1 source file)>",
    ]


def test_findings_are_listed_under_their_root_cause(command: Check, tmp_path: Path) -> None:
    wrapper = (
        "from typing import Any\nfrom callee import load\n\n\ndef wrap() -> Any:\n"
        "    return load()\n\n\nasync def idle() -> None:\n    load()\n"
    )
    put(tmp_path, {"callee.py": f"\n\n{CALLEE}", "caller.py": CALLER, "wrapper.py": wrapper})
    result = command("check", "--root-cause", "caller.py", "wrapper.py")
    lines = result.out.splitlines()
    assert lines[0] == "callee.load (callee.py:3) is async: 2 callers, 1 wrapper"
    assert sum("error:" in line for line in lines[1:]) == 3
    assert "Of unknown origin" not in result.out


def test_several_outputs_at_once(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    outputs = [f"--output={name}=out.{name}" for name in formats.NAMES]
    result = command("check", "app.py", *outputs)
    assert result.out.startswith("app.py:6:5: error")
    for name in formats.NAMES:
        direct = command("check", "app.py", "--format", name).out
        assert (tmp_path / f"out.{name}").read_text(encoding="utf-8") == direct


def test_real_findings_make_valid_reports(command: Check, tmp_path: Path) -> None:
    put(
        tmp_path, {"pkg/callee.py": CALLEE, "pkg/caller.py": CALLER.replace("callee", "pkg.callee")}
    )
    put(tmp_path, {"pkg/__init__.py": ""})
    SARIF.validate(json.loads(command("check", "pkg", "--format", "sarif").out))
    GITLAB.validate(json.loads(command("check", "pkg", "--format", "gitlab").out))
