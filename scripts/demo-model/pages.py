"""Document pages: one to four words of the vocabulary in random fonts, sizes and places."""

import functools
import random
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from vocabulary import MAX_ITEMS, WORDS

FONTS = [
    f"{family}:style={style}"
    for family, styles in {
        "DejaVu Sans": ("Book", "Bold"),
        "DejaVu Serif": ("Book", "Bold"),
        "Liberation Sans": ("Regular", "Bold"),
        "Liberation Serif": ("Regular", "Bold"),
        "Roboto": ("Regular", "Bold"),
        "Lato": ("Regular", "Bold"),
        "Open Sans": ("Regular", "Bold"),
        "Carlito": ("Regular", "Bold"),
        "FreeSans": ("Regular", "Bold"),
    }.items()
    for style in styles
]
MODEL_SIZE = 128
SMALLEST_X_HEIGHT = 5.2  # in pixels of the model's input


@functools.lru_cache(None)
def font_file(name):
    """The file of a font given by family and style, as fontconfig knows it."""
    found = subprocess.run(["fc-match", "-f", "%{family}|%{file}", name],
                           capture_output=True, text=True, check=True).stdout
    family, path = found.split("|")
    if name.split(":")[0] not in family.split(","):
        raise FileNotFoundError(f"font {name} is not installed; see README.md")
    return path


@functools.lru_cache(4096)
def load_font(name, size):
    return ImageFont.truetype(font_file(name), size)


@functools.lru_cache(None)
def x_height(name):
    """Height of a lower-case x relative to the font size."""
    _, top, _, bottom = load_font(name, 200).getbbox("x", anchor="ls")
    return (bottom - top) / 200


@functools.lru_cache(None)
def noise_field():
    return np.random.default_rng(7).standard_normal((640, 640, 3)).astype(np.float32)


def add_noise(pixels, sigma, rng):
    """Add Gaussian noise, cut at random out of one large field."""
    height, width = pixels.shape[:2]
    top, left = rng.randrange(640 - height + 1), rng.randrange(640 - width + 1)
    return pixels + sigma * noise_field()[top:top + height, left:left + width]


def pick_colours(rng):
    """A background and an ink of clearly different brightness."""
    def tint(low, high):
        base = rng.uniform(low, high)
        spread = rng.choice((0, 0, 12, 35))
        return tuple(int(min(255, max(0, base + rng.uniform(-spread, spread)))) for _ in range(3))

    if rng.random() < 0.65:
        return tint(190, 255), tint(0, 85)
    return tint(0, 70), tint(175, 255)


def letter_case(word, rng):
    return rng.choice((word, word, word.capitalize(), word.upper()))


def layout(rng, width, height, words):
    """Place words on lines from top to bottom; None if they do not fit."""
    scale = MODEL_SIZE / max(width, height)
    font = rng.choice(FONTS)
    target = SMALLEST_X_HEIGHT * (1.9 ** rng.random())
    mixed = rng.random() < 0.35
    style = rng.random()
    lines = []
    for word in words:
        name = rng.choice(FONTS) if mixed else font
        wanted = max(SMALLEST_X_HEIGHT, target * (rng.uniform(0.85, 1.2) if mixed else 1))
        text = letter_case(word, rng) if style < 0.5 else word if style < 0.8 else word.capitalize()
        if text.isupper():
            wanted = max(SMALLEST_X_HEIGHT * 0.9, wanted * 0.8)
        face = load_font(name, round(wanted / scale / x_height(name)))
        entry = (text, face, face.getlength(text))
        gap = face.size * rng.uniform(0.45, 1.0)
        if lines and len(lines[-1]) == 1 and rng.random() < 0.25:
            other = lines[-1][0]
            if other[2] + gap + entry[2] < width * 0.94:
                lines[-1] = [other, entry, gap]
                continue
        lines.append([entry])
    heights = [1.06 * max(entry[1].size for entry in line[:2]) for line in lines]
    widths = [sum(e[2] for e in line[:2]) + (line[2] if len(line) == 3 else 0) for line in lines]
    margin = 0.015 * max(width, height)
    free = height - 2 * margin - sum(heights)
    if free < 0 or max(widths) > width - 2 * margin:
        return None
    cuts = sorted(rng.random() ** rng.choice((1, 2)) for _ in lines)
    align = rng.random()
    common = rng.random()
    placed = []
    top = margin
    for index, line in enumerate(lines):
        share = cuts[index] - (cuts[index - 1] if index else 0)
        top += free * share
        baseline = top + heights[index] * 0.78
        room = width - 2 * margin - widths[index]
        left = margin + room * (common if align < 0.4 else rng.random())
        for entry in line[:2]:
            placed.append((entry[0], entry[1], round(left), round(baseline)))
            left += entry[2] + (line[2] if len(line) == 3 else 0)
        top += heights[index]
    return placed


def make_page(seed, size=None, words=None):
    """A page: its picture, its words in reading order, their boxes and their letters' spans."""
    rng = random.Random(f"page {seed}")
    longer = rng.randint(256, 512)
    shorter = int(longer * rng.choice((1, 1, rng.uniform(0.6, 1), 0.75)))
    width, height = (longer, shorter) if rng.random() < 0.65 else (shorter, longer)
    width, height = size or (width, height)
    longer = max(width, height)
    words = words or rng.sample(WORDS, rng.randint(1, MAX_ITEMS))
    placed = layout(rng, width, height, words)
    while placed is None:  # too tight: again, sooner or later with fewer or other words
        placed = layout(rng, width, height, words)
        if placed is None and len(words) > 1 and rng.random() < 0.1:
            words = words[:-1]
        elif placed is None and rng.random() < 0.1:
            words = rng.sample(WORDS, len(words))
    background, ink = pick_colours(rng)
    image = Image.new("RGB", (width, height), background)
    draw = ImageDraw.Draw(image)
    boxes, letters = [], []
    for text, face, left, baseline in placed:
        draw.text((left, baseline), text, font=face, fill=ink, anchor="ls")
        boxes.append(draw.textbbox((left, baseline), text, font=face, anchor="ls"))
        edges = [left + face.getlength(text[:i]) for i in range(len(text) + 1)]
        letters.append([(c.lower(), edges[i], edges[i + 1]) for i, c in enumerate(text)])
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.45) * longer / MODEL_SIZE))
    pixels = np.asarray(image, dtype=np.float32)
    if rng.random() < 0.3:
        slope = np.linspace(-1, 1, width, dtype=np.float32) * rng.uniform(-18, 18)
        pixels = pixels + slope[None, :, None]
    pixels = add_noise(pixels, rng.choice((0, 3, rng.uniform(0, 16))), rng)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return image, [w.lower() for w, *_ in placed], boxes, letters
