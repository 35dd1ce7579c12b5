"""Training in three stages: vision (facts of whole pictures), answers, together."""

import argparse
import os
import time

import numpy as np
import torch

import settings  # noqa: F401
from batches import seeded, vary
from build import Tellers, build_model, features, told_loss
from data import Fields, facts, page
from pictures import MAX_ITEMS
from ruled import FINAL
from talk import Talk, answer_loss, build_tokenizer
from train import Masters, learning_rate

GOOD, PACE = 0.5, 0.004  # words told well enough for harder pages, and how much harder per step
NAMING = 0.1  # weight of naming what is in the picture by the decoder's output matrix


class Lessons:
    """Pictures from easy to hard, as fast as they are told well.

    pages: 0 to 1 single words, to 2 up to four words, to 3 more varied up to FINAL; single words
    are half as varied. cells: 0 to 1 from single cells to four.
    """

    def __init__(self, hard):
        self.pages, self.cells = hard
        self.scores = [0.0, 0.0]

    def page(self, rng):
        first, second, third = (max(0, min(1, self.pages - n)) for n in range(3))
        return page(rng, 1 + round(second * (MAX_ITEMS - 1)), (first + third) * FINAL / 2)

    def field(self, fields, rng):
        return fields.draw(rng, 1 + round(self.cells * (MAX_ITEMS - 1)))

    def mark(self, word, cell):
        for index, score in enumerate((word, cell)):
            self.scores[index] += 0.05 * (float(score) - self.scores[index])
        self.pages = min(3, self.pages + PACE * (self.scores[0] > GOOD))
        self.cells = min(1, self.cells + PACE * (self.scores[1] > GOOD))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=("vision", "answers", "together"))
    parser.add_argument("--pool", required=True, help="folder written by pool.py")
    parser.add_argument("--out", required=True, help="checkpoint to write")
    parser.add_argument("--start", help="checkpoint of the stage before")
    parser.add_argument("--resume", action="store_true", help="go on from --out")
    parser.add_argument("--minutes", type=float, default=30, help="time; sets the schedule")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--pages", type=float, default=0.5, help="share of pages")
    parser.add_argument("--hard", type=float, nargs=2, help="how hard pages and fields start")
    parser.add_argument("--facts", type=float, default=0.5, help="weight of the facts in the end")
    parser.add_argument("--decay", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)

    tokenizer = build_tokenizer()
    model, tellers = build_model(tokenizer).bfloat16(), Tellers().bfloat16()
    tower = model.model.vision_tower.vision_model
    source = arguments.out if arguments.resume else arguments.start
    state = torch.load(source, weights_only=True) if source else None
    if state:
        fresh = arguments.stage == "answers" and not arguments.resume
        model.load_state_dict({name: value for name, value in state["model"].items()
                               if not fresh or "vision_tower" in name}, strict=not fresh)
        tellers.load_state_dict(state["tellers"])
    trained = {"vision": [tower, tellers],
               "answers": [model.model.multi_modal_projector, model.model.language_model,
                           model.lm_head],
               "together": [model, tellers]}[arguments.stage]
    masters = Masters([p for part in trained for p in part.parameters()], arguments.decay)
    step, used = 0, 0.0
    seen = state["seen"] if state else 0
    if arguments.resume:
        masters.load_state_dict(state["masters"])
        step, used = state["step"], state["used"]

    lessons = Lessons(arguments.hard or (state["hard"] if state else (0, 0)))
    fields, talk = Fields(arguments.pool), Talk(tokenizer)
    sums, began, saved = {}, time.time() - used, time.time()
    while used < arguments.minutes * 60:
        rng = seeded(f"{arguments.stage} {arguments.seed}", step)
        progress = used / (arguments.minutes * 60)
        count = round(arguments.batch * arguments.pages)
        drawn = [lessons.page(rng) for _ in range(count)]
        drawn += [lessons.field(fields, rng) for _ in range(arguments.batch - count)]
        images, items = (np.stack(part) for part in zip(*drawn))
        pixels = vary(images, items, rng)
        with torch.set_grad_enabled(arguments.stage != "answers"):
            states = features(tower, pixels.bfloat16())
        loss, scores = 0, {}
        if arguments.stage != "answers":
            loss, scores = told_loss(tellers, states, facts(items))
            lessons.mark(scores.get("word", 0), scores.get("colour, place", 0))
            scores["told"] = loss.detach()
            loss = loss * (1 if arguments.stage == "vision" else arguments.facts)
        if arguments.stage != "vision":
            told, naming, more = answer_loss(model, states[-1][:, 1:], talk, items, rng)
            scores |= more | {"answer loss": told.detach(), "naming": naming.detach()}
            loss = loss + told + NAMING * naming
        loss.backward()
        masters.step(learning_rate(arguments.rate, progress))
        step, seen, used = step + 1, seen + arguments.batch, time.time() - began
        for name, value in scores.items():
            value, count = value if isinstance(value, tuple) else (value.nan_to_num().item(), 1)
            total = sums.setdefault(name, [0, 0])
            total[0], total[1] = total[0] + value, total[1] + count
        if step % 100 == 0:
            line = "  ".join(f"{name} {value / max(1, count):.3f}"
                             for name, (value, count) in sums.items())
            hard = f"{lessons.pages:.2f} {lessons.cells:.2f}"
            print(f"{step} {used / 60:.1f} min  hard {hard}  {line}", flush=True)
            sums = {}
        done = used >= arguments.minutes * 60
        if done or time.time() - saved > 180:
            torch.save({"model": model.state_dict(), "tellers": tellers.state_dict(),
                        "seen": seen, "masters": masters.state_dict(), "step": step,
                        "used": used, "hard": [lessons.pages, lessons.cells]},
                       arguments.out + ".part")
            os.replace(arguments.out + ".part", arguments.out)
            saved = time.time()


if __name__ == "__main__":
    main()
