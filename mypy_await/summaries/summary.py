"""What one function gives; with what it does to what it takes, the summary of its source."""

from __future__ import annotations

from collections.abc import Mapping

from mypy_await.summaries import (
    arguments,
    calls,
    classes,
    elements,
    factories,
    library,
    lookup,
    managers,
    methods_called,
    parameters,
    tasks,
)
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.handing_out import HandedOut, handed_out
from mypy_await.summaries.model import (
    PASSED,
    UNKNOWN_RESULT,
    Argument,
    Elements,
    Origin,
    Parameter,
    Result,
    Use,
    Verdict,
)
from mypy_await.summaries.scopes import DEFS
from mypy_await.summaries.taking import Taking
from mypy_await.summaries.values import (
    NONE,
    UNKNOWN,
    Atom,
    Awaitable,
    Class,
    Constant,
    Declared,
    Descriptor,
    External,
    Function,
    Instance,
    Partial,
    Value,
    join,
    only,
    result_of,
)

_CONSTANTS = {"True": True, "False": False, "None": None}


class FunctionSummary(Taking):
    """What the source of one function says.  Every part is worked out when first asked for."""

    @property
    def result(self) -> Result:
        """What calling it gives (reading it, for a property), decorators applied.

        Read from the body, whatever the function's own annotation says; the annotations of the
        functions it calls are believed.
        """
        return self._result(Arguments(is_open=True), "result")

    def result_with(self, arguments: Mapping[str, Argument]) -> Result:
        """Return what calling it with these arguments gives.

        Parameters that are not named take their defaults; give `Argument()` for one that is
        passed and not known.
        """
        return self._result(self._given(arguments), ("result", tuple(arguments.items())))

    def _result(self, given: Arguments, key: object) -> Result:
        def question() -> Result:
            return result_of(classes.as_awaitables(self._engine, self._called(given)))

        return self._ask(key, question, UNKNOWN_RESULT)

    def awaited_with(self, arguments: Mapping[str, Argument]) -> Result:
        """Return what awaiting the result gives of a call with these arguments."""
        given = self._given(arguments)

        def question() -> Result:
            value = calls.awaited(self._engine, self._called(given))
            return result_of(classes.as_awaitables(self._engine, value))

        return self._ask(("awaited", tuple(arguments.items())), question, UNKNOWN_RESULT)

    def result_of_result_with(self, arguments: Mapping[str, Argument]) -> Result:
        """Return what it gives to call what a call with these arguments gives, if a function."""
        given = self._given(arguments)

        def question() -> Result:
            made = self._called(given)
            if not all(isinstance(atom, (Function, Partial, Declared)) for atom in made):
                return UNKNOWN_RESULT
            value = calls.call_reading(self._engine, made, Arguments(is_open=True))
            return result_of(classes.as_awaitables(self._engine, value))

        return self._ask(("result of result", tuple(arguments.items())), question, UNKNOWN_RESULT)

    def _called(self, given: Arguments) -> Value:
        return join(*(self._called_atom(atom, given) for atom in self._value))

    def _called_atom(self, atom: Atom, given: Arguments) -> Value:
        if isinstance(atom, Descriptor):
            return self._called_atom(atom.function, given)
        return calls.call_reading(self._engine, frozenset({atom}), given)

    def parameter_with(self, name: str, argument: Argument) -> Parameter | None:
        """Return what the body does with a parameter when it is passed this, as `parameter`."""

        def question() -> Parameter | None:
            function = self._body()
            passed = self._argument(argument)
            if function is None:
                return None
            return parameters.parameter(self._engine, function, name, passed)

        return self._ask(("parameter", name, argument), question, None)

    def method_misused(self, name: str, argument: Argument) -> tuple[str, Use] | None:
        """Return the async method of what is passed for a parameter that the body takes for sync.

        With the use of what it gives, as `methods_called` says.
        """

        def question() -> tuple[str, Use] | None:
            function = self._body()
            given = self._argument(argument)
            if function is None or not isinstance(only(given), Instance):
                return None
            return methods_called.method_misused(self._engine, function, name, given)

        return self._ask(("method", name, argument), question, None)

    def _given(self, passed: Mapping[str, Argument]) -> Arguments:
        return Arguments(
            by_name=True, keywords={name: self._lazy(argument) for name, argument in passed.items()}
        )

    def _lazy(self, argument: Argument) -> arguments.Lazy:
        return lambda: self._argument(argument)

    def _argument(self, argument: Argument) -> Value:
        if argument.constant in _CONSTANTS:
            return frozenset({Constant(_CONSTANTS[argument.constant])})
        fullname = argument.function or argument.instance
        if argument.gives is not None:
            origin = Origin(PASSED, None, None, bool(argument.is_async), argument.gives)
            return frozenset({Declared(frozenset({Awaitable(origin, UNKNOWN)}), argument.is_async)})
        if fullname is None:
            return UNKNOWN
        named = lookup.resolve(self._engine, fullname)
        if argument.function:
            return named
        cls = only(named)
        if isinstance(cls, Class):
            return frozenset({Instance(cls)})
        return frozenset({Instance(fullname)}) if isinstance(cls, External) else UNKNOWN

    def returns_class_with(self, arguments: Mapping[str, Argument]) -> str | None:
        """Return `returns_class` of a call with these arguments (as in `result_with`)."""
        return self._class(self._given(arguments), ("class", tuple(arguments.items())))

    @property
    def returns_class(self) -> str | None:
        """The full name of the one class its result is certainly an instance of, never `None`.

        Where the result is always awaitable, of what awaiting it gives.
        """
        return self._class(Arguments(is_open=True), "class")

    def classes(self, arguments: Mapping[str, Argument]) -> tuple[str, ...]:
        """Return the classes of what a call may give, `None` among them, if all are certain.

        As in `returns_class`, of what awaiting it gives.  Nothing where all of them are built in.
        """
        found = self._classes(Arguments(is_open=True), "classes")
        if not found:
            found = self._classes(self._given(arguments), ("classes", tuple(arguments.items())))
        return found

    def _classes(self, given: Arguments, key: object) -> tuple[str, ...]:
        def question() -> tuple[str, ...]:
            value = self._awaited_if_async(given)
            names = {self._one_class(frozenset({atom})) for atom in value - NONE}
            known = sorted(name for name in names if name is not None)
            if len(known) < len(names) or all(name.startswith("builtins.") for name in known):
                return ()
            return (*known, *(["None"] if value >= NONE else []))

        return self._ask(key, question, ())

    @property
    def instance_of(self) -> str | None:
        """The full name of the one class that what the name holds is certainly an instance of."""
        return self._ask("instance", lambda: self._one_class(self._value), None)

    def _class(self, given: Arguments, key: object) -> str | None:
        return self._ask(key, lambda: self._one_class(self._awaited_if_async(given)), None)

    def _awaited_if_async(self, given: Arguments) -> Value:
        value = self._called(given)
        is_async = value and all(isinstance(atom, Awaitable) for atom in value)
        return calls.awaited(self._engine, value) if is_async else value

    def _one_class(self, value: Value) -> str | None:
        if value and all(isinstance(atom, Constant) and atom.value is not None for atom in value):
            return "builtins.bool"
        found = only(value)
        if not isinstance(found, Instance):
            return None
        if isinstance(found.cls, str):
            known = self._engine.type_of(found.cls)
            certain = found.cls in library.CLASSES or found.cls.startswith("builtins.")
            return found.cls if certain or (known and known.is_class) else None
        return found.fullname

    @property
    def gives_nothing(self) -> bool:
        """Does it certainly return nothing but `None`?  One with an empty body says too little."""

        def question() -> bool:
            return self._called(Arguments(is_open=True)) == NONE

        return not self.is_hook and self._ask("nothing", question, False)

    @property
    def awaiting_gives_nothing(self) -> bool:
        """Does awaiting what it returns certainly give nothing but `None`?"""

        def question() -> bool:
            value = self._called(Arguments(is_open=True))
            return calls.awaited(self._engine, value) == NONE

        return not self.is_hook and self._ask("awaiting nothing", question, False)

    @property
    def plain_classes(self) -> tuple[str, ...]:
        """The classes of what it returns, `None` among them, if all are certain and plain."""

        def question() -> tuple[str, ...]:
            value = self._called(Arguments(is_open=True))
            names = {self._one_class(frozenset({atom})) for atom in value - NONE}
            known = sorted(name for name in names if name is not None)
            if len(known) < len(names) or self.result.verdict is not Verdict.NEVER:
                return ()
            return (*known, *(["None"] if value >= NONE else []))

        return () if self.is_hook else self._ask("plain", question, ())

    def makes_class(self, arguments: Mapping[str, Argument]) -> str | None:
        """Return the class of the object that is made anew for each call, by its full name.

        It is what a function gives, what awaiting or entering that gives, or what is yielded.
        """

        def question(given: Arguments) -> str | None:
            function = self._function
            found = factories.made(self._engine, function, given) if function else None
            return found.fullname if found else None

        made = self._ask("makes", lambda: question(Arguments(is_open=True)), None)
        if made or not arguments:
            return made
        given = self._given(arguments)
        return self._ask(("makes", tuple(arguments.items())), lambda: question(given), None)

    @property
    def handed_out(self) -> HandedOut | None:
        """The container of its object of which it gives an item, or a list of items."""

        def question() -> HandedOut | None:
            function = self._function
            if function is None or not isinstance(function.node, DEFS) or not function.owner:
                return None
            is_generator = calls.is_generator(self._engine, function)
            return None if is_generator else handed_out(function.node)

        return self._ask("handed out", question, None)

    @property
    def awaits_class(self) -> str | None:
        """The one class of `x` in `x = await this(...)`."""

        def question() -> str | None:
            value = self._called(Arguments(is_open=True))
            return self._one_class(calls.awaited(self._engine, value))

        return self._ask("awaits", question, None)

    @property
    def enters_class(self) -> str | None:
        """The one class of `x` in `with this(...) as x`, or in `async with this(...) as x`."""

        def question() -> str | None:
            value = self._called(Arguments(is_open=True))
            found = [managers.entered(self._engine, value, is_async) for is_async in (False, True)]
            certain = [one for one in found if not one >= UNKNOWN]
            return self._one_class(certain[0]) if len(certain) == 1 else None

        return self._ask("enters", question, None)

    @property
    def yielded(self) -> Result:
        """What a generator yields; unknown for any other function."""

        def question() -> Result:
            function = self._function
            if function is None or not calls.is_generator(self._engine, function):
                return UNKNOWN_RESULT
            value = managers.yields(self._engine, function, ())
            return result_of(classes.as_awaitables(self._engine, value))

        return self._ask("yielded", question, UNKNOWN_RESULT)

    @property
    def yields_class(self) -> str | None:
        """The one class of all that a generator yields."""

        def question() -> str | None:
            function = self._function
            if function is None or not calls.is_generator(self._engine, function):
                return None
            return self._one_class(managers.yields(self._engine, function, ()))

        return self._ask("yields", question, None)

    @property
    def gives_new_task(self) -> bool:
        """Is its result a task that it has just made and that nothing else holds?"""

        def question() -> bool:
            function = self._function
            return function is not None and tasks.gives_new_task(self._engine, function)

        return self._ask("new task", question, False)

    @property
    def elements(self) -> Elements | None:
        """What is in the container that it returns, where that is nothing but awaitables."""
        return self._elements(Arguments(is_open=True), "elements")

    def elements_with(self, arguments: Mapping[str, Argument]) -> Elements | None:
        """Return `elements` of a call with these arguments (as in `result_with`)."""
        return self._elements(self._given(arguments), ("elements", tuple(arguments.items())))

    def _elements(self, given: Arguments, key: object) -> Elements | None:
        def question() -> Elements | None:
            function = only(self._value)
            if not isinstance(function, Function):
                return None
            return elements.of(self._engine, function, calls.bound(self._engine, function, given))

        return self._ask(key, question, None)
