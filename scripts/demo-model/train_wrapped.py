"""Fine-tune a wrapped checkpoint on tiles or pairs of pictures: projector, decoder and line ends; the tower stays.

    python train_wrapped.py next|interleave CHECKPOINT FOLDER --minutes 10
"""

import argparse
import time

import torch
import torch.nn.functional as F

from train import learning_rate
from wrapped import KINDS, build, inputs, prompt, training_sample

ACCUMULATED = 8  # samples a step


def packed(model, kind, processor, shown):
    """Embeddings, positions, mask and labels of pictures and all their questions, each of which sees itself only."""
    ids, position, block, label = [], [], [], []
    first = inputs(kind, processor, shown.pictures, shown.asked[0][0])
    image = model.config.image_token_index
    shared = int((first.input_ids[0] == image).nonzero()[-1]) + 1
    ids += first.input_ids[0, :shared].tolist()
    position += range(shared)
    block += [0] * shared
    label += [-100] * shared
    for number, (question, reply) in enumerate(shown.asked, start=1):
        asked = prompt(question, 0)
        head = len(processor.tokenizer("USER: <image>").input_ids)
        before = processor.tokenizer(asked.replace("USER: ", "USER: <image>\n", 1)).input_ids[head:]
        whole = processor.tokenizer(asked.replace("USER: ", "USER: <image>\n", 1) + f" {reply}</s>").input_ids[head:]
        ids += whole
        position += range(shared, shared + len(whole))
        block += [number] * len(whole)
        label += [-100] * len(before) + whole[len(before):]
    ids, block = torch.tensor(ids), torch.tensor(block)
    seen = ((block[:, None] == block) | (block == 0)) & torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    return first, ids[None], torch.tensor(position)[None], seen[None, None], torch.tensor(label), shared


def loss_of(model, kind, processor, shown):
    first, ids, positions, seen, labels, shared = packed(model, kind, processor, shown)
    sizes = {"image_sizes": first.image_sizes} if kind == "next" else {}
    features = torch.cat(list(model.model.get_image_features(first.pixel_values, **sizes)))
    words = model.get_input_embeddings()(ids)
    words = words.masked_scatter((ids == model.config.image_token_index).unsqueeze(-1), features.to(words.dtype))
    states = model.model.language_model(
        inputs_embeds=words, position_ids=positions, attention_mask=torch.where(seen, 0.0, -1e9), use_cache=False,
    ).last_hidden_state[0, shared:-1]
    wanted = labels[shared + 1:]
    logits = model.lm_head(states[wanted >= 0])
    wanted = wanted[wanted >= 0]
    return F.cross_entropy(logits, wanted), (logits.argmax(-1) == wanted).float().mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("checkpoint")
    parser.add_argument("folder")
    parser.add_argument("--minutes", type=float, default=10, help="of one core")
    parser.add_argument("--rate", type=float, default=5e-4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model, processor = build(arguments.kind, arguments.checkpoint, attention="sdpa")
    model.model.vision_tower.requires_grad_(False)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, betas=(0.9, 0.98), weight_decay=0.01)
    began, seen, told, right = time.process_time(), 0, 0.0, 0.0
    while (used := (time.process_time() - began) / 60 / arguments.minutes) < 1:
        for _ in range(ACCUMULATED):
            loss, share = loss_of(model, arguments.kind, processor, training_sample(arguments.kind, seen))
            (loss / ACCUMULATED).backward()
            seen, told, right = seen + 1, told + loss.item(), right + share.item()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(arguments.rate, used)
        optimizer.step()
        optimizer.zero_grad()
        if seen % 80 == 0:
            print(f"{seen} samples, {used:.0%}: loss {told / 80:.3f}, tokens right {right / 80:.3f}", flush=True)
            told = right = 0.0
    model.bfloat16().save_pretrained(arguments.folder)
    processor.save_pretrained(arguments.folder)
    print(f"{seen} samples in {arguments.minutes} minutes")


if __name__ == "__main__":
    main()
