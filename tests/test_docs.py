"""The examples on the codes' pages are cases, and the pages have the same headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

import harness
import pytest

from mypy_await import codes

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = sorted((ROOT / "docs" / "codes").glob("*.md"))
HEADINGS: Final = [
    "What it reports",
    "Why it matters",
    "Example",
    "What it leaves alone",
    "When to silence it",
    "Options",
    "Since",
]
BLOCK: Final = re.compile(r"^```python( pending)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

OPTION: Final = re.compile(r"^# mypy-await: (.*)$", re.MULTILINE)
"""An option that an example needs, as a comment in it."""


class Example(NamedTuple):
    """A fenced block of a page; `pending` ones show what is not reported yet."""

    code: str
    text: str
    pending: bool


def examples() -> list[Example]:
    return [
        Example(page.stem, text, bool(pending))
        for page in PAGES
        for pending, text in BLOCK.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_have_the_same_headings(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_say_whether_the_code_is_on(page: Path) -> None:
    state = "off" if page.stem in codes.OFF_BY_DEFAULT else "on"
    assert page.read_text(encoding="utf-8").endswith(f", {state} by default.\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_have_an_example_of_their_code(page: Path) -> None:
    assert any(f"[{page.stem}]" in e.text for e in examples() if e.code == page.stem)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.code)
def test_examples_are_reported_as_the_page_says(
    example: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    monkeypatch.chdir(tmp_path)
    options = "\n".join([f"enable = {example.code}", *OPTION.findall(example.text)])
    expected, actual = harness.check_example(pytestconfig, example.text, options)
    if example.pending:
        reported = [line for line in actual if f"[{example.code}]" in line]
        assert reported == [], "the example is reported now: it is no longer pending"
    else:
        assert actual == expected
