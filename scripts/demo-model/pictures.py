"""Numbered pictures with their labels, and the pool of training pictures on disk."""

import argparse
import os
from dataclasses import dataclass
from multiprocessing import Pool

import numpy as np
from PIL import Image

from cells import make_cells
from pages import make_page
from vocabulary import COLOURS, MAX_ITEMS, PLACES, SHAPES, WORDS

SIZE, PATCH = 128, 8
GRID = SIZE // PATCH
MEAN_COLOUR = (122, 116, 104)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHARD = 4000
# First number of the pictures of each split; training never reaches the others.
SPLITS = {"train": 0, "dev": 100_000_000, "test": 200_000_000, "examples": 300_000_000}


@dataclass
class Picture:
    """One picture: boxes and letters are in pixels of the unpadded image."""
    kind: str
    image: Image.Image
    items: list
    boxes: list
    letters: list


def make_picture(kind, number):
    if kind == "page":
        image, items, boxes, letters = make_page(number)
    else:
        image, items, boxes = make_cells(number)
        letters = [[] for _ in items]
    return Picture(kind, image, items, boxes, letters)


def training_kind(number):
    """Two of three training pictures are pages: reading is the harder part."""
    return "cells" if number % 3 == 2 else "page"


def pad_to_square(image):
    """The image centred on a square of the mean colour, and where it starts there."""
    width, height = image.size
    side = max(width, height)
    left, top = (side - width) // 2, (side - height) // 2
    if width == height:
        return image, left, top
    square = Image.new("RGB", (side, side), MEAN_COLOUR)
    square.paste(image, (left, top))
    return square, left, top


def model_boxes(picture):
    """The boxes in pixels of the model's input."""
    width, height = picture.image.size
    side = max(width, height)
    left, top = (side - width) // 2, (side - height) // 2
    return [((x0 + left) * SIZE / side, (y0 + top) * SIZE / side,
             (x1 + left) * SIZE / side, (y1 + top) * SIZE / side)
            for x0, y0, x1, y1 in picture.boxes]


def dense_labels(picture):
    """What lies at every patch: letters at two places, ordinal, word, shape, colour, place."""
    letters = np.zeros((GRID, 2 * GRID), np.uint8)
    labels = np.zeros((5, GRID, GRID), np.uint8)
    side = max(picture.image.size)
    shift = (side - picture.image.size[0]) // 2
    centres = (np.arange(GRID) + 0.5) * PATCH
    halves = (np.arange(2 * GRID) + 0.5) * PATCH / 2
    for index, (item, (x0, y0, x1, y1)) in enumerate(zip(picture.items, model_boxes(picture))):
        middle, reach = (y0 + y1) / 2, max((y1 - y0) / 2, PATCH / 2 + 0.01)
        rows = abs(centres - middle) <= reach
        middle, reach = (x0 + x1) / 2, max((x1 - x0) / 2, PATCH / 2 + 0.01)
        columns = abs(centres - middle) <= reach
        inside = np.ix_(rows, columns)
        labels[0][inside] = index + 1
        if picture.kind == "page":
            labels[1][inside] = WORDS.index(item) + 1
            for letter, start, end in picture.letters[index]:
                start, end = (start + shift) * SIZE / side, (end + shift) * SIZE / side
                under = np.ix_(rows, (halves >= start) & (halves < end))
                letters[under] = LETTERS.index(letter) + 1
        else:
            for channel, names in enumerate((SHAPES, COLOURS, PLACES)):
                labels[2 + channel][inside] = names.index(item[channel]) + 1
    return letters, labels


def item_codes(picture):
    """Items as numbers: the words, or shape, colour and place of the cells."""
    codes = np.full((MAX_ITEMS, 3), -1, np.int16)
    for index, item in enumerate(picture.items):
        if picture.kind == "page":
            codes[index, 0] = WORDS.index(item)
        else:
            codes[index] = [names.index(x) for names, x in zip((SHAPES, COLOURS, PLACES), item)]
    return codes


def decode_items(codes):
    """The kind and the items behind a picture's numbers."""
    rows = [row for row in codes if row[0] >= 0]
    if rows[0][1] < 0:
        return "page", [WORDS[row[0]] for row in rows]
    return "cells", [(SHAPES[a], COLOURS[b], PLACES[c]) for a, b, c in rows]


def training_sample(number):
    picture = make_picture(training_kind(number), number)
    square, _, _ = pad_to_square(picture.image)
    small = np.asarray(square.resize((SIZE, SIZE), Image.BICUBIC))
    return (small, *dense_labels(picture), item_codes(picture))


def write_shard(task):
    folder, shard = task
    path = os.path.join(folder, f"shard-{shard:04d}.npz")
    if not os.path.exists(path):
        samples = [training_sample(shard * SHARD + i) for i in range(SHARD)]
        images, letters, labels, items = (np.stack(part) for part in zip(*samples))
        np.savez(path + ".part.npz", images=images, letters=letters, labels=labels, items=items)
        os.rename(path + ".part.npz", path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--shards", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    tasks = [(arguments.folder, shard) for shard in range(arguments.shards)]
    with Pool(arguments.processes) as pool:
        for path in pool.imap(write_shard, tasks):
            print(path, flush=True)


if __name__ == "__main__":
    main()
