"""Times Hugging Face transformers on the job that StageBenchmark times: eager attention, attentions
returned, greedy, a forced number of tokens. Prints both figures and their ratio.

    python src/test/python/benchmark_transformers.py FOLDER float32|bfloat16 PROMPT_TOKENS TOKENS REPEATS OURS

OURS is what StageBenchmark printed on the same machine.
"""

import json
import statistics
import sys
import time

import torch
from transformers import LlavaForConditionalGeneration


def peak_gigabytes() -> float:
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e9


@torch.no_grad()
def main() -> None:
    folder, precision = sys.argv[1:3]
    prompt_tokens, tokens, repeats = map(int, sys.argv[3:6])
    with open(sys.argv[6]) as output:
        ours = json.loads(output.read().strip().splitlines()[-1])
    dtype = getattr(torch, precision)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    start = time.perf_counter()
    model = LlavaForConditionalGeneration.from_pretrained(
        folder, dtype=dtype, attn_implementation="eager"
    ).to(device)
    load = time.perf_counter() - start

    vision = model.config.vision_config
    patches = (vision.image_size // vision.patch_size) ** 2
    image = model.config.image_token_index
    text = torch.arange(5, 5 + prompt_tokens - patches)
    text[text == image] = 4
    ids = torch.cat([text[:8], torch.full((patches,), image), text[8:]])[None].to(device)
    pixels = torch.rand(1, 3, vision.image_size, vision.image_size, device=device).to(dtype)

    def seconds(count: int) -> float:
        begin = time.perf_counter()
        model.generate(
            input_ids=ids, pixel_values=pixels, attention_mask=torch.ones_like(ids), do_sample=False,
            min_new_tokens=count, max_new_tokens=count, output_attentions=True,
            return_dict_in_generate=True,
        )
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begin

    seconds(2)
    first, all_tokens = [], []
    for _ in range(repeats):
        first.append(seconds(1))
        all_tokens.append(seconds(tokens))
    prefill = statistics.median(first)
    theirs = {
        "load_s": load,
        "prefill_s": prefill,
        "token_s": (statistics.median(all_tokens) - prefill) / (tokens - 1),
        "peak_gb": peak_gigabytes() if device == "cpu" else torch.cuda.max_memory_allocated() / 1e9,
    }
    print(f"{'':12}{'ours':>10}{'theirs':>10}{'ratio':>8}")
    for name, figure in theirs.items():
        print(f"{name:12}{ours[name]:10.3f}{figure:10.3f}{ours[name] / figure:8.2f}")


if __name__ == "__main__":
    main()
