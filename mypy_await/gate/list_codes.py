"""`mypy-await codes`: list the codes and whether they are on."""

from __future__ import annotations

from collections.abc import Sequence

from mypy.options import Options

from mypy_await import codes, config
from mypy_await.gate.arguments import overrides, parse
from mypy_await.gate.errors import CLEAN
from mypy_await.gate.mypy_run import Prepared
from mypy_await.gate.output import print_out


def run(arguments: Sequence[str]) -> int:
    """Run the command; it takes the arguments of `check` and looks at the same configuration."""
    options, rest = parse(arguments)
    prepared = Prepared(rest, targets=False)
    base = config.load(prepared.config_file)
    in_force = config.from_mapping(overrides(options, base), "command line", base)
    rows = [(c.code, state(c.code, in_force, prepared.options), c.description) for c in codes.LIVE]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"{name:<{first}}  {on:<{second}}  {text}" for name, on, text in rows]
    print_out("\n".join([*lines, ""]))
    return CLEAN


def state(name: str, in_force: config.Config, options: Options) -> str:
    """Say whether a code is on, and who decided it where that was not the default."""
    if name in options.enable_error_code:
        return "on (mypy: enable)"
    if name in options.disable_error_code:
        return "off (mypy: disable)"
    codes.set_defaults(frozenset(in_force.enable), frozenset(in_force.disable))
    on = codes.BY_NAME[name].default_enabled
    word = "on" if on else "off"
    if name in in_force.enable or name in in_force.disable:
        return f"{word} (enable)" if on else f"{word} (disable)"
    if not on and name not in codes.OFF_BY_DEFAULT:
        return f"{word} (disable {codes.MISSING_AWAIT.code})"
    return word
