"""What decorators make of an `async def`, and what decorated functions give."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_project import single

from mypy_await.summaries import CallShape, Effect, How, Verdict

WRAPPER = "def d(function):\n    @functools.wraps(function)\n    def wrapper(*args, **kwargs):\n"


def wrapping(*lines: str) -> str:
    return WRAPPER + "".join(f"        {line}\n" for line in lines) + "    return wrapper\n"


EFFECTS = {
    "itself": ("def d(f): return f", Effect.SAME),
    "registers": ("def d(f):\n    ALL.append(f)\n    return f", Effect.SAME),
    "hands on": (wrapping("return function(*args)"), Effect.SAME),
    "hands on through a local": (
        wrapping("result = function(*args)", "print('done')", "return result"),
        Effect.SAME,
    ),
    "declared to give less": (
        "def d(f: Callable[..., bool]) -> Callable[..., bool]:\n"
        "    def wrapper(*args): return f(*args)\n    return wrapper",
        Effect.SAME,
    ),
    "partial": ("def d(f): return functools.partial(f, 1)", Effect.SAME),
    "lru_cache": ("d = functools.lru_cache", Effect.SAME),
    "async wrapper": (
        "def d(f):\n    async def wrapper(*a): return await f(*a)\n    return wrapper",
        Effect.ASYNC,
    ),
    "task": (wrapping("return asyncio.create_task(function(*args))"), Effect.ASYNC),
    "for both colours": (
        "def d(f):\n    if asyncio.iscoroutinefunction(f):\n"
        "        async def wrapper(*a): return await f(*a)\n"
        "    else:\n        def wrapper(*a): return f(*a).name\n    return wrapper",
        Effect.ASYNC,
    ),
    "for the sync colour first": (
        "def d(f):\n    if not inspect.iscoroutinefunction(f):\n        return wrong(f)\n"
        "    return f",
        Effect.SAME,
    ),
    "tests the result": (
        wrapping(
            "r = function(*args)", "if inspect.isawaitable(r):", "    return r", "return r.name"
        ),
        Effect.SAME,
    ),
    "runs": (wrapping("return asyncio.run(function(*args))"), Effect.AWAITS),
    "runs in a loop": (
        wrapping("loop = asyncio.new_event_loop()", "return loop.run_until_complete(function())"),
        Effect.AWAITS,
    ),
    "schedules": (wrapping("asyncio.ensure_future(function(*args))"), Effect.AWAITS),
    "property": ("d = property", Effect.PROPERTY),
    "class": (
        "class d:\n    def __init__(self, f): self.f = f\n"
        "    def __call__(self, *a): return self.f(*a)",
        Effect.SAME,
    ),
    "unknown": ("from x import d", Effect.UNKNOWN),
    "unknown wrapper": ("def d(f):\n    return other(f)", Effect.UNKNOWN),
    "hands the function to something": (wrapping("pool.submit(function, *args)"), Effect.UNKNOWN),
    "hands the function on and drops": (
        wrapping("function(*args)", "other(function)"),
        Effect.UNKNOWN,
    ),
    "stores the result": (wrapping("results.append(function(*args))"), Effect.UNKNOWN),
    "one path only": (wrapping("if args:", "    return function(*args)"), Effect.UNKNOWN),
    "calls it in a closure": (wrapping("later(lambda: function(*args))"), Effect.UNKNOWN),
    "gives None": ("def d(f):\n    ALL.append(f)", Effect.UNKNOWN),
    "may be skipped": ("def d(f):\n    if DEBUG:\n        return f", Effect.UNKNOWN),
}


@pytest.mark.parametrize(("source", "effect"), EFFECTS.values(), ids=EFFECTS)
def test_effect(tmp_path: Path, source: str, effect: Effect) -> None:
    project = single(tmp_path, source)
    summary = project.summaries.function("m.d")
    found = summary.decorator.effect if summary else Effect.UNKNOWN
    if source.startswith("d = "):
        # A library name is no function of the project: its effect shows in a decorated one.
        project.write("n.py", f"import functools\n{source}\n@d\nasync def g(): ...\n")
        result = project.ask("n.g").result
        assert result.verdict is Verdict.ALWAYS
        return
    assert found is effect


SWALLOWED = {
    "dropped": (["function(*args)"], How.DROPPED, 0),
    "kept in a name nobody reads": (["_ = function(*args)"], How.DROPPED, 0),
    "printed": (["r = function()", "if r is not None:", "    print(r)"], How.TEXT, 2),
    "negated": (["return not function()"], How.TRUTH, 0),
    "attribute": (["r = function()", "return r.status"], How.ATTRIBUTE, 1),
    "serialised": (["return json.dumps(function())"], How.SERIALISED, 0),
    "item": (["return function()['a']"], How.INDEXED, 0),
    "iterated": (["for r in function():", "    print(1)"], How.ITERATED, 0),
    "logged": (["logging.getLogger(1).info('%s', function())"], How.TEXT, 0),
    "method of the instance": (["return function().upper()"], How.ATTRIBUTE, 0),
}


@pytest.mark.parametrize(("lines", "how", "offset"), SWALLOWED.values(), ids=SWALLOWED)
def test_swallows(tmp_path: Path, lines: list[str], how: How, offset: int) -> None:
    project = single(tmp_path, wrapping(*lines))
    effect = project.ask("m.d").decorator
    assert effect.effect is Effect.SWALLOWS
    assert effect.use is not None
    text = (tmp_path / "m.py").read_text().splitlines()
    assert effect.use.how is how
    assert effect.use.path == str(tmp_path / "m.py")
    assert text[effect.use.line - 1].strip() == lines[offset].strip()


def test_swallowing_class(tmp_path: Path) -> None:
    source = """
        class d:
            def __init__(self, f): self.f = f
            def __call__(self, *a): self.f(*a)
    """
    assert single(tmp_path, source).ask("m.d").decorator.effect is Effect.SWALLOWS


FACTORIES = """
    def retry(times=3):
        def decorator(f):
            @functools.wraps(f)
            def wrapper(*a):
                for _ in range(times):
                    try:
                        return f(*a)
                    except ValueError:
                        continue
                raise RuntimeError
            return wrapper
        return decorator
    def flexible(function=None, *, option=1):
        def decorator(f):
            def wrapper(*a): return f(*a)
            return wrapper
        if function is None:
            return decorator
        return decorator(function)
    def through_partial(function=None, *, option=1):
        if function is None:
            return functools.partial(through_partial, option=option)
        def wrapper(*a): f = function(*a); print(f)
        return wrapper
    class App:
        def route(self, path):
            def decorator(f):
                self.routes[path] = f
                return f
            return decorator
    class Configured:
        def __init__(self, option): self.option = option
        def __call__(self, f):
            async def wrapper(*a): return await f(*a)
            return wrapper
"""


@pytest.mark.parametrize(
    ("name", "positional", "keywords", "effect"),
    [
        ("retry", 0, (), Effect.SAME),
        ("retry", 1, (), Effect.SAME),
        ("retry", 0, ("times",), Effect.SAME),
        ("flexible", 0, ("option",), Effect.SAME),
        ("flexible", 0, (), Effect.SAME),
        ("through_partial", 0, ("option",), Effect.SWALLOWS),
        ("App.route", 1, (), Effect.SAME),
        ("Configured", 1, (), Effect.ASYNC),
    ],
)
def test_factory(
    tmp_path: Path, name: str, positional: int, keywords: tuple[str, ...], effect: Effect
) -> None:
    summary = single(tmp_path, FACTORIES).ask(f"m.{name}")
    assert summary.factory(CallShape(positional, tuple(keywords))).effect is effect


def test_decorator_with_and_without_call(tmp_path: Path) -> None:
    project = single(tmp_path, FACTORIES)
    assert project.ask("m.flexible").decorator.effect is Effect.SAME
    assert project.ask("m.through_partial").decorator.effect is Effect.SWALLOWS
    assert project.ask("m.retry").decorator.effect is Effect.UNKNOWN


def test_async_effect_names_the_wrapper(tmp_path: Path) -> None:
    source = "def d(f):\n    async def wrapper(*a): return await f(*a)\n    return wrapper\n"
    project = single(tmp_path, source)
    (origin,) = project.ask("m.d").decorator.origins
    assert origin.line is not None
    assert origin.fullname == "m.d.<locals>.wrapper"
    found = project.summaries.at("m", origin.line)
    assert found is not None
    assert found.is_async


DECORATED = """
    def timed(f):
        @functools.wraps(f)
        def wrapper(*a, **k):
            result = f(*a, **k)
            return result
        return wrapper
    def drops(f):
        def wrapper(*a): f(*a)
        return wrapper
    class C:
        @timed
        def method(self): return self.load()
        @functools.lru_cache(maxsize=None)
        def cached(self): return self.load()
        async def load(self): return Item()
        @timed
        async def slow(self): ...
        def slower(self): return self.slow()
        @property
        @timed
        def prop(self): return self.load()
        @prop.setter
        def prop(self, value): return 1
        @classmethod
        @timed
        def made(cls): return fetch()
    @timed
    async def a(): ...
    @drops
    async def b(): ...
    @functools.singledispatch
    async def c(): ...
    @overload
    def d(x: int) -> int: ...
    @overload
    def d(x: str) -> str: ...
    def d(x): return fetch()
"""


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("C.method", Verdict.ALWAYS),
        ("C.cached", Verdict.ALWAYS),
        ("C.slower", Verdict.ALWAYS),
        ("C.prop", Verdict.ALWAYS),
        ("C.made", Verdict.ALWAYS),
        ("a", Verdict.ALWAYS),
        ("b", Verdict.NEVER),
        ("d", Verdict.ALWAYS),
    ],
)
def test_decorated(tmp_path: Path, name: str, verdict: Verdict) -> None:
    assert single(tmp_path, DECORATED).ask(f"m.{name}").result.verdict is verdict


def test_unknown_decorator_says_nothing(tmp_path: Path) -> None:
    assert single(tmp_path, DECORATED).summaries.function("m.c") is None
