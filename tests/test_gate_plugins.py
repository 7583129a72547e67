"""Other people's plugins in the same project, ours last."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from gate import Check, put
from mypy import api

pytest.importorskip("pydantic")
pytest.importorskip("sqlalchemy")
pytest.importorskip("attrs")

PROGRAM: Final = """\
import attrs
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Row(Base):
    __tablename__ = "row"
    id: Mapped[int] = mapped_column(primary_key=True)


class Model(BaseModel):
    id: int

    @classmethod
    async def load(cls, session: AsyncSession) -> "Model":
        row = (await session.execute(select(Row))).scalar_one()
        return cls(id=row.id)


@attrs.define
class Point:
    model: Model
    x: int = 0


async def good(session: AsyncSession) -> int:
    point = Point(await Model.load(session))
    return point.model.id + attrs.evolve(point, x=1).x


async def bad(session: AsyncSession) -> None:
    Model(id=session.scalar(select(Row.id)))
    print(Model.load(session).id)
    session.commit()
    if session.scalar(select(Row.id)):
        Point(Model.load(session))


def typed() -> Model:
    return Model(id="one", nothing=2)
"""


def found(out: str) -> list[tuple[int, str]]:
    return [
        (int(line.split(":")[1]), line.rsplit("[", 1)[1].rstrip("]"))
        for line in out.splitlines()
        if ": error:" in line
    ]


CONFIG: Final = """\
[mypy]
plugins = pydantic.mypy, mypy_await
[pydantic-mypy]
init_typed = True
init_forbid_extra = True
"""


def test_together_with_the_plugin_of_pydantic(command: Check, tmp_path: Path, cache: Path) -> None:
    put(tmp_path, {"mypy.ini": CONFIG, "app.py": PROGRAM})
    result = command("check", "app.py")
    assert [line for line, _ in found(result.out)] == [37, 38, 39, 40, 41]
    assert (39, "unused-coroutine") in found(result.out)
    assert (40, "truthy-awaitable") in found(result.out)
    out, _, _ = api.run(["app.py", f"--cache-dir={cache / 'plain'}"])
    # The plugin of pydantic is at work: without it these two would be other errors or none.
    assert [code for line, code in found(out) if line == 45] == ["call-arg", "arg-type"]
