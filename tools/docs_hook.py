"""For mkdocs: the pages of validation/ are part of the site, and links to files of the checkout reach them.

In the checkout docs/accuracy.md links to ../validation/results.md, which a reader on a code host can follow; mkdocs
sees docs/ only.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
VALIDATION = ("validation/README.md", "validation/results.md", "validation/coverage.md")
OTHERS = ("notebooks/tour.ipynb", "notebooks/cohort.ipynb", "CHANGELOG.md")
LINK = re.compile(r"\]\(\.\./([^)#\s]+)")


def on_files(files, config):
    """Add them as if they lay in docs/."""
    for name in (*VALIDATION, *OTHERS):
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links of docs/*.md that leave docs/ stay inside the site; from validation/ they go there and back."""
    if page.file.src_uri.startswith("validation/"):
        return markdown.replace("](../docs/", "](../")
    if page.file.src_uri == "CHANGELOG.md":
        return markdown.replace("](docs/", "](")
    return LINK.sub(r"](\1", markdown)
