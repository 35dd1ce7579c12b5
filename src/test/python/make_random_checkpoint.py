"""Write a seeded random checkpoint of a published model's size, in bfloat16, for timings.

    python src/test/python/make_random_checkpoint.py FOLDER MODEL

MODEL is smolvlm-256m, llava-onevision-0.5b, llava-next-mistral-7b, qwen2.5-vl-3b or qwen3-vl-2b.
Tensors are made one file at a time, so that the largest needs about 6 GB of memory. Does nothing if the folder
already holds the checkpoint whole.
"""

import json
import sys
import zlib
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForImageTextToText

from hub_models import HUB_MODELS

SHARD_BYTES = 5e9
INDEX = "model.safetensors.index.json"


def random_tensor(name: str, shape: torch.Size) -> torch.Tensor:
    """As models begin: 1 for the weights of norms, else a standard deviation of 0.02; the name is the seed."""
    if ("norm" in name or "ln_q" in name) and name.endswith("weight"):
        return torch.ones(shape, dtype=torch.bfloat16)
    values = torch.empty(shape, dtype=torch.bfloat16)
    return values.normal_(std=0.02, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))


def shards(shapes: dict) -> list:
    parts, size = [{}], 0
    for name, shape in shapes.items():
        if size and size + 2 * shape.numel() > SHARD_BYTES:
            parts.append({})
            size = 0
        parts[-1][name] = shape
        size += 2 * shape.numel()
    return parts


def main() -> None:
    folder, model = Path(sys.argv[1]), HUB_MODELS[sys.argv[2]]()
    if (folder / INDEX).exists():
        return
    model.write_small_files(folder)
    with torch.device("meta"):
        empty = AutoModelForImageTextToText.from_config(model.config)
    tied = {"lm_head.weight"} if empty.get_output_embeddings().weight is empty.get_input_embeddings().weight else set()
    shapes = {model.stored(name): value.shape for name, value in empty.state_dict().items() if name not in tied}
    parts, places = shards(shapes), {}
    for i, part in enumerate(parts):
        file = f"model-{i + 1:05d}-of-{len(parts):05d}.safetensors"
        save_file({name: random_tensor(name, shape) for name, shape in part.items()}, folder / file, {"format": "pt"})
        places |= dict.fromkeys(part, file)
    size = sum(2 * shape.numel() for shape in shapes.values())
    (folder / INDEX).write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": places}))
    print(f"{folder}: {size / 2:,.0f} parameters in {len(parts)} files")


if __name__ == "__main__":
    main()
