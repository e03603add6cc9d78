"""The direction of the arrows: frames -> pose track -> assessment -> report."""

import ast
import re
import sys
from pathlib import Path

import pytest

import marchcam

PACKAGE = Path(marchcam.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path):
    """Full names of everything a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def importers(prefix):
    return {p.relative_to(PACKAGE).as_posix() for p in MODULES if any(f"{n}.".startswith(prefix) for n in imports(p))}


@pytest.mark.parametrize("path", sorted((PACKAGE / "analysis").glob("*.py")), ids=lambda p: p.stem)
def test_analysis_needs_numpy_and_the_standard_library_only(path):
    for name in imports(path):
        top = name.split(".")[0]
        own = name.startswith(
            ("marchcam.analysis", "marchcam.arrays", "marchcam.track", "marchcam.errors", "marchcam.__version__")
        )
        assert top in sys.stdlib_module_names or top == "numpy" or own, f"{path.name} imports {name}"


def test_analysis_never_reads_a_clock_or_a_disk():
    banned = {"time.", "datetime.", "os.", "pathlib.", "io.", "shutil.", "random."}
    for path in (PACKAGE / "analysis").glob("*.py"):
        assert not [n for n in imports(path) if any(f"{n}.".startswith(b) for b in banned)], path.name


def test_the_clock_on_the_wall_is_for_names_and_dates_alone():
    """It can be set back; intervals are measured with clocks that cannot."""
    wall = re.compile(r"\btime\.time\(|\.now\(|\.utcnow\(|\.today\(|time\.localtime")
    asked = {p.relative_to(PACKAGE).as_posix() for p in MODULES if wall.search(p.read_text(encoding="utf-8"))}
    named_or_dated = {"cli/live.py", "live/session.py", "history/record.py"}
    assert asked == named_or_dated | {"files.py"}  # there: the age of what a killed program left


def test_mediapipe_is_imported_in_one_place():
    assert importers("mediapipe.") == {"pose.py"}


def test_video_is_opened_in_two_places():
    found = {p.name for p in MODULES if "cv2.VideoCapture(" in p.read_text(encoding="utf-8")}
    assert found == {"capture.py", "camera.py"}


def test_pyplot_and_pickle_are_nowhere():
    assert not importers("matplotlib.pyplot.") and not importers("pickle.")


def test_no_file_is_read_as_pickled_objects():
    """The linter refuses pickle itself; numpy takes it along when it is let."""
    loads = [
        (path.name, ast.unparse(node))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "np.lib.format.read_array")
    ]
    assert not [call for _, call in loads if "allow_pickle=False" not in call], loads
    assert not [path.name for path in MODULES if "allow_pickle=True" in path.read_text(encoding="utf-8")]


def test_report_draws_what_the_assessment_says():
    for path in (PACKAGE / "report").glob("*.py"):
        used = {n for n in imports(path) if n.startswith("marchcam.analysis")}
        records = ("marchcam.analysis.results", "marchcam.analysis.sessions", "marchcam.analysis.naming")
        limits = {
            f"marchcam.analysis.asymmetry.{name}_DEG" for name in ("POSSIBLE", "CLEAR", "LARGE")
        }  # drawn as bands
        assert all(n.startswith(records) or n in limits for n in used), f"{path.name}: {used}"


# frames -> pose track -> assessment -> report: a part may import those named beside it and no other. `errors` and
# `arrays`, which import nothing, are free for all. A new arrow is a decision: it stands here, or it is not made.
VIDEO = {"capture", "filekind"}
POSE = VIDEO | {"background", "lock", "models", "pose", "reader", "segments", "track"}
ARROWS = {
    "files": set(),
    "filekind": set(),
    "models": set(),
    "interrupt": set(),
    "address": set(),
    "capture": {"filekind"},
    "camera": {"address", "capture"},
    "track": {"files"},
    "analysis": {"track"},
    "background": {"capture"},
    "pose": {"capture", "interrupt", "models", "track"},
    "lock": {"background", "capture", "pose", "track"},
    "reader": {"background", "capture", "lock", "pose", "track"},
    "segments": {"background", "capture", "lock", "pose", "reader"},
    "seams": {"background", "capture", "lock", "pose", "reader", "segments"},
    "pipeline": POSE | {"analysis", "seams"},  # analyze_video goes the whole way
    "report": {"analysis", "capture", "files", "track"},  # capture: the pictures beside the numbers
    "export": {"analysis", "files", "track"},
    "history": {"analysis", "files", "report"},
    "live": {"analysis", "camera", "capture", "pose", "reader", "track"},  # ends in a track; the report is made by cli
    "doctor": {"models"},
    # pose: it shuts the network, and knows how it was before for the process that fetches a video
    "batch": {"analysis", "capture", "files", "history", "models", "pipeline", "pose", "report", "track"},
}
FREE = {"errors", "arrays", "safety", "__version__"}


def part_of(name):
    """The part of the package that an imported name or a module's path belongs to."""
    return name.removeprefix("marchcam.").split(".")[0]


def module_of(path):
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("part", [*ARROWS, *sorted(FREE - {"__version__"})])
def test_a_part_imports_only_what_lies_before_it(part):
    own = [path for path in MODULES if part_of(module_of(path)) == part]
    assert own, f"there is no {part}"
    used = {part_of(name) for path in own for name in imports(path) if name.startswith("marchcam.")}
    assert used - {part} <= ARROWS.get(part, set()) | (FREE if part in ARROWS else set())


def test_every_part_has_its_arrows():
    parts = {part_of(module_of(path)) for path in MODULES} - {"marchcam"}
    assert parts == {*ARROWS, *FREE, "cli", "__main__"} - {"__version__"}


def test_nothing_imports_the_command_line_but_the_command():
    outside = {name for name in importers("marchcam.cli.") if not name.startswith("cli/")}
    assert outside == {"__main__.py"}


def test_only_the_pictures_of_the_report_come_from_the_video():
    users = {name for name in importers("marchcam.capture.") if name.startswith("report/")}
    assert users == {"report/annotated.py", "report/folder.py", "report/page_pictures.py"}


def test_no_module_imports_itself_by_way_of_others():
    names = {module_of(path): path for path in MODULES}

    def targets(path):
        """Modules that one imports: a name of a package may be a module of it."""
        for name in imports(path):
            yield name if name in names else name.rpartition(".")[0]

    arrows = {name: {t for t in targets(path) if t in names and t != name} for name, path in names.items()}
    done, under_way = set(), []

    def visit(name):
        assert name not in under_way, " -> ".join([*under_way[under_way.index(name) :], name])
        if name not in done:
            under_way.append(name)
            for target in sorted(arrows[name]):
                visit(target)
            done.add(under_way.pop())

    for name in sorted(names):
        visit(name)
