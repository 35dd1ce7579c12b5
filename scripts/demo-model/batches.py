"""Training batches: pictures of the pool, varied a little, and their questions and answers."""

import glob
import os
import random

import numpy as np
import torch

from pictures import GRID, decode_items
from tokens import prompt
from vocabulary import COLOURS, PLACES, QUESTIONS, SHAPES, WORDS, answer, rephrase

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
COMMON = 352  # length of most sequences
PARTS = ("images", "letters", "labels", "items")


class PicturePool:
    """The shards in a folder; those written later are taken up by refresh()."""

    def __init__(self, folder):
        self.folder, self.shards = folder, {}
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(os.path.join(self.folder, "shard-????.npz"))):
            if path not in self.shards:
                with np.load(path) as shard:
                    self.shards[path] = [shard[part] for part in PARTS]

    def draw(self, size, rng):
        """Random pictures: images, letters, labels, items."""
        shards = list(self.shards.values())
        picks = [(rng.randrange(len(shards)), rng.randrange(len(shards[0][0])))
                 for _ in range(size)]
        return [np.stack([shards[s][part][i] for s, i in picks]) for part in range(len(PARTS))]


def vary(images, items, rng):
    """Model input from pictures: pages also in other and inverted colours, all in other light."""
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    light = []
    for index in range(len(pixels)):
        if items[index, 0, 1] >= 0:
            light.append((rng.uniform(0.85, 1.1), rng.uniform(-3, 3)))
            continue
        gain, shift = rng.uniform(0.8, 1.1), rng.uniform(-20, 20)
        if rng.random() < 0.3:
            pixels[index] = pixels[index, rng.sample(range(3), 3)]
        light.append((-gain, 255 * gain + shift) if rng.random() < 0.2 else (gain, shift))
    gain, shift = torch.tensor(light).view(-1, 2, 1, 1, 1).unbind(1)
    pixels = pixels * gain + shift
    return (pixels.clamp(0, 255) / 255 - MEAN) / STD


class Conversations:
    """All questions about each picture in one sequence that shares the picture.

    Every question with its answer sees the prompt up to the picture and itself only.
    """

    def __init__(self, tokenizer, rephrased=0.08):
        self.tokenizer, self.rephrased = tokenizer, rephrased
        self.cache = {}
        start, _ = prompt("?").split("<image>")
        self.prefix = tokenizer(start).input_ids
        self.image = [tokenizer.convert_tokens_to_ids("<image>")] * GRID * GRID

    def encode(self, question, reply):
        """Ids after the picture, and how many of them are the question."""
        if (question, reply) not in self.cache:
            asked = prompt(question)
            length = len(self.tokenizer(asked).input_ids) - len(self.prefix) - 1
            ids = self.tokenizer(f"{asked} {reply}</s>").input_ids[len(self.prefix) + 1:]
            self.cache[question, reply] = ids, length
        return self.cache[question, reply]

    def names(self, labels):
        """Token ids of what lies at each patch (word, shape, colour, place), -100 for none."""
        columns = []
        for channel, names in enumerate((WORDS, SHAPES, COLOURS, PLACES), start=1):
            ids = [self.tokenizer.convert_tokens_to_ids("\u2581" + name) for name in names]
            columns.append(torch.tensor([-100] + ids)[labels[:, channel].flatten(1)])
        return torch.stack(columns, -1)

    def batch(self, items, rng):
        """Ids, positions, attention mask and labels of a batch."""
        rows = []
        shared = len(self.prefix) + len(self.image)
        for codes in items:
            kind, listed = decode_items(codes)
            row = [(self.prefix + self.image, 0, shared)]
            for question in QUESTIONS:
                asked = rephrase(question, rng) if rng.random() < self.rephrased else question
                ids, length = self.encode(asked, answer(question, kind, listed))
                row.append((ids, shared, length))
            rows.append(row)
        return self.lay_out(rows, COMMON)

    def lay_out(self, rows, common):
        """Rows of (ids, first position, ids that are not learned) as tensors, one row each."""
        longest = max(sum(len(ids) for ids, _, _ in row) for row in rows)
        longest = max(common, longest + -longest % 32)  # few lengths: each is compiled
        ids = torch.full((len(rows), longest), self.tokenizer.pad_token_id)
        positions = torch.zeros(len(rows), longest, dtype=torch.long)
        targets = torch.full((len(rows), longest), -100)
        block = torch.full((len(rows), longest), -1)
        for number, row in enumerate(rows):
            at = 0
            for part, (tokens, first, asked) in enumerate(row):
                end = at + len(tokens)
                ids[number, at:end] = torch.tensor(tokens)
                positions[number, at:end] = torch.arange(first, first + len(tokens))
                targets[number, at + asked:end] = torch.tensor(tokens[asked:], dtype=torch.long)
                block[number, at:end] = part
                at = end
        seen = (block[:, :, None] == block[:, None, :]) | (block[:, None, :] == 0)
        seen &= torch.ones(longest, longest, dtype=torch.bool).tril()
        seen |= torch.eye(longest, dtype=torch.bool)
        return ids, positions, seen[:, None], targets


def seeded(seed, step):
    return random.Random(f"batch {seed} {step}")
