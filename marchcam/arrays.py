"""The arrays that the package hands around, by what their numbers are; shapes stand in the docstrings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Measures and positions; NaN is missing. The landmarks of a track may be float32, which the type does not say."""
Bools = NDArray[np.bool_]
"""One yes or no for each frame or point."""
Ints = NDArray[np.int64]
"""Rows and counts."""
Image = NDArray[Any]
"""A picture of uint8, (height, width, 3), blue first, or (height, width); cv2 does not declare what it returns."""
