"""Write small pictures and what Pillow's resizes make of them, to check a port of it bit for bit.

    python src/test/python/make_resize_goldens.py
"""

import shutil

import numpy as np
from PIL import Image, __version__

from make_goldens import GOLDEN, picture, write_json

FOLDER = GOLDEN / "resize"


def noise(width: int, height: int, seed: int) -> Image.Image:
    """Every pixel at random, black and white often, so that the filter overshoots and is clipped."""
    random = np.random.default_rng(seed)
    return Image.fromarray(np.clip(random.integers(-100, 356, (height, width, 3)), 0, 255).astype(np.uint8))


def shapes(width: int, height: int) -> Image.Image:
    """Flat areas with hard edges in saturated colours."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    stripes = (x // 7 + y // 11) % 2 * 255
    disc = ((x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2) * 255
    bar = (abs(x - 2 * y) < 9) * 255
    return Image.fromarray(np.stack([stripes, disc, bar], axis=-1).astype(np.uint8))


# The pictures, and the (width, height) each is resized to. The last few differ from the picture in only one
# direction or in none, where Pillow skips a pass.
CASES = [
    ("1x1", noise(1, 1, 1), [(28, 28), (33, 17)]),
    ("2x3", noise(2, 3, 2), [(28, 28), (64, 64), (33, 17), (1, 1)]),
    ("5x300", noise(5, 300, 3), [(28, 28), (64, 64), (33, 17)]),
    ("300x5", noise(300, 5, 4), [(28, 28), (33, 17), (7, 1)]),
    ("97x40", picture((97, 40), 5), [(28, 28), (64, 64), (33, 17)]),
    ("37x90", picture((37, 90), 6), [(28, 28), (30, 30), (64, 64), (33, 17)]),
    ("200x150", shapes(200, 150), [(28, 28), (64, 64), (33, 17), (336, 336)]),
    ("336x336", shapes(336, 336), [(28, 28), (224, 224), (335, 337)]),
    ("31x28", noise(31, 28, 7), [(28, 28), (64, 28)]),
    ("28x61", noise(28, 61, 8), [(28, 28), (28, 64)]),
    ("28x28", noise(28, 28, 9), [(28, 28)]),
]

BILINEAR, BICUBIC, LANCZOS = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS

# The same pictures, and chains of (filter, width, height), each step rounded to 8 bits as Pillow does. The last three
# are what Idefics3 does: the longest side, then multiples of a tile's side, then one tile.
CHAINS = [
    *[("1x1", [(f, 9, 5)]) for f in (BILINEAR, LANCZOS)],
    *[("2x3", [(f, *size)]) for f in (BILINEAR, LANCZOS) for size in ((33, 17), (1, 1), (3, 2))],
    *[("5x300", [(f, *size)]) for f in (BILINEAR, LANCZOS) for size in ((33, 17), (1, 300), (5, 7))],
    *[("300x5", [(f, *size)]) for f in (BILINEAR, LANCZOS) for size in ((33, 17), (301, 1), (7, 5))],
    *[("37x90", [(f, *size)]) for f in (BILINEAR, LANCZOS) for size in ((31, 29), (74, 91))],
    *[("336x336", [(f, *size)]) for f in (BILINEAR, LANCZOS) for size in ((47, 101), (5, 3))],
    *[("31x28", [(f, *size)]) for f in (BILINEAR, LANCZOS) for size in ((31, 28), (30, 29))],
    ("97x40", [(LANCZOS, 61, 25), (LANCZOS, 96, 48)]),
    ("200x150", [(BILINEAR, 101, 77), (LANCZOS, 50, 51), (BICUBIC, 33, 28)]),
    ("200x150", [(LANCZOS, 128, 96), (LANCZOS, 128, 96), (LANCZOS, 32, 32)]),
    ("97x40", [(LANCZOS, 128, 52), (LANCZOS, 128, 64), (LANCZOS, 32, 32)]),
    ("5x300", [(LANCZOS, 2, 128), (LANCZOS, 32, 128), (LANCZOS, 32, 32)]),
]


def chain_name(name: str, steps: list) -> str:
    return name + "".join(f"-{f.name.lower()}-{width}x{height}" for f, width, height in steps) + ".png"


def resized(source: Image.Image, steps: list) -> Image.Image:
    for resample, width, height in steps:
        source = source.resize((width, height), resample)
    return source


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    index = []

    def write(name: str, source: Image.Image, steps: list, file: str) -> None:
        resized(source, steps).save(FOLDER / file, optimize=True)
        steps = [{"resample": int(f), "width": width, "height": height} for f, width, height in steps]
        index.append({"source": f"{name}.png", "steps": steps, "expected": file})

    for name, source, targets in CASES:
        source.save(FOLDER / f"{name}.png", optimize=True)
        for width, height in targets:
            write(name, source, [(BICUBIC, width, height)], f"{name}-to-{width}x{height}.png")
    sources = {name: source for name, source, _ in CASES}
    for name, steps in CHAINS:
        write(name, sources[name], steps, chain_name(name, steps))
    write_json(FOLDER / "index.json", {"pillow": __version__, "cases": index})


if __name__ == "__main__":
    main()
