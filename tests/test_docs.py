"""What is written about MarchCam: every command and option is, every link holds, and the site fetches nothing."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from conftest import ENVIRONMENT

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "validation").glob("*.md")])
MAX_PICTURE_BYTES = 60_000
# What makes a browser fetch something when a page is opened; a link that somebody must click does not.
ASSET = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|embed|object|use)\b[^>]*?"""
    r"""\b(?:src|href|data|srcset)=["']?\s*((?:https?:)?//[^"'\s>]+)""",
    re.I,
)
STYLE_ASSET = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.I)
SCRIPT_ASSET = re.compile(r"""(?:fetch|importScripts|import|\.src\s*=)\s*\(?\s*["']((?:https?:)?//[^"']+)""", re.I)


def load_tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMANDS_PAGE = load_tool("make_commands_page")
COMMANDS = {" ".join(words): command for words, command in COMMANDS_PAGE.commands(COMMANDS_PAGE.cli)}


def test_every_command_is_found():
    assert {"analyze", "cameras", "demo", "doctor", "export", "live", "report"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented_with_an_example(name):
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", page, flags=re.M)
    section = next((part for part in section if part.partition("\n")[0] == name), "")
    assert section, f"{name} is not in docs/commands.md; run python tools/make_commands_page.py"
    command = COMMANDS[name]
    lines = [line.strip() for line in command.help.splitlines()]
    assert "Example:" in lines, f"{name} --help has no example"
    assert lines[lines.index("Example:") + 1].startswith(f"marchcam {name}")
    for option in COMMANDS_PAGE.options(command):
        for spelled in (*option.opts, *option.secondary_opts):
            assert f"`{spelled}`" in section, f"{name} {spelled} is not in docs/commands.md"
        assert option.opts[0] in option.help, f"{name} {option.opts[0]} has no example"


def test_the_commands_page_says_what_help_says():
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == COMMANDS_PAGE.page(), "run python tools/make_commands_page.py"


def test_commands_in_the_docs_exist():
    """`marchcam word --option` anywhere in the docs names a command and options that there are."""
    for path in PAGES:
        for call in re.findall(r"^ *marchcam ([^\n#|`]+)|`marchcam ([^`\n]+)`", path.read_text("utf-8"), re.M):
            words = (call[0] or call[1]).split()
            if words[0].isupper() or words[0].startswith("-"):  # marchcam COMMAND --help
                continue
            longest = sorted(COMMANDS, key=len, reverse=True)
            name = next((n for n in longest if words[: len(n.split())] == n.split()), None)
            if name is None:
                assert isinstance(COMMANDS_PAGE.cli.commands.get(words[0]), click.Group), (path.name, words)
                continue
            known = {o for p in COMMANDS[name].params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
            used = {word.split("=")[0] for word in words if word.startswith("--") and "…" not in word}
            assert used <= known, (path.name, words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_to_files_hold(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = path.parent / file if file else path
        assert found.exists(), f"{path.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ +(.+)$", found.read_text(encoding="utf-8"), re.M)
            assert anchor in {slug(heading) for heading in headings}, f"{path.name}: {target}"


def slug(heading):
    """The anchor that a heading gets."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def test_pictures_of_the_guide_are_small_and_all_shown():
    page = (ROOT / "docs" / "filming.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs" / "pictures").iterdir():
        assert path.stat().st_size <= MAX_PICTURE_BYTES, path.name
        assert f"pictures/{path.name}" in page, path.name


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="pip install '.[docs]'")
    pytest.importorskip("mkdocstrings", reason="pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    result = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return folder


def test_the_site_builds_strictly_with_every_page(site):
    for path in (ROOT / "docs").glob("*.md"):
        name = "index.html" if path.stem == "index" else f"{path.stem}/index.html"
        assert (site / name).exists(), name
    api = (site / "api" / "index.html").read_text(encoding="utf-8")
    for name in ("analyze_video", "assess", "PoseTrack", "Setup", "Assessment", "TrackError", "draw_cohort"):
        assert re.search(rf'<h\d[^>]*id="marchcam\.[a-z_.]*{name}"', api), name
    assert "Body height in shoes, metres" in api


def test_opening_a_page_fetches_nothing_from_outside(site):
    patterns = {".html": ASSET, ".css": STYLE_ASSET, ".js": SCRIPT_ASSET}
    read = 0
    for path in site.rglob("*"):
        if path.suffix in patterns:
            text = path.read_text(encoding="utf-8")
            assert patterns[path.suffix].findall(text) == [], path.relative_to(site)
            if path.suffix == ".html":
                assert STYLE_ASSET.findall(text) == [] and SCRIPT_ASSET.findall(text) == [], path.relative_to(site)
            read += 1
    assert read > 15


def test_what_fetches_is_recognised():
    for text in ('<script src="https://cdn.example/x.js">', "<link rel=stylesheet href='//fonts.example/a.css'>"):
        assert ASSET.findall(text)
    assert not ASSET.findall('<a href="https://example.org">a link to click</a><img src="pictures/good.jpg">')
    assert STYLE_ASSET.findall("@import 'https://x.example/a.css'; a {background: url(//x.example/b.png)}")
    assert SCRIPT_ASSET.findall('importScripts("https://x.example/a.js")')
