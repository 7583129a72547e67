"""Codes, pages, cases, README and changelog agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from mypy_await import codes
from mypy_await.config import OPTIONS

ROOT: Final = Path(__file__).resolve().parent.parent
LIVE: Final = [code.code for code in codes.LIVE]
CASE: Final = re.compile(r"^\[case (\w+)(-\S+)?\]\n(.*?)(?=^\[case |\Z)", re.MULTILINE | re.DOTALL)


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def stems(directory: str, pattern: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / directory).glob(pattern))


def reported(text: str) -> set[str]:
    """Return the codes that cases report, known misses left out."""
    found: set[str] = set()
    for _, marks, body in CASE.findall(text):
        if "-xfail" not in marks:
            found |= set(re.findall(r"\[([a-z-]+)\](?: \\)?$", body, re.MULTILINE))
    return found


def is_pending(code: str) -> bool:
    """Does the code's page say that its example is not reported yet?"""
    return "```python pending" in read("docs", "codes", f"{code}.md")


def test_each_code_has_a_page() -> None:
    assert stems("docs/codes", "*.md") == sorted(LIVE)


def test_each_code_has_a_case_file() -> None:
    others = {"check-codes", "check-config", "check-refine"}
    found = {stem for stem in stems("test-data", "check-*.test") if stem not in others}
    assert found == {f"check-{code}" for code in LIVE}


@pytest.mark.parametrize("code", LIVE)
def test_case_files_report_their_code_and_stay_silent(code: str) -> None:
    text = read("test-data", f"check-{code}.test")
    assert (code in reported(text)) is not is_pending(code)
    names = [name for name, _, _ in CASE.findall(text)]
    assert [name for name in names if name.endswith("Ok")], "no case that stays silent"


@pytest.mark.parametrize("code", LIVE)
def test_each_code_has_steps(code: str) -> None:
    steps = "".join(read("test-data", f"{s}.test") for s in stems("test-data", "steps-*.test"))
    assert f"[{code}]" in steps or is_pending(code)


def test_readme_lists_the_codes_in_order_with_their_default() -> None:
    rows = re.findall(
        r"^\| \[`(.*?)`\]\(docs/codes/(.*?)\.md\) \|.*\| (on|off) \|$", read("README.md"), re.M
    )
    states = ["off" if name in codes.OFF_BY_DEFAULT else "on" for name in LIVE]
    assert rows == [(name, name, state) for name, state in zip(LIVE, states, strict=True)]


def test_readme_lists_the_options() -> None:
    table = read("README.md").split("| option | meaning |")[1].split("\n\n")[0]
    assert sorted(re.findall(r"`([a-z-]+)`", table.replace("`missing-await`", ""))) == sorted(
        OPTIONS
    )


def test_changelog_names_every_code() -> None:
    named = set(re.findall(r"`([a-z-]+)`", read("CHANGELOG.md")))
    known = {code.code for code in (*codes.LIVE, *codes.RETIRED)}
    assert known - named == set()


def test_changelog_has_the_release() -> None:
    assert re.search(rf"^## {re.escape(codes.RELEASE)}\b", read("CHANGELOG.md"), re.MULTILINE)


def test_code_names_are_short_and_no_wishes() -> None:
    for name in LIVE:
        assert re.fullmatch(r"[a-z]+(-[a-z]+){0,2}", name) and len(name) <= 24, name
        assert not name.startswith(("no-", "require-")), name


def test_the_index_of_documents_is_complete() -> None:
    listed = set(re.findall(r"\]\(([a-z-]+)\.md\)", read("docs", "README.md")))
    assert listed == set(stems("docs", "[a-z]*.md"))


def test_links_between_documents_lead_somewhere() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
