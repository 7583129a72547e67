"""Who calls a function: the calls in the project's sources whose callee is certain.

Follows imports (those inside functions too), `self`, annotated parameters and names that are bound
to a constructor or to a call with a declared result.  A call on anything else is not counted.
"""

from __future__ import annotations

import ast
import bisect
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mypy_await.contracts.effects import Colour, effect_of
from mypy_await.contracts.modules import FUNCTIONS, Function, Import, Module, collect
from mypy_await.contracts.resolving import Resolver, Scope, dotted

_SKIPPED: Final = {"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"}


@dataclass(frozen=True)
class Call:
    """One call: where it is, in which function, and whether it stands behind `await`."""

    path: Path
    line: int
    caller: str
    awaited: bool


def source_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield each module below a folder of sources, leaving out environments and build output."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            f
            for f in folders
            if f not in _SKIPPED
            and not f.startswith(".")
            and not (Path(folder) / f / "pyvenv.cfg").exists()
        )
        for file in sorted(files):
            path = Path(folder) / file
            if path.suffix == ".py":
                parts = path.relative_to(root).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def known_calls(wanted: Collection[str], resolver: Resolver) -> dict[str, list[Call]]:
    """Return the certain calls of the functions with the full names `wanted`."""
    found: dict[str, list[Call]] = {name: [] for name in wanted}
    short = "|".join(sorted({re.escape(name.rpartition(".")[2]) for name in wanted}))
    looks_so = re.compile(rf"\b(?:{short})\b")
    seen: set[Path] = set()
    for root in reversed(resolver.project.roots):
        for name, path in source_files(root):
            if path in seen or not looks_so.search(path.read_text("utf-8", "replace")):
                continue
            seen.add(path)
            module = resolver.project.module(name)
            if module is not None and module.path == path:
                lines = [n for n, line in enumerate(module.lines, 1) if looks_so.search(line)]
                _Calls(module, resolver, found, lines).visit(module.tree)
    return found


class _Calls(ast.NodeVisitor):
    """Walks one module, knowing at each point what the names around it stand for."""

    def __init__(
        self,
        module: Module,
        resolver: Resolver,
        found: Mapping[str, list[Call]],
        lines: Sequence[int],
    ) -> None:
        self.resolver = resolver
        self.found = found
        self.lines = lines
        self.scope = Scope(module)
        self.functions: list[str] = []
        self.locals: dict[str, str] = {}
        """Name in the current function -> full name of what an import bound it to."""
        self.instances: dict[str, str] = {}
        """Name in the current function -> full name of its class."""
        self.awaited: set[int] = set()

    def visit(self, node: ast.AST) -> None:
        """Visit a node, but leave out functions and classes in which no wanted name stands."""
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            at = bisect.bisect_left(self.lines, node.lineno)
            if at == len(self.lines) or self.lines[at] > (node.end_lineno or node.lineno):
                return
        super().visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        before, self.scope = self.scope, self.scope.inside(node)
        self.generic_visit(node)
        self.scope = before

    def _visit_function(self, node: Function) -> None:
        before = self.locals, self.instances
        self.locals, self.instances = dict(self.locals), dict(self.instances)
        imports = collect(
            [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)],
            self.scope.module.package,
        )
        for name, nodes in imports.items():
            self.locals.update((name, n.target) for n in nodes if isinstance(n, Import))
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for argument in arguments:
            self.instances[argument.arg] = self._class_of_annotation(argument.annotation)
        if self.scope.classes and not self.functions and arguments:
            self.instances[arguments[0].arg] = self.scope.fullname
        self.functions.append(node.name)
        self.generic_visit(node)
        self.functions.pop()
        self.locals, self.instances = before

    visit_FunctionDef = _visit_function  # noqa: N815
    visit_AsyncFunctionDef = _visit_function  # noqa: N815

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.instances[target.id] = self._class_of(node.value)

    def visit_Await(self, node: ast.Await) -> None:
        self.awaited.add(id(node.value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        calls = self.found.get(self._callee(node.func))
        if calls is not None:
            caller = ".".join([self.scope.fullname, *self.functions])
            path = self.scope.module.path
            calls.append(Call(path, node.lineno, caller, id(node) in self.awaited))
        self.generic_visit(node)

    def _callee(self, func: ast.expr) -> str:
        """Return the full name of what is called, or nothing."""
        if isinstance(func, ast.Attribute):
            cls = self._class_of(func.value)
            if cls:
                member, _ = self.resolver.member(cls, func.attr)
                return member.fullname if member else ""
        return self._full_name(dotted(func))

    def _full_name(self, name: str) -> str:
        head, _, rest = name.partition(".")
        if not head or head in self.instances:
            return ""
        if head in self.locals:
            target = self.locals[head]
            return self.resolver.canonical(f"{target}.{rest}" if rest else target)
        return self.resolver.full_name(name, Scope(self.scope.module))

    def _class_of(self, node: ast.expr) -> str:
        """Return the full name of the class that an expression is an instance of, or nothing."""
        if isinstance(node, ast.Name):
            return self.instances.get(node.id, "")
        is_awaited = isinstance(node, ast.Await)
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call):
            return ""
        symbol = self.resolver.find(self._callee(call.func))
        if symbol is None:
            return ""
        if isinstance(symbol.nodes[0], ast.ClassDef):
            return symbol.fullname
        effect = effect_of(symbol, self.resolver)
        if effect is None or (effect.colour is Colour.ASYNC) is not is_awaited:
            return ""
        return self._only_class(effect.result.name)

    def _class_of_annotation(self, annotation: ast.expr | None) -> str:
        return self._only_class(self.resolver.annotation(annotation, self.scope).name)

    def _only_class(self, name: str) -> str:
        symbol = self.resolver.find(name) if "." in name else None
        is_class = symbol is not None and isinstance(symbol.nodes[0], ast.ClassDef)
        return name if is_class else ""
