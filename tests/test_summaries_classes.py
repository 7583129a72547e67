"""Methods, attributes, inheritance, and the classes that functions return."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_project import Project, single

from mypy_await.summaries import Argument, Verdict

SOURCE = """
    class Base:
        shared: Pool
        default = None
        def __init__(self, pool: Pool, other=None, *, late: "Optional[Pool]" = None):
            self.pool = pool
            self.made = Pool()
            self.other = other
            self.late = late
            self.declared: Pool = other
            self.choice = other or Pool()
        async def load(self): return Item()
        def later(self): return self.load()
        def from_pool(self): return self.pool.create()
        def from_made(self): return self.made.create()
        def from_shared(self): return self.shared.create()
        def from_late(self): return self.late.create()
        def from_declared(self): return self.declared.create()
        def through_local(self):
            pool = self.pool
            return pool.later()
        @property
        def prop(self): return self.load()
        @functools.cached_property
        def cached(self): return self.load()
        @classmethod
        def create(cls): return cls(POOL)
        @classmethod
        def of_class(cls): return cls.create().load()
        @staticmethod
        def static(): return fetch()
        def static_through_self(self): return self.static()
        def own_class(self): return self.__class__(POOL).load()
        def its_type(self): return type(self)(POOL).load()
        def __enter__(self): return self
        async def __aenter__(self): return self
        def __call__(self): return self.load()
        def call_me(self): return self()
    class Derived(Base):
        def up(self): return super().load()
        def up_to_property(self): return super().prop
    class Sync(Base):
        def load(self): return 1
    class Mixed(Missing, Base):
        def own(self): return self.mine()
        async def mine(self): ...
        def beyond(self): return self.load()
    class Left(Base):
        def load(self): return 2
    class Right(Base):
        async def load(self): return 3
    class Both(Left, Right): pass
    class Nested:
        class Inner:
            async def go(self): ...
        def f(self): return self.Inner().go()
"""

ALWAYS = [
    "Base.later",
    "Base.from_pool",
    "Base.from_made",
    "Base.from_shared",
    "Base.from_late",
    "Base.from_declared",
    "Base.through_local",
    "Base.prop",
    "Base.cached",
    "Base.of_class",
    "Base.static",
    "Base.static_through_self",
    "Base.own_class",
    "Base.its_type",
    "Base.call_me",
    "Base.__call__",
    "Derived.later",
    "Derived.up",
    "Derived.up_to_property",
    "Derived.prop",
    "Mixed.own",
    "Nested.f",
    "Right.later",
    "Sync.from_pool",
]
NEVER = ["Sync.later", "Sync.prop", "Both.later", "Base.create"]
UNKNOWN = ["Mixed.beyond"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return single(tmp_path_factory.mktemp("classes"), SOURCE)


@pytest.mark.parametrize("name", ALWAYS)
def test_always(project: Project, name: str) -> None:
    assert project.ask(f"m.{name}").result.verdict is Verdict.ALWAYS


@pytest.mark.parametrize("name", NEVER)
def test_never(project: Project, name: str) -> None:
    assert project.ask(f"m.{name}").result.verdict is Verdict.NEVER


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown(project: Project, name: str) -> None:
    assert project.ask(f"m.{name}").result.verdict is Verdict.UNKNOWN


DOUBTS = {
    "attribute set from outside": "def patch(c):\n    c.load = print",
    "class patched": "C.load = print",
    "class patched by setattr": "setattr(C, 'load', print)",
}


@pytest.mark.parametrize("patch", DOUBTS.values(), ids=DOUBTS)
def test_patched(tmp_path: Path, patch: str) -> None:
    source = "class C:\n    async def load(self): ...\n    def f(self): return self.load()\n"
    assert single(tmp_path, source).ask("m.C.f").result.verdict is Verdict.ALWAYS
    assert single(tmp_path / "p", source + patch).ask("m.C.f").result.verdict is Verdict.UNKNOWN


UNCERTAIN = {
    "unknown base decides": (
        "class C(Model):\n    x = Pool()\n    def f(self): return self.x.create()"
    ),
    "descriptor": (
        "class D:\n    async def create(self): ...\n    def __get__(self, *a): return 1\n"
        "class C:\n    x = D()\n    def f(self): return self.x.create()"
    ),
    "two assignments differ": (
        "class C:\n    def __init__(self, x): self.x = Pool()\n    def set(self, x): self.x = x\n"
        "    def f(self): return self.x.create()"
    ),
    "assigned in a loop": (
        "class C:\n    def set(self, xs):\n"
        "        self.x = Pool()\n        for self.x in xs: pass\n"
        "    def f(self): return self.x.create()"
    ),
    "getattribute": (
        "class C:\n    def __getattribute__(self, n): return print\n    async def g(self): ...\n"
        "    def f(self): return self.g()"
    ),
    "missing attribute": "class C:\n    def f(self): return self.gone()",
    "async constructor": (
        "class D:\n    async def __new__(cls): ...\nclass C:\n    def f(self): return D().anything"
    ),
}


@pytest.mark.parametrize("source", UNCERTAIN.values(), ids=UNCERTAIN)
def test_uncertain(tmp_path: Path, source: str) -> None:
    assert single(tmp_path, source).ask("m.C.f").result.verdict is Verdict.UNKNOWN


def test_awaitable_class(tmp_path: Path) -> None:
    source = """
        class Job:
            def __await__(self): yield
        class Derived(Job): pass
        def f(): return Derived()
        def g(): return Job().name
    """
    project = single(tmp_path, source)
    result = project.ask("m.f").result
    assert result.verdict is Verdict.ALWAYS
    assert result.origins[0].fullname == "m.Derived"
    assert project.ask("m.g").result.verdict is Verdict.UNKNOWN


CLASSES = {
    "def f(): return Pool()": "m.Pool",
    "def f(): return make()\ndef make(): return Pool()": "m.Pool",
    "def f():\n    pool = Pool()\n    pool.plain()\n    return pool": "m.Pool",
    "def f(): return POOL": "m.Pool",
    "def f(x: Pool): return x": "m.Pool",
    "def f(): return declared()\ndef declared() -> 'Pool': ...": "m.Pool",
    "async def f(): return Pool()": "m.Pool",
    "def f(): return g()\nasync def g(): return Pool()": "m.Pool",
    "async def f(): return await POOL.create()": "m.Item",
    "def f(): return asyncio.run(fetch())": "m.Item",
    "def f(): return asyncio.create_task(fetch())": "m.Item",
    "async def f(): return await asyncio.wait_for(fetch(), 1)": "m.Item",
    (
        "def f():\n    with C() as c:\n        return c\n"
        "class C:\n    def __enter__(self): return self"
    ): "m.C",
    "class C:\n    pools: Dict[str, Pool]\n    def f(self, n): return self.pools[n]": "m.Pool",
    "class C:\n    pools: 'list[Pool]'\n    def f(self, n): return self.pools[n]": "m.Pool",
    "class C:\n    pools: Dict[str, Pool]\n    def f(self, n): return self.pools.pop(n)": "m.Pool",
    (
        "class C:\n    def f(self, pools: Iterable[Pool]):\n"
        "        for p in pools: break\n        return p"
    ): "m.Pool",
    (
        "class C:\n    def f(self, pools: Dict[str, Pool]):\n"
        "        for p in pools.values(): return p\n        raise"
    ): "m.Pool",
    "class C:\n    def f(self): return self": "m.C",
    "class C:\n    @classmethod\n    def f(cls): return cls()": "m.C",
    "class C:\n    @property\n    def f(self): return Pool()": "m.Pool",
    "def f(): return 'text'": "builtins.str",
}
NO_CLASSES = {
    "None beside": "def f(x): return Pool() if x else None",
    "falls off": "def f(x):\n    if x:\n        return Pool()",
    "two classes": "def f(x): return Pool() if x else Item()",
    "enum member": "import enum\nclass C(enum.Enum):\n    A = 1\ndef f(): return C.A",
    "class itself": "def f(): return Pool",
    "decorated class": "@wrap\nclass C: ...\ndef f(): return C()",
    "only in part": "def f(x): return x or Pool()",
}


@pytest.mark.parametrize(("source", "expected"), CLASSES.items(), ids=range(len(CLASSES)))
def test_returns_class(tmp_path: Path, source: str, expected: str) -> None:
    name = "m.C.f" if "class C" in source and "    def f" in source else "m.f"
    assert single(tmp_path, source).ask(name).returns_class == expected


@pytest.mark.parametrize("source", NO_CLASSES.values(), ids=NO_CLASSES)
def test_returns_no_certain_class(tmp_path: Path, source: str) -> None:
    assert single(tmp_path, source).ask("m.f").returns_class is None


def test_singletons(tmp_path: Path) -> None:
    source = """
        class Registry:
            _instance = None
            _pool = None
            @classmethod
            def get(cls):
                if cls._instance is None:
                    cls._instance = cls()
                return cls._instance
            @property
            def pool(self):
                if not self._pool:
                    self._pool = Pool()
                return self._pool
        def f(): return Registry.get().pool.create()
    """
    project = single(tmp_path, source)
    assert project.ask("m.Registry.get").returns_class == "m.Registry"
    assert project.ask("m.Registry.pool").returns_class == "m.Pool"
    assert project.ask("m.f").result.verdict is Verdict.ALWAYS


def test_what_a_manager_enters(tmp_path: Path) -> None:
    source = """
        from contextlib import contextmanager, asynccontextmanager
        @contextmanager
        def plain():
            yield Pool()
        @asynccontextmanager
        async def asynchronous():
            pool = Pool()
            try:
                yield pool
            finally:
                pool.plain()
        @contextmanager
        def declared() -> Iterator[Pool]:
            yield object()
        def itself(): return Own()
        class Own:
            def __enter__(self): return Item()
        async def f():
            async with asynchronous() as pool:
                return pool.later()
    """
    project = single(tmp_path, source)
    entered = {
        n: project.ask(f"m.{n}").enters_class
        for n in ("plain", "asynchronous", "declared", "itself")
    }
    assert entered == {
        "plain": "m.Pool",
        "asynchronous": "m.Pool",
        "declared": "m.Pool",
        "itself": "m.Item",
    }
    assert project.ask("m.plain").result.verdict is Verdict.NEVER


def test_with_arguments(tmp_path: Path) -> None:
    source = """
        class App:
            def __init__(self): self.pool = Pool()
        def create(app, name): return app.pool.create()
        def choose(pool, asynchronous=False, *, wait=True):
            if asynchronous:
                return pool.create()
            if wait is None:
                return fetch()
            return pool.plain()
        def call(function): return function()
        def strict(pool, /, flag=True): return pool.create() if flag else 1
    """
    project = single(tmp_path, source)
    create = project.ask("m.create")
    app = {"app": Argument(instance="m.App"), "name": Argument()}
    assert create.result.verdict is Verdict.UNKNOWN
    assert create.result_with(app).verdict is Verdict.ALWAYS
    assert create.returns_class_with(app) == "m.Item"
    choose = project.ask("m.choose")
    pool = Argument(instance="m.Pool")
    assert choose.result_with({"pool": pool}).verdict is Verdict.NEVER
    flag = {"pool": pool, "asynchronous": Argument(constant="True")}
    assert choose.result_with(flag).verdict is Verdict.ALWAYS
    none = {"pool": pool, "wait": Argument(constant="None")}
    assert choose.result_with(none).verdict is Verdict.ALWAYS
    assert (
        choose.result_with({"pool": pool, "asynchronous": Argument()}).verdict is Verdict.SOMETIMES
    )
    strict = project.ask("m.strict")
    assert strict.result_with({"pool": pool}).verdict is Verdict.ALWAYS
    call = project.ask("m.call")
    assert call.result_with({"function": Argument(function="m.fetch")}).verdict is Verdict.ALWAYS
    assert call.result_with({"function": Argument(function="m.helper")}).verdict is Verdict.NEVER


def test_registry(tmp_path: Path) -> None:
    source = """
        class Registry:
            def __init__(self): self.pools: Dict[str, Pool] = {}
            def create(self, name):
                pool = self.pools.get(name)
                if pool is None:
                    raise KeyError(name)
                return pool.create()
            def keys(self, names):
                for name in self.pools:
                    return name.create()
    """
    project = single(tmp_path, source)
    assert project.ask("m.Registry.create").result.verdict is Verdict.ALWAYS
    assert project.ask("m.Registry.keys").result.verdict is Verdict.UNKNOWN
