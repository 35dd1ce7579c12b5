"""Write what int8 and int4 weights should give, from the tiny checkpoints that make_goldens.py and
make_family_goldens.py wrote.

    python src/test/python/make_quantised_goldens.py

The decoder's matrices are quantised and dequantised here, by the formulas in ops.py, all others
rounded to bfloat16, as the plugin holds them; the model then runs in float32. Written to NAME/quantised.json: the logits [V] that choose the first token.
"""

import json

import torch
from safetensors.torch import load_file
from transformers import LlavaForConditionalGeneration

from families.opened import opened
from make_family_goldens import FAMILIES as ALL
from make_goldens import GOLDEN

NAMES = ["llama-mha", "llama-gqa-sharded", "mistral-gqa-bfloat16", "llama-wide"]
FAMILIES = [
    "llava-siglip-qwen2", "llava-siglip-qwen3", "llava-siglip-llama3", "next-mistral", "smolvlm-tiles",
    "onevision-resized", "next-video-frames", "qwen2-vl-limits", "qwen2.5-vl-one", "qwen3-vl-one",
    "internvl-one", "gemma3-published", "qwen-vl-one", "phi3-v-numbers",
]  # fmt: skip
GROUP = 32
# Each by itself, or Phi-3's, stored as one.
STACKED = [["q_proj", "k_proj", "v_proj", "qkv_proj"], ["o_proj"], ["gate_proj", "up_proj", "gate_up_proj"], ["down_proj"]]


def bfloat16(x: torch.Tensor) -> torch.Tensor:
    return x.to(torch.bfloat16).float()


def int8(w: torch.Tensor) -> torch.Tensor:
    """[N, K] -> the nearest matrix with 8-bit integers and a scale per row."""
    scale = bfloat16(w.abs().amax(1, keepdim=True) / 127)
    return (w / scale).round().clamp(-127, 127) * scale


def int4(w: torch.Tensor) -> torch.Tensor:
    """[N, K] -> the nearest matrix with 4-bit integers, a scale and a zero per group of columns."""
    group = 64 if w.shape[1] % 64 == 0 else GROUP
    groups = w.reshape(w.shape[0], -1, group)
    low = groups.amin(2, keepdim=True)
    scale = bfloat16((groups.amax(2, keepdim=True) - low) / 15)
    zero = bfloat16(low + 8 * scale)
    q = ((groups - zero) / scale).round().add(8).clamp(0, 15)
    return ((q - 8) * scale + zero).reshape(w.shape)


def fits(parts: list[torch.nn.Linear]) -> bool:
    """PyTorch's kernels take multiples of 16 rows, and whole groups of columns."""
    return sum(p.out_features for p in parts) % 16 == 0 and parts[0].in_features % GROUP == 0


@torch.no_grad()
def quantised(model, decoder, quantise) -> int:
    """Quantise a model in place; returns how many projections were."""
    count = 0
    linears = [[model.lm_head]]
    for layer in decoder.layers:
        modules = dict(layer.self_attn.named_children()) | dict(layer.mlp.named_children())
        linears += [[modules[name] for name in names if name in modules] for names in STACKED]
    if model.lm_head.weight is decoder.embed_tokens.weight:  # embeddings are read as they are stored
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.clone())
    for parameter in model.parameters():
        if parameter.ndim > 1 and not any(parameter is p.weight for ps in linears if fits(ps) for p in ps):
            parameter.copy_(bfloat16(parameter))
    for parts in linears:
        if fits(parts):
            count += 1
            for part in parts:
                part.weight.copy_(quantise(part.weight))
    return count


def of_llava(name: str):
    folder = GOLDEN / name
    model = LlavaForConditionalGeneration.from_pretrained(
        folder / "checkpoint", dtype=torch.float32, attn_implementation="eager"
    ).eval()
    golden = load_file(folder / "golden.safetensors")
    inputs = {"input_ids": golden["input_ids"][None], "pixel_values": golden["pixel_values"][None]}
    return model.model.language_model, model, inputs


def of_family(name: str):
    family, model, inputs = opened(ALL, name)
    return family.decoder(model), model, inputs


@torch.no_grad()
def logits(opening, name: str, quantise) -> list[float]:
    decoder, model, inputs = opening(name)
    assert quantised(model, decoder, quantise) >= 3
    values = model(**inputs).logits[0, -1]
    assert values.isfinite().all()
    return [round(v, 6) for v in values.tolist()]


def main() -> None:
    torch.set_num_threads(1)
    goldens = [(of_llava, name, GOLDEN / name) for name in NAMES]
    goldens += [(of_family, name, GOLDEN / "families" / name) for name in FAMILIES]
    for opening, name, folder in goldens:
        written = {quantise.__name__: logits(opening, name, quantise) for quantise in (int8, int4)}
        (folder / "quantised.json").write_text(json.dumps(written) + "\n")


if __name__ == "__main__":
    main()
