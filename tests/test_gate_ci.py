"""The package as others install it: the wheel, pre-commit, the GitHub action, the recipes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from gate import BUGGY, CLEAN_APP, git, put

from mypy_await import codes

ROOT: Final = Path(__file__).resolve().parent.parent
SHIPPED: Final = ("mypy_await", "docs", "pyproject.toml", "README.md", "LICENSE")
HOOKS: Final = ".pre-commit-hooks.yaml"
FOUND: Final = "app.py:6:5: error: Value of type"
BIN: Final = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project in a repository of its own."""
    folder = tmp_path_factory.mktemp("project")
    for name in (*SHIPPED, HOOKS):
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "copy")
    return folder


@pytest.fixture(scope="module")
def environment(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a shell in a new virtual environment that the action installs into."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    variables = {**os.environ, "PATH": f"{folder / BIN}{os.pathsep}{os.environ['PATH']}"}
    variables.pop("PYTHONPATH", None)
    (install, *_) = steps(requirement=str(project))
    done = bash(install, project, variables)
    if done.returncode and "Could not find a version" in done.stderr:
        pytest.skip("no package index")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return variables


def steps(**inputs: str) -> list[dict[str, Any]]:
    """Return the steps of the action that are shell scripts, with the inputs filled in."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    values = {name: entry["default"] for name, entry in action["inputs"].items()}
    assert set(inputs) <= set(values)
    values |= inputs

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)

    found = []
    for step in action["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "inputs belong in variables, not in a script"
            found.append({**step, "env": {k: filled(v) for k, v in step["env"].items()}})
    return found


def bash(
    step: dict[str, Any], folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner of GitHub does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**variables, **step["env"]},
        capture_output=True,
        text=True,
    )


def check(
    folder: Path, variables: dict[str, str], **inputs: str
) -> subprocess.CompletedProcess[str]:
    (_, run) = steps(**inputs)
    return bash(run, folder, variables)


def test_the_action_annotates(environment: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, {"src/app.py": BUGGY})
    done = check(tmp_path, environment, arguments="src")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=src/app.py,line=6,col=5,endColumn=10,")
    put(tmp_path, {"src/app.py": CLEAN_APP})
    assert check(tmp_path, environment, arguments="src").returncode == 0


def test_the_action_passes_arguments_as_words(environment: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, {"my app.py": BUGGY, "other.py": BUGGY})
    done = check(tmp_path, environment, arguments="'my app.py' --exclude '$(touch hurt)'")
    assert done.returncode == 1
    assert "file=my app.py" in done.stdout and "other.py" not in done.stdout
    assert not (tmp_path / "hurt").exists()


def test_the_action_writes_sarif(environment: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    inputs = {"arguments": "app.py", "upload-sarif": "true"}
    assert check(tmp_path, environment, **inputs).returncode == 1
    assert (tmp_path / "mypy-await.sarif").exists()
    inputs = {"arguments": "app.py", "sarif-file": "mine.sarif"}
    assert check(tmp_path, environment, **inputs).returncode == 1
    assert (tmp_path / "mine.sarif").exists()


def test_the_action_looks_at_new_code_only(environment: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    assert check(tmp_path, environment, arguments="app.py", since="HEAD").returncode == 0


def test_the_installed_package_explains_its_codes(
    environment: dict[str, str], tmp_path: Path
) -> None:
    for code in codes.LIVE:
        done = subprocess.run(
            ["mypy-await", "explain", code.code],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.stdout.startswith(f"# {code.code}\n")


def test_the_wheel_holds_the_pages(
    project: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    command = ["python", "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), "."]
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"mypy_await/pages/{code.code}.md" for code in codes.LIVE} <= set(names)
    assert "mypy_await/py.typed" in names


@pytest.mark.parametrize("hook", ["mypy-await", "mypy-await-project"])
def test_pre_commit(
    hook: str, project: Path, environment: dict[str, str], tmp_path: Path, cache: Path
) -> None:
    pytest.importorskip("pre_commit")
    git(tmp_path, "init", "-q")
    put(tmp_path, {"app.py": BUGGY, "mypy.ini": "[mypy]\nfiles = .\n"})
    git(tmp_path, "add", ".")
    home = cache / "pre-commit"
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(project), hook, "--all-files"]
    variables = {**os.environ, "PRE_COMMIT_HOME": str(home)}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)

    done = run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert FOUND in done.stdout
    put(tmp_path, {"app.py": CLEAN_APP})
    git(tmp_path, "add", ".")
    assert run().returncode == 0


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page of the documentation."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_workflows_in_the_documentation_are_yaml_and_name_real_inputs() -> None:
    inputs = set(yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"])
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / HOOKS).read_text(encoding="utf-8"))}
    seen = set()
    for block in blocks("ci.md", "yaml"):
        data = yaml.safe_load(block)
        for job in data.get("jobs", {}).values():
            for step in job["steps"]:
                if "mypy-await" in step.get("uses", ""):
                    seen.add("action")
                    assert set(step["with"]) <= inputs
        for repository in data.get("repos", ()):
            seen.add("hooks")
            if repository["repo"] != "local":
                assert {hook["id"] for hook in repository["hooks"]} <= hooks
    assert seen == {"action", "hooks"}


def test_the_recipe_for_gitlab_runs(environment: dict[str, str], tmp_path: Path) -> None:
    (job,) = (
        yaml.safe_load(block)["mypy-await"]
        for block in blocks("ci.md", "yaml")
        if "codequality" in block
    )
    put(tmp_path, {"src/app.py": BUGGY})
    script = [line for line in job["script"] if "pip install" not in line]
    assert len(script) == len(job["script"]) - 1
    done = subprocess.run(
        ["bash", "-ec", "\n".join(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["codequality"]).exists()
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).exists()
