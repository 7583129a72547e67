"""The only module that reaches into mypy past its public plugin interface.

Everything here was measured on mypy 2.4 and holds for every mypy this package admits.  When mypy
moves something, this is the file to change.
"""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar, cast

from mypy.argmap import map_actuals_to_formals
from mypy.checker import TypeChecker
from mypy.checkexpr import has_any_type
from mypy.checkmember import analyze_member_access
from mypy.erasetype import erase_type, erase_typevars
from mypy.errorcodes import UNUSED_AWAITABLE, ErrorCode
from mypy.errors import ErrorInfo, Errors
from mypy.expandtype import expand_type, expand_type_by_instance
from mypy.literals import literal
from mypy.maptype import map_instance_to_supertype
from mypy.messages import format_type as _format_type
from mypy.nodes import (
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    LITERAL_NO,
    CallExpr,
    Context,
    Expression,
    FuncDef,
    FuncItem,
    Import,
    ImportAll,
    ImportFrom,
    MemberExpr,
    MypyFile,
    TypeInfo,
)
from mypy.plugin import (
    CheckerPluginInterface,
    ClassDefContext,
    SemanticAnalyzerPluginInterface,
)
from mypy.plugins.default import DefaultPlugin
from mypy.scope import Scope
from mypy.semanal import SemanticAnalyzer
from mypy.subtypes import is_subtype
from mypy.typeops import (
    bind_self,
    function_type,
    get_all_type_vars,
    make_simplified_union,
    tuple_fallback,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    TypeVarType,
    get_proper_type,
)
from mypy.util import correct_relative_import
from mypy.version import __version__ as _version

__all__ = [
    "MYPY_VERSION",
    "DefaultPlugin",
    "bind_self",
    "expand_type_by_instance",
    "has_any_type",
    "is_subtype",
    "make_simplified_union",
    "map_instance_to_supertype",
    "tuple_fallback",
]

MYPY_VERSION: Final = _version
OLDEST: Final = (2, 0)
NEWEST: Final = (2, 4)
"""The newest mypy that the tests ran on."""

P = ParamSpec("P")
T = TypeVar("T")


def mypy_version() -> tuple[int, int]:
    """Return the major and minor version of the mypy in use."""
    major, minor = MYPY_VERSION.split(".")[:2]
    return int(major), int(minor)


def refuse_old_mypy() -> None:
    """End the run with status 2 and one sentence when mypy is older than we support."""
    if mypy_version() < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        stop(f"mypy-await needs mypy {wanted} or newer; this is mypy {MYPY_VERSION}")


def stop(sentence: str) -> None:
    """End the run with one sentence on standard error and exit status 2.

    mypy turns exceptions of a plugin's constructor into a traceback; `SystemExit` passes through.
    The workers of `mypy -n` stay silent: the process that started them says it.
    """
    if "mypy.build_worker.worker" not in sys.modules:
        print(sentence, file=sys.stderr)
    raise SystemExit(2)


def type_of(api: CheckerPluginInterface, node: Expression) -> ProperType | None:
    """Return the type mypy has stored for an expression, or None before it was checked."""
    checker = cast(TypeChecker, api)
    if not checker.has_type(node):
        return None
    return get_proper_type(checker.lookup_type(node))


def without_arguments(typ: ProperType) -> ProperType:
    """Return a type with `Any` for its type arguments."""
    return erase_type(typ) if isinstance(typ, Instance) else typ


def member(api: CheckerPluginInterface, node: MemberExpr, owner: ProperType) -> ProperType:
    """Return the type that `node`, an attribute of some value, has for a value of type `owner`."""
    checker = cast(TypeChecker, api)
    with checker.msg.filter_errors():
        found = analyze_member_access(
            node.name,
            owner,
            node,
            is_lvalue=False,
            is_super=False,
            is_operator=False,
            original_type=owner,
            chk=checker,
        )
    return get_proper_type(found)


def narrowed(api: CheckerPluginInterface, node: Expression) -> Type | None:
    """Return the type to which tests around an expression have narrowed it, if any."""
    binder = cast(TypeChecker, api).binder
    return binder.get(node) if literal(node) != LITERAL_NO else None


def module(api: CheckerPluginInterface) -> MypyFile:
    """Return the module in work."""
    return cast(TypeChecker, api).tree


def top_level_function(api: CheckerPluginInterface) -> FuncItem | None:
    """Return the outermost function in work, or None at module or class level."""
    return cast(TypeChecker, api).scope.top_level_function()


def root(api: CheckerPluginInterface) -> FuncItem | MypyFile:
    """Return the outermost function in work, or the module: what parent links are made for."""
    return top_level_function(api) or module(api)


def active_class(api: CheckerPluginInterface) -> TypeInfo | None:
    """Return the class whose body or method is in work."""
    scope = cast(TypeChecker, api).scope
    for entry in reversed(scope.stack):
        if isinstance(entry, TypeInfo):
            return entry
    return None


def is_enabled(api: CheckerPluginInterface, code: ErrorCode) -> bool:
    """Is this code reported in the module in work?"""
    return cast(TypeChecker, api).msg.errors.is_error_code_enabled(code)


def current_file(api: CheckerPluginInterface) -> Callable[[], str]:
    """Return what tells the path of the file that mypy checks, from now on."""
    errors = cast(TypeChecker, api).msg.errors
    return lambda: errors.file


def is_of_others(api: CheckerPluginInterface | SemanticAnalyzerPluginInterface) -> bool:
    """Is the module in work an installed package's, of which mypy shows no errors?

    Types matter less there than the time that it takes to judge them.  A module of the user's own
    whose errors are ignored by an option is none: others use what is known of it.
    """
    if isinstance(api, SemanticAnalyzer):
        path, errors = api.cur_mod_node.path, api.errors
    else:
        checker = cast(TypeChecker, api)
        path, errors = checker.path, checker.msg.errors
    return path in errors.ignored_files and not api.options.ignore_errors


def shows_errors_of(api: CheckerPluginInterface, path: str) -> bool:
    """Does mypy show errors in a file, by its path as mypy has it?"""
    return path not in cast(TypeChecker, api).msg.errors.ignored_files


def reports_statement(api: CheckerPluginInterface, typ: ProperType) -> bool:
    """Does mypy itself report a value of this type that is a statement, and dropped?"""
    if isinstance(typ, Instance) and typ.type.fullname == "typing.Coroutine":
        return True  # "unused-coroutine": on by default, and the user's to turn off
    return is_enabled(api, UNUSED_AWAITABLE)


def paths_of(api: CheckerPluginInterface, info: TypeInfo) -> tuple[str, ...]:
    """Return the source files of the module in work and of a class."""
    modules = cast(TypeChecker, api).modules
    names = (module(api).fullname, info.module_name)
    return tuple(modules[name].path for name in names if name in modules)


def report_in_class(
    api: SemanticAnalyzerPluginInterface,
    text: str,
    node: Context,
    code: ErrorCode,
    notes: tuple[str, ...],
) -> None:
    """Report an error while mypy analyses a class, with notes attached to it."""
    errors = cast(SemanticAnalyzer, api).errors
    at = functools.partial(
        errors.report, node.line, node.column, end_line=node.end_line, end_column=node.end_column
    )
    at(text, code)
    for note in notes:
        at(note, code, severity="note")


def module_defining(api: CheckerPluginInterface, fullname: str) -> str:
    """Return the module of the run in which a full name is defined, or nothing."""
    name = fullname.rpartition(".")[0]
    modules = cast(TypeChecker, api).modules
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def path_defining(api: CheckerPluginInterface, fullname: str) -> str:
    """Return the source file in which a full name is defined, or nothing."""
    name = module_defining(api, fullname)
    return cast(TypeChecker, api).modules[name].path if name else ""


def is_in_run(api: CheckerPluginInterface, module: str) -> bool:
    """Is a module, by its full name, part of the run?"""
    return module in cast(TypeChecker, api).modules


def is_of_typeshed(api: CheckerPluginInterface, fullname: str) -> bool:
    """Is a function or method, by its full name, one of the standard library's?"""
    module = cast(TypeChecker, api).modules.get(module_defining(api, fullname))
    return module is not None and module.is_typeshed_file(api.options)


def imported(api: CheckerPluginInterface) -> dict[str, MypyFile]:
    """Return the modules that the one in work imports, and itself, by their full names."""
    tree = module(api)
    names = {tree.fullname}
    for node in tree.imports:
        match node:
            case Import():
                names |= {name for name, _ in node.ids}
            case ImportFrom() | ImportAll():
                base, _ = correct_relative_import(
                    tree.fullname, node.relative, node.id, tree.is_package_init_file()
                )
                inside = node.names if isinstance(node, ImportFrom) else []
                names |= {base, *(f"{base}.{name}" for name, _ in inside)}
    modules = cast(TypeChecker, api).modules
    return {name: modules[name] for name in names if name in modules}


def report(
    api: CheckerPluginInterface, text: str, node: Context, code: ErrorCode, notes: tuple[str, ...]
) -> None:
    """Report an error at a node, with notes attached to it."""
    error = api.fail(text, node, code=code)
    for note in notes:
        attach_note(api, note, node, error)


def note(api: CheckerPluginInterface, text: str, node: Context, code: ErrorCode) -> None:
    """Add a note at a node; it belongs to the error that stands there, if one does."""
    cast(TypeChecker, api).msg.note(text, node, code=code)


def report_in_attempt(
    api: CheckerPluginInterface, text: str, node: Context, code: ErrorCode, notes: tuple[str, ...]
) -> None:
    """Report an error about the call of an overloaded callee.

    mypy tries one signature after the other and drops what it finds meanwhile; our hook runs only
    there, and an error in an attempt would make it fail.  So the report goes past the attempt, if
    that is a good one so far, to what keeps the errors of the whole call: mypy shows these later.
    In an attempt of a call around this one it would make that fail.
    """
    errors = cast(TypeChecker, api).msg.errors
    watchers = errors._watchers
    attempts = [watcher for watcher in watchers if watcher.filter_revealed_type]
    if len(attempts) > 1 or any(attempt.has_new_errors() for attempt in attempts):
        return
    keeping = [at for at, watcher in enumerate(watchers, 1) if watcher._filtered is not None]
    errors._watchers = watchers[: keeping[-1] if keeping else 0]
    try:
        report(api, text, node, code, notes)
    finally:
        errors._watchers = watchers


def report_elsewhere(
    api: CheckerPluginInterface,
    text: str,
    node: Context,
    code: ErrorCode,
    notes: tuple[str, ...],
    inside: FuncItem,
) -> None:
    """Report an error in another function of the module than the one that mypy is at.

    What mypy tries out meanwhile does not matter. The daemon checks each function with errors again
    at every update, so the error is kept for the one that mypy is at: there our hook runs.
    """
    errors = cast(TypeChecker, api).msg.errors
    before, target = (errors._watchers, errors.scope), errors.current_target()
    count = len(errors.error_info_map.get(errors.file, ()))
    errors._watchers, errors.scope = [], Scope()
    try:
        with errors.scope.saved_scope((module(api).fullname, inside.info or None, inside)):
            report(api, text, node, code, notes)
    finally:
        errors._watchers, errors.scope = before
    for info in errors.error_info_map.get(errors.file, [])[count:]:
        info.target = target


def reported_codes(api: CheckerPluginInterface, node: Context) -> set[ErrorCode]:
    """Return the codes of the errors that were reported for exactly this node so far.

    Some of them mypy keeps back, to show them once it has tried something else as well.
    """
    errors = cast(TypeChecker, api).errors
    line, where = node.line, (node.column, node.end_line, node.end_column)
    kept = (watcher._filtered or () for watcher in errors._watchers)
    return {
        info.code
        for info in itertools.chain(errors.error_info_map.get(errors.file, ()), *kept)
        if info.line == line  # most are elsewhere, and there may be thousands
        if info.code and (info.column, info.end_line, info.end_column) == where
    }


def ignored_codes(api: CheckerPluginInterface, node: Context) -> set[str]:
    """Return the codes that `type: ignore` comments name on the lines of a node."""
    return {code for codes in _ignored(api, node) for code in codes}


def ignores_all(api: CheckerPluginInterface, node: Context) -> bool:
    """Has a line of a node a `type: ignore` that names no code?"""
    return any(not codes for codes in _ignored(api, node))


def _ignored(api: CheckerPluginInterface, node: Context) -> list[list[str]]:
    errors = cast(TypeChecker, api).errors
    ignored = errors.ignored_lines.get(errors.file, {})
    lines = range(node.line, (node.end_line or node.line) + 1)
    return [ignored[line] for line in lines if line in ignored]


def attach_note(
    api: CheckerPluginInterface, note: str, node: Context, error: ErrorInfo | None
) -> None:
    """Attach one more note to a reported error; nothing when mypy dropped the error.

    Place and code attach it, not `parent_error`: where mypy (2.4) takes an expression's errors from
    its memory it adds the same error twice, and the second takes the attached notes of both away.
    """
    if error is not None:
        api.msg.note(note, node, code=error.code)


def format_type(api: CheckerPluginInterface, typ: Type) -> str:
    """Return a type as mypy shows it, quoted."""
    return _format_type(typ, api.options)


def without_foreign_variables(api: CheckerPluginInterface, typ: Type) -> Type:
    """Return a type with each type variable of another module's replaced by what it stands for."""
    own = f"{module(api).fullname}."
    variables = {
        variable.id: _bound(variable)
        for variable in get_all_type_vars(typ)
        if isinstance(variable, TypeVarType) and not variable.id.namespace.startswith(own)
    }
    return expand_type(typ, variables) if variables else typ


def _bound(variable: TypeVarType) -> Type:
    bound = get_proper_type(variable.upper_bound)
    if variable.values:
        return make_simplified_union(variable.values)
    is_open = isinstance(bound, Instance) and bound.type.fullname == "builtins.object"
    return AnyType(TypeOfAny.special_form) if is_open else bound


def guard(
    check: str, fallback: Callable[[Any], T]
) -> Callable[[Callable[[Any], T]], Callable[[Any], T]]:
    """Wrap a hook so that an exception in it becomes one report a file, and mypy's own answer.

    `check` names what failed; `fallback` gets the hook's context and answers in place of the hook.
    `--show-traceback` raises instead.
    """

    def wrap(hook: Callable[[Any], T]) -> Callable[[Any], T]:
        def guarded(ctx: Any) -> T:
            try:
                return hook(ctx)
            except Exception as error:
                if ctx.api.options.show_traceback:
                    raise
                name = type(error).__name__
                node = ctx.cls if isinstance(ctx, ClassDefContext) else ctx.context
                text = f'mypy-await failed in "{check}" and goes on without it: {name}'
                if not _is_said(ctx.api.errors, text):
                    ctx.api.fail(text, node)
                return fallback(ctx)

        return guarded

    return wrap


def _is_said(errors: Errors, text: str) -> bool:
    """Has the file that is being checked an error of this text?"""
    return any(info.message == text for info in errors.error_info_map.get(errors.file, ()))


def formals_of(call: CallExpr, callee: CallableType) -> list[list[int]]:
    """Return, for each parameter of `callee`, the positions of the arguments that meet it."""
    return map_actuals_to_formals(
        call.arg_kinds,
        call.arg_names,
        callee.arg_kinds,
        callee.arg_names,
        lambda _: AnyType(TypeOfAny.special_form),
    )


def without_type_variables(typ: Type) -> ProperType:
    """Return a type with every type variable in it replaced by `Any`."""
    return get_proper_type(erase_typevars(typ))


def fallback(typ: TupleType | LiteralType | TypedDictType) -> Instance:
    """Return the class instance behind a tuple, literal or TypedDict type."""
    return tuple_fallback(typ) if isinstance(typ, TupleType) else typ.fallback


def open_callable(api: CheckerPluginInterface, result: Type) -> CallableType:
    """Return the type of a function that takes anything and gives `result`.

    It may be what `functools.wraps` makes.
    """
    anything = AnyType(TypeOfAny.special_form)
    function = api.named_generic_type("builtins.function", [])
    function = function.copy_with_extra_attr("__wrapped__", anything)
    kinds = [ARG_STAR, ARG_STAR2]
    return CallableType([anything, anything], kinds, [None, None], result, function)


def untyped_decorator(api: CheckerPluginInterface, decorated: Type) -> Overloaded:
    """Return the type of a decorator that gives `decorated`, and that mypy still calls untyped.

    So `disallow_untyped_decorators` says what it says without us.
    """
    function = api.named_generic_type("builtins.function", [])
    untyped = AnyType(TypeOfAny.unannotated)
    items = [
        CallableType([untyped], [ARG_POS], [None], result, function)
        for result in (decorated, untyped)
    ]
    return Overloaded(items)


def anything() -> AnyType:
    """Return the type `Any`."""
    return AnyType(TypeOfAny.special_form)


def any_of_error() -> AnyType:
    """Return the type `Any` of what an error was reported about: no more is said of it."""
    return AnyType(TypeOfAny.from_error)


def is_of_error(typ: ProperType) -> bool:
    """Is this the type `Any` of what an error was reported about?"""
    return isinstance(typ, AnyType) and typ.type_of_any == TypeOfAny.from_error


def implicit_type(api: CheckerPluginInterface, function: FuncDef) -> ProperType:
    """Return the type of a function without annotations: its parameters, all `Any`."""
    return function_type(function, api.named_generic_type("builtins.function", []))


def dataclass_fields(info: TypeInfo) -> frozenset[str]:
    """Return the names of the fields that a generated `__init__` stores as they are."""
    made = info.get("__init__")
    data = info.metadata.get("dataclass", {})
    if made is None or not made.plugin_generated:
        return frozenset()
    fields = data.get("attributes", ())
    return frozenset(field["name"] for field in fields if not field["is_init_var"])
