"""Times Hugging Face transformers on the job that StageBenchmark times: eager attention, greedy, a forced number of
tokens.

    python src/test/python/benchmark_transformers.py FOLDER float32|bfloat16|float16 TOKENS REPEATS [--picture SIDE]
        [--image-tokens MOST] [--prompt LENGTH] [--one-view] [--no-attentions] [--ours FILE]

The picture is a random square of SIDE pixels, of MOST tokens at most where a model sees it at its own size; the prompt
is LENGTH tokens long, image tokens included; --one-view turns tiles off. Attentions are returned, as who wants to see
them must ask for, unless --no-attentions (of 3,700 tokens in 24 layers they would take 18 GB). FILE is what
StageBenchmark printed on the same machine: both figures and their ratio are printed. "tower_limit" is the tower's
matrix products at the highest rate at which PyTorch multiplies matrices of the tower's shapes in this precision, for
towers that see squares.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoTokenizer

# The processors' slow (Pillow) image processors, by name, whatever is installed.
CLASSES = {
    "llava": ("LlavaProcessor", "CLIPImageProcessor"),
    "llava_next": ("LlavaNextProcessor", "LlavaNextImageProcessor"),
    "llava_onevision": ("LlavaOnevisionProcessor", "LlavaOnevisionImageProcessor"),
    "idefics3": ("Idefics3Processor", "Idefics3ImageProcessor"),
    "qwen2_5_vl": ("Qwen2_5_VLProcessor", "Qwen2VLImageProcessor"),
    "qwen3_vl": ("Qwen3VLProcessor", "Qwen2VLImageProcessor"),
}
VIDEOS = {
    "llava_onevision": "LlavaOnevisionVideoProcessor",
    "qwen2_5_vl": "Qwen2VLVideoProcessor",
    "qwen3_vl": "Qwen3VLVideoProcessor",
}
QWEN_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
QUESTION = "What is in the picture? " * 2


def now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def memory_gigabytes(kind: str) -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(kind)) * 1024 / 1e9


def processor_of(folder: Path, config, one_view: bool, most: int | None):
    whole, images = (getattr(transformers, name) for name in CLASSES[config.model_type])
    file = folder / "processor_config.json"
    settings = json.loads(file.read_text()) if file.exists() else {}
    settings.pop("processor_class", None)
    options = {"do_image_splitting": False} if one_view else {}
    if most:
        block = config.vision_config.patch_size * config.vision_config.spatial_merge_size
        options |= {"min_pixels": 4 * block**2, "max_pixels": most * block**2}
    image_processor = images.from_pretrained(folder, **options)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if config.model_type in VIDEOS:
        settings["video_processor"] = getattr(transformers, VIDEOS[config.model_type])()
    return whole(image_processor, tokenizer, **settings)


def inputs_of(arguments, config, dtype: torch.dtype):
    """What the processor makes of the picture, and a question that fills the prompt up to the length asked for."""
    processor = processor_of(arguments.folder, config, arguments.one_view, arguments.image_tokens)
    image = QWEN_IMAGE if config.model_type.startswith("qwen") else "<image>"
    pixels = np.random.default_rng(1).integers(0, 256, (arguments.picture, arguments.picture, 3), dtype=np.uint8)
    inputs = processor(text=image + QUESTION, images=[Image.fromarray(pixels)], return_tensors="pt")
    inputs["pixel_values"] = inputs["pixel_values"].to(dtype)
    if arguments.prompt:
        ids = inputs["input_ids"][0].tolist()
        ids = (ids + [ids[-1]] * arguments.prompt)[: arguments.prompt]
        inputs["input_ids"] = torch.tensor([ids])
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    return inputs


def timed_tower(model) -> list:
    """Seconds of every call of the vision tower from now on."""
    names = ("vision_tower", "vision_model", "visual")
    tower, begun, taken = next(getattr(model.model, name) for name in names if hasattr(model.model, name)), [], []
    tower.register_forward_pre_hook(lambda *_: begun.append(now()))
    tower.register_forward_hook(lambda *_: taken.append(now() - begun[-1]))
    return taken


def best_rate(vision, dtype: torch.dtype) -> float:
    """Floating-point operations a second: the best of the tower's layers over 1 to 4 crops, as linear layers run."""
    patches = (vision.image_size // vision.patch_size) ** 2
    best = 0
    for crops in (1, 2, 4):
        for inner, outer in ((vision.hidden_size, vision.intermediate_size), (vision.intermediate_size, vision.hidden_size)):
            x, weight = torch.randn(crops * patches, inner).to(dtype), torch.randn(outer, inner).to(dtype)
            for _ in range(12):
                start = time.perf_counter()
                F.linear(x, weight)
                best = max(best, 2 * crops * patches * inner * outer / (time.perf_counter() - start))
    return best


def tower_operations(vision, crops: int, layers: int) -> float:
    """Floating-point operations of the products: patches, q, k, v, scores, mixing, output, MLP."""
    n, d = (vision.image_size // vision.patch_size) ** 2, vision.hidden_size
    layer = 4 * d * d + 2 * d * vision.intermediate_size + 2 * n * d
    return 2 * crops * n * (layers * layer + 3 * vision.patch_size**2 * d)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("precision", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("tokens", type=int)
    parser.add_argument("repeats", type=int)
    parser.add_argument("--picture", type=int, default=1024, metavar="SIDE")
    parser.add_argument("--image-tokens", type=int, metavar="MOST")
    parser.add_argument("--prompt", type=int, metavar="LENGTH")
    parser.add_argument("--one-view", action="store_true")
    parser.add_argument("--no-attentions", action="store_true")
    parser.add_argument("--ours", type=Path, metavar="FILE")
    return parser.parse_args()


def measure(arguments) -> dict:
    dtype = getattr(torch, arguments.precision)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    start = time.perf_counter()
    model = AutoModelForImageTextToText.from_pretrained(
        arguments.folder, dtype=dtype, attn_implementation="eager"
    ).to(device)
    load = time.perf_counter() - start
    loaded = memory_gigabytes("VmRSS")
    inputs = inputs_of(arguments, model.config, dtype).to(device)
    towers = timed_tower(model)

    def run(count: int) -> tuple:
        """Seconds to the first token, the tower included, and to each further one."""
        stamps = []
        begin = time.perf_counter()
        model.generate(
            **inputs, do_sample=False, min_new_tokens=count, max_new_tokens=count,
            output_attentions=not arguments.no_attentions, return_dict_in_generate=True,
            stopping_criteria=[lambda ids, _: stamps.append(now()) or torch.zeros(len(ids), dtype=torch.bool, device=ids.device)],
        )
        return stamps[0] - begin, (stamps[-1] - stamps[0]) / (count - 1)

    run(2)
    towers.clear()
    runs = [run(arguments.tokens) for _ in range(arguments.repeats)]
    first, token = (statistics.median(times) for times in zip(*runs))
    tower = statistics.median(towers)
    peak = memory_gigabytes("VmHWM") if device == "cpu" else torch.cuda.max_memory_allocated() / 1e9
    vision = model.config.vision_config
    figures = {
        "load_s": load,
        "prefill_s": first,  # with the tower
        "token_s": token,
        "peak_gb": peak,
        "tower_s": tower,
        "loaded_gb": loaded,
        "prompt_tokens": inputs["input_ids"].shape[1],
    }
    if hasattr(vision, "image_size"):
        crops = inputs["pixel_values"].flatten(0, -4).shape[0]
        rate = best_rate(vision, dtype)
        limit = tower_operations(vision, crops, vision.num_hidden_layers) / rate
        figures |= {"tower_limit_s": limit, "best_rate_gflops": rate / 1e9, "crops": crops}
    return figures


@torch.no_grad()
def main() -> None:
    arguments = parse()
    theirs = measure(arguments)
    ours = json.loads(arguments.ours.read_text().strip().splitlines()[-1]) if arguments.ours else {}
    print(f"\nload average {os.getloadavg()[0]:.2f}, {torch.get_num_threads()} threads\n")
    print(f"| {arguments.precision} | ours | transformers {transformers.__version__} | ratio |\n| --- | --- | --- | --- |")
    for name, figure in theirs.items():
        mine, ratio = (f"{ours[name]:.3f}", f"{ours[name] / figure:.2f}") if name in ours else ("", "")
        print(f"| {name} | {mine} | {figure:.3f} | {ratio} |")


if __name__ == "__main__":
    main()
