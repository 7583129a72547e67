"""Changes a contract file in place: the colour and result of single functions."""

from __future__ import annotations

import ast
import tokenize
from io import StringIO

from mypy_await.contracts.compare import UNDECIDED
from mypy_await.contracts.decorators import TRANSPARENT, name_of
from mypy_await.contracts.effects import Colour, Effect
from mypy_await.contracts.expressions import ANY, NONE, UNKNOWN, TypeExpr
from mypy_await.contracts.modules import Function, Module
from mypy_await.contracts.resolving import Resolver, Scope


class Editor:
    """Collects changes to one contract file and gives its new text."""

    def __init__(self, stub: Module, resolver: Resolver) -> None:
        self.stub, self.resolver = stub, resolver
        self.text = "\n".join(stub.lines)
        self._starts = [0]
        for line in stub.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._edits: list[tuple[int, int, str]] = []
        self._imports: dict[str, None] = {}

    def pin(self, node: Function, scope: Scope, effect: Effect) -> None:
        """Make one definition say `effect`."""
        is_async = effect.colour is Colour.ASYNC and effect.keyword
        self._set_keyword(node, is_async)
        for decorator in node.decorator_list:
            written = name_of(decorator)
            if self.resolver.full_name(written, scope) not in TRANSPARENT:
                line = decorator.lineno - 1
                self._edits.append(
                    (self._starts[line], self._starts[decorator.end_lineno or 0], "")
                )
        self.returns(node, scope, effect.result if is_async else _value(effect))

    def returns(self, node: Function, scope: Scope, typ: TypeExpr) -> None:
        """Write the return annotation of one definition; none where the type is not known."""
        spelled = "" if typ == UNKNOWN else self._spell(typ, scope)
        colon = self._colon(node)
        start = self._end(node.returns) if node.returns else colon
        if node.returns:
            begin = self._at(node.returns.lineno, node.returns.col_offset)
            start = self.text.rindex("->", 0, begin)
            start = len(self.text[:start].rstrip())
        self._edits.append((start, colon, f" -> {spelled}" if spelled else ""))

    def mark(self, node: Function) -> None:
        """Say on a definition's line that its colour is not decided."""
        line = self.stub.lines[node.lineno - 1]
        if UNDECIDED not in line:
            end = self._starts[node.lineno - 1] + len(line)
            self._edits.append((end, end, f"  {UNDECIDED}"))

    def unmark(self, node: Function) -> None:
        """Take that comment away."""
        line = self.stub.lines[node.lineno - 1]
        at = line.find(UNDECIDED)
        if at >= 0:
            start = self._starts[node.lineno - 1]
            self._edits.append((start + len(line[:at].rstrip()), start + at + len(UNDECIDED), ""))

    def remove(self, node: Function | ast.ClassDef, scope: Scope) -> None:
        """Delete a definition; a class keeps a body."""
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        start, end = self._starts[first - 1], self._starts[node.end_lineno or node.lineno]
        alone = bool(scope.classes) and len(scope.classes[-1].body) == 1
        self._edits.append((start, end, f"{' ' * node.col_offset}...\n" if alone else ""))

    def result(self) -> str:
        """Return the text with all changes made."""
        text = self.text
        for start, end, new in sorted(set(self._edits), reverse=True):
            text = text[:start] + new + text[end:]
        lines = [line for line in self._imports if line not in self.stub.lines]
        at = self._after_docstring()
        return text[:at] + "".join(f"{line}\n" for line in sorted(lines)) + text[at:]

    def _after_docstring(self) -> int:
        first = self.stub.tree.body[0] if self.stub.tree.body else None
        is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return self._starts[first.end_lineno or 0] if first is not None and is_text else 0

    def _set_keyword(self, node: Function, is_async: bool) -> None:
        at = self._at(node.lineno, node.col_offset)
        if is_async and not isinstance(node, ast.AsyncFunctionDef):
            self._edits.append((at, at, "async "))
        elif not is_async and isinstance(node, ast.AsyncFunctionDef):
            self._edits.append((at, self.text.index("def", at), ""))

    def _colon(self, node: Function) -> int:
        """Return where the head of a definition ends."""
        depth = 0
        head = StringIO("\n".join(self.stub.lines[node.lineno - 1 : node.body[0].lineno]))
        for token in tokenize.generate_tokens(head.readline):
            if token.string == ":" and not depth:
                line, column = token.start
                return self._starts[node.lineno + line - 2] + column
            depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        raise AssertionError("a definition without a colon cannot be parsed")

    def _at(self, line: int, column: int) -> int:
        prefix = self.stub.lines[line - 1].encode()[:column]
        return self._starts[line - 1] + len(prefix.decode())

    def _end(self, node: ast.expr) -> int:
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _spell(self, typ: TypeExpr, scope: Scope) -> str:
        """Write a type with the names this file has or gets an import for."""
        if typ.name == "|":
            return " | ".join(self._spell(part, scope) for part in typ.args)
        inner = ", ".join(self._spell(part, scope) for part in typ.args)
        if typ.name == "[]":
            return f"[{inner}]"
        if typ in (NONE, TypeExpr("...")):
            return typ.name
        if typ.name.startswith("="):
            return f"{self._name('typing.Literal', scope)}[{typ.name[1:]}]"
        name = self._name(ANY.name if typ == UNKNOWN else typ.name.lstrip("~"), scope)
        return f"{name}[{inner}]" if inner else name

    def _name(self, fullname: str, scope: Scope) -> str:
        module, rest = self._module_of(fullname)
        if module == self.stub.name:
            return rest
        head, _, tail = rest.partition(".")
        if self.resolver.full_name(rest, scope) == fullname:
            return rest
        if not self.resolver.full_name(head, scope):
            self._imports[f"from {module} import {head}"] = None
            return f"{head}.{tail}" if tail else head
        self._imports[f"import {module}"] = None
        return fullname

    def _module_of(self, fullname: str) -> tuple[str, str]:
        parts = fullname.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:length])
            if self.resolver.project.find(module):
                return module, ".".join(parts[length:])
        head, _, tail = fullname.rpartition(".")
        return head, tail


def _value(effect: Effect) -> TypeExpr:
    """Return the type of what a call gives that is not an `async def` itself."""
    if effect.colour is not Colour.ASYNC:
        return effect.result
    return effect.hidden or TypeExpr("collections.abc.Awaitable", (effect.result,))
