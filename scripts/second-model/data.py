"""Training pictures, and what is told of a picture as a whole."""

import glob
import os

import numpy as np
import torch

from pictures import LETTERS
from ruled import WORDS, draw_page
from vocabulary import COLOURS, MAX_ITEMS, PLACES, SHAPES, WORDS as ALL_WORDS

PAIRS = sorted({word[i:i + 2] for word in WORDS for i in range(len(word) - 1)})
# Names of what is told of a whole picture, and how many there are of each.
FACTS = {
    "letter": len(LETTERS), "pair": len(PAIRS), "word": len(WORDS),
    "word, line": len(WORDS) * MAX_ITEMS,
    "shape": len(SHAPES), "colour": len(COLOURS), "place": len(PLACES),
    "shape, colour": len(SHAPES) * len(COLOURS), "shape, place": len(SHAPES) * len(PLACES),
    "colour, place": len(COLOURS) * len(PLACES), "number": MAX_ITEMS,
}


class Fields:
    """The fields of cells in a folder, by the number of cells."""

    def __init__(self, folder):
        self.by_count = {count: [] for count in range(1, MAX_ITEMS + 1)}
        for path in sorted(glob.glob(os.path.join(folder, "shard-????.npz"))):
            with np.load(path) as shard:
                images, items = shard["images"], shard["items"]
            for image, codes in zip(images, items):
                self.by_count[(codes[:, 0] >= 0).sum()].append((image, codes))

    def draw(self, rng, most=MAX_ITEMS):
        """A field of so many cells at most, mirrored and transposed, and its item codes."""
        return turn_field(*rng.choice(self.by_count[rng.randint(1, most)]), rng)


def turn_field(image, codes, rng):
    places = np.arange(len(PLACES)).reshape(3, 3)
    if rng.random() < 0.5:
        image, places = image[::-1], places[::-1]
    if rng.random() < 0.5:
        image, places = image[:, ::-1], places[:, ::-1]
    if rng.random() < 0.5:
        image, places = image.transpose(1, 0, 2), places.T
    now = np.argsort(places.flatten())
    rows = codes[codes[:, 0] >= 0].copy()
    rows[:, 2] = now[rows[:, 2]]
    turned = np.full_like(codes, -1)
    turned[:len(rows)] = rows[np.argsort(rows[:, 2])]
    return image, turned


def page(rng, most, hard):
    """A page and its item codes."""
    pixels, words, _ = draw_page(rng, most, hard)
    codes = np.full((MAX_ITEMS, 3), -1, np.int16)
    codes[:len(words), 0] = [ALL_WORDS.index(word) for word in words]
    return pixels, codes


def facts(items):
    """What holds of every picture as a whole: pictures x all FACTS, zero or one."""
    told = {name: np.zeros((len(items), count), np.float32) for name, count in FACTS.items()}
    for row, codes in enumerate(items):
        listed = [code for code in codes if code[0] >= 0]
        told["number"][row, len(listed) - 1] = 1
        for index, (first, colour, place) in enumerate(listed):
            if colour < 0:
                word = ALL_WORDS[first]
                told["letter"][row, [LETTERS.index(letter) for letter in word]] = 1
                told["pair"][row, [PAIRS.index(word[i:i + 2]) for i in range(len(word) - 1)]] = 1
                told["word"][row, WORDS.index(word)] = 1
                told["word, line"][row, WORDS.index(word) * MAX_ITEMS + index] = 1
            else:
                told["shape"][row, first] = told["colour"][row, colour] = 1
                told["place"][row, place] = 1
                told["shape, colour"][row, first * len(COLOURS) + colour] = 1
                told["shape, place"][row, first * len(PLACES) + place] = 1
                told["colour, place"][row, colour * len(PLACES) + place] = 1
    return torch.from_numpy(np.concatenate(list(told.values()), 1))
