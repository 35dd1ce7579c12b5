"""Pictures that no training saw, with ROIs of what is in them, for Compare Methods."""

import argparse
import os

from roifile import ImagejRoi, roiwrite

from pictures import SPLITS, make_picture
from vocabulary import phrases

FIRST = SPLITS["examples"] + 500_000  # far behind the bundled examples


def save(folder, kind, pictures):
    """Numbered PNGs, and beside each a zip of boxes named by the words of the answer."""
    os.makedirs(folder, exist_ok=True)
    for index, picture in enumerate(pictures):
        name = os.path.join(folder, f"{kind}-{index:03}")
        picture.image.save(name + ".png")
        rois = []
        for text, (left, top, right, bottom) in zip(phrases(kind, picture.items), picture.boxes):
            corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            rois.append(ImagejRoi.frompoints(corners, name=text))
        if os.path.exists(name + ".zip"):
            os.remove(name + ".zip")
        roiwrite(name + ".zip", rois)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="pages and cells go into folders of it")
    parser.add_argument("--count", type=int, default=200, help="of each kind")
    arguments = parser.parse_args()
    for folder, kind in (("pages", "page"), ("cells", "cells")):
        numbers = range(FIRST, FIRST + arguments.count)
        save(os.path.join(arguments.folder, folder), kind,
             (make_picture(kind, number) for number in numbers))


if __name__ == "__main__":
    main()
