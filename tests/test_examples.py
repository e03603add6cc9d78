"""The examples in docstrings, README and docs run as they stand."""

import doctest
import importlib
import re
import shutil
from pathlib import Path

import pytest
from conftest import DATA

import marchcam

ROOT = Path(__file__).parents[1]
PACKAGE = Path(marchcam.__file__).parent
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if ">>> " in p.read_text(encoding="utf-8"))
PAGES = sorted(p for p in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")) if "```python" in p.read_text("utf-8"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with what the examples speak of: one second of a march, and a saved track."""
    shutil.copy(DATA / "plain.mp4", tmp_path / "march.mp4")
    (tmp_path / "march-marchcam").mkdir()
    shutil.copy(DATA / "tracks" / "session.npz", tmp_path / "march-marchcam" / "track.npz")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_examples_of_a_module_give_what_they_say(path, folder):
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed


def test_no_example_is_left_out():
    assert not [path.name for path in MODULES if "doctest: +SKIP" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page, folder, capsys):
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        exec(compile(block, str(page), "exec"), {})
    assert capsys.readouterr().out.strip()
