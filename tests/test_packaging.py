import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENVIRONMENT

import marchcam

PACKAGE = Path(marchcam.__file__).parent
SETUP = Path(__file__).parents[1] / "setup.cfg"


@pytest.fixture(scope="module")
def config():
    parser = configparser.ConfigParser()
    parser.read(SETUP, encoding="utf-8")
    return parser


def test_every_package_is_listed(config):
    listed = set(config["options"]["packages"].split())
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert {".".join(folder.relative_to(PACKAGE.parent).parts) for folder in folders} <= listed
    assert {"marchcam.models", "marchcam.report.fonts", "marchcam.samples"} <= listed


def test_importing_marchcam_loads_nothing_and_public_names_are_there():
    heavy = ("cv2", "mediapipe", "matplotlib", "numpy", "click")
    code = f"import sys, marchcam; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert result.stdout.strip() == "[]"
    for name in marchcam.__all__:
        assert getattr(marchcam, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'unknown'"):
        marchcam.unknown  # noqa: B018


@pytest.mark.parametrize(
    ("use", "homes"),
    [
        (r"^\s*(from|import) mediapipe", {"pose.py"}),
        (r"cv2\.VideoCapture\(", {"capture.py", "camera.py"}),
        (r"pyplot", set()),
    ],
)
def test_a_dependency_has_one_home(use, homes):
    users = {path.name for path in PACKAGE.rglob("*.py") if re.search(use, path.read_text(encoding="utf-8"), re.M)}
    assert users == homes


def test_every_file_that_is_not_code_is_listed_too(config):
    data = {package: patterns.split(", ") for package, patterns in config["options.package_data"].items()}
    for path in PACKAGE.rglob("*.*"):
        if path.suffix in (".py", ".pyc") or not path.is_file():
            continue
        package = ".".join(path.parent.relative_to(PACKAGE.parent).parts)
        assert any(path.match(pattern) for pattern in data.get(package, ())), path
