"""Children and parents of mypy's syntax nodes.

mypy's visitors are compiled traits that no plugin can subclass, so the children stand in a table,
in the order in which Python evaluates them.  Types are not nodes and are left out; what semantic
analysis puts in place of a call (`CallExpr.analyzed`) is walked instead of the call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    CallExpr,
    Expression,
    FuncDef,
    IndexExpr,
    LambdaExpr,
    MypyFile,
    Node,
    OpExpr,
    TupleExpr,
)

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "MypyFile": ("defs",),
    "Import": (),
    "ImportFrom": (),
    "ImportAll": (),
    "OverloadedFuncDef": ("items", "impl"),
    "Argument": ("initializer",),
    "FuncDef": ("arguments", "body"),
    "Decorator": ("decorators", "func"),
    "Var": (),
    "ClassDef": ("decorators", "base_type_exprs", "metaclass", "keywords", "defs"),
    "GlobalDecl": (),
    "NonlocalDecl": (),
    "Block": ("body",),
    "ExpressionStmt": ("expr",),
    "AssignmentStmt": ("rvalue", "lvalues"),
    "OperatorAssignmentStmt": ("lvalue", "rvalue"),
    "WhileStmt": ("expr", "body", "else_body"),
    "ForStmt": ("expr", "index", "body", "else_body"),
    "ReturnStmt": ("expr",),
    "AssertStmt": ("expr", "msg"),
    "DelStmt": ("expr",),
    "BreakStmt": (),
    "ContinueStmt": (),
    "PassStmt": (),
    "IfStmt": ("expr", "body", "else_body"),
    "RaiseStmt": ("expr", "from_expr"),
    "TryStmt": ("body", "types", "vars", "handlers", "else_body", "finally_body"),
    "WithStmt": ("expr", "target", "body"),
    "MatchStmt": ("subject", "patterns", "guards", "bodies"),
    "TypeAliasStmt": (),
    "IntExpr": (),
    "StrExpr": (),
    "BytesExpr": (),
    "FloatExpr": (),
    "ComplexExpr": (),
    "EllipsisExpr": (),
    "StarExpr": ("expr",),
    "NameExpr": (),
    "MemberExpr": ("expr",),
    "CallExpr": ("callee", "args"),
    "YieldFromExpr": ("expr",),
    "YieldExpr": ("expr",),
    "IndexExpr": ("base", "index"),
    "UnaryExpr": ("expr",),
    "AssignmentExpr": ("value", "target"),
    "OpExpr": ("left", "right"),
    "ComparisonExpr": ("operands",),
    "SliceExpr": ("begin_index", "end_index", "stride"),
    "CastExpr": ("expr",),
    "TypeFormExpr": (),
    "AssertTypeExpr": ("expr",),
    "RevealExpr": ("expr",),
    "SuperExpr": ("call",),
    "LambdaExpr": ("arguments", "body"),
    "ListExpr": ("items",),
    "DictExpr": ("items",),
    "TemplateStrExpr": ("items",),
    "TupleExpr": ("items",),
    "SetExpr": ("items",),
    "GeneratorExpr": ("sequences", "indices", "condlists", "left_expr"),
    "ListComprehension": ("generator",),
    "SetComprehension": ("generator",),
    "DictionaryComprehension": ("sequences", "indices", "condlists", "key", "value"),
    "ConditionalExpr": ("cond", "if_expr", "else_expr"),
    "TypeApplication": ("expr",),
    "TypeVarExpr": (),
    "ParamSpecExpr": (),
    "TypeVarTupleExpr": (),
    "TypeAliasExpr": (),
    "NamedTupleExpr": (),
    "TypedDictExpr": (),
    "EnumCallExpr": ("values",),
    "PromoteExpr": (),
    "NewTypeExpr": (),
    "AwaitExpr": ("expr",),
    "TempNode": (),
    "TypeInfo": (),
    "FakeInfo": (),
    "TypeAlias": (),
    "PlaceholderNode": (),
    "AsPattern": ("pattern", "name"),
    "OrPattern": ("patterns",),
    "ValuePattern": ("expr",),
    "SingletonPattern": (),
    "SequencePattern": ("patterns",),
    "StarredPattern": ("capture",),
    "MappingPattern": ("keys", "values", "rest"),
    "ClassPattern": ("class_ref", "positionals", "keyword_values"),
}
"""Node class to the fields that hold its children; complete against mypy (tested)."""

Parents = dict[Node, Node]


_by_class: dict[type[Node], tuple[str, ...]] = {}
_ANALYZED: Final = frozenset({CallExpr, IndexExpr, OpExpr})


def children(node: Node) -> list[Node]:
    """Return the direct children of a node in evaluation order."""
    kind = type(node)
    if kind in _ANALYZED and (analyzed := node.analyzed) is not None:  # type: ignore[attr-defined]
        return [analyzed]
    fields = _by_class.get(kind)
    if fields is None:
        fields = _by_class[kind] = FIELDS.get(kind.__name__, ())
    found: list[Node] = []
    for name in fields:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif value:
            _collect(value, found)
    return found


def _collect(values: object, found: list[Node]) -> None:
    """Add the nodes in nested lists, tuples and dictionaries."""
    for value in values.values() if isinstance(values, dict) else values:  # type: ignore[attr-defined]
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            _collect(value, found)


def descendants(node: Node, *, into_functions: bool = True) -> Iterator[Node]:
    """Yield a node and all below it, or only those outside nested functions and lambdas."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        below = children(inner)
        if not into_functions:
            below = [child for child in below if not isinstance(child, (FuncDef, LambdaExpr))]
        stack += reversed(below)


def parents_below(root: Node, *, whole: bool = False) -> Parents:
    """Return the parent of every node below `root`.

    Below a module the bodies of functions are left out unless the whole is wanted: they are roots
    of their own.
    """
    parents: Parents = {}
    of_module = isinstance(root, MypyFile) and not whole
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        body = node.body if of_module and isinstance(node, FuncDef) else None
        for child in children(node):
            parents[child] = node
            # Half of all nodes are names and constants: they have no children.
            if child is not body and _by_class.get(type(child), True):
                stack.append(child)
    return parents


class ParentLinks:
    """Parent links of the function or module in work; one at a time, built on first need."""

    def __init__(self) -> None:
        self._root: Node | None = None
        self._parents: Parents = {}

    def below(self, root: Node) -> Parents:
        """Return the links below `root`, from memory when it was the last one asked for."""
        if self._root is not root:
            self._root, self._parents = root, parents_below(root)
        return self._parents

    def forget(self) -> None:
        """Let go of the tree, which may be about to change."""
        self._root, self._parents = None, {}


def enclosing(
    node: Node, parents: Parents, kinds: type[Node] | tuple[type[Node], ...]
) -> Node | None:
    """Return the nearest node above `node` that is of one of `kinds`."""
    above = parents.get(node)
    while above is not None and not isinstance(above, kinds):
        above = parents.get(above)
    return above


def flattened(node: Expression) -> list[Expression]:
    """Return the parts of nested tuples, or of a union written with `|`."""
    if isinstance(node, TupleExpr):
        return [part for item in node.items for part in flattened(item)]
    if isinstance(node, OpExpr) and node.op == "|":
        return [*flattened(node.left), *flattened(node.right)]
    return [node]
