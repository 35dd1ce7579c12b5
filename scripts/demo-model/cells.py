"""Synthetic fluorescence fields: one to four cells in distinct places of a 3 x 3 grid."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pages import add_noise
from vocabulary import COLOURS, MAX_ITEMS, PLACES, SHAPES

CHANNELS = {"red": (1, 0.06, 0.06), "green": (0.08, 1, 0.1),
            "blue": (0.1, 0.22, 1), "yellow": (1, 0.88, 0.08)}


def outline(shape, radius, rng):
    """Points of a closed outline around the origin."""
    turn = rng.uniform(0, 2 * math.pi)
    flatness = rng.uniform(2.3, 3.2) if shape == "long" else rng.uniform(1, 1.15)
    rays = rng.choice((5, 6))
    points = []
    for step in range(72):
        angle = 2 * math.pi * step / 72
        reach = radius * (0.7 + 0.36 * math.cos(rays * angle)) if shape == "star" else radius
        x, y = reach * math.cos(angle), reach * math.sin(angle) / flatness
        points.append((x * math.cos(turn) - y * math.sin(turn),
                       x * math.sin(turn) + y * math.cos(turn)))
    return points


def draw_cell(size, centre, shape, radius, rng):
    """A soft mask of one cell, and its box."""
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    points = [(centre[0] + x, centre[1] + y) for x, y in outline(shape, radius, rng)]
    draw.polygon(points, fill=255)
    if shape == "ring":
        hole = rng.uniform(0.48, 0.62)
        draw.polygon([(centre[0] + (x - centre[0]) * hole, centre[1] + (y - centre[1]) * hole)
                      for x, y in points], fill=rng.randint(0, 25))
    xs, ys = zip(*points)
    box = (max(0, min(xs)), max(0, min(ys)), min(size[0], max(xs)), min(size[1], max(ys)))
    softness = rng.uniform(0.015, 0.045) * radius + rng.uniform(0, 0.004) * max(size)
    return mask.filter(ImageFilter.GaussianBlur(softness)), box


def make_cells(seed, size=None):
    """A field: its picture, its cells (shape, colour, place) in reading order, their boxes."""
    rng = random.Random(f"cells {seed}")
    longer = rng.randint(256, 512)
    shorter = longer if rng.random() < 0.7 else int(longer * rng.uniform(0.75, 1))
    width, height = (longer, shorter) if rng.random() < 0.6 else (shorter, longer)
    width, height = size or (width, height)
    longer, shorter = max(width, height), min(width, height)
    places = sorted(rng.sample(range(len(PLACES)), rng.randint(1, MAX_ITEMS)))
    base = np.array([rng.uniform(2, 22) for _ in range(3)], dtype=np.float32)
    pixels = np.zeros((height, width, 3), dtype=np.float32) + base
    if rng.random() < 0.5:
        glow = np.linspace(rng.uniform(0, 14), rng.uniform(0, 14), width, dtype=np.float32)
        pixels += glow[None, :, None]
    items, boxes = [], []
    for place in places:
        shape, colour = rng.choice(SHAPES), rng.choice(COLOURS)
        radius = {"round": rng.uniform(0.055, 0.115), "long": rng.uniform(0.095, 0.15),
                  "star": rng.uniform(0.09, 0.14), "ring": rng.uniform(0.075, 0.125)}[shape]
        row, column = divmod(place, 3)
        centre = ((column + 0.5 + rng.uniform(-0.17, 0.17)) * width / 3,
                  (row + 0.5 + rng.uniform(-0.17, 0.17)) * height / 3)
        mask, box = draw_cell((width, height), centre, shape, radius * shorter, rng)
        light = np.array(CHANNELS[colour], dtype=np.float32) * rng.uniform(120, 250)
        pixels += np.asarray(mask, dtype=np.float32)[..., None] / 255 * light
        items.append((shape, colour, PLACES[place]))
        boxes.append(box)
    texture = add_noise(np.ones_like(pixels), rng.uniform(0, 0.12), rng)
    pixels = add_noise(pixels * texture, rng.uniform(1, 9), rng)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.1, 0.4) * longer / 128))
    return image, items, boxes
