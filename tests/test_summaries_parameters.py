"""What a function's body does with its parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_project import Project, single

from mypy_await.summaries import How, Parameter


def parameter(root: Path, body: str, extra: str = "", *, is_async: bool = False) -> Parameter:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    word = "async def" if is_async else "def"
    project = single(root, f"{extra}\n{word} f(p, other=None):\n{lines}")
    return asked(project, "m.f", "p")


def asked(project: Project, function: str, name: str) -> Parameter:
    found = project.ask(function).parameter(name)
    assert found is not None
    return found


VALUE = {
    "attribute": ("return p.name", How.ATTRIBUTE),
    "index": ("return p[0]", How.INDEXED),
    "loop": ("for x in p: pass", How.ITERATED),
    "comprehension": ("return [x for x in p]", How.ITERATED),
    "unpacking": ("a, b = p", How.ITERATED),
    "star": ("print(*p)", How.ITERATED),
    "if": ("if p: pass", How.TRUTH),
    "not": ("return not p", How.TRUTH),
    "filter": ("return [x for x in other if p]", How.TRUTH),
    "bool": ("return bool(p)", How.TRUTH),
    "f-string": ("return f'{p}'", How.TEXT),
    "percent": ("return '%s' % p", How.TEXT),
    "format": ("return 'a{}'.format(p)", How.TEXT),
    "print": ("print(p)", How.TEXT),
    "logging": ("logging.info('x %s', p)", How.TEXT),
    "logger": ("LOGGER.warning('x %s', p)", How.TEXT),
    "sum": ("return p + 1", How.COMPUTED),
    "len": ("return len(p)", How.COMPUTED),
    "json": ("return json.dumps(p)", How.SERIALISED),
    "augmented": ("other += p", How.COMPUTED),
    "equal": ("return p == 1", How.COMPARED),
    "in": ("return p in other", How.COMPARED),
    "call": ("return p()", How.CALLED),
    "with": ("with p: pass", How.ENTERED),
    "raise": ("raise p", How.RAISED),
    "alias": ("q = p\nreturn q.name", How.ATTRIBUTE),
    "chain of aliases": ("q = p\nr = q\nreturn r.name", How.ATTRIBUTE),
    "walrus": ("return (q := p).name", How.ATTRIBUTE),
    "conditional": ("return (p if other else other).name", How.ATTRIBUTE),
    "closure": ("def inner(): return p.name\nreturn inner", How.ATTRIBUTE),
    "lambda": ("return lambda: p.name", How.ATTRIBUTE),
    "before it is replaced": ("p = p.strip()\nreturn p", How.ATTRIBUTE),
    "compared to None first": ("if p is None:\n    return 1\nreturn p.name", How.ATTRIBUTE),
    "passed on": ("return uses(p)", How.ATTRIBUTE),
    "passed on by name": ("return uses(x=p)", How.ATTRIBUTE),
    "passed through": ("return same(p).name", How.ATTRIBUTE),
    "passed to a method": ("return User().use(p)", How.ATTRIBUTE),
    "passed on twice": ("return uses_again(p)", How.ATTRIBUTE),
}
EXTRA = """
LOGGER = logging.getLogger(__name__)
def uses(x): return x.name
def uses_again(x): return uses(x)
def same(x): return x
def tests(x): return inspect.isawaitable(x)
async def waits(x): return await x
def hook(x): pass
def swallows(x): print(1)
class User:
    def use(self, x): return x.name
class Keeper:
    def __init__(self, x): self.x = x
"""


@pytest.mark.parametrize(("body", "how"), VALUE.values(), ids=VALUE)
def test_only_used_as_a_value(tmp_path: Path, body: str, how: How) -> None:
    use = parameter(tmp_path, body, EXTRA).only_value
    assert use is not None
    assert use.how is how


FINE = {
    "await": "return await p",
    "await after a test": "if p:\n    return await p",
    "returned": "return p",
    "yielded": "yield p",
    "stored in an attribute": "other.x = p",
    "stored in a container": "return [p]",
    "stored in a dictionary": "other['a'] = p",
    "passed to something unknown": "return other(p)",
    "passed to a method of something unknown": "other.add(p)",
    "passed to an awaiting function": "return waits(p)",
    "passed to a constructor": "return Keeper(p)",
    "passed to a hook": "hook(p)\nprint(p)",
    "scheduled": "asyncio.create_task(p)",
    "gathered": "return asyncio.gather(p, other)",
    "closed": "p.close()\nprint(p)",
    "tested by inspect": "if inspect.isawaitable(p): return 1\nreturn p.name",
    "tested by isinstance": "if isinstance(p, str): return p.name",
    "tested by hasattr": "if hasattr(p, 'name'): return p.name",
    "tested elsewhere": "if tests(p): return 1\nreturn p.name",
    "matched": "match p:\n    case 1:\n        return p.name",
    "value on one path, awaited on the other": "if other: return p.name\nreturn await p",
    "replaced": "p = other\nreturn p.name",
    "shadowed": "return (lambda p: p.name)(other)",
    "only compared to None": "if p is None: return 1",
    "not used": "return 1",
    "handed to a function that ignores it": "swallows(p)",
    "locals": "print(p)\nreturn locals()",
    "kept in a global": "global G\nG = p\nprint(p)",
    "or": "q = p or other\nreturn q",
    "in a tuple": "return 1, p",
    "as a default": "def inner(x=p): return x\nreturn inner",
    "by a starred call": "other(*[p])\nprint(p)",
}


@pytest.mark.parametrize("body", FINE.values(), ids=FINE)
def test_no_misuse(tmp_path: Path, body: str) -> None:
    is_async = "await" in body
    assert parameter(tmp_path, body, EXTRA, is_async=is_async).only_value is None


def test_first_use_and_its_place(tmp_path: Path) -> None:
    found = parameter(tmp_path, "other()\nx = p.name\nreturn p[0]")
    text = (tmp_path / "m.py").read_text().splitlines()
    use = found.only_value
    assert use is not None
    assert text[use.line - 1].strip() == "x = p.name"
    assert (use.path, use.detail) == (str(tmp_path / "m.py"), "name")


def test_use_in_another_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("lib.py", "def show(x):\n    return x.name\n")
    project.write("m.py", "import lib\ndef f(p): return lib.show(p)\n")
    use = asked(project, "m.f", "p").only_value
    assert use is not None
    assert (use.path, use.line) == (str(tmp_path / "lib.py"), 2)


def test_recursion_ends(tmp_path: Path) -> None:
    body = "if other:\n    return f(p)\nreturn p.name"
    found = parameter(tmp_path, body)
    assert found.only_value is not None


CALLED_BADLY = {
    "dropped": ("p(1)", How.DROPPED),
    "dropped in a loop": ("for x in other: p(x)", How.DROPPED),
    "dropped in a closure": ("def inner(): p()\nreturn inner", How.DROPPED),
    "never read": ("result = p()", How.DROPPED),
    "truth": ("if p(): return 1", How.TRUTH),
    "any": ("return any(p(x) for x in other)", How.TRUTH),
    "attribute": ("return p().name", How.ATTRIBUTE),
    "attribute of a local": ("r = p()\nreturn r.name", How.ATTRIBUTE),
    "partial": ("q = functools.partial(p, 1)\nq()", How.DROPPED),
    "passed on": ("runs(p)", How.DROPPED),
    "alias": ("q = p\nq()", How.DROPPED),
    "name is copied": ("print(p.__name__)\np()", How.DROPPED),
}
CALLERS = "def runs(x): x()\ndef hands(x): return x()\n"


@pytest.mark.parametrize(("body", "how"), CALLED_BADLY.values(), ids=CALLED_BADLY)
def test_result_of_calling_it_is_misused(tmp_path: Path, body: str, how: How) -> None:
    use = parameter(tmp_path, body, CALLERS).call_misuse
    assert use is not None
    assert use.how is how


CALLED_WELL = {
    "awaited": "await p()",
    "returned": "return p()",
    "returned by a closure": "def inner(): return p()\nreturn inner",
    "handed on": "other(p())",
    "stored": "other.x = p()",
    "awaited if it must be": "r = p()\nif inspect.isawaitable(r): await r",
    "function tested": "if asyncio.iscoroutinefunction(p): return 1\np()",
    "handed to something unknown": "other(p)\np()",
    "run": "return asyncio.run(p())",
    "one of two is kept": "p()\nreturn p()",
    "passed to one that hands on": "other(hands(p))",
    "not called": "return 1",
}


@pytest.mark.parametrize("body", CALLED_WELL.values(), ids=CALLED_WELL)
def test_result_of_calling_it_is_not_misused(tmp_path: Path, body: str) -> None:
    is_async = "await" in body
    assert parameter(tmp_path, body, CALLERS, is_async=is_async).call_misuse is None


def test_all_kinds_of_parameters(tmp_path: Path) -> None:
    source = """
        class C:
            def f(self, a, /, b, *rest, c, **more):
                print(a, b, rest, c, more)
        def g(a, /, b, *, c): C().f(a, b, c=c)
        def h(*rest, **more): g(*rest, **more)
    """
    project = single(tmp_path, source)
    names = ["self", "a", "b", "c", "rest", "more"]
    assert [n for n in names if asked(project, "m.C.f", n).only_value] == names[1:]
    assert [n for n in ("a", "b", "c") if asked(project, "m.g", n).only_value] == ["a", "b", "c"]
    assert not any(asked(project, "m.h", name).only_value for name in ("rest", "more"))
    assert project.ask("m.C.f").parameter("other") is None


def test_starred_parameters(tmp_path: Path) -> None:
    source = """
        import json
        class C:
            def __init__(self, *rest, **more):
                self.rest, self.size = rest, len(rest)
                self.more = more
            def shown(self, *rest, **more): print("x", *rest, json.dumps(more))
            def counted(self, *rest, **more): print(len(rest), sorted(more))
            def kept(self, *rest, **more): print(rest); return more
    """
    project = single(tmp_path, source)

    def valued(name: str) -> list[str]:
        return [n for n in ("rest", "more") if asked(project, f"m.C.{name}", n).only_value]

    assert valued("shown") == ["rest", "more"]
    assert valued("counted") == []
    assert valued("kept") == ["rest"]
    kept = [asked(project, "m.C", name).kept_in for name in ("rest", "more")]
    assert kept == [None, "more"]


def test_constructor_of_a_class(tmp_path: Path) -> None:
    source = "class C:\n    def __init__(self, p): self.name = p.name\n"
    assert asked(single(tmp_path, source), "m.C", "p").only_value is not None


def test_flags(tmp_path: Path) -> None:
    found = parameter(tmp_path, "if callable(p): return p.name\nother.x = p")
    assert found.tested
    assert found.escapes
    assert found.used_as_value is not None
    plain = parameter(tmp_path / "plain", "if isinstance(p, str): return p.name\nother.x = p")
    assert not plain.tested
    assert plain.used_as_value is None
    assert not parameter(tmp_path / "two", "print(p)").escapes
