"""Small fields of two cells for the tests, which the checkpoint describes rightly by name."""

import argparse
import json
import os

import settings  # noqa: F401
from evaluate import Reader
from examples import field, png
from pictures import SPLITS, model_boxes
from scores import ask, two_maps
from talk import naming_questions
from vocabulary import WHAT, answer

LARGEST = 40_000  # bytes of a picture
SIZES = [(144, 144), (144, 120), (120, 144)]


def asked(reader, names, picture):
    """Every naming question about a field as a record, or None if an answer is wrong."""
    records, boxes = [], model_boxes(picture)
    for _, question, reply, index in naming_questions("cells", picture.items):
        said, places = ask(reader, names, picture, question)
        if said != reply:
            return None
        records.append({"question": question, "answer": reply, "cell": index,
                        "box": [round(float(x), 1) for x in picture.boxes[index]],
                        "modelBox": [round(float(x), 2) for x in boxes[index]],
                        "patches": places})
    return records


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    reader = Reader(arguments.checkpoint)
    names = two_maps(reader, reader.model.config.text_config.num_hidden_layers)
    told = []
    for number in range(SPLITS["examples"], SPLITS["examples"] + 3000):
        picture = field(number, SIZES[len(told)])
        # Two cells that differ in shape, colour and place, of kinds not in the fields before.
        if len(picture.items) != 2 or any(a == b for a, b in zip(*picture.items)):
            continue
        kinds = {item[:2] for item in picture.items}
        if any(kinds & {tuple(cell[:2]) for cell in other["cells"]} for other in told):
            continue
        if len(png(picture)) > LARGEST:
            continue
        description = reader.text(reader.generate([picture], WHAT)[0])
        if description != answer(WHAT, "cells", picture.items):
            continue
        records = asked(reader, names, picture)
        if records is None:
            continue
        name = f"field-{len(told) + 1}.png"
        with open(os.path.join(arguments.folder, name), "wb") as file:
            file.write(png(picture))
        told.append({"file": name, "width": picture.image.width, "height": picture.image.height,
                     "question": WHAT, "answer": description,
                     "cells": [list(item) for item in picture.items], "named": records})
        if len(told) == len(SIZES):
            break
    with open(os.path.join(arguments.folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.write("\n")
    print(len(told), "fields")


if __name__ == "__main__":
    main()
