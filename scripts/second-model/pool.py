"""The pool of training fields. Pages are drawn while training: they take less time than reading."""

import argparse
import os

import numpy as np
from PIL import Image

import settings  # noqa: F401
from pictures import SIZE, item_codes, make_picture, pad_to_square

SHARD = 4000


def training_field(number):
    picture = make_picture("cells", number)
    square, _, _ = pad_to_square(picture.image)
    return np.asarray(square.resize((SIZE, SIZE), Image.BICUBIC)), item_codes(picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--shards", type=int, default=6)
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    for shard in range(arguments.shards):
        path = os.path.join(arguments.folder, f"shard-{shard:04d}.npz")
        if os.path.exists(path):
            continue
        samples = [training_field(shard * SHARD + i) for i in range(SHARD)]
        images, items = (np.stack(part) for part in zip(*samples))
        np.savez(path + ".part.npz", images=images, items=items)
        os.rename(path + ".part.npz", path)
        print(path, flush=True)


if __name__ == "__main__":
    main()
