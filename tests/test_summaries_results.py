"""What calling a function gives, inside one module."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_project import single

from mypy_await.summaries import Kind, Result, Verdict

ALWAYS = {
    "call": "return fetch()",
    "call of a call": "return make()()",
    "method of a global": "return POOL.create()",
    "method of a new instance": "return Pool().create()",
    "method that hands on": "return POOL.later()",
    "property": "return POOL.prop",
    "local": "coroutine = fetch()\nreturn coroutine",
    "last local counts": "x = None\nx = fetch()\nreturn x",
    "both branches": "if x:\n    r = fetch()\nelse:\n    r = POOL.create()\nreturn r",
    "try in place": "try:\n    return fetch()\nexcept ValueError:\n    raise",
    "try, then return": "try:\n    r = fetch()\nexcept ValueError:\n    raise\nreturn r",
    "finally": "try:\n    return fetch()\nfinally:\n    print(1)",
    "finally overrides": "try:\n    return 1\nfinally:\n    return fetch()",
    "endless loop": "while True:\n    if x:\n        return fetch()",
    "with": "with x:\n    return fetch()",
    "raise beside": "if x:\n    raise ValueError\nreturn fetch()",
    "conditional": "return fetch() if x else POOL.create()",
    "or of coroutines": "return fetch() or 1",
    "and of coroutines": "return fetch() and POOL.create()",
    "walrus": "if (r := fetch()):\n    pass\nreturn r",
    "walrus in return": "return (r := fetch())",
    "lambda": "return LAMBDA()",
    "local lambda": "f = lambda: fetch()\nreturn f()",
    "partial": "return functools.partial(fetch)()",
    "partial of a function with arguments": "return functools.partial(pick, fetch)()",
    "nested async": "async def inner():\n    return 1\nreturn inner()",
    "nested sync": "def inner():\n    return fetch()\nreturn inner()",
    "closure": "r = fetch()\ndef inner():\n    return r\nreturn inner()",
    "identity": "return same(fetch())",
    "cast": "return cast(Item, fetch())",
    "dispatcher with a known function": "return pick(fetch)",
    "flag": "return switch(now=False)",
    "default flag": "return switch()",
    "gather": "return asyncio.gather(fetch(), fetch())",
    "wait_for": "return asyncio.wait_for(fetch(), 1)",
    "task of a loop": "return asyncio.get_running_loop().create_task(fetch())",
    "recursion": "if x:\n    return f(x - 1)\nreturn fetch()",
    "mutual recursion": "return ping(x)",
    "function-level import": "from asyncio import sleep as pause\nreturn pause(1)",
    "annotated parameter": "return pool.create()",
    "optional annotated parameter": "return maybe.create()",
    "quoted annotation": "return quoted.create()",
    "annotated awaitable parameter": "return work",
    "declared function": "return declared()",
    "declared future": "return declared_future()",
    "assigned in with": "with x as y:\n    r = fetch()\nreturn r",
    "match": "match x:\n    case 1:\n        return fetch()\n    case _:\n        return fetch()",
    "callable of awaitable": "return maker()",
    "unpacked pair": "a, b = 1, fetch()\nreturn b",
}

HELPERS = """
LAMBDA = lambda: POOL.create()
def same(value): return value
def pick(function): return function()
def make(): return fetch
def switch(now=False):
    if now:
        return 1
    return fetch()
def ping(n): return pong(n) if n else fetch()
def pong(n): return ping(n)
def declared() -> Awaitable[int]: return object()
def declared_future() -> "asyncio.Future[int]": ...
"""
HEADER = (
    "def f(x=None, pool: Pool = POOL, maybe: Optional[Pool] = None, *, quoted: 'Pool',"
    " work: Awaitable[int], maker: Callable[[], Awaitable[int]], anything: Any):\n"
)


def result_of(root: Path, body: str, extra: str = "") -> Result:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return single(root, HELPERS + extra + HEADER + lines).ask("m.f").result


@pytest.mark.parametrize("body", ALWAYS.values(), ids=ALWAYS)
def test_always_awaitable(tmp_path: Path, body: str) -> None:
    result = result_of(tmp_path, body)
    assert result.verdict is Verdict.ALWAYS
    assert result.origins


UNKNOWN = {
    "unknown name": "return nowhere()",
    "un-annotated parameter": "return x.create()",
    "Any parameter": "return anything.create()",
    "called parameter": "return x()",
    "loop variable": "for r in x:\n    pass\nreturn r",
    "comprehension variable": "return [fetch for fetch in x][0]()",
    "rebound to something unknown": "r = fetch()\nif x:\n    r = x\nreturn r",
    "augmented": "r = fetch()\nr += x\nreturn r",
    "handler name": "try:\n    pass\nexcept x as fetch:\n    return fetch()",
    "deleted": "r = fetch()\ndel r\nreturn r",
    "star import that is not there": "from nowhere import *\nreturn something()",
    "parameter shadows": "return (lambda fetch: fetch())(x)",
    "nonlocal": "r = fetch()\ndef g():\n    nonlocal r\n    r = 1\nreturn r",
    "only raises": "raise NotImplementedError",
    "stub": "...",
    "endless recursion": "return f()",
    "item of an unknown container": "return x[0]",
    "a coroutine called": "return fetch()()",
}


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
def test_unknown(tmp_path: Path, body: str) -> None:
    assert result_of(tmp_path, body).verdict is Verdict.UNKNOWN


NEVER = {
    "number": "return 1",
    "no return": "print(x)",
    "display": "return [fetch()]",
    "dictionary": "return {'a': fetch()}",
    "generator expression": "return (fetch() for _ in x)",
    "f-string": "return f'{fetch()}'",
    "function itself": "return fetch",
    "run": "return asyncio.run(fetch())",
    "run by a loop": "return asyncio.get_event_loop().run_until_complete(fetch())",
    "generator": "yield fetch()",
    "instance": "return Pool()",
    "negation": "return not fetch()",
    "comparison": "return fetch() is None",
    "and with a false constant": "return False and fetch()",
    "flag": "return switch(now=True)",
    "partial with a flag": "return functools.partial(switch, now=True)()",
    "threadsafe": "return asyncio.run_coroutine_threadsafe(fetch(), x)",
}


@pytest.mark.parametrize("body", NEVER.values(), ids=NEVER)
def test_never_awaitable(tmp_path: Path, body: str) -> None:
    assert result_of(tmp_path, body).verdict is Verdict.NEVER


SOMETIMES = {
    "bare return": ("if x:\n    return\nreturn fetch()", True),
    "falls off": ("if x:\n    return fetch()", True),
    "handler falls off": ("try:\n    return fetch()\nexcept ValueError:\n    print(1)", True),
    "conditional None": ("return fetch() if x else None", True),
    "suppress": ("import contextlib\nwith contextlib.suppress(E):\n    return fetch()", True),
    "value": ("if x:\n    return 1\nreturn fetch()", False),
    "flag not known": ("return switch(now=x)", False),
    "loop may end": ("for i in x:\n    return fetch()", True),
    "match may miss": ("match x:\n    case 1:\n        return fetch()", True),
}


@pytest.mark.parametrize(("body", "optional"), SOMETIMES.values(), ids=SOMETIMES)
def test_sometimes_awaitable(tmp_path: Path, body: str, optional: bool) -> None:
    result = result_of(tmp_path, body)
    assert result.verdict is Verdict.SOMETIMES
    assert result.optional is optional
    assert [origin.fullname for origin in result.origins] == ["m.fetch"]


def test_none_is_ruled_out(tmp_path: Path) -> None:
    body = "r = None\nif x:\n    r = fetch()\nif r is None:\n    r = POOL.create()\nreturn r"
    assert result_of(tmp_path, body).verdict is Verdict.ALWAYS


def test_origin_names_the_function(tmp_path: Path) -> None:
    project = single(tmp_path, "def f(): return POOL.later()\n")
    (origin,) = project.ask("m.f").result.origins
    text = (tmp_path / "m.py").read_text().splitlines()
    assert origin.fullname == "m.Pool.create"
    assert origin.path == str(tmp_path / "m.py")
    assert origin.line is not None
    assert "async def create" in text[origin.line - 1]
    assert origin.is_async
    assert origin.kind is Kind.COROUTINE


def test_origin_of_a_declared_result(tmp_path: Path) -> None:
    source = "def declared() -> Awaitable[int]: ...\ndef f(): return declared()\n"
    (origin,) = single(tmp_path, source).ask("m.f").result.origins
    assert (origin.fullname, origin.is_async) == ("m.declared", False)
    assert origin.annotation == "Awaitable[int]"
    assert origin.kind is Kind.AWAITABLE


def test_origin_of_an_awaitable_parameter(tmp_path: Path) -> None:
    source = "class C:\n    def f(self, work: 'Awaitable[int]'): return work\n"
    (origin,) = single(tmp_path, source).ask("m.C.f").result.origins
    assert (origin.fullname, origin.annotation) == ("m.C.f.work", "typing.Awaitable[int]")
    assert origin.path == str(tmp_path / "m.py")


def test_futures_are_told_from_coroutines(tmp_path: Path) -> None:
    source = """
        def task(): return asyncio.create_task(fetch())
        def pause(): return asyncio.sleep(1)
        def future(): return asyncio.Future()
    """
    project = single(tmp_path, source)
    kinds = {
        name: project.ask(f"m.{name}").result.origins[0].kind
        for name in ("task", "pause", "future")
    }
    assert kinds == {"task": Kind.FUTURE, "pause": Kind.COROUTINE, "future": Kind.FUTURE}


def test_two_origins(tmp_path: Path) -> None:
    source = "def f(x): return fetch() if x else POOL.create()\n"
    origins = single(tmp_path, source).ask("m.f").result.origins
    assert [origin.fullname for origin in origins] == ["m.Pool.create", "m.fetch"]


def test_own_annotation_is_not_believed(tmp_path: Path) -> None:
    source = "def f() -> Item: return fetch()\ndef g(): return f()\n"
    project = single(tmp_path, source)
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS
    assert project.ask("m.g").result.verdict is Verdict.NEVER


def test_any_and_object_are_looked_through(tmp_path: Path) -> None:
    source = """
        def a() -> Any: return fetch()
        def b() -> object: return a()
        def c(): return b()
    """
    assert single(tmp_path, source).ask("m.c").result.verdict is Verdict.ALWAYS


def test_yielded(tmp_path: Path) -> None:
    source = """
        def good(n):
            for _ in n:
                yield fetch()
        def mixed(n):
            yield 1
            yield fetch()
        def delegated(n): yield from n
        def plain(): return fetch()
    """
    project = single(tmp_path, source)
    found = {
        name: project.ask(f"m.{name}").yielded.verdict
        for name in ("good", "mixed", "delegated", "plain")
    }
    assert found == {
        "good": Verdict.ALWAYS,
        "mixed": Verdict.SOMETIMES,
        "delegated": Verdict.UNKNOWN,
        "plain": Verdict.UNKNOWN,
    }


def test_async_functions(tmp_path: Path) -> None:
    source = """
        async def items(): yield 1
        async def coroutine(): return 1
    """
    project = single(tmp_path, source)
    assert project.ask("m.coroutine").is_async
    assert project.ask("m.coroutine").result.verdict is Verdict.ALWAYS
    assert not project.ask("m.items").is_async
    assert project.ask("m.items").result.verdict is Verdict.NEVER
