"""Makes one golden: writes a checkpoint, runs transformers on it, checks what came out and writes it down."""

import copy
import math
import shutil
from pathlib import Path

import torch
import transformers
from PIL import Image
from safetensors.torch import save_file

import make_goldens
import vlm_visualizer as reference
from families import prompts
from families.family import Family
from families.layout import Layout, language_map, weighted_cells
from families.spec import Spec
from make_goldens import padded, write_json

ROOT = make_goldens.GOLDEN / "families"
BAR = 1e-5  # of the largest logit


@torch.no_grad()
def check_generation(spec: Spec, model, inputs: dict, run: reference.Generation, eos: list[int]) -> None:
    """Decoding with a cache equals one pass over everything, transformers' generate agrees, and no id won narrowly."""
    n = inputs["input_ids"].shape[1]
    everything = torch.cat([inputs["input_ids"], torch.tensor([run.ids[:-1]], dtype=torch.long)], dim=1)
    others = {name: value for name, value in inputs.items() if name not in ("input_ids", "attention_mask")}
    if "token_type_ids" in others:
        others["token_type_ids"] = padded(others["token_type_ids"], everything.shape[1])
    whole = model(input_ids=everything, **others, output_attentions=True)
    attentions = torch.cat(whole.attentions)
    torch.testing.assert_close(run.logits, whole.logits[0, n - 1 :], atol=1e-4, rtol=0)
    for t, row in enumerate(run.rows):
        torch.testing.assert_close(row, attentions[:, :, n - 1 + t, : n + t], atol=1e-5, rtol=0)
    if hasattr(model, "generate"):
        generated = model.generate(**inputs, do_sample=False, max_new_tokens=spec.tokens)
        assert generated[0, n:].tolist() == run.ids
    best, second = torch.stack(run.scores).topk(2).values.unbind(-1)
    assert (best - second).min() > 2e-3 * run.logits.abs().max(), f"{spec.name}: narrow choice"
    if spec.generation:
        assert run.ids != run.logits.argmax(-1).tolist(), f"{spec.name}: generation_config.json changes nothing"
    assert not set(run.ids) & set(eos)
    assert len(set(run.ids)) > len(run.ids) // 3, f"{spec.name}: repeats itself"


def check_scale(spec: Spec, run: reference.Generation, vision: torch.Tensor | list[torch.Tensor]) -> None:
    """Attention is not flat, neither the decoder's nor the tower's."""
    towers = vision if isinstance(vision, list) else [vision]
    for name, attentions in {"decoder": run.rows, "tower": towers}.items():
        for attention in attentions:
            entropy = -(attention * attention.clamp_min(1e-30).log()).sum(-1) / math.log(attention.shape[-1])
            assert entropy.mean() < 0.9, f"{spec.name}: flat attention in the {name}, {entropy.mean():.2f}"


@torch.no_grad()
def check_switches(spec: Spec, family: Family, model, inputs: dict) -> dict[str, float]:
    """Every switch moves a logit by more than 100 times what the Java side is allowed to differ."""
    logits = model(**inputs).logits[0, -1]
    moved = {}
    for name, change in family.switches(spec, model).items():
        other = copy.deepcopy(model)
        change(other)
        difference = (other(**inputs).logits[0, -1] - logits).abs().max() / logits.abs().max()
        moved[name] = difference.item()
    least = min(moved, key=moved.get)
    assert moved[least] > 100 * BAR, f"{spec.name}: {least} moves the logits by {moved[least]:.2g} only"
    return moved


@torch.no_grad()
def image_features(family: Family, model, inputs: dict, image: torch.Tensor) -> torch.Tensor:
    """What the decoder is given for the image tokens: [K, D]."""
    seen = []
    hook = family.decoder(model).register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["inputs_embeds"]), with_kwargs=True
    )
    model(**inputs)
    hook.remove()
    return seen[0][0, image]


def pixel_bytes(crops: torch.Tensor | list[torch.Tensor], processor) -> torch.Tensor:
    """The pixels before they were normalised: [B, 3, S, S], or all in a row where crops differ in size."""
    if isinstance(crops, list):
        return torch.cat([pixel_bytes(crop, processor).flatten() for crop in crops])
    mean, std = (torch.tensor(values)[:, None, None] for values in (processor.image_mean, processor.image_std))
    scaled = (crops * std + mean) * 255
    assert (scaled - scaled.round()).abs().max() < 1e-3
    return scaled.round().to(torch.uint8)


def shares(run: reference.Generation, image: torch.Tensor, markers: torch.Tensor, n: int) -> torch.Tensor:
    """[T, 4]: attention to image tokens with a place, to newlines and markers, to the other prompt, to the answer."""
    rows = []
    for row in run.rows:
        attention = reference.token_attention(row)
        prompt = attention[:n].sum() - attention[image].sum() - attention[markers].sum()
        rows.append(torch.stack([attention[image].sum(), attention[markers].sum(), prompt, attention[n:].sum()]))
    return torch.stack(rows)


def coarse(picture: Image.Image) -> Image.Image:
    """With few grey levels, for a small file."""
    return picture.point(lambda value: value // 16 * 16)


def make(family: Family, spec: Spec) -> None:
    """Write ROOT/NAME."""
    root = ROOT / spec.name
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "checkpoint"
    folder.mkdir(parents=True)
    model, processor, eos = family.checkpoint(spec, folder)

    pictures = [coarse(make_goldens.picture(size, spec.seed + i)) for i, size in enumerate(spec.pictures)]
    for i, picture in enumerate(pictures):
        picture.save(root / f"picture-{i + 1}.png")
    token = family.video_token if spec.video else family.image_token
    text = prompts.prompt(spec.template, spec.question, [token] * (1 if spec.video else len(pictures)))
    inputs = dict(family.inputs(spec, processor, text, pictures))
    ids = inputs["input_ids"][0]
    image = (ids == family.image_id(processor.tokenizer, token)).nonzero()[:, 0]

    layout = family.layout(spec, spec.pictures)
    crops = family.crops(inputs)
    assert len(layout.tokens) == len(image) and layout.crops == len(crops)
    with torch.no_grad():
        patches, vision = family.tower(model, crops)
        features = image_features(family, model, inputs, image)
        torch.testing.assert_close(family.features(model, patches, layout), features, atol=1e-5, rtol=1e-5)
        own = family.tensors(spec, model, inputs, layout, image)
    penalty = spec.generation.get("repetition_penalty", 1.0)
    run = reference.greedy(model, inputs, set(eos), spec.tokens, penalty)
    check_generation(spec, model, inputs, run, eos)
    check_scale(spec, run, vision)
    moved = check_switches(spec, family, model, inputs)

    placed = layout.placed()
    images = getattr(processor, "video_processor" if spec.video else "image_processor")
    pixels = {"pixel_bytes": pixel_bytes(crops, images)} if family.whole_colours else {"pixel_values": crops}
    tensors = pixels | {
        "input_ids": ids.int(),
        "image_positions": image.int(),
        "features": features,
        "logits": run.logits,
        "generated_ids": torch.tensor(run.ids).int(),
    } | own | attention(layout, run, vision, image, family.markers(ids, image, placed, processor.tokenizer))
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, root / "golden.safetensors")
    write_json(root / "golden.json", description(family, spec, layout, model, processor, crops, text, run, eos))
    moves = ", ".join(f"{name} {difference:.1g}" for name, difference in moved.items())
    print(f"{spec.name}: {len(ids)} + {len(run.ids)} tokens, {len(image)} of {len(crops)} crops, "
          f"{processor.tokenizer.decode(run.ids)!r}; {moves}")  # fmt: skip


def attention(layout: Layout, run: reference.Generation, vision, image, markers) -> dict[str, torch.Tensor]:
    """All that is made of attention: rows, shares and maps."""
    n, t = run.prefill.shape[-1], len(run.ids)
    tokens = [reference.token_attention(row) for row in run.rows]
    on_image = torch.stack([a[image] for a in tokens])
    language = language_map(layout, on_image) @ layout.onto_displays()
    maps = {"map_language": language, "map": weighted_cells(layout, on_image, vision)}
    parts = shares(run, image[layout.placed()], markers, n)
    for sums in (*(values.sum(-1) for values in maps.values()), parts.double().sum(-1)):
        torch.testing.assert_close(sums, torch.ones_like(sums), atol=1e-5, rtol=0)
    entries = layout.spread().nonzero()
    return {
        "attention_rows": torch.stack([padded(row.mean(1), n + t) for row in run.rows]),
        "token_attention": torch.stack([padded(a, n + t) for a in tokens]),
        "marker_positions": markers.int(),
        "shares": parts,
        "map_language": maps["map_language"].float(),
        "map": maps["map"].float(),
        "token_views": torch.tensor([-1 if token is None else token[0] for token in layout.tokens]).int(),
        "token_cells": torch.tensor([-1 if token is None else token[1] for token in layout.tokens]).int(),
        "spread_tokens": entries[:, 0].int(),
        "spread_patches": entries[:, 1].int(),
        "spread_weights": layout.spread()[entries[:, 0], entries[:, 1]].float(),
    }


def description(
    family: Family, spec: Spec, layout: Layout, model, processor, crops, text: str, run: reference.Generation, eos: list[int]
) -> dict:
    tokenizer = processor.tokenizer
    images = getattr(processor, "video_processor" if spec.video else "image_processor")
    return {
        "name": spec.name,
        "question": spec.question,
        "template": spec.template.removesuffix("+system"),
        "system": spec.template.endswith("+system"),
        "prompt": text,
        "video": spec.video,
        "pictures": [f"picture-{i + 1}.png" for i in range(len(spec.pictures))],
        "options": spec.options,
        "imageMean": list(images.image_mean),
        "imageStd": list(images.image_std),
        **({"patches": layout.patches} if layout.patches else {"crops": [crop_size(crop) for crop in crops]}),
        "views": [described(view) for view in layout.views],
        "displays": [described(view) for view in layout.displays()],
        "maxNewTokens": spec.tokens,
        "eosIds": eos,
        "generatedText": tokenizer.decode(run.ids, skip_special_tokens=True),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    } | family.facts(spec, model)


def crop_size(crop: torch.Tensor) -> dict:
    frames, _, height, width = crop.shape
    return {"frames": frames, "height": height, "width": width}


def described(view) -> dict:
    grid = view.grid
    return {
        "picture": view.picture,
        "frame": view.frame,
        "name": view.name,
        "columns": grid.columns,
        "rows": grid.rows,
        "left": grid.left,
        "top": grid.top,
        "cellWidth": grid.width,
        "cellHeight": grid.height,
    }
