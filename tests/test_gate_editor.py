"""An editor's view: python-lsp-server with pylsp-mypy, spoken to as an editor does."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from gate import CALLEE, CALLER, put

streams = pytest.importorskip("pylsp_jsonrpc.streams")
pytest.importorskip("pylsp_mypy")

PATIENCE: Final = 60


class Editor:
    """A language client: sends requests, waits for diagnostics."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = subprocess.Popen(
            [sys.executable, "-m", "pylsp"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._writer = streams.JsonRpcStreamWriter(self._server.stdin)
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        reader = streams.JsonRpcStreamReader(self._server.stdout)
        threading.Thread(target=reader.listen, args=[self._messages.put], daemon=True).start()
        self._number = 0

    def start(self, settings: dict[str, Any]) -> None:
        self.request("initialize", {"rootUri": self.folder.as_uri(), "capabilities": {}})
        self.notify("initialized", {})
        plugins = {"pylsp_mypy": {"enabled": True, "live_mode": False, **settings}}
        self.notify(
            "workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}}
        )

    def stop(self) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        self._server.wait(PATIENCE)

    def open(self, name: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        document = {"uri": self.uri(name), "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def save(self, name: str) -> None:
        self.notify("textDocument/didSave", {"textDocument": {"uri": self.uri(name)}})

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def notify(self, method: str, params: object) -> None:
        self._writer.write({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: object) -> None:
        self._number += 1
        number = self._number
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._writer.write(message)
        while self._messages.get(timeout=PATIENCE).get("id") != number:
            pass

    def mypys_diagnostics(self, name: str) -> list[dict[str, Any]]:
        """Wait for the next diagnostics of a file and return those that mypy made."""
        while True:
            message = self._messages.get(timeout=PATIENCE)
            if message.get("method") == "textDocument/publishDiagnostics":
                if message["params"]["uri"] == self.uri(name):
                    found = message["params"]["diagnostics"]
                    return [entry for entry in found if entry.get("source") == "mypy"]


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    put(tmp_path, {"mypy.ini": "[mypy]\nplugins = mypy_await\n"})
    put(tmp_path, {"callee.py": CALLEE.removeprefix("async "), "caller.py": CALLER})
    editor = Editor(tmp_path)
    yield editor
    editor.stop()
    command = [sys.executable, "-m", "mypy.dmypy", "--status-file", ".dmypy.json", "stop"]
    subprocess.run(command, cwd=tmp_path, capture_output=True)


@pytest.mark.parametrize("daemon", [False, True], ids=["mypy", "dmypy"])
def test_a_diagnostic_comes_and_goes_with_the_callee(editor: Editor, daemon: bool) -> None:
    editor.start({"dmypy": daemon})
    editor.open("caller.py")
    assert editor.mypys_diagnostics("caller.py") == []
    put(editor.folder, {"callee.py": CALLEE})
    editor.save("caller.py")
    (error,) = (d for d in editor.mypys_diagnostics("caller.py") if d["severity"] == 1)
    assert error["code"] == "truthy-awaitable"
    assert error["range"] == {
        "start": {"line": 4, "character": 7},
        "end": {"line": 4, "character": 13},
    }
    put(editor.folder, {"callee.py": CALLEE.removeprefix("async ")})
    editor.save("caller.py")
    assert editor.mypys_diagnostics("caller.py") == []
