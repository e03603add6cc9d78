"""The direction of the arrows: frames -> pose track -> assessment -> report."""

import ast
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
        records = ("marchcam.analysis.results", "marchcam.analysis.sessions")
        assert all(n.startswith(records) for n in used), f"{path.name}: {used}"
