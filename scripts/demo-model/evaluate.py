"""Scores of an exported checkpoint: answers to every question, and where attention points."""

import argparse
import json
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch
from transformers import AutoConfig, AutoProcessor, LlavaForConditionalGeneration

from attention import (CENTRE, OVERLAP, chance, language_weights, points_inside, reference_name,
                       variants, vision_weights)
from pictures import SPLITS, make_picture, model_boxes, pad_to_square
from tokens import prompt
from vocabulary import QUESTIONS, WHAT, answer

BATCH = 20


class Reader:
    """An exported checkpoint, as any user of transformers would load it."""

    def __init__(self, folder):
        self.processor = AutoProcessor.from_pretrained(folder)
        self.model = LlavaForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager").eval()
        self.end = self.processor.tokenizer.eos_token_id

    def inputs(self, pictures, question):
        squares = [pad_to_square(picture.image)[0] for picture in pictures]
        return self.processor(images=squares, text=[prompt(question)] * len(squares),
                              return_tensors="pt")

    @torch.no_grad()
    def generate(self, pictures, question):
        """The generated ids of every picture, the end token included."""
        inputs = self.inputs(pictures, question)
        rows = self.model.generate(**inputs, max_new_tokens=40)[:, inputs.input_ids.shape[1]:]
        answers = []
        for row in rows.tolist():
            answers.append(row[:row.index(self.end) + 1] if self.end in row else row)
        return answers

    def text(self, ids):
        return self.processor.tokenizer.decode(ids, skip_special_tokens=True).strip()

    @torch.no_grad()
    def maps(self, picture, question, ids):
        """Attention maps of all variants for the generated ids of one picture."""
        inputs = self.inputs([picture], question)
        start = inputs.input_ids.shape[1]
        sequence = torch.cat((inputs.input_ids, torch.tensor([ids])), 1)
        output = self.model(input_ids=sequence, pixel_values=inputs.pixel_values,
                            attention_mask=torch.ones_like(sequence), output_attentions=True)
        tower = self.model.model.vision_tower
        seen = tower(inputs.pixel_values, output_attentions=True).attentions
        seen = seen[:len(seen) + self.model.config.vision_feature_layer + 1]
        rows = torch.arange(start - 1, start - 1 + len(ids))
        image = sequence[0] == self.model.config.image_token_index
        language = language_weights([layer[0] for layer in output.attentions], rows, image)
        return variants(language, vision_weights([layer[0] for layer in seen]))


def content_tokens(picture, tokenizer):
    """(position in the answer, item) of the words, or of shape, colour and place of the cells."""
    ids = tokenizer(answer(WHAT, picture.kind, picture.items),
                    add_special_tokens=False).input_ids
    wanted = [[item] if picture.kind == "page" else list(item) for item in picture.items]
    found, at = [], 0
    for index, names in enumerate(wanted):
        for name in names:
            token = tokenizer.convert_tokens_to_ids("\u2581" + name)
            at = ids.index(token, at)
            found.append((at, index))
            at += 1
    return ids, found


def score(folder, kind, split, count, questions):
    """Right answers per question, and hits of every variant over all content tokens.

    A content token that was not generated at its place counts as pointed wrong.
    """
    torch.set_num_threads(1)
    reader = Reader(folder)
    numbers = [SPLITS[split] + i for i in range(count)]
    right, hits, tokens = defaultdict(int), defaultdict(int), 0
    luck, wrong = {OVERLAP: 0.0, CENTRE: 0.0}, []
    for begin in range(0, count, BATCH):
        pictures = [make_picture(kind, number) for number in numbers[begin:begin + BATCH]]
        for question in questions:
            for picture, ids in zip(pictures, reader.generate(pictures, question)):
                expected = answer(question, kind, picture.items)
                said = reader.text(ids)
                right[question] += said == expected
                if question != WHAT:
                    continue
                if said != expected and len(wrong) < 25:
                    wrong.append([expected, said])
                boxes = model_boxes(picture)
                wanted, content = content_tokens(picture, reader.processor.tokenizer)
                maps = reader.maps(picture, WHAT, ids)
                for at, item in content:
                    tokens += 1
                    for rule in luck:
                        luck[rule] += chance(boxes[item], rule)
                    if at >= len(ids) or ids[at] != wanted[at]:
                        continue
                    for name, rows in maps.items():
                        patch = int(rows[at].argmax())
                        for rule in luck:
                            hits[name, rule] += points_inside(patch, boxes[item], rule)
    return {
        "pictures": count,
        "right": {question: right[question] / count for question in questions},
        "tokens": tokens,
        "chance": {rule: round(value / tokens, 4) for rule, value in luck.items()},
        "pointing": {name: {rule: round(hits[name, rule] / tokens, 4) for rule in luck}
                     for name in maps},
        "wrong": wrong,
    }


def best_variant(results):
    """The variant that points best on pages and cells alike."""
    names = results["page"]["pointing"]
    return max(names, key=lambda name: sum(
        result["pointing"][name][OVERLAP] + result["pointing"][name][CENTRE]
        for result in results.values()))


def table(scores):
    """The main figures as Markdown."""
    lines = ["| | pages | cells |", "|---|---|---|"]
    page, cells = scores["test"]["page"], scores["test"]["cells"]
    for question in QUESTIONS:
        lines.append(f"| right answers to \"{question}\" | {page['right'][question]:.1%} "
                     f"| {cells['right'][question]:.1%} |")
    reference = scores["reference"]
    shown = {reference: "reference method", scores["best"]: "best variant"}
    shown.setdefault(reference.replace("all", "none"), "reference without vision")
    shown.setdefault(reference.replace("all", "5"), "reference, last vision layer used")
    for name, title in shown.items():
        for rule in (OVERLAP, CENTRE):
            lines.append(f"| pointing, {title} ({name}), {rule} "
                         f"| {page['pointing'][name][rule]:.1%} "
                         f"| {cells['pointing'][name][rule]:.1%} |")
    for rule in (OVERLAP, CENTRE):
        lines.append(f"| pointing by chance, {rule} | {page['chance'][rule]:.1%} "
                     f"| {cells['chance'][rule]:.1%} |")
    lines.append(f"| pictures; content tokens | {page['pictures']}; {page['tokens']} "
                 f"| {cells['pictures']}; {cells['tokens']} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--out", required=True, help="path of the scores without extension")
    parser.add_argument("--dev", type=int, default=100, help="pictures to choose the variant on")
    parser.add_argument("--test", type=int, default=500)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    began = time.time()
    layers = AutoConfig.from_pretrained(arguments.folder).text_config.num_hidden_layers
    with ProcessPoolExecutor(arguments.processes, mp_context=get_context("spawn")) as pool:
        runs = {(split, kind): pool.submit(score, arguments.folder, kind, split, count, questions)
                for split, count, questions in (("test", arguments.test, QUESTIONS),
                                                ("dev", arguments.dev, [WHAT]))
                for kind in ("page", "cells")}
        done = {key: run.result() for key, run in runs.items()}
    dev, test = ({kind: done[split, kind] for kind in ("page", "cells")}
                 for split in ("dev", "test"))
    scores = {"best": best_variant(dev), "reference": reference_name(layers),
              "minutes": round((time.time() - began) / 60, 1), "test": test, "dev": dev}
    with open(arguments.out + ".json", "w", encoding="utf-8") as file:
        json.dump(scores, file, indent=1)
        file.write("\n")
    with open(arguments.out + ".md", "w", encoding="utf-8") as file:
        file.write(table(scores))
    print(table(scores))


if __name__ == "__main__":
    main()
