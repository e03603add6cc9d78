"""The arrays that the package hands around, by what their numbers are; shapes stand in the docstrings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Measures and positions; NaN is missing."""
Bools = NDArray[np.bool_]
"""One yes or no for each frame or point."""
Ints = NDArray[np.int64]
"""Rows and counts."""
Image = NDArray[np.uint8]
"""A picture, (height, width, 3), blue first."""
