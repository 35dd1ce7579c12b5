"""Training in three stages: vision (dense labels), answers (projector, decoder), together."""

import argparse
import os
import time

import torch
import torch.nn.functional as F

from batches import Conversations, PicturePool, seeded, vary
from decoder import decoder_states
from model import POSITION_DIMS, build_model
from tokens import build_tokenizer
from tower import DenseHeads, dense_loss, features, fixed_patterns

SIZE = 0.02  # weight of the size of the patch states
NAMING = 0.1  # weight of naming each patch by the decoder's output matrix


class Masters:
    """AdamW on float32 copies of bfloat16 parameters."""

    def __init__(self, parameters, decay):
        self.parameters = [p for p in parameters]
        self.copies = [p.detach().float().clone() for p in self.parameters]
        matrices = [c for c in self.copies if c.ndim > 1]
        others = [c for c in self.copies if c.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0}],
            betas=(0.9, 0.98), foreach=True)

    def step(self, rate):
        for copy, parameter in zip(self.copies, self.parameters):
            copy.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(self.copies, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_(self.parameters, self.copies)

    def state_dict(self):
        return {"copies": self.copies, "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state):
        self.optimizer.load_state_dict(state["optimizer"])
        with torch.no_grad():
            torch._foreach_copy_(self.copies, state["copies"])
            torch._foreach_copy_(self.parameters, self.copies)


def keep_positions(tower):
    """Nothing may write over the dimensions that hold the position."""
    for layer in tower.encoder.layers[:-1]:
        layer.self_attn.out_proj.weight.grad[:POSITION_DIMS] = 0
        layer.self_attn.out_proj.bias.grad[:POSITION_DIMS] = 0
        layer.mlp.fc2.weight.grad[:POSITION_DIMS] = 0
        layer.mlp.fc2.bias.grad[:POSITION_DIMS] = 0


def answer_loss(model, late, batch, names, run):
    """Cross-entropy of the answers, and of naming each patch by the decoder's output matrix."""
    ids, positions, seen, targets = batch
    inner = model.model
    pictures = inner.multi_modal_projector(late)
    words = inner.language_model.embed_tokens(ids)
    place = ids == model.config.image_token_index
    words = words.masked_scatter(place.unsqueeze(-1), pictures)
    first = int(place[0].nonzero()[-1]) + 1
    cosine, sine = inner.language_model.rotary_emb(words, positions)
    bias = torch.where(seen, 0.0, -1e9).to(words.dtype)
    states = run(inner.language_model, words, cosine, sine, bias, first)
    wanted = targets[:, first + 1:]
    asked = wanted >= 0
    logits = model.lm_head(states[:, :-1][asked]).float()
    wanted = wanted[asked]
    named = (names >= 0).any(-1)
    naming = model.lm_head(inner.language_model.norm(pictures[named])).float()
    naming = naming.log_softmax(-1).gather(-1, names[named].clamp(min=0))
    naming = -naming[names[named] >= 0].mean()
    right = (logits.argmax(-1) == wanted).float().mean()
    return F.cross_entropy(logits, wanted), naming, right


def learning_rate(peak, progress, warm=0.03):
    if progress < warm:
        return peak * (progress + 1e-3) / warm
    done = (progress - warm) / (1 - warm)
    return peak * (0.02 + 0.98 * 0.5 * (1 + torch.cos(torch.tensor(done * 3.14159)).item()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=("vision", "answers", "together"))
    parser.add_argument("--pool", required=True, help="folder written by pictures.py")
    parser.add_argument("--out", required=True, help="checkpoint to write")
    parser.add_argument("--start", help="checkpoint of the stage before")
    parser.add_argument("--resume", action="store_true", help="go on from --out")
    parser.add_argument("--minutes", type=float, default=30, help="time; sets the schedule")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--dense", type=float, default=0.3, help="weight of the dense labels")
    parser.add_argument("--decay", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)

    tokenizer = build_tokenizer()
    model = build_model(tokenizer)
    tower = model.model.vision_tower.vision_model
    heads = DenseHeads(tower.config.hidden_size)
    pool = PicturePool(arguments.pool)
    talk = Conversations(tokenizer)
    patterns = None
    if arguments.stage != "together":
        images, *_, items = pool.draw(64, seeded(arguments.seed, -1))
        patterns = [p.bfloat16() for p in fixed_patterns(tower, vary(images, items, seeded(0, 0)))]
    model.bfloat16()
    heads.bfloat16()
    source = arguments.out if arguments.resume else arguments.start
    state = torch.load(source, weights_only=True) if source else None
    if state:
        fresh = arguments.stage == "answers" and not arguments.resume
        model.load_state_dict({name: value for name, value in state["model"].items()
                               if not fresh or "vision_tower" in name}, strict=not fresh)
        heads.load_state_dict(state["heads"])
    trained = {"vision": [tower, heads],
               "answers": [model.model.multi_modal_projector, model.model.language_model,
                           model.lm_head],
               "together": [model, heads]}[arguments.stage]
    masters = Masters([p for part in trained for p in part.parameters()], arguments.decay)
    step, used = 0, 0.0
    seen = state["seen"] if state else 0
    if arguments.resume:
        masters.load_state_dict(state["masters"])
        step, used = state["step"], state["used"]

    # Compiled attention over 257 tokens is slower than the plain one: no compiling for "together".
    run = features if arguments.stage == "together" else torch.compile(features)
    decode = torch.compile(decoder_states)
    sums, began, saved = {}, time.time() - used, time.time()
    while used < arguments.minutes * 60:
        rng = seeded(f"{arguments.stage} {arguments.seed}", step)
        images, letters, labels, items = pool.draw(arguments.batch, rng)
        pixels = vary(images, items, rng).bfloat16()
        letters, labels = (torch.from_numpy(x).long() for x in (letters, labels))
        scores = {}
        if arguments.stage == "answers":
            with torch.no_grad():
                early, late, size = run(tower, pixels, patterns)
        else:
            early, late, size = run(tower, pixels, patterns)
        loss = 0
        if arguments.stage != "answers":
            loss, scores = dense_loss(heads, early, late, letters, labels)
            scores |= {"dense loss": loss.detach(), "size": size.detach()}
            loss = loss * (1 if arguments.stage == "vision" else arguments.dense) + SIZE * size
        if arguments.stage != "vision":
            told, naming, right = answer_loss(
                model, late, talk.batch(items, rng), talk.names(labels), decode)
            scores |= {"answer loss": told.detach(), "answer token": right,
                       "naming": naming.detach()}
            loss = loss + told + NAMING * naming
        loss.backward()
        if arguments.stage == "vision":
            keep_positions(tower)
        masters.step(learning_rate(arguments.rate, used / (arguments.minutes * 60)))
        step, seen, used = step + 1, seen + arguments.batch, time.time() - began
        for name, value in scores.items():
            sums[name] = sums.get(name, 0) + value.nan_to_num().item()
        if step % 100 == 0:
            line = "  ".join(f"{name} {value / 100:.3f}" for name, value in sums.items())
            print(f"{step} {used / 60:.1f} min  {line}", flush=True)
            sums = {}
            pool.refresh()
        done = used >= arguments.minutes * 60
        if done or time.time() - saved > 180:
            torch.save({"model": model.state_dict(), "heads": heads.state_dict(), "seen": seen,
                        "masters": masters.state_dict(), "step": step, "used": used},
                       arguments.out + ".part")
            os.replace(arguments.out + ".part", arguments.out)
            saved = time.time()


if __name__ == "__main__":
    main()
