"""Scores of wrapped checkpoints: right answers, and where attention points on the whole picture.

    python evaluate_wrapped.py next|interleave CHECKPOINT --out FILE.json [--count 100]

A map adds, for every place of the picture, the weight per area of each view that covers it; attention points at the
cell of the finest view with the largest sum, in the picture with the larger share. Weights are those of the reference
method without the vision tower: mean over heads, first token left out, rows made to sum to one, mean over layers.
Tokens said wrongly count as pointed wrongly. CHECKPOINT may be the bundled one, which then is scored as wrapped, before
any training on tiles or pairs.
"""

import argparse
import json
from collections import Counter

import torch

from pictures import SPLITS
from vocabulary import QUESTIONS, WHAT, answer
from wrapped import KINDS, build, inputs, places, sample

SETS = {"next": [["page"], ["small page"], ["cells"]],
        "interleave": [["page", "page"], ["cells", "cells"], ["page", "cells"]]}


@torch.no_grad()
def generate(model, kind, processor, pictures, question):
    asked = inputs(kind, processor, pictures, question)
    row = model.generate(**asked, do_sample=False, max_new_tokens=64)[0, asked.input_ids.shape[1]:].tolist()
    end = processor.tokenizer.eos_token_id
    return row[:row.index(end) + 1] if end in row else row


@torch.no_grad()
def weights(model, kind, processor, pictures, ids):
    """Weights of the image tokens for every generated id, in double precision."""
    asked = inputs(kind, processor, pictures, WHAT)
    start = asked.input_ids.shape[1]
    asked["input_ids"] = torch.cat((asked.input_ids, torch.tensor([ids])), 1)
    asked["attention_mask"] = torch.ones_like(asked.input_ids)
    layers = model(**asked, output_attentions=True).attentions
    rows = torch.stack([layer[0].mean(0)[start - 1:start - 1 + len(ids)] for layer in layers]).double()
    rows[..., 0] = 0
    rows = (rows / rows.sum(-1, keepdim=True)).mean(0)
    return rows[:, asked.input_ids[0] == model.config.image_token_index]


def area(cell):
    return (cell[2] - cell[0]) * (cell[3] - cell[1])


def inside(cell, x, y):
    return cell[0] <= x < cell[2] and cell[1] <= y < cell[3]


def pointed(row, where):
    """(picture, cell): the picture with the larger share, and its finest cell with the largest weight per area."""
    shares = Counter()
    for value, (picture, cell) in zip(row.tolist(), where):
        shares[picture] += value if cell else 0
    shown = max(shares, key=shares.get)
    dense = [(v / area(cell), cell) for v, (p, cell) in zip(row.tolist(), where) if cell and p == shown]
    finest = 1.01 * min(area(cell) for _, cell in dense)
    coarse = [entry for entry in dense if area(entry[1]) > finest]

    def total(value, cell):
        x, y = (cell[0] + cell[2]) / 2, (cell[1] + cell[3]) / 2
        return value + sum(v for v, c in coarse if inside(c, x, y))

    return shown, max((total(v, cell), cell) for v, cell in dense if area(cell) <= finest)[1]


def content(pictures, tokenizer):
    """The right ids, and (position, picture, box) of words or of shapes, colours and places."""
    text = " ".join(answer(WHAT, p.kind, p.items) for p in pictures)
    ids, found, at = tokenizer(text, add_special_tokens=False).input_ids, [], 0
    for number, picture in enumerate(pictures):
        for item, box in zip(picture.items, picture.boxes):
            for name in [item] if picture.kind == "page" else item:
                at = ids.index(tokenizer.convert_tokens_to_ids("\u2581" + name), at)
                found.append((at, number, box))
                at += 1
    return ids, found


def judge(place, number, box):
    """Whether it is in the right picture, overlaps the box, has its centre in the box."""
    picture, (x0, y0, x1, y1) = place
    same = picture == number
    overlap = same and x0 < box[2] and x1 > box[0] and y0 < box[3] and y1 > box[1]
    return {"picture": same, "overlap": overlap,
            "centre": overlap and inside(box, (x0 + x1) / 2, (y0 + y1) / 2)}


def score(model, kind, processor, whats, count):
    right, hits, tokens, image_tokens = Counter(), Counter(), 0, 0
    for number in range(count):
        shown = sample(kind, whats, SPLITS["test"] + number)
        for question, wanted in shown.asked:
            ids = generate(model, kind, processor, shown.pictures, question)
            right[question] += processor.tokenizer.decode(ids, skip_special_tokens=True).strip() == wanted
            if question != WHAT:
                continue
            expected, marked = content(shown.pictures, processor.tokenizer)
            rows = weights(model, kind, processor, shown.pictures, ids)
            where = places(kind, processor, shown.pictures)
            if len(where) != rows.shape[1]:
                raise SystemExit(f"{rows.shape[1]} image tokens, {len(where)} places")
            image_tokens += len(where)
            for at, picture, box in marked:
                tokens += 1
                if at < len(ids) and ids[at] == expected[at]:
                    hits.update(judge(pointed(rows[at], where), picture, box))
    return {"pictures": " and ".join(whats), "count": count,
            "right": {q: right[q] / count for q in QUESTIONS if q in right or kind == "next"},
            "content_tokens": tokens, "image_tokens": round(image_tokens / count),
            "pointing": {rule: round(hits[rule] / tokens, 4) for rule in ("picture", "overlap", "centre")}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("checkpoint")
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model, processor = build(arguments.kind, arguments.checkpoint)
    scores = []
    for whats in SETS[arguments.kind]:
        scores.append(score(model.eval(), arguments.kind, processor, whats, arguments.count))
        print(scores[-1], flush=True)
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(scores, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
