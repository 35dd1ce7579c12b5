"""Write LoRA adapters on checkpoints that make_family_goldens.py wrote, and what should be computed with them.

    python src/test/python/make_family_adapter_goldens.py

Adapters are saved and merged by peft. Written to families/adapters/NAME, on the checkpoint of the golden NAME:
the adapter, and adapter.json with the ids of the answer and the logits [V] that choose each of them.
"""

import json
import shutil

import peft
import torch
from safetensors.torch import load_file, save_file

import vlm_visualizer as reference
from families import golden, qwen_vl
from families.opened import opened
from make_family_goldens import FAMILIES
from make_goldens import write_json

TOKENS = 4
DECODER = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# Qwen2's biases of q, k and v; SmolVLM's connector ("proj"), tower and tied embeddings; Qwen-VL's tower, whose q, k and
# v are one matrix, and Qwen3-VL's mergers; InternVL's tower and projector; Gemma 3's tower; Phi-3-V, whose matrices are
# fused in file and adapter.
ADAPTERS = {
    "llava-siglip-qwen2": {"r": 4, "lora_alpha": 8, "target_modules": DECODER},
    "smolvlm-tiles": {"r": 3, "lora_alpha": 6, "use_rslora": True, "target_modules": ["q_proj", "v_proj", "down_proj", "fc1", "proj"]},
    "next-mistral": {"r": 2, "lora_alpha": 8, "target_modules": ["q_proj", "o_proj", "linear_1"], "modules_to_save": ["linear_2"]},
    "qwen2.5-vl-one": {"r": 2, "lora_alpha": 8, "target_modules": [*DECODER, "qkv"]},
    "phi3-v-one": {
        "r": 2, "lora_alpha": 8,
        "target_modules": ["qkv_proj", "o_proj", "gate_up_proj", "down_proj", "img_projection.0", "fc1"],
    },
    "qwen3-vl-one": {"r": 2, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj", "linear_fc1"]},
    "internvl-one": {"r": 3, "lora_alpha": 6, "target_modules": ["q_proj", "up_proj", "projection_layer", "linear_1"]},
    "gemma3-one": {"r": 2, "lora_alpha": 6, "target_modules": [*DECODER, "fc1"]},
}  # fmt: skip


def adapted(model, folder, settings: dict):
    """The model with a random adapter, which is saved in bfloat16 and merged."""
    whole = peft.get_peft_model(model, peft.LoraConfig(base_model_name_or_path="base", lora_dropout=0.1, **settings))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _, weight in sorted(whole.named_parameters()):
            if weight.requires_grad:
                weight.copy_((0.1 * torch.randn(weight.shape, generator=generator)).bfloat16())
    whole.save_pretrained(folder)
    file = folder / "adapter_model.safetensors"
    save_file({name: weight.bfloat16() for name, weight in load_file(file).items()}, file, {"format": "pt"})
    (folder / "README.md").unlink(missing_ok=True)
    written = json.loads((folder / "adapter_config.json").read_text())
    written |= {"base_model_name_or_path": "somewhere/base", "target_modules": sorted(written["target_modules"])}
    write_json(folder / "adapter_config.json", written)
    return whole.merge_and_unload()


def make(name: str, settings: dict, adapted) -> None:
    folder = golden.ROOT / "adapters" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _, model, inputs = opened(FAMILIES, name)
    with torch.no_grad():
        before = model(**inputs).logits[0, -1]
    model = adapted(model, folder, settings).eval()
    run = reference.greedy(model, inputs, set(), TOKENS)
    moved = ((run.logits[0] - before).abs().max() / before.abs().max()).item()
    best, second = run.logits.topk(2).values.unbind(-1)
    assert moved > 100 * golden.BAR
    assert (best - second).min() > 1e-3 * run.logits.abs().max(), f"{name}: narrow choice"
    values = [[round(v, 7) for v in row] for row in run.logits.tolist()]
    (folder / "adapter.json").write_text(json.dumps({"generated_ids": run.ids, "logits": values}) + "\n")
    print(f"{name}: {run.ids}, moves the logits by {moved:.2g}")


@torch.no_grad()
def adapted_by_hand(model, folder, settings: dict):
    """The first Qwen-VL's with an adapter on the matrices of its own code, which peft is not given."""
    write_json(folder / "adapter_config.json", settings | {"base_model_name_or_path": "somewhere/base", "peft_type": "LORA"})
    generator = torch.Generator().manual_seed(1)
    saved = {}
    for name, weight in sorted(model.stored().items()):
        module = name.removesuffix(".weight")
        if weight.ndim == 2 and any(module.endswith("." + target) for target in settings["target_modules"]):
            shapes = {"lora_A": (settings["r"], weight.shape[1]), "lora_B": (weight.shape[0], settings["r"])}
            a, b = ((0.1 * torch.randn(shape, generator=generator)).bfloat16() for shape in shapes.values())
            saved |= {f"base_model.model.{module}.lora_A.weight": a, f"base_model.model.{module}.lora_B.weight": b}
            qwen_vl.add(model, module, settings["lora_alpha"] / settings["r"] * b.float() @ a.float())
    save_file(saved, folder / "adapter_model.safetensors", {"format": "pt"})
    return model


# Those of the published script for fine-tuning, and the tower's fused matrix.
QWEN_VL = {"r": 2, "lora_alpha": 4, "target_modules": ["c_attn", "attn.c_proj", "w1", "w2", "attn.in_proj"]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name, settings in ADAPTERS.items():
        make(name, settings, adapted)
    make("qwen-vl-one", QWEN_VL, adapted_by_hand)
