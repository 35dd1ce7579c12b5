"""The bundled example pictures, and small ones for the tests of the plugin.

All come from the split "examples", which neither training nor evaluation touches; the first
ones that the checkpoint answers right in full are taken.
"""

import argparse
import io
import json
import os

from attention import reference_name
from cells import make_cells
from evaluate import Reader, content_tokens
from pages import make_page
from pictures import SPLITS, Picture, model_boxes
from vocabulary import QUESTIONS, WHAT, answer

LARGEST_TEST = 70_000  # bytes of a picture for the tests
PAGE_SIZES = [(256, 256), (256, 192), (192, 256)]
CELL_SIZES = [(192, 192), (192, 160), (160, 192)]


def page(number, size, words=None):
    image, items, boxes, letters = make_page(number, size, words)
    return Picture("page", image, items, boxes, letters)


def field(number, size):
    image, items, boxes = make_cells(number, size)
    return Picture("cells", image, items, boxes, [])


def png(picture):
    buffer = io.BytesIO()
    picture.image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def first_right(reader, pictures, questions=QUESTIONS):
    """The pictures that the checkpoint answers right on all questions, one by one."""
    for picture in pictures:
        if all(reader.text(reader.generate([picture], question)[0])
               == answer(question, picture.kind, picture.items) for question in questions):
            yield picture


def record(reader, name, picture):
    """What the tests need to know: answer, boxes, and the patches that maps point at.

    "patches" are those of the reference method ("vision all"), and without vision ("vision none").
    """
    ids = reader.generate([picture], WHAT)[0]
    reference = reference_name(reader.model.config.text_config.num_hidden_layers)
    maps = reader.maps(picture, WHAT, ids)
    sights = {"all": maps[reference], "none": maps[reference.replace("all", "none")]}
    tokenizer = reader.processor.tokenizer
    boxes = model_boxes(picture)
    _, content = content_tokens(picture, tokenizer)
    return {
        "file": name, "question": WHAT, "answer": answer(WHAT, picture.kind, picture.items),
        "others": {question: answer(question, picture.kind, picture.items)
                   for question in QUESTIONS if question != WHAT},
        "tokens": ids,
        "pointing": [{
            "position": at, "token": tokenizer.decode([ids[at]]).strip(),
            "box": [round(x, 1) for x in picture.boxes[item]],
            "modelBox": [round(x, 2) for x in boxes[item]],
            "patches": {name: int(rows[at].argmax()) for name, rows in sights.items()},
        } for at, item in content],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("images", help="folder for the bundled pictures")
    parser.add_argument("tests", help="folder for the pictures of the tests")
    arguments = parser.parse_args()
    reader = Reader(arguments.checkpoint)
    numbers = range(SPLITS["examples"], SPLITS["examples"] + 1000)
    for folder in (arguments.images, arguments.tests):
        os.makedirs(folder, exist_ok=True)

    words = ["apple", "banana", "cherry"]
    bundled = {
        "page.png": (page(n, (480, 360), words) for n in numbers),
        "cells.png": (p for p in (field(n, (512, 512)) for n in numbers) if len(p.items) == 3),
    }
    for name, pictures in bundled.items():
        picture = next(first_right(reader, pictures))
        with open(os.path.join(arguments.images, name), "wb") as file:
            file.write(png(picture))

    small = {
        "page": (page(n, size) for n, size in zip(numbers, PAGE_SIZES * 300)),
        "cells": (field(n, size) for n, size in zip(numbers, CELL_SIZES * 300)),
    }
    records = []
    for kind, pictures in small.items():
        light = (picture for picture in pictures if len(png(picture)) < LARGEST_TEST)
        for index, picture in zip(range(1, 4), first_right(reader, light)):
            name = f"{kind}-{index}.png"
            with open(os.path.join(arguments.tests, name), "wb") as file:
                file.write(png(picture))
            records.append(record(reader, name, picture))
    with open(os.path.join(arguments.tests, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(records, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
