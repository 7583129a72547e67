"""The checked files as text: a finding's line, and the function it stands in.

The functions are read off indentation and not off a syntax tree, which for thousands of findings
would take longer than all the formatting.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, TypeGuard, TypeVar

from mypy_await.gate.findings import Finding

_Node = TypeVar("_Node", bound=ast.stmt)

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

TYPE_VARIABLE: Final = r"_?([A-Z][A-Z_]*|[A-Z]\w*T)(_co|_contra)?\d*"
"""How type variables are called; an imported class of such a name is taken for one."""

HEADER: Final = r"\s*(async\s+def|def|class)\s+(\w+)"


class Symbol(NamedTuple):
    """A function or class, by its name within the file."""

    name: str
    is_async: bool


MODULE_LEVEL: Final = Symbol("", False)


class _File:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.symbols: dict[int, Symbol] = {}
        """The innermost symbol of each line that is in one."""
        self.headers: dict[str, int] = {}
        """The line at which each symbol begins."""
        self.tree: ast.Module | None = None
        self.without_result: frozenset[str] | None = None


class Sources:
    """Reads each file once; one that cannot be read is empty."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def line(self, path: str, number: int) -> str:
        """Return a line without its end, or nothing where there is none."""
        lines = self._file(path).lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def tree(self, path: str) -> ast.Module:
        """Return the syntax tree of a file; it is empty where Python cannot read it."""
        file = self._file(path)
        if file.tree is None:
            try:
                file.tree = ast.parse("\n".join(file.lines))
            except (SyntaxError, ValueError, RecursionError):
                file.tree = ast.Module([], [])
        return file.tree

    def without_result(self, path: str) -> frozenset[str]:
        """Return the names of the functions and methods that are declared to return None."""
        file = self._file(path)
        if file.without_result is None:
            functions = (node for node in ast.walk(self.tree(path)) if returns_none(node))
            file.without_result = frozenset(node.name for node in functions)
        return file.without_result

    def expression_of(self, finding: Finding) -> ast.expr | None:
        """Return the syntax tree of what mypy means, where that is an expression.

        Its first line is line 1, as nothing stands before it.
        """
        try:
            return ast.parse(f"({self.text_of(finding)}\n)", mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            return None

    def value_of(self, finding: Finding) -> ast.expr | None:
        """Return the same, or what is awaited where that is an `await`."""
        expression = self.expression_of(finding)
        return expression.value if isinstance(expression, ast.Await) else expression

    def called(self, finding: Finding) -> str | None:
        """Return the name of what is called there, where that is a call (or one is awaited)."""
        match self.value_of(finding):
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return name
        return None

    def call_around(self, finding: Finding) -> ast.Call | None:
        """Return the call whose argument the finding stands at."""
        place = (finding.line, finding.column - 1)
        for node in ast.walk(self.tree(finding.path)):
            if isinstance(node, ast.Call):
                arguments = (*node.args, *(keyword.value for keyword in node.keywords))
                if any((one.lineno, one.col_offset) == place for one in arguments):
                    return node
        return None

    def text_of(self, finding: Finding) -> str:
        """Return the expression that mypy means.

        Where mypy gives no more than its first character, that is the rest of the line.
        """
        path, start = finding.path, max(finding.column - 1, 0)
        first = self.line(path, finding.line)[start:]
        if finding.end_line == finding.line:
            length = finding.end_column - start
            return first[:length] if length > 1 or re.match(r"\w\b", first) else first
        between = [self.line(path, n) for n in range(finding.line + 1, finding.end_line)]
        return "\n".join([first, *between, self.line(path, finding.end_line)[: finding.end_column]])

    def above(self, finding: Finding) -> Iterator[tuple[int, str]]:
        """Yield the lines of the same function (or class, or module) before it, the last first.

        Each comes with its number.
        """
        return self._beside(finding, range(finding.line - 1, 0, -1))

    def below(self, finding: Finding) -> Iterator[tuple[int, str]]:
        """Yield, each with its number, the lines of the same function behind it."""
        last = len(self._file(finding.path).lines)
        return self._beside(finding, range(finding.line + 1, last + 1))

    def _beside(self, finding: Finding, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        symbols = self._file(finding.path).symbols
        around = self.symbol(finding)
        for number in numbers:
            if symbols.get(number, MODULE_LEVEL) == around:
                yield number, self.line(finding.path, number)

    def innermost(self, path: str, line: int, *kinds: type[_Node]) -> _Node | None:
        """Return the innermost statement of these kinds around a line."""
        return max(self.around(path, line, *kinds), key=lambda node: node.lineno, default=None)

    def around(self, path: str, line: int, *kinds: type[_Node]) -> Iterator[_Node]:
        """Yield the statements of these kinds around a line."""
        return (one for one in _statements_at(self.tree(path), line) if isinstance(one, kinds))

    def decorated(self, path: str, line: int) -> Function | None:
        """Return the function that a decorator at a line stands above."""
        for node in ast.walk(self.tree(path)):
            if isinstance(node, FUNCTIONS):
                if any(one.lineno == line for one in node.decorator_list):
                    return node
        return None

    def is_named_before(self, path: str, line: int, name: str) -> bool:
        """Does the function at a line take or mention a variable of this name before it?"""
        function = self.innermost(path, line, *FUNCTIONS)
        return any(
            _is_named(node, name) and node.lineno < line
            for node in ast.walk(function or self.tree(path))
            if isinstance(node, (ast.expr, ast.arg, ast.stmt))
        )

    def symbol(self, finding: Finding) -> Symbol:
        """Return the innermost function or class around the finding (or that it heads)."""
        return self.symbol_at(finding.path, finding.line)

    def symbol_at(self, path: str, line: int) -> Symbol:
        """Return the innermost function or class around a line."""
        return self._file(path).symbols.get(line, MODULE_LEVEL)

    def line_of(self, path: str, name: str) -> int:
        """Return the line at which a function or class begins; the first where it is not there."""
        return self._file(path).headers.get(name, 1)

    def defines_async(self, path: str, name: str) -> bool:
        """Is an `async def` of this name (without its class) in the file?"""
        file = self._file(path)
        return any(
            full.rpartition(".")[2] == name and file.symbols[line].is_async
            for full, line in file.headers.items()
        )

    def sets(self, path: str, attribute: str) -> bool:
        """Does the file assign to an attribute of this name?"""
        setting = re.compile(rf"\.{re.escape(attribute)}\s*(:[^=]*)?=(?!=)")
        return any(setting.search(line) for line in self._file(path).lines)

    def is_type_variable(self, path: str, name: str) -> bool:
        """Is this the name of a type variable, for all that the file tells?

        One that is used here is declared here, or imported; nobody calls it.
        """
        word, text = re.escape(name), "\n".join(self._file(path).lines)
        if re.search(rf"^\s*class {word}\b|\b{word}\(", text, re.MULTILINE):
            return False
        if re.search(rf"^\s*{word}\b[^=\n]*=\s*(\w+\.)?TypeVar\(", text, re.MULTILINE):
            return True
        if re.search(rf"\b(def|class|type)\s+\w+\[[^]]*\b{word}\b", text):
            return True
        looks_so = re.fullmatch(TYPE_VARIABLE, name) is not None
        return looks_so and re.search(rf"\b{word}\b", text) is not None

    def is_header(self, path: str, line: int) -> bool:
        """Does a function, a class or its decorator begin on this line?"""
        text = self.line(path, line)
        return bool(re.match(HEADER, text)) or text.lstrip().startswith("@")

    def _file(self, path: str) -> _File:
        file = self._files.get(path)
        if file is None:
            try:
                text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
            except OSError:
                text = ""
            file = self._files[path] = _File(text.split("\n"))
            _find_symbols(file)
        return file


def returns_none(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    """Is this a plain function that is declared to return None?"""
    match node:
        case ast.FunctionDef(returns=ast.Constant(value=None)):
            return True
    return False


def own_nodes(node: Function) -> Iterator[ast.AST]:
    """Yield what stands in a function's body, but not in the functions and classes inside it."""
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(one))


def _statements_at(node: ast.AST, line: int) -> Iterator[ast.stmt]:
    """Yield the statements around a line, the outer ones first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            if not child.lineno <= line <= (child.end_lineno or 0):
                continue
            yield child
        if not isinstance(child, ast.expr):
            yield from _statements_at(child, line)


def _is_named(node: ast.expr | ast.arg | ast.stmt, name: str) -> bool:
    match node:
        case ast.Name():
            return node.id == name
        case ast.arg():
            return node.arg == name
        case ast.Global() | ast.Nonlocal():
            return name in node.names
    return False


def _find_symbols(file: _File) -> None:
    around: list[tuple[int, Symbol]] = []
    for number, line in enumerate(file.lines, 1):
        text = line.lstrip()
        if text and not text.startswith(("#", ")")):
            indent = len(line) - len(text)
            while around and around[-1][0] >= indent:
                around.pop()
            if header := re.match(HEADER, text):
                outer = around[-1][1].name + "." if around else ""
                symbol = Symbol(outer + header[2], header[1].startswith("async"))
                around.append((indent, symbol))
                file.headers.setdefault(symbol.name, number)
        if around:
            file.symbols[number] = around[-1][1]
