"""The stub distribution: builds, passes the type checkers, and agrees with code that runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from mypy import api

from mypy_await.contracts import Checked, Contracts, Lookup, check_contracts, sources

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT: Final = Path(__file__).resolve().parent.parent
STUBS: Final = ROOT / "stubs"
NETRA: Final = STUBS / "netra-apex"
CODE: Final = ROOT / "test-data/netra/code"
THIRD_PARTY: Final = ROOT / "test-data/netra/third_party"
PACKAGES: Final = ("shared", "netra_backend")

USE: Final = """
    from fastapi import WebSocket
    from netra_backend.app.services.user_execution_context import UserExecutionContext
    from netra_backend.app.websocket_core.protocols import WebSocketManagerProtocol
    from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager
    from netra_backend.app.websocket_core.user_context_extractor import UserContextExtractor
    from netra_backend.app.websocket_core.websocket_manager_factory import create_websocket_manager
    from shared.isolated_environment import get_env

    async def route(context: UserExecutionContext, token: str) -> None:
        manager = create_websocket_manager(context)  # wrong
        manager.get_user_connections()
        payload = UserContextExtractor().validate_and_decode_jwt(token)  # wrong
        payload.get("sub")

    async def right(context: UserExecutionContext, token: str) -> None:
        manager = await create_websocket_manager(context)
        manager.get_user_connections()
        payload = await UserContextExtractor().validate_and_decode_jwt(token)
        if payload:
            payload.get("sub")
        get_env().get("KEY")
        managed: WebSocketManagerProtocol = UnifiedWebSocketManager()
        await managed.send_to_user("user", {})
"""
"""Two lines marked wrong, each with one error in the line behind it."""


def test_folders_follow_typeshed() -> None:
    metadata = tomllib.loads((NETRA / "METADATA.toml").read_text())
    assert metadata["partial-stub"] is True
    project = tomllib.loads((STUBS / "pyproject.toml").read_text())["project"]
    assert metadata["dependencies"] == project["optional-dependencies"]["types"]
    assert project["version"].startswith(metadata["version"].removesuffix("*"))
    for package in PACKAGES:
        assert (NETRA / package / "py.typed").read_text() == "partial\n"


def test_drift_list_agrees_with_the_stubs() -> None:
    lookup = Lookup([NETRA])
    drift = tomllib.loads((NETRA / "drift.toml").read_text())
    for name, entry in drift.items():
        for pinned in (name, *entry.get("namesakes", ())):
            assert lookup.contract_of(pinned) is not None, pinned
        pin = lookup.contract_of(name)
        assert pin is not None
        assert entry["colour"] == ("async" if pin.is_async else "sync"), name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(STUBS, folder / "stubs")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    try:
        import hatchling  # noqa: F401
    except ImportError:
        pytest.skip("hatchling is not installed, so that the wheel cannot be built off line")
    subprocess.run([*pip, str(folder / "stubs"), "-w", str(folder)], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel beside the code it is for, in an environment of its own."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    site = next(home.glob("[Ll]ib/**/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for source in (CODE, THIRD_PARTY):
        shutil.copytree(source, site, dirs_exist_ok=True)
    return home


def python_of(environment: Path) -> str:
    return str(next(environment.glob("[bS][ci][nr]*/python*")))


def test_wheel_is_a_partial_stub_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for package in PACKAGES:
            assert archive.read(f"{package}-stubs/py.typed") == b"partial\n"
            for stub in (NETRA / package).rglob("*.pyi"):
                inside = stub.relative_to(NETRA).as_posix().replace(package, f"{package}-stubs", 1)
                assert inside in names


def expected_lines() -> list[int]:
    lines = textwrap.dedent(USE).splitlines()
    return [number + 1 for number, line in enumerate(lines, 1) if line.endswith("# wrong")]


def test_mypy_finds_missing_awaits_through_the_wheel(installed: Path, tmp_path: Path) -> None:
    use = tmp_path / "use.py"
    use.write_text(textwrap.dedent(USE))
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\ncache_dir = {os.devnull}\n")
    arguments = ["--strict", f"--config-file={config}", "--python-executable", python_of(installed)]
    out, _, _ = api.run([*arguments, str(use)])
    assert [int(n) for n in re.findall(r"use\.py:(\d+): error", out)] == expected_lines()


def test_mypy_strict_passes_the_stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\ncache_dir = {os.devnull}\nexplicit_package_bases = True\n")
    monkeypatch.setenv("MYPYPATH", os.pathsep.join([str(NETRA), str(THIRD_PARTY)]))
    folders = [str(NETRA / package) for package in PACKAGES]
    out, err, status = api.run(["--strict", f"--config-file={config}", *folders])
    assert status == 0, out + err


@pytest.fixture(scope="module")
def pyright() -> list[str]:
    """Return the command that runs pyright."""
    for command in (shutil.which("pyright"), os.environ.get("PYRIGHT")):
        if command:
            return [command]
    pytest.skip('pyright is not installed (npm install pyright; PATH or the variable "PYRIGHT")')


def run_pyright(command: list[str], folder: Path, settings: Mapping[str, object]) -> list[Any]:
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run(
        [*command, "--outputjson", "-p", str(folder)], capture_output=True, text=True
    )
    found: list[Any] = json.loads(done.stdout)["generalDiagnostics"]
    return [item for item in found if item["severity"] == "error"]


def test_pyright_passes_the_stubs(pyright: list[str], tmp_path: Path) -> None:
    shutil.copytree(NETRA, tmp_path / "stubs")
    paths = [str(tmp_path / "stubs"), str(THIRD_PARTY)]
    settings = {"include": ["stubs"], "extraPaths": paths, "typeCheckingMode": "strict"}
    assert run_pyright(pyright, tmp_path, settings) == []


def test_pyright_finds_missing_awaits_through_the_wheel(
    pyright: list[str], installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "use.py").write_text(textwrap.dedent(USE))
    settings = {"venvPath": str(installed.parent), "venv": installed.name}
    found = run_pyright(pyright, tmp_path, settings)
    # Lines count from 0 in pyright's output.
    assert sorted({item["range"]["start"]["line"] + 1 for item in found}) == expected_lines()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Path]:
    """Copy stubs and code to where they can be changed."""
    shutil.copytree(NETRA, tmp_path / "stubs")
    shutil.copytree(CODE, tmp_path / "code")
    yield tmp_path


def stubtest(pair: Path, *modules: str) -> str:
    """Return what stubtest complains about, in its short form."""
    config = pair / "mypy.ini"
    config.write_text(f"[mypy]\nmypy_path = {pair / 'stubs'}{os.pathsep}{THIRD_PARTY}\n")
    allowed = ["--allowlist", str(pair / "stubs/@tests/stubtest_allowlist.txt")]
    command = [sys.executable, "-c", "from mypy.stubtest import main; raise SystemExit(main())"]
    command += ["--concise", "--ignore-unused-allowlist"]
    done = subprocess.run(
        [*command, "--mypy-config-file", str(config), *allowed, *modules],
        cwd=pair,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(pair / "code"), str(THIRD_PARTY)])},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + ("" if done.returncode in (0, 1) else done.stderr)


def contract_check(pair: Path) -> Checked:
    contracts = Contracts([pair / "stubs"])
    contracts.read_all()
    return check_contracts(contracts, sources(pair / "code"))


def flip(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def test_stubs_and_code_agree(pair: Path) -> None:
    assert stubtest(pair, *PACKAGES) == ""
    checked = contract_check(pair)
    assert checked.breaks == ()
    assert checked.notices == ()


FACTORY: Final = "netra_backend.app.websocket_core.websocket_manager_factory"
ENVIRONMENT: Final = "shared.isolated_environment"
FLIPS: Final = [
    (FACTORY, "async def create_manager(", "def create_manager(", "create_manager"),
    (FACTORY, "async def cleanup_manager(", "def cleanup_manager(", "cleanup_manager"),
    (ENVIRONMENT, "def get_env()", "async def get_env()", "get_env"),
]


@pytest.mark.parametrize(("module", "before", "after", "name"), FLIPS)
@pytest.mark.parametrize("side", ["stubs", "code"])
def test_flip_on_one_side_is_found(
    pair: Path, side: str, module: str, before: str, after: str, name: str
) -> None:
    suffix = ".pyi" if side == "stubs" else ".py"
    flip((pair / side).joinpath(*module.split(".")).with_suffix(suffix), before, after)
    broken = contract_check(pair).breaks
    assert any(item.fullname.endswith(name) for item in broken)
    became_async = after.startswith("async") is (side == "code")
    found = stubtest(pair, module)
    if became_async:
        assert name in found
    else:
        # stubtest takes a stub that is async, where the code is not, for a decorator's doing.
        assert found == ""


def test_the_code_runs() -> None:
    script = """
        import asyncio
        from fastapi import WebSocket
        from netra_backend.app.websocket_core.user_context_extractor import (
            extract_websocket_user_context,
        )
        from netra_backend.app.websocket_core.websocket_manager_factory import (
            create_websocket_manager,
        )
        from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager
        from shared.isolated_environment import get_env

        async def main():
            websocket = WebSocket()
            websocket.headers["authorization"] = "me"
            context, _ = await extract_websocket_user_context(websocket)
            manager = await create_websocket_manager(context)
            unified = UnifiedWebSocketManager()
            await manager.add_connection(await unified.connect_user("me", websocket))
            await manager.emit_critical_event("hello", {})
            get_env().set("NETRA_TEST", "1")
            print(websocket.sent, manager.get_user_connections(), get_env().get("NETRA_TEST"))

        asyncio.run(main())
    """
    path = os.pathsep.join([str(CODE), str(THIRD_PARTY)])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[{'type': 'hello'}] {'ws'} 1\n"
