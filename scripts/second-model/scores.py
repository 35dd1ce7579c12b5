"""Scores of an exported second checkpoint: answers and where attention points, also by name."""

import argparse
import json
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

import settings  # noqa: F401
from attention import CENTRE, OVERLAP, chance, points_inside, reference_name
from evaluate import Reader, score
from pictures import SPLITS, make_picture, model_boxes
from talk import COLOUR_OF, NAMED, SHAPE_OF, WHERE, naming_questions
from vocabulary import QUESTIONS

RULES = (OVERLAP, CENTRE)
OTHER_CELLS = 1_000_000  # numbers of the fields of two cells start this much later


def two_maps(reader, layers):
    """Names of the maps that are scored for naming questions."""
    name = reference_name(layers)
    return {"none": name.replace("vision all", "vision none"), "all": name}


class Count:
    """Right answers and hits of the maps of one kind of question.

    A hit is a map of the first answer token that points at the object of the answer; an answer
    said wrongly counts as pointed wrongly.
    """

    def __init__(self):
        self.asked, self.right = 0, 0
        self.hits, self.luck = defaultdict(int), defaultdict(float)

    def add(self, right, places, box):
        self.asked += 1
        self.right += right
        for rule in RULES:
            self.luck[rule] += chance(box, rule)
            for sight, patch in places.items():
                self.hits[sight, rule] += right and bool(points_inside(patch, box, rule))

    def told(self):
        part = max(1, self.asked)
        return {"asked": self.asked, "right": round(self.right / part, 4),
                "chance": {rule: round(self.luck[rule] / part, 4) for rule in RULES},
                "pointing": {f"vision {sight}": {rule: round(self.hits[sight, rule] / part, 4)
                                                 for rule in RULES}
                             for sight in ("none", "all")}}


def ask(reader, names, picture, question):
    """The answer to a question and the patches that the maps of its first token point at."""
    ids = reader.generate([picture], question)[0]
    maps = reader.maps(picture, question, ids)
    return reader.text(ids), {sight: int(maps[name][0].argmax()) for sight, name in names.items()}


def score_named(folder, kind, least):
    """Every kind of naming question, one of each asked of each picture, at least so many times."""
    torch.set_num_threads(1)
    reader = Reader(folder)
    names = two_maps(reader, reader.model.config.text_config.num_hidden_layers)
    counts = {question: Count() for question in NAMED[kind]}
    number = 0
    while any(count.asked < least for count in counts.values()):
        picture = make_picture(kind, SPLITS["test"] + number)
        boxes, number = model_boxes(picture), number + 1
        questions = naming_questions(kind, picture.items)
        for wanted in NAMED[kind]:
            fitting = [entry for entry in questions if entry[0] == wanted]
            if not fitting or counts[wanted].asked >= least:
                continue
            _, question, reply, index = fitting[number % len(fitting)]
            said, places = ask(reader, names, picture, question)
            counts[wanted].add(said == reply, places, boxes[index])
    return {question: count.told() for question, count in counts.items()}


def pairs(first):
    """Fields of exactly two cells that differ in shape and colour, without end."""
    number = first
    while True:
        picture = make_picture("cells", number)
        number += 1
        if len(picture.items) == 2 and all(a != b for a, b in zip(*picture.items)):
            yield picture


def score_pairs(folder, count):
    """The same question about either cell of a field: both right, and do the maps move?"""
    torch.set_num_threads(1)
    reader = Reader(folder)
    names = two_maps(reader, reader.model.config.text_config.num_hidden_layers)
    told = {}
    fields = pairs(SPLITS["test"] + OTHER_CELLS)
    fields = [next(fields) for _ in range(count)]
    for kind in (COLOUR_OF, WHERE, SHAPE_OF):
        right, moved = 0, defaultdict(int)
        for picture in fields:
            boxes = model_boxes(picture)
            by_index = {}
            for entry in naming_questions("cells", picture.items):
                if entry[0] == kind:
                    by_index.setdefault(entry[3], entry)
            both, inside = True, defaultdict(lambda: True)
            for index, (_, question, reply, _) in by_index.items():
                said, places = ask(reader, names, picture, question)
                both &= said == reply
                for sight, patch in places.items():
                    for rule in RULES:
                        inside[sight, rule] &= bool(points_inside(patch, boxes[index], rule))
            right += both
            for key, value in inside.items():
                moved[key] += both and value
        told[kind] = {"fields": count, "both right": round(right / count, 4),
                      "both right and both maps at the named cell": {
                          f"vision {sight}": {rule: round(moved[sight, rule] / count, 4)
                                              for rule in RULES} for sight in ("none", "all")}}
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--out", required=True)
    parser.add_argument("--test", type=int, default=200)
    parser.add_argument("--named", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    began = time.time()
    kinds = ("page", "cells")
    with ProcessPoolExecutor(arguments.processes, mp_context=get_context("spawn")) as pool:
        plain = {kind: pool.submit(score, arguments.folder, kind, "test", arguments.test,
                                   QUESTIONS) for kind in kinds}
        named = {kind: pool.submit(score_named, arguments.folder, kind, arguments.named)
                 for kind in kinds}
        two = pool.submit(score_pairs, arguments.folder, arguments.pairs)
        scores = {"test": {kind: run.result() for kind, run in plain.items()},
                  "named": {kind: run.result() for kind, run in named.items()},
                  "two cells": two.result()}
    scores["minutes"] = round((time.time() - began) / 60, 1)
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(scores, file, indent=1)
        file.write("\n")
    for kind in kinds:
        result = scores["test"][kind]
        print(kind, result["right"], "chance", result["chance"])
        for name in result["pointing"]:
            if "heads mean" in name and ("none" in name or "all" in name):
                print("  ", name, result["pointing"][name])
        for question, value in scores["named"][kind].items():
            print("  ", question, value)
    for question, value in scores["two cells"].items():
        print(question, value)


if __name__ == "__main__":
    main()
