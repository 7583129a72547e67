"""Do other files read a place that keeps functions?  They are only searched for its name.

Whoever reads it there may do what is right for async functions.  Names with a leading underscore
are taken to be used nowhere else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from mypy_await.summaries import bases
from mypy_await.summaries.attributes import find_assignments
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.filling import Parents, filling
from mypy_await.summaries.model import Mark
from mypy_await.summaries.nodes import children, last_name, walk
from mypy_await.summaries.slots import Slot
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Class

_MOST: Final = 400
"""In a larger package anything may happen."""
_IMPORTED: Final = re.compile(r"(?m)^[ \t]*import[ \t]+(?:[\w.]+[ \t]+as[ \t]+)?(\w+)[ \t]*$")
"""A module, by the name that an `import` gives it."""
_LOOKS: Final = re.compile(r"\blen\([\w.]+\)|[\w.]+[.](?:clear|keys)\(\)")
"""What says nothing of the functions in a container."""
_WITHOUT_AWAIT: Final = r"(?m)^(?![^\n]*\bawait\b)[^\n]*"


def mark_of(engine: Engine, slot: Slot, *, is_awaited: bool = False) -> Mark | None:
    """Return how to know files that may read an open slot; None for what only its module reads.

    Where all that it gives is awaited, any line without an `await` counts, one that stores too; in
    files that do not know the class, where something else than `self` has it.
    """
    if not slot.is_open or slot.name.startswith("_"):
        return None
    read = rf"[.]{slot.name}\b(?!\s*=[^=])" if slot.owner else rf"\b{slot.name}\b"
    elsewhere = rf"\bawait\b[^\n]*{read}"
    if is_awaited:
        read = rf"[.]{slot.name}\b" if slot.owner else read
        elsewhere = rf"{_WITHOUT_AWAIT}(?<!\bself)(?<!\bcls){read}"
        read = _WITHOUT_AWAIT + read
    return _mark(engine, slot, read, elsewhere)


def mark_of_function(engine: Engine, slot: Slot, name: str, *, is_method: bool) -> Mark | None:
    """Return how to know files that may call a function which returns what a slot's give.

    All that has the name counts, but functions of modules where it is a method's.
    """
    if name.startswith("_"):
        return None
    read = rf"(?:\b(?P<module>\w+))?[.]{name}\b" if is_method else rf"\b{name}\b"
    return _mark(engine, slot, read, read)


def _mark(engine: Engine, slot: Slot, read: str, elsewhere: str) -> Mark:
    module = slot.module
    home = re.escape(module.name.rpartition(".")[2])
    owner = slot.owner.node.name if slot.owner else slot.name
    line = bases.mro(engine, slot.owner) if slot.owner else ()
    known = {cls.frame.scope.module.path for cls in line if isinstance(cls, Class)}
    names = rf"(?m)^[ \t]*(?:from|import)\b[^\n(]*(?:\([^)]*)?\b({home}|{owner})\b"
    return Mark(module.name, module.path, names, read, elsewhere, frozenset({module.path, *known}))


def reading(mark: Mark, module: str, path: str) -> tuple[list[str], bool]:
    """Return the files that import a place, beside it or a module; and may one do what is right?

    Elsewhere in its package that has to be plainer: an object needs no import.
    """
    own = Path(path).absolute()
    near = set(_files(Path(mark.path), mark.module))
    files = near | set(_files(own, module))
    texts = {
        file: file.read_text("utf-8", "replace")
        for file in files
        if str(file) not in mark.known and len(files) < _MOST and file.is_file()
    }
    named = [file for file, text in texts.items() if file == own or re.search(mark.names, text)]
    return list(map(str, named)), (
        len(files) >= _MOST
        or any(_matches(mark.read, texts[file]) for file in named)
        or (
            "." in mark.module
            and any(_matches(mark.elsewhere, texts.get(file, "")) for file in near)
        )
    )


def _matches(pattern: str, text: str) -> bool:
    """Is something found that is none of what the file imports as a module, nor a mere look?"""
    reading = re.finditer(pattern, _LOOKS.sub("", text))
    found = {match.groupdict().get("module") for match in reading}
    return bool(found.difference(_IMPORTED.findall(text)))


def _files(path: Path, module: str) -> Iterator[Path]:
    """Yield a module's file, and all of the package it is in; of its folder, if it is in none."""
    yield path
    depth = module.count(".") + (path.stem == "__init__")
    root = path.parents[max(depth - 1, 0)]
    for number, file in enumerate(root.rglob("*.py") if depth else root.glob("*.py")):
        yield file
        if number > _MOST:
            return


def mentioning(modules: Iterable[Module], attribute: str) -> list[str] | None:
    """Return the other files beside some modules that mention a name; None if they are too many."""
    known = {module.path for module in modules}
    files = {file for one in modules for file in _files(Path(one.path), one.name)}
    if len(files) >= _MOST:
        return None
    word = re.compile(rf"\b{attribute}\b")
    return sorted(
        str(file)
        for file in files
        if str(file) not in known
        and file.is_file()
        and word.search(file.read_text("utf-8", "replace"))
    )


def may_fill(path: str, attribute: str, family: AbstractSet[str]) -> bool:
    """May a file put something into the container in an attribute, of a class of these names?"""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, ValueError, SyntaxError, RecursionError):
        return True
    parents = {child: node for node in walk(tree) for child in children(node)}
    return any(
        _may_fill(node, parents, attribute) and not _is_of_other_class(node, parents, family)
        for node in walk(tree)
    )


def _may_fill(node: ast.AST, parents: Parents, attribute: str) -> bool:
    match node:
        case ast.Attribute(attr=name) if name == attribute:
            found = filling(node, parents)
            return found is None or bool(found.items) or found.makes
        case ast.Call(args=args):  # setattr(object, "name", ...)
            return any(isinstance(one, ast.Constant) and one.value == attribute for one in args)
    return False


def _is_of_other_class(node: ast.AST, parents: Parents, family: AbstractSet[str]) -> bool:
    """Is it an attribute that another class sets itself, and does not inherit?"""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            cls = parents.get(node)
            while cls is not None and not isinstance(cls, ast.ClassDef):
                cls = parents.get(cls)
            if cls is not None and not family & set(map(last_name, cls.bases)):
                return name in find_assignments(cls)
    return False
