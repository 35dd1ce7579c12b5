"""What the second model has otherwise than the demonstration model; import this first.

The scripts of ../demo-model do the rest, with these settings in place of their own.
"""

import os
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "demo-model"))

import pictures  # noqa: E402
import ruled  # noqa: E402

pictures.PATCH = 16
pictures.GRID = pictures.SIZE // pictures.PATCH
pictures.make_page = ruled.make_page
