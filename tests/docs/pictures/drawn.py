"""Draw docs/pictures/drawn.png, the writing styles: python -m tests.docs.pictures.drawn."""

from __future__ import annotations

import cv2
import numpy as np

from learning.synthetic.drawn_digits import draw_digits
from learning.synthetic.writing_styles import STYLES
from tests.project import HOUSE

SHEET = HOUSE / "docs" / "pictures" / "drawn.png"
EACH, BLOCKS, GAP = 10, 3, 12


def main() -> None:
    """Write the sheet: digits of one style in each row, the rows in blocks side by side."""
    drawn = draw_digits(EACH * len(STYLES), seed=0)
    rows = [np.hstack(list(drawn.images[number :: len(STYLES)])) for number in range(len(STYLES))]
    height = -(-len(rows) // BLOCKS)
    rows += [np.zeros_like(rows[0])] * (height * BLOCKS - len(rows))
    blocks = [np.pad(np.vstack(rows[i : i + height]), ((0, 0), (0, GAP))) for i in range(0, len(rows), height)]
    cv2.imwrite(str(SHEET), 255 - np.hstack(blocks)[:, :-GAP], [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
