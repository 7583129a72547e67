"""mypy's own errors: those about awaitables are shown, others are not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api

from mypy_await.gate.choose import about_awaitables
from mypy_await.gate.findings import Finding, read_findings
from mypy_await.gate.source import Sources
from mypy_await.gate.typetext import TypeText, differ, is_called_too_early, read_type

PROGRAM: Final = Path(__file__).parent / "data" / "mypys_errors.txt"
MARK: Final = re.compile(r"# SHOW ([\w-]+)$")


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """All errors that mypy, without any plugin, finds in the program."""
    folder = tmp_path_factory.mktemp("program")
    path = folder / "program.py"
    path.write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    out, err, _ = api.run(
        [
            *("--config-file=", "--output=json", f"--cache-dir={folder / 'cache'}"),
            *("--check-untyped-defs", "--strict-equality", "--python-version=3.12"),
            *("--enable-error-code=unused-awaitable", "--enable-error-code=truthy-function"),
            str(path),
        ]
    )
    found, other = read_findings(out.splitlines())
    assert (other, err) == ([], "")
    return found


def test_each_kind_of_error_is_told_apart(errors: list[Finding]) -> None:
    shown = about_awaitables(errors, Sources())
    marked = {
        (number, match[1])
        for number, line in enumerate(PROGRAM.read_text(encoding="utf-8").splitlines(), 1)
        if (match := MARK.search(line))
    }
    assert {(finding.line, finding.code) for finding in shown} == marked


def test_the_program_has_errors_of_other_causes(errors: list[Finding]) -> None:
    shown = {finding.line for finding in about_awaitables(errors, Sources())}
    assert len({finding.line for finding in errors} - shown) > 15


def test_unused_awaitables_are_shown_where_the_project_asked_for_them(
    errors: list[Finding],
) -> None:
    shown = about_awaitables(errors, Sources())
    assert sum(finding.code == "unused-awaitable" for finding in shown) == 2


OURS: Final = Finding("a.py", 3, 9, 3, 14, "unawaited-value", "Value ... is indexed")
MYPYS: Final = Finding("a.py", 3, 9, 3, 17, "index", 'Value of type "Task[int]" is not indexable')


def test_mypys_report_of_the_same_expression_is_dropped() -> None:
    assert about_awaitables([MYPYS, OURS], Sources()) == [OURS]


@pytest.mark.parametrize(
    "elsewhere", [MYPYS._replace(line=4, end_line=4), MYPYS._replace(column=20, end_column=25)]
)
def test_mypys_report_of_another_expression_stays(elsewhere: Finding) -> None:
    shown = about_awaitables([elsewhere, OURS], Sources())
    assert sorted(shown, key=lambda finding: finding.code) == [elsewhere, OURS]


@pytest.mark.parametrize(
    ("got", "want", "expected"),
    [
        ("Coroutine[Any, Any, int]", "int", True),
        ("Coroutine[Any, Any, int]", "str | None", True),
        ("int | Coroutine[Any, Any, int]", "int", False),
        ("None | Coroutine[Any, Any, int]", "int", True),
        ("Any | Awaitable[Any]", "int", False),
        ("Coroutine[Any, Any, User]", "User", True),
        ("Coroutine[Any, Any, User | None]", "User", True),
        ("User", "Coroutine[Any, Any, User]", True),
        ("Coroutine[Any, Any, User]", "Other", False),
        ("Pipeline", "Coroutine[Any, Any, int]", False),
        ("BaseStream[T]", "AsyncIterable[Never]", False),
        ("Coroutine[Any, Any, int]", "Future[int]", False),
        ("Future[int]", "Task[int]", False),
        ("Coroutine[Any, Any, int]", "int | Future[int]", False),
        ("Task[None]", "None", False),
        ("tuple[Headers, Chat | AsyncIterator[Chat]]", "tuple[dict[Any, Any], Model]", False),
        ("Wrapper[dict[Any, Any]]", "partial[Coroutine[Any, Any, dict[Any, Any]]]", False),
        ("_AsyncGeneratorContextManager[Session, None]", "Session", True),
        ("_AsyncGeneratorContextManager[Queries, None]", "_TransactionManager", False),
        ("Callable[[Device], None]", "Callable[[Device], AsyncIterator[Never]]", False),
        ("def () -> Coroutine[Any, Any, None]", "Callable[[], AsyncIterator[None]]", False),
        ("def () -> Coroutine[Any, Any, bool]", "Callable[[], SupportsDunderLT[Any]]", True),
        ("Coroutine[Any, Any, int]", "Coroutine[Any, Any, str]", False),
        ("Coroutine[Any, Any, Coroutine[Any, Any, int]]", "Awaitable[int]", True),
        ("Task[int] | None", "Task[int]", False),
        ("Generator[int, Any, Any] | Coroutine[Any, Any, int]", "Coroutine[Any, Any, int]", False),
        ("None", "Awaitable[int]", False),
        ("int", "Awaitable[int]", True),
        ("int", "str | Awaitable[str]", False),
        ("Callable[[int], Coroutine[Any, Any, bool]]", "Callable[[int], bool]", True),
        ("def (x: int = ...) -> Coroutine[Any, Any, bool]", "Callable[[int], bool]", True),
        ("def (x: int) -> None", "Callable[[int], Awaitable[None]]", True),
        (
            "Callable[[Match[str]], Coroutine[Any, Any, str]]",
            "str | Callable[[Match[str]], str]",
            True,
        ),
        ("list[Coroutine[Any, Any, int]]", "list[int]", True),
        ("list[Coroutine[Any, Any, int]]", "list[object]", False),
        ("list[int]", "list[str]", False),
        ("*list[int]", "Awaitable[Never]", True),
        ("AsyncIterator[int]", "Iterator[int]", True),
        ("AsyncIterator[int]", "Coroutine[Any, Any, AsyncIterator[int]]", True),
        ("Task", "int", False),
        ("celery.app.task.Task[int]", "int", False),
        ("asyncio.tasks.Task[int]", "int", True),
        ("Literal['Coroutine[Any, Any, int] | x']", "int", False),
    ],
)
def test_two_types_differ_in_being_awaitable(got: str, want: str, expected: bool) -> None:
    assert differ(read_type(got), read_type(want)) is expected


@pytest.mark.parametrize(
    ("got", "want", "expected"),
    [
        ("Callable[[User], str]", "Callable[[Coroutine[Any, Any, User]], str]", True),
        ("Callable[[int, User], None]", "Callable[[int, Task[User | None]], object]", True),
        ("Callable[[Other], str]", "Callable[[Coroutine[Any, Any, User]], str]", False),
        ("Callable[[int, User], str]", "Callable[[Coroutine[Any, Any, User]], str]", False),
        ("Callable[[Any], str]", "Callable[[Coroutine[Any, Any, Any]], str]", False),
        ("Callable[[], str]", "Callable[[], str]", False),
        ("Callable[..., User]", "Callable[[Task[User]], str]", False),
        ("def (x: User) -> str", "Callable[[Task[User]], str]", False),
    ],
)
def test_a_function_takes_what_is_still_to_be_awaited(got: str, want: str, expected: bool) -> None:
    assert is_called_too_early(got, want) is expected


def test_none_is_a_value_where_results_are_compared() -> None:
    assert differ(read_type("None"), read_type("Awaitable[int]"), result=True)


AWAIT: Final = 'Maybe you forgot to use "await"?'
RESULT: Final = 'Maybe you forgot to call "result"?'
SOURCE: Final = """\
async def used(task, pool):
    max(task, 1)
    one = pool.submit(int)
    two = one
    one + 1
    two + 1

def sync(task):
    max(task, 1)
"""
OVERLOAD: Final = 'No overload variant of "max" matches argument types "{}", "int"'
OPERAND: Final = 'Unsupported operand types for + ("{}" and "int")'
ENTRY: Final = 'Dict entry 0 has incompatible type "str": "Task[int]"; expected "str": "{}"'
VARIABLE: Final = 'Value of type variable "T" of "max" cannot be "{}"'


@pytest.mark.parametrize(
    ("line", "column", "text", "notes"),
    [
        (2, 5, OVERLOAD.format("Task[int]"), (AWAIT,)),
        (2, 5, OVERLOAD.format("AsyncIterator[int]"), ()),
        (2, 5, VARIABLE.format("Task[int]"), (AWAIT,)),
        (2, 5, ENTRY.format("int"), (AWAIT,)),
        (2, 5, ENTRY.format("str"), ()),
        (5, 5, OPERAND.format("Future[int]"), (RESULT,)),
        (9, 5, OVERLOAD.format("Task[int]"), ()),
    ],
)
def test_advice_is_added_where_mypy_gives_none(
    tmp_path: Path, line: int, column: int, text: str, notes: tuple[str, ...]
) -> None:
    file = tmp_path / "a.py"
    file.write_text(SOURCE, encoding="utf-8")
    error = Finding(str(file), line, column, line, column + 6, "code", text)
    assert [finding.notes for finding in about_awaitables([error], Sources())] == [notes]


PROTOCOLS: Final = """\
async def used(lock, stream, made, pool):
    with lock: ...
    for one in stream: ...
    async with made: ...
    async for one in made: ...
    async for one in [1]: ...
    await pool.submit(int)
    asyncio.gather([made])
    asyncio.gather(1)
    await lock.leave()
    async with lock, made as one: ...
    with await lock.acquire(): ...
    async with "lock": ...

def sync(lock):
    with lock: ...
def leave() -> None: ...
"""
LACKS: Final = '"{}" has no attribute "{}"'
GATHER: Final = 'No overload variant of "gather" matches argument type "{}"'
VARIANTS: Final = (
    "Possible overload variants:",
    "    def [_T] gather(*coros: Future[_T] | Awaitable[_T]) -> Future[list[_T]]",
)
IN_AWAIT: Final = 'Incompatible types in "await" (actual type "{}", expected type "Awaitable[Any]")'
SPREAD: Final = 'Maybe you forgot the "*" before argument 1?'
WRAP: Final = '"asyncio.wrap_future" makes an awaitable of it'


@pytest.mark.parametrize(
    ("line", "columns", "text", "note"),
    [
        (2, (10, 13), LACKS.format("Lock", "__enter__"), 'Use "async with"'),
        (3, (16, 21), LACKS.format("AsyncIterator[int]", "__iter__"), 'Use "async for"'),
        (4, (16, 19), LACKS.format("Coroutine[Any, Any, User]", "__aenter__"), AWAIT),
        (5, (22, 25), LACKS.format("Coroutine[Any, Any, Pages]", "__aiter__"), AWAIT),
        (5, (22, 25), LACKS.format("Coroutine[Any, Any, Any]", "__aiter__"), None),
        (5, (22, 25), LACKS.format("Coroutine[Any, Any, int]", "__aiter__"), None),
        (6, (22, 24), LACKS.format("list[int]", "__aiter__"), 'Use "for"'),
        (7, (5, 26), IN_AWAIT.format("Future[int]"), WRAP),
        (8, (5, 26), GATHER.format("list[Task[int]]"), SPREAD),
        (9, (5, 21), GATHER.format("int"), "Argument 1 cannot be awaited"),
        (10, (5, 22), IN_AWAIT.format("None"), '"leave" returns None, which cannot be awaited'),
        (11, (22, 25), LACKS.format("TextIOWrapper", "__aenter__"), 'Use a "with" of its own'),
        (12, (10, 29), LACKS.format("bool", "__enter__"), 'Use "async with" with the lock itself'),
        (13, (16, 21), LACKS.format("str", "__aenter__"), None),
        (16, (10, 13), LACKS.format("Lock", "__enter__"), None),
    ],
)  # fmt: skip
def test_the_remedy_is_named(
    tmp_path: Path, line: int, columns: tuple[int, int], text: str, note: str | None
) -> None:
    file = tmp_path / "a.py"
    file.write_text(PROTOCOLS, encoding="utf-8")
    notes = VARIANTS if "gather" in text else ()
    error = Finding(str(file), line, columns[0], line, columns[1], "code", text, notes)
    shown = about_awaitables([error], Sources())
    assert [finding.notes for finding in shown] == [(note,) if note else ()]


PASSED: Final = 'Argument 1 to "{}" has incompatible type "{}"; expected "{}"'
COROUTINE: Final = "Generator[Any, None, Never] | Coroutine[Any, Any, Never]"
FUNCTION: Final = "Callable[[], Coroutine[Any, Any, int]]"
WAIT: Final = 'Value of type variable "_FT" of "wait" cannot be "{}"'


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            PASSED.format("run_coroutine_threadsafe", "Future[int]", "Coroutine[Any, Any, Never]"),
            'Await the future in an "async def", and run that',
        ),
        (
            PASSED.format("create_task", "Task[int]", COROUTINE),
            "A future runs by itself and needs no task",
        ),
        (PASSED.format("create_task", FUNCTION, COROUTINE), "Maybe you forgot to call it?"),
        (
            WAIT.format("Coroutine[Any, Any, int]"),
            'It takes tasks: make them with "asyncio.create_task"',
        ),
        (WAIT.format(FUNCTION), "Maybe you forgot to call it?"),
        (GATHER.format(FUNCTION), "Maybe you forgot to call argument 1?"),
    ],
)
def test_the_remedy_for_what_cannot_be_run_is_named(text: str, note: str) -> None:
    notes = VARIANTS if "gather" in text else ()
    error = Finding("a.py", 1, 1, 1, 9, "code", text, notes)
    assert [finding.notes for finding in about_awaitables([error], Sources())] == [(note,)]


FUTURES: Final = """\
async def used(pool, work):
    one = asyncio.ensure_future(work)
    one["name"]
    two = pool.submit(work)
    two["name"]

def sync(work):
    one = asyncio.ensure_future(work)
    one["name"]
"""


@pytest.mark.parametrize(("line", "notes"), [(3, (AWAIT,)), (5, (RESULT,)), (9, ())])
def test_the_remedy_for_a_future_is_that_of_its_kind(
    tmp_path: Path, line: int, notes: tuple[str, ...]
) -> None:
    file = tmp_path / "a.py"
    file.write_text(FUTURES, encoding="utf-8")
    text = 'Value of type "Future[Any]" is not indexable'
    error = Finding(str(file), line, 5, line, 15, "index", text)
    assert [finding.notes for finding in about_awaitables([error], Sources())] == [notes]


def test_a_future_of_unknown_origin_decides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(SOURCE, encoding="utf-8")
    error = Finding(str(file), 6, 5, 6, 11, "operator", OPERAND.format("Future[int]"))
    assert about_awaitables([error], Sources()) == []


names = st.sampled_from(["int", "pkg.mod.Name", "Coroutine", "None", "dict", "Any"])
types = st.recursive(
    st.builds(TypeText, names, st.just(())),
    lambda inner: (
        st.builds(TypeText, names, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(lambda result: TypeText("()", (result,)), inner)
    ),
    max_leaves=8,
)


def shown(typ: TypeText) -> str:
    if typ.name == "()":
        return f"Callable[[int, str], {shown(typ.args[0])}]"
    return f"{typ.name}[{', '.join(map(shown, typ.args))}]" if typ.args else typ.name


@given(types)
def test_a_type_is_read_as_it_was_printed(typ: TypeText) -> None:
    assert read_type(shown(typ)) == typ


@given(st.lists(types, min_size=2, max_size=4))
def test_a_union_is_read_as_it_was_printed(members: list[TypeText]) -> None:
    assert read_type(" | ".join(map(shown, members))).members == tuple(members)


@given(st.text())
def test_reading_a_type_never_fails(text: str) -> None:
    read_type(text)


def test_uses_of_a_special_method_are_one_mistake_with_its_definition() -> None:
    called_by_python = 'Async method "{}" is called by Python itself, which never awaits it'
    definitions = [
        _finding(line, "async-override", called_by_python.format(name))
        for line, name in ((1, "__len__"), (2, "__aiter__"))
    ]
    got = ("    Got:", "        def __len__(self) -> Coroutine[Any, Any, int]")
    expected = ("    Expected:", "        def __len__(self) -> int")
    length = _finding(
        3,
        "arg-type",
        'Argument 1 to "len" has incompatible type "Rows"; expected "Sized"',
        ('Following member(s) of "Rows" have conflicts:', *expected, *got),
    )
    missing = '"Coroutine[Any, Any, Any]" has no attribute "{}"'
    loop = _finding(4, "attr-defined", missing.format("__anext__"))
    other = _finding(5, "attr-defined", missing.format("__aiter__") + " (not async iterable)")
    shown = about_awaitables([*definitions, length, loop, other], Sources())
    assert shown == [*definitions, other]
    assert about_awaitables([length, loop], Sources()) == [length, loop]


def _finding(line: int, code: str, text: str, notes: tuple[str, ...] = ()) -> Finding:
    return Finding("program.py", line, 1, line, 9, code, text, notes)
