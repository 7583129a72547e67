"""Does a method keep the result of calling a parameter, and give it back when it is called again?

    def get_or_set(self, key, make):
        if key not in self._values:
            self._values[key] = make()
        return self._values[key]

Only this plain form counts: a dict that the class makes empty, in which the method does nothing but
look, store the result and read it.
"""

from __future__ import annotations

import ast

from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import own_nodes
from mypy_await.summaries.values import Function


def remembers(function: Function, name: str) -> bool:
    """Does the method keep what calling the parameter gives, under a key that it is given?"""
    node, owner = function.node, function.owner
    if owner is None or not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return False
    loads = [part for part in walk(node) if isinstance(part, ast.Name) and part.id == name]
    made = [part for part in own_nodes(node) if isinstance(part, ast.Call) and part.func in loads]
    if len(loads) != 1 or len(made) != 1 or _is_interrupted(node):
        return False
    slots = {ast.dump(slot): slot for slot in _slots(node)}
    return any(
        _is_stored(node, made[0], slot)
        and _is_looked_for(node, made[0], slot)
        and _is_empty_dict(owner.node, slot.value)
        and _is_left_alone(node, slot)
        for slot in slots.values()
    )


def _is_interrupted(node: ast.FunctionDef) -> bool:
    """Is it a generator, or has it a `try` or a loop, whose ways through it nobody follows here?"""
    others = (ast.Yield, ast.YieldFrom, ast.Try, ast.For, ast.While, ast.Delete)
    return any(isinstance(part, others) for part in walk(node))


def _slots(node: ast.FunctionDef) -> list[ast.Subscript]:
    """Return the items `self.values[key]` that are read: what is stored there comes back."""
    names = {arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)}
    return [
        part
        for part in own_nodes(node)
        if isinstance(part, ast.Subscript)
        and isinstance(part.ctx, ast.Load)
        and isinstance(part.slice, ast.Name)
        and part.slice.id in names
        and isinstance(part.value, ast.Attribute)
        and isinstance(part.value.value, ast.Name)
        and part.value.value.id == node.args.args[0].arg
    ]


def _is_stored(node: ast.FunctionDef, made: ast.Call, slot: ast.Subscript) -> bool:
    """Is the result of the call stored in the item, itself or by a name of its own?"""
    stores = [part for part in own_nodes(node) if isinstance(part, ast.Assign)]
    for store in stores:
        if any(_is_same(target, slot) for target in store.targets):
            return store.value is made or (
                isinstance(store.value, ast.Name) and _is_name_of(store.value.id, made, stores)
            )
    return False


def _is_name_of(name: str, made: ast.Call, stores: list[ast.Assign]) -> bool:
    bound = [
        store
        for store in stores
        if any(isinstance(target, ast.Name) and target.id == name for target in store.targets)
    ]
    return len(bound) == 1 and bound[0].value is made


def _is_looked_for(node: ast.FunctionDef, made: ast.Call, slot: ast.Subscript) -> bool:
    """Is what is stored returned without a new call, where a condition finds the key?"""
    for part in node.body:
        match part:
            case ast.If(test=ast.Compare(left=key, ops=[asked], comparators=[holder]), orelse=[]):
                if not _is_same(key, slot.slice) or not _is_same(holder, slot.value):
                    continue
                if isinstance(asked, ast.In):
                    return _returns(part.body[-1], slot)
                is_made_here = any(inner is made for inner in walk(part))
                return (
                    isinstance(asked, ast.NotIn) and is_made_here and _returns(node.body[-1], slot)
                )
    return False


def _returns(node: ast.stmt, slot: ast.Subscript) -> bool:
    return isinstance(node, ast.Return) and node.value is not None and _is_same(node.value, slot)


def _is_empty_dict(owner: ast.ClassDef, holder: ast.expr) -> bool:
    """Is all that the class assigns to the attribute an empty dict, in its constructor?"""
    assert isinstance(holder, ast.Attribute)
    assigned: list[ast.expr | None] = []
    for part in walk(owner):
        targets: list[ast.expr] = []
        if isinstance(part, ast.Assign):
            targets = part.targets
        elif isinstance(part, (ast.AnnAssign, ast.AugAssign)):
            targets = [part.target]
        if any(isinstance(t, ast.Attribute) and t.attr == holder.attr for t in targets):
            assigned.append(getattr(part, "value", None))
    return len(assigned) == 1 and isinstance(assigned[0], ast.Dict) and not assigned[0].keys


def _is_left_alone(node: ast.FunctionDef, slot: ast.Subscript) -> bool:
    """Does the method use the dict only to store, read and look for this item?"""
    holders = [
        part
        for part in walk(node)
        if isinstance(part, ast.Attribute) and _is_same(part, slot.value)
    ]
    items = [part.value for part in walk(node) if isinstance(part, ast.Subscript)]
    asked = [part.comparators[0] for part in walk(node) if isinstance(part, ast.Compare)]
    keys = [
        part for part in walk(node) if isinstance(part, ast.Name) and _is_same(part, slot.slice)
    ]
    return all(part in (*items, *asked) for part in holders) and not any(
        isinstance(part.ctx, ast.Store) for part in keys
    )


def _is_same(one: ast.expr, other: ast.expr) -> bool:
    """Do two expressions read, or one of them set, the same thing?"""
    return ast.unparse(one) == ast.unparse(other)
