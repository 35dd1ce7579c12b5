"""Pages of the second model: one to four words on ruled lines, at the model's resolution."""

import functools
import random

import numpy as np
from PIL import Image, ImageDraw

from pages import add_noise, load_font, pick_colours, x_height

SIZE, MAX_ITEMS = 128, 4
WORDS = ("apple cherry grape lemon mango olive peach pear plum bread butter honey sugar water "
         "clock cloud").split()
FONTS = ("DejaVu Sans:style=Bold", "Liberation Sans:style=Bold", "Liberation Serif:style=Bold",
         "Lato:style=Bold")
X_HEIGHT = 11  # pixels
RULE, FIRST, LINES = 16, 22, 7  # distance of the ruled lines, the first one, how many
FINAL = 0.3  # how varied the pages are in the end, 0 to 1


@functools.lru_cache(20000)
def written(text, font, size):
    """How much of each pixel a word covers, and how far it reaches above its line."""
    face = load_font(font, size)
    left, top, right, bottom = face.getbbox(text, anchor="ls")
    image = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(image).text((-left, -top), text, font=face, fill=255, anchor="ls")
    return np.asarray(image, np.float32)[..., None] / 255, -top


def choose_lines(count, rng):
    """Lines for so many words, never two next to each other (a word is higher than a line)."""
    lines = sorted(rng.sample(range(LINES - count + 1), count))
    return [line + index for index, line in enumerate(lines)]


def draw_page(rng, most=MAX_ITEMS, hard=FINAL):
    """Pixels, words in reading order and their boxes.

    At hard = 0 the words stand exactly on their lines about the middle, in one font and size;
    places, fonts, sizes, spelling and colours vary more up to hard = 1.
    """
    words = rng.sample(WORDS, rng.randint(1, most))
    font = rng.choice(FONTS[:1 + min(len(FONTS) - 1, int(hard * 8))])
    height = X_HEIGHT + hard * rng.uniform(-1, 2)
    capital = rng.random() < hard
    ink = np.zeros((SIZE, SIZE, 1), np.float32)
    boxes = []
    for word, line in zip(words, choose_lines(len(words), rng)):
        part, above = written(word.capitalize() if capital else word, font,
                              round(height / x_height(font)))
        part = part[:, :SIZE]
        high, wide = part.shape[:2]
        left = (SIZE - wide) * (0.5 + (rng.random() - 0.5) * max(0.06, min(1, 2.5 * hard)))
        top = FIRST + RULE * line - above + rng.uniform(-8, 8) * hard
        left, top = int(left), int(max(0, min(SIZE - high, top)))
        place = ink[top:top + high, left:left + wide]
        np.maximum(place, part, out=place)
        boxes.append((left, top, left + wide, top + high))
    paper, colour = ((235,) * 3, (25,) * 3)
    if rng.random() < 2 * hard:
        paper, colour = pick_colours(rng)
    pixels = np.array(paper, np.float32) * (1 - ink) + np.array(colour, np.float32) * ink
    if rng.random() < hard:
        pixels = add_noise(pixels, rng.uniform(0, 6), rng)
    return np.clip(pixels, 0, 255).astype(np.uint8), words, boxes


def make_page(seed):
    """As make_page of ../demo-model/pages.py."""
    pixels, words, boxes = draw_page(random.Random(f"ruled page {seed}"))
    return Image.fromarray(pixels), words, boxes, [[] for _ in words]
