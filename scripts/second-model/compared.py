"""Ruled pages that no training saw, with ROIs of their words, for Compare Methods."""

import argparse

import settings  # noqa: F401
from compared_pictures import FIRST, save
from pictures import Picture
from ruled import make_page


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=100)
    arguments = parser.parse_args()
    pages = ((make_page(FIRST + index)) for index in range(arguments.count))
    save(arguments.folder, "page", (Picture("page", *page) for page in pages))


if __name__ == "__main__":
    main()
