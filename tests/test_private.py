"""What others wrote, as names of files and people, stays text: on the screen, in the page, in a folder, in a table."""

import os
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from conftest import DATA, ENVIRONMENT, run_marchcam

DEMO = DATA / "tracks" / "demo.npz"
NASTY = "a\x1b[31m\x1b]0;t\x07<script>alert(1)</script><img src=x onerror=alert(1)>\"' onload=alert(1) \u202e=1+1"
POSIX = pytest.mark.skipif(os.name != "posix", reason="names that other systems do not allow")


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.scripts, self.attributes = 0, set()

    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attributes}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The page of the same march with a harmless name and with a hostile one."""
    cwd = tmp_path_factory.mktemp("pages")
    told = {"plain": "Sam", "nasty": NASTY}
    for folder, text in told.items():
        options = ("--name", text, "--note", text, "--footwear", text, "--out", folder, "--quiet")
        assert run_marchcam("report", DEMO, *options, cwd=cwd).returncode == 0
    return {folder: (cwd / folder / "report.html").read_text(encoding="utf-8") for folder in told}


def test_names_and_notes_are_text_in_the_page(pages):
    plain, nasty = Elements(), Elements()
    plain.feed(pages["plain"])
    nasty.feed(pages["nasty"])
    assert (nasty.scripts, nasty.attributes) == (plain.scripts, plain.attributes)
    assert "&lt;script&gt;alert(1)" in pages["nasty"]
    assert "\x1b" not in pages["nasty"] and "\x07" not in pages["nasty"]


@POSIX
def test_a_terminal_obeys_nothing_that_stands_in_a_name(tmp_path):
    import pty

    name = "x\x1b[31m\x1b]0;t\x07\u202ey"
    (tmp_path / f"{name}.npz").write_bytes(DEMO.read_bytes())
    for arguments in ((f"{name}.npz", "--out", name), (f"no {name}.npz",)):
        terminal, far_end = pty.openpty()
        command = [sys.executable, "-m", "marchcam", "report", *arguments]
        with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=far_end, stderr=far_end) as process:
            os.close(far_end)
            seen = b""
            try:
                while part := os.read(terminal, 1000):
                    seen += part
            except OSError:  # a closed pseudo-terminal, once it is empty
                pass
        os.close(terminal)
        assert process.returncode == (0 if "--out" in arguments else 1)
        assert b"x?[31m" in seen
        assert b"\x1b" not in seen and b"\x07" not in seen and "\u202e".encode() not in seen


def test_an_alias_or_name_never_leads_to_another_folder(tmp_path):
    (tmp_path / "work").mkdir()
    alias = "../../outside/x;touch y"
    options = ("--person", alias, "--name", alias, "--store", "h.sqlite", "--out", "o", "--quiet")
    assert run_marchcam("report", DEMO, *options, cwd=tmp_path / "work").returncode == 0
    assert run_marchcam("history", "trend", alias, "--store", "h.sqlite", cwd=tmp_path / "work").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["work"]
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == [
        "h.sqlite",
        "o",
        "trend-outside-x-touch-y.png",
    ]


@POSIX
@pytest.mark.parametrize(
    "name", ["-rf ~ =cmd|'!A1\nb $(touch y)`touch y`;touch y %s%n\"", "ü" * 110], ids=["signs", "long"]
)
def test_odd_names_of_videos_are_names(tmp_path, name):
    (tmp_path / f"{name}.mp4").write_bytes((DATA / "plain.mp4").read_bytes())
    options = ("--model", "lite", "--end", "0.2", "--quiet", "--jobs", "1")
    result = run_marchcam("analyze", *options, "--", f"{name}.mp4", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.mp4", f"{name}-marchcam"}


@POSIX
def test_results_go_through_a_linked_folder_but_never_through_a_linked_file(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "mine.txt").write_text("mine")
    for name in ("assessment.json", "report.html", "report.png", "track.npz"):
        (tmp_path / "real" / name).symlink_to(tmp_path / "mine.txt")
    assert run_marchcam("report", DEMO, "--out", "link", "--quiet", cwd=tmp_path).returncode == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not any(path.is_symlink() for path in (tmp_path / "real").iterdir())
