"""Generates small async functions that make, pass around, await and lose coroutines.

They are written against the world of `flow_world`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import flow_world
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

NAMES: Final = ("a", "b", "c")

LEAVES: Final = (
    *["{x} = load(world)"] * 8,
    "{x}, {y} = (\n    load(world),\n    load(world),\n)",
    "({x} := load(world))",
    *["await {x}"] * 6,
    "number = await {x}",
    "world.more and await {x}",
    "(await {x}) if world.more else None",
    "[await {x} for _ in world.turns()]",
    "[await {x} for _ in world.turns() if world.more]",
    "await asyncio.gather({x}, {y})",
    "await asyncio.wait_for({x}, 1)",
    "task = asyncio.create_task({x})\nawait task\nawait task",
    "keep({x})",
    "keep({x} if world.more else {y})",
    "world.jobs.append({x})",
    "world.job = {x}",
    "{x} = {y}",
    "{x}, {y} = {y}, {x}",
    "{x}: Job = {y}",
    "del {x}\n{x} = spare",
    "{x}.close()",
    "class Held:\n    kept = {x}\nawait Held.kept",
    "async def inner() -> None:\n    await {x}\nawait inner()",
    "box = [load(world)]",
    "box = [load(world) for _ in world.turns()]",
    "box = []",
    "box.append(load(world))",
    "box.append({x})",
    "other = box",
    "await asyncio.gather(*box)",
    "await asyncio.gather(*other)",
    "for job in box:\n    await job",
    "lend(world, box)",
    "if box:\n    await box.pop()",
    "world.risk()",
    "world.items[0]",
    "world.number / 2",
    "first, second = world.pair",
    "assert world.more",
    "raise ValueError",
    "return",
    "return {x}",
    "return await {x}",
)
JUMPS: Final = ("break", "continue")
CONDITIONS: Final = (
    *["world.more"] * 4,
    "not world.more",
    "world.more and await {x}",
    "({x} := load(world)) is not None and world.more",
    "{x} is {y} or world.more",
)
HANDLERS: Final = (
    "except ValueError:",
    "except Exception:",
    "except (ValueError, OSError) as error:",
)
WITH: Final = ("with world.guard():", "async with world.async_guard():")

Lines = list[str]
Draw = Callable[[st.SearchStrategy[Any]], Any]


def indented(lines: Lines) -> Lines:
    return [f"    {line}" for line in lines]


@functools.cache
def filled(templates: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return templates with names in them."""
    names = st.permutations(NAMES)
    return st.builds(
        lambda text, order: text.format(x=order[0], y=order[1]), st.sampled_from(templates), names
    )


@functools.cache
def blocks(depth: int, in_loop: bool) -> st.SearchStrategy[Lines]:
    """Return the lines of a block; `in_loop` allows `break` and `continue`."""
    many = st.lists(statements(depth, in_loop), min_size=1, max_size=3)
    return many.map(lambda parts: indented([line for part in parts for line in part]))


@functools.cache
def statements(depth: int, in_loop: bool) -> st.SearchStrategy[Lines]:
    leaves = filled(LEAVES + (JUMPS * 3 if in_loop else ())).map(str.splitlines)
    if not depth:
        return leaves
    return st.one_of(leaves, leaves, compounds(depth - 1, in_loop))


@st.composite
def compounds(draw: Draw, depth: int, in_loop: bool) -> Lines:
    """Draw a statement with blocks in it."""
    kind = draw(st.sampled_from(("if", "while", "endless", "for", "try", "with", "match")))
    match kind:
        case "if":
            return if_statement(draw, depth, in_loop)
        case "while":
            head = [f"while {draw(filled(CONDITIONS))}:"]
            return [*head, *draw(blocks(depth, True)), *optional_else(draw, depth, in_loop)]
        case "endless":
            # It asks the world each time, so that the world can end it.
            return ["while True:", "    world.risk()", *draw(blocks(depth, True))]
        case "for":
            head = ["for _ in world.turns():"]
            return [*head, *draw(blocks(depth, True)), *optional_else(draw, depth, in_loop)]
        case "try":
            return try_statement(draw, depth, in_loop)
        case "with":
            return [draw(st.sampled_from(WITH)), *draw(blocks(depth, in_loop))]
    return match_statement(draw, depth, in_loop)


def optional_else(draw: Draw, depth: int, in_loop: bool) -> Lines:
    return ["else:", *draw(blocks(depth, in_loop))] if draw(st.booleans()) else []


def if_statement(draw: Draw, depth: int, in_loop: bool) -> Lines:
    lines = [f"if {draw(filled(CONDITIONS))}:", *draw(blocks(depth, in_loop))]
    if draw(st.booleans()):
        lines += [f"elif {draw(filled(CONDITIONS))}:", *draw(blocks(depth, in_loop))]
    return lines + optional_else(draw, depth, in_loop)


def try_statement(draw: Draw, depth: int, in_loop: bool) -> Lines:
    lines = ["try:", *draw(blocks(depth, in_loop))]
    has_handler = draw(st.booleans())
    if has_handler:
        lines += [draw(st.sampled_from(HANDLERS)), *draw(blocks(depth, in_loop))]
        lines += optional_else(draw, depth, in_loop)
    if not has_handler or draw(st.booleans()):
        # No jumps out of `finally`: they would catch what ends an endless loop.
        leaves = tuple(text for text in LEAVES if not text.startswith("return"))
        lines += ["finally:", *indented(draw(filled(leaves)).splitlines())]
    return lines


def match_statement(draw: Draw, depth: int, in_loop: bool) -> Lines:
    lines = ["match world.kind:"]
    for pattern in ("0", "1 if world.more", "1"):
        lines += indented([f"case {pattern}:", *draw(blocks(depth, in_loop))])
    if draw(st.booleans()):
        lines += indented(["case _:", *draw(blocks(depth, in_loop))])
    return lines


def program(bodies: list[Lines]) -> str:
    """Return a module with one function for each body."""
    functions = [
        [
            f"async def function{number}(world: World, a: Job, b: Job, c: Job, spare: Job) -> Any:",
            "    box: list[Job] = []",
            "    other: list[Job] = []",
            *body,
        ]
        for number, body in enumerate(bodies)
    ]
    return "\n".join([flow_world.DECLARATIONS, *(line for lines in functions for line in lines)])


def bodies(count: int) -> list[Lines]:
    """Return so many generated functions, the same each time for the same number.

    They are collected, and not checked one by one, because mypy takes many at once.
    """
    drawn: list[Lines] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(blocks(3, False))
    def draw(body: Lines) -> None:
        drawn.append(body)

    draw()
    return drawn
