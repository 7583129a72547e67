"""Writes contracts from the present code.

mypy's own `stubgen` writes the text; what it leaves open or cannot express (async generators,
un-annotated functions, decorators) is decided here.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mypy_await.contracts.bodies import Bodies
from mypy_await.contracts.checking import without_collector
from mypy_await.contracts.compare import difference
from mypy_await.contracts.editing import Editor
from mypy_await.contracts.effects import Colour, Effect, effect_of
from mypy_await.contracts.expressions import ANY, UNKNOWN
from mypy_await.contracts.modules import FUNCTIONS, Function, Module, Project, parse
from mypy_await.contracts.resolving import Resolver, Scope, Symbol
from mypy_await.contracts.store import ContractError

_OPEN: Final = (UNKNOWN, ANY)


@dataclass
class Written:
    """What `write` did: files written, files left as they were, and what nobody could decide."""

    files: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


def locate(package: str, project: Project) -> Path:
    """Return the folder or file of a package named on the command line, by name or by path.

    Raises `ContractError` where there is none.
    """
    path = Path(package)
    if path.suffix == ".py" or path.is_dir():
        if path.exists():
            return path.resolve()
    else:
        project.install(package.partition(".")[0])
        found = project.find(package)
        if found is not None:
            return (found.parent if found.stem == "__init__" else found).resolve()
    where = ", ".join(root.as_posix() for root in project.roots)
    raise ContractError(
        f'no package or module "{package}" (looked in {where} and where Python does)'
    )


def root_of(path: Path) -> Path:
    """Return the folder that a package's imports start from."""
    folder = path.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def write(paths: Sequence[Path], output: Path, *, anew: bool = False) -> Written:
    """Write contracts for packages and modules into the folder `output`.

    A contract that is there already is kept unless `anew` is given.  Raises `ContractError`
    where stubgen cannot read a package.
    """
    written = Written()
    for path in paths:
        resolver = Resolver(Project([root_of(path)]))
        broken = _unreadable(path)
        with tempfile.TemporaryDirectory() as folder:
            _stubgen(_readable(path, broken), Path(folder))
            bodies = Bodies(resolver, _files(path))
            with without_collector():
                _finish_all(Path(folder), output, bodies, written, anew=anew)
        written.undecided += broken.values()
    return written


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _unreadable(path: Path) -> dict[Path, str]:
    """Return the source files that cannot be parsed, each with a sentence that says so."""
    broken: dict[Path, str] = {}
    for source in _files(path):
        try:
            parse(source.read_bytes())
        except (SyntaxError, ValueError, RecursionError) as error:
            broken[source] = f"{source.as_posix()}: no contract: {error}"
    return broken


def _readable(path: Path, broken: Collection[Path]) -> list[Path]:
    """Return what to hand to stubgen, which gives up on a folder with one broken file."""
    if not broken:
        return [path]
    return [source for source in _files(path) if source not in broken]


def _stubgen(paths: Sequence[Path], output: Path) -> None:
    # Compiled mypy cannot be started with "-m", and its script need not be on the path.
    command = [sys.executable, "-c", "from mypy.stubgen import main; main()"]
    command += ["--no-import", "--ignore-errors", "--quiet", "--output", str(output)]
    done = subprocess.run(
        [*command, *map(str, paths)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode or not any(output.rglob("*.pyi")):
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ContractError(f"stubgen failed: {said[-1] if said else 'it wrote nothing'}")


def _finish_all(
    generated: Path, output: Path, bodies: Bodies, written: Written, *, anew: bool
) -> None:
    stubs = Project([generated], ".pyi")
    for path in sorted(generated.rglob("*.pyi")):
        relative = path.relative_to(generated)
        target = output / relative
        if target.exists() and not anew:
            written.kept.append(target)
            continue
        parts = relative.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        stub = stubs.add(name, path)
        if stub is None:
            raise ContractError(stubs.broken[name])
        finished = _Finisher(stub, bodies)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(finished.text(), encoding="utf-8", newline="\n")
        written.files.append(target)
        written.undecided += finished.undecided


class _Finisher:
    """Fills one generated stub."""

    def __init__(self, stub: Module, bodies: Bodies) -> None:
        self.stub, self.bodies, self.resolver = stub, bodies, bodies.resolver
        self.editor = Editor(stub, bodies.resolver)
        self.undecided: list[str] = []

    def text(self) -> str:
        """Return the finished text."""
        for symbol, scope in pinned_functions(Scope(self.stub)):
            self._finish(symbol, scope)
        return self.editor.result()

    def _finish(self, pinned: Symbol, scope: Scope) -> None:
        code = self.resolver.find(pinned.fullname)
        given = effect_of(code, self.resolver, self.bodies) if code else None
        promised = effect_of(pinned, self.resolver)
        if code is None or given is None or promised is None:
            return
        nodes = [node for node in pinned.nodes if isinstance(node, FUNCTIONS)]
        if given.colour is Colour.UNKNOWN:
            self._leave_open(pinned.fullname, nodes, given)
        elif len(nodes) == 1:
            self._decide(code, nodes[0], scope, promised, given)

    def _leave_open(self, fullname: str, nodes: Sequence[Function], given: Effect) -> None:
        if given.result != UNKNOWN:
            return  # Declared: an awaitable only sometimes, and the stub says so.
        for node in nodes:
            self.editor.mark(node)
        self.undecided.append(f"{fullname}: {given.doubt}")

    def _decide(
        self, code: Symbol, node: Function, scope: Scope, promised: Effect, given: Effect
    ) -> None:
        result = given.result
        if given.keyword and given.colour is Colour.ASYNC and result in _OPEN:
            result = self.bodies.returned_class(code)
        is_open = promised.result in _OPEN
        if given.colour is Colour.SYNC and given.hidden:
            self.undecided.append(f"{code.fullname}: its body and its annotation contradict")
        # stubgen writes async generators, and managers made from them, as "async def": in a stub
        # that would be one call more.
        is_generator = given.colour is Colour.SYNC and isinstance(node, ast.AsyncFunctionDef)
        wrong = promised.wrapped or is_generator or promised.colour is not given.colour
        if wrong or difference(code.fullname, promised, replace(given, hidden=None), self.resolver):
            self.editor.pin(node, scope, given)
        elif given.keyword is (given.colour is Colour.ASYNC) and is_open and result not in _OPEN:
            self.editor.returns(node, scope, result)


def pinned_functions(scope: Scope) -> Iterator[tuple[Symbol, Scope]]:
    """Yield each function that a contract pins, methods included, and the scope it stands in."""
    for name, nodes in scope.names().items():
        if isinstance(nodes[0], FUNCTIONS):
            yield Symbol(f"{scope.fullname}.{name}", scope, tuple(nodes)), scope
        elif isinstance(nodes[0], ast.ClassDef):
            yield from pinned_functions(scope.inside(nodes[0]))
