"""Qwen2-VL: pictures of any shape, four patches a token, three positions a token; pairs of frames.

From transformers 4.57.6: image_processing_qwen2_vl.py, video_processing_qwen2_vl.py, processing_qwen2_vl.py and
modeling_qwen2_vl.py. What Qwen2.5-VL and Qwen3-VL share with it is here too.

A crop is one picture as resized, or a pair of frames: [1 or 2, 3, H, W]. The tower sees a still picture twice. Its
patches are in the processor's order: blocks of 2 × 2 one after another, which become one token each.
"""

import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import (
    AutoTokenizer,
    AutoVideoProcessor,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
)

from families import switches
from families.family import Family
from families.layout import Grid, Ragged
from families.spec import Spec, text_sizes
from make_goldens import write_json

SECTIONS = {"mrope_section": [2, 3, 3]}
COMMON = {"template": "qwen2-vl+system", "words": "qwen2-vl", "decoder": "qwen2", "tower": "qwen", "patch": 4}
PUBLISHED = COMMON | {"names": "qwen"}  # config.json and names of weights as the published models have them
PIXELS = {"min_pixels": 256, "max_pixels": 4096}


class Qwen2VL(Family):
    model_class, config_class = Qwen2VLForConditionalGeneration, Qwen2VLConfig
    processor_class = Qwen2VLProcessor
    image_token = "<|vision_start|><|image_pad|><|vision_end|>"
    video_token = "<|vision_start|><|video_pad|><|vision_end|>"
    little = 0.06  # how much of patches and positions there is at first, so that the first norm's eps counts
    specs = [
        Spec("qwen2-vl-one", "Where is the red square?", [(61, 36)], options=PIXELS, seed=6, **PUBLISHED),
        # The second is thinner than half a token.
        Spec(
            "qwen2-vl-two", "Which of them is brighter?", [(41, 52), (240, 4)], options=PIXELS | {"calm": True},
            seed=3, **COMMON, names="new",
        ),
        Spec(
            "qwen2-vl-limits", "What is in the picture?", [(130, 97)], tied=True, seed=3,
            options={"min_pixels": 256, "max_pixels": 2048},
            text={"hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2}, **PUBLISHED,
        ),
        Spec("qwen2-vl-video", "What moves?", [(50, 36)] * 3, video=True, options=PIXELS, **PUBLISHED),
        Spec(
            "qwen2-vl-small", "Is the cell round?", [(19, 13)], options={"min_pixels": 1024, "max_pixels": 4096},
            text={"rope_theta": 300.0, "rms_norm_eps": 0.02, "hidden_size": 48, "num_attention_heads": 3},
            vision={"hidden_act": "gelu", "mlp_ratio": 3, "depth": 2}, seed=8, **PUBLISHED,
        ),
    ]  # fmt: skip

    # Processors.

    def image_processor_class(self, spec: Spec) -> type:
        return Qwen2VLImageProcessor

    def scaling(self, spec: Spec) -> dict:
        """What pictures and frames share: sizes twice, as the slow class takes no notice of `size`."""
        pixels = {name: spec.options[name] for name in ("min_pixels", "max_pixels")}
        size = {"shortest_edge": pixels["min_pixels"], "longest_edge": pixels["max_pixels"]}
        return {"size": size, **pixels, "patch_size": spec.patch, "temporal_patch_size": 2, "merge_size": 2}

    def processor(self, spec: Spec, tokenizer):
        videos = self.video_processor(spec)
        return self.processor_class(Qwen2VLImageProcessor(**self.scaling(spec)), tokenizer, videos)

    def video_processor(self, spec: Spec):
        return Qwen2VLVideoProcessor(**self.scaling(spec))

    def load_processor(self, spec: Spec, folder: Path):
        images = Qwen2VLImageProcessor.from_pretrained(folder)
        videos = AutoVideoProcessor.from_pretrained(folder)
        return self.processor_class(images, AutoTokenizer.from_pretrained(folder), videos)

    def image_id(self, tokenizer, token: str) -> int:
        return tokenizer.convert_tokens_to_ids(token.removeprefix("<|vision_start|>").removesuffix("<|vision_end|>"))

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        images = {"videos": [pictures]} if spec.video else {"images": pictures}
        return processor(**images, text=text, return_tensors="pt")

    # Weights and configuration.

    def vision(self, spec: Spec, width: int) -> dict:
        """Its vision_config, for a decoder of some width."""
        return {"depth": 3, "embed_dim": 32, "hidden_size": width, "mlp_ratio": 2, "num_heads": 2}

    def rope(self) -> dict:
        return {"type": "mrope"} | SECTIONS

    def config(self, spec: Spec, tokenizer):
        text = {"num_attention_heads": 2, "num_key_value_heads": 1, "rope_scaling": self.rope()} | spec.text
        text = text_sizes(spec, tokenizer) | text
        if spec.decoder == "qwen2":
            del text["head_dim"]
        vision = self.vision(spec, text["hidden_size"]) | spec.vision
        ids = {
            f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>")
            for name, token in (("image", "image_pad"), ("video", "video_pad"))
        }
        ids |= {f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in MARKS}
        sizes = {"patch_size": spec.patch, "spatial_merge_size": 2, "temporal_patch_size": 2}
        return self.config_class(
            text_config=text,
            vision_config=vision | sizes,
            tie_word_embeddings=spec.tied,
            dtype=spec.dtype,
            **ids,
        )

    def save_config(self, spec: Spec, model, folder: Path) -> None:
        """As published: the decoder's settings at the top."""
        if spec.names != "qwen":
            return super().save_config(spec, model, folder)
        config = model.config.to_diff_dict()
        text, vision = config.pop("text_config"), config.pop("vision_config")
        for unwanted in (text, vision):
            for key in ("model_type", "dtype", "layer_types"):
                unwanted.pop(key, None)
        text["rope_scaling"] = self.rope()
        config["torch_dtype"] = config.pop("dtype")
        write_json(folder / "config.json", text | config | {"vision_config": vision})
        read = self.config_class.from_pretrained(folder)
        for name in ("text_config", "vision_config"):
            kept, found = getattr(model.config, name).to_dict(), getattr(read, name).to_dict()
            different = {key for key in kept if kept[key] != found[key]} - {"dtype", "model_type", "architectures"}
            assert not different, different

    @torch.no_grad()
    def draw(self, spec: Spec, model, tokenizer) -> None:
        """The tower's attention far from uniform, its first norm aware of eps, GELU where its formulas differ.

        Where these differ, few digits are left: a calm golden, to compare attribution on, does without.
        """
        super().draw(spec, model, tokenizer)
        for name, weight in model.model.visual.named_parameters():
            if name.endswith("ln_q.weight"):
                weight.copy_(1 + 0.2 * weight)
            elif name.endswith("qkv.weight"):
                weight[: -len(weight) // 3] *= 2.5
            elif spec.options.get("calm"):
                continue
            elif "patch_embed" in name:
                weight *= self.little
            elif "pos_embed" in name:
                weight *= 5 * self.little if spec.tied else self.little
            elif "merger" in name and name.endswith(("mlp.0.weight", "linear_fc1.weight")):
                weight *= 0.5
            elif "merger" in name and name.endswith(("mlp.2.weight", "linear_fc2.weight")):
                weight *= 16
            elif "fc" in name and name.endswith("weight") and model.config.vision_config.hidden_act.startswith("gelu"):
                weight *= 0.6 if "fc1" in name else 12
            elif name.endswith(("mlp.0.bias", "fc1.bias")):
                weight -= 2

    def embedding_decoder(self, model):
        return Positioned(model.model.language_model)

    # What the tower sees.

    def crops(self, inputs: dict) -> list[torch.Tensor]:
        still = "pixel_values" in inputs
        pixels = inputs["pixel_values" if still else "pixel_values_videos"]
        side = math.isqrt(pixels.shape[1] // 6)
        crops = []
        for times, rows, columns in inputs["image_grid_thw" if still else "video_grid_thw"].tolist():
            for _ in range(times):
                first = sum(crop[0, 0].numel() for crop in crops) // side**2
                # Row and column of the block, row and column inside it, channel, time, y, x.
                patches = pixels[first : first + rows * columns].view(rows // 2, columns // 2, 2, 2, 3, 2, side, side)
                crop = patches.permute(5, 4, 0, 2, 6, 1, 3, 7).reshape(2, 3, rows * side, columns * side)
                assert not still or torch.equal(crop[0], crop[1])
                crops.append(crop[:1] if still else crop)
        return crops

    def tower(self, model, crops: list[torch.Tensor]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The patches' features before the merger, crop after crop, and the attention among them for each crop.

        The attention is the mean over heads and over the layers of `layers`, of each crop by itself.
        """
        visual = model.model.visual
        seen, attentions = [], []
        for crop in crops:
            pixels, grid = unfolded(crop.expand(2, -1, -1, -1), visual.config.patch_size)
            order = self.order(visual, grid)
            with Watched([visual.blocks[i].attn for i in self.layers(visual)], visual.merger) as watched:
                visual(pixels, grid_thw=torch.tensor([grid]))
            for attention in watched.attentions:
                torch.testing.assert_close(attention.sum(-1), torch.ones_like(attention[0]), atol=1e-5, rtol=0)
            attention, features = torch.empty_like(watched.attentions[0]), torch.empty_like(watched.features)
            attention[order[:, None], order] = torch.stack(watched.attentions).mean(0)
            features[order] = watched.features
            attentions.append(attention)
            seen.append(features)
        return torch.cat(seen), attentions

    def layers(self, visual) -> list[int]:
        """The layers whose attention is looked at."""
        return list(range(len(visual.blocks)))

    def order(self, visual, grid: tuple[int, int, int]) -> torch.Tensor:
        """Which patch, in the processor's order, the tower has at each place."""
        return torch.arange(grid[1] * grid[2])

    def features(self, model, seen: torch.Tensor, layout: Ragged) -> torch.Tensor:
        """The patches of each token one after another, normalised each, through the merger's layers."""
        merger = model.model.visual.merger
        return merger.mlp(joined(merger.ln_q(seen), layout))

    # Where tokens lie.

    def resized(self, spec: Spec, width: int, height: int, frames: int) -> tuple[int, int]:
        """Width and height after smart_resize: multiples of a token's side, within limits of the area."""
        unit, least, most = 2 * spec.patch, spec.options["min_pixels"], spec.options["max_pixels"]
        assert max(width, height) <= 200 * min(width, height)
        rounded = [round(side / unit) * unit for side in (width, height)]  # half to even, and to 0 for thin ones
        if rounded[0] * rounded[1] > most:
            factor = math.sqrt(width * height / most)
            return tuple(max(unit, math.floor(side / factor / unit) * unit) for side in (width, height))
        if rounded[0] * rounded[1] < least:
            factor = math.sqrt(least / (width * height))
            return tuple(math.ceil(side * factor / unit) * unit for side in (width, height))
        return tuple(rounded)

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Ragged:
        layout = Ragged(sizes[:1] if spec.video else sizes)
        # Frames by pairs, the last one twice if it is left over.
        shown = [(0, frame) for frame in range(0, len(sizes), 2)] if spec.video else [(i, 0) for i in range(len(sizes))]
        for picture, frame in shown:
            width, height = self.resized(spec, *sizes[picture], len(sizes) if spec.video else 1)
            unit = 2 * spec.patch
            grid = Grid.over(0, 0, *sizes[picture], width // unit, height // unit)
            layout.merged(picture, "frame" if spec.video else "picture", grid, frame)
        return layout

    def interval(self, spec: Spec, model) -> int:
        """How far the time positions of two pairs of frames are apart."""
        return 1

    def positions(self, spec: Spec, model, ids: torch.Tensor, layout: Ragged, image: torch.Tensor) -> torch.Tensor:
        """Time, row and column of each token of the prompt: [3, N]."""
        tokens, found, after, start = iter(layout.tokens), [], 0, None
        images = set(image.tolist())
        for i in range(len(ids)):
            if i not in images:
                start = None
                found.append((after,) * 3)
            else:
                start = after if start is None else start
                view, cell = next(tokens)
                row, column = divmod(cell, layout.views[view].grid.columns)
                time = layout.views[view].frame // 2 * self.interval(spec, model)
                found.append((start + time, start + row, start + column))
            after = max(after, *(position + 1 for position in found[-1]))
        return torch.tensor(found).T

    def tensors(self, spec: Spec, model, inputs: dict, layout: Ragged, image: torch.Tensor) -> dict:
        names = ("image_grid_thw", "video_grid_thw", "second_per_grid_ts")
        grids = {name: inputs[name] for name in names if name in inputs}
        positions, delta = model.model.get_rope_index(input_ids=inputs["input_ids"], **grids)
        own = self.positions(spec, model, inputs["input_ids"][0], layout, image)
        assert torch.equal(positions[:, 0], own) and delta.item() == own.max() + 1 - own.shape[1]
        assert torch.equal(delta, model.model.rope_deltas)
        return {"position_ids": own.int()}

    def facts(self, spec: Spec, model) -> dict:
        return {"ropeDelta": model.model.rope_deltas.item()}

    def markers(self, ids: torch.Tensor, image: torch.Tensor, placed: torch.Tensor, tokenizer) -> torch.Tensor:
        """<|vision_start|> and <|vision_end|>."""
        marks = torch.tensor(tokenizer.convert_tokens_to_ids([f"<|{mark}|>" for mark in MARKS]))
        return torch.isin(ids, marks).nonzero()[:, 0]

    # Ways to disobey.

    def switches(self, spec: Spec, model) -> dict:
        chosen = switches.of_decoder(spec, self.decoder) | of_tower() | {
            "three positions a token": plain_positions,
            "sections of positions": interleaved,
        }
        if spec.video:
            chosen["order of a pair"] = other_first
        if spec.video and self.interval(spec, model):
            chosen["time positions"] = no_time
        if spec.options.get("calm"):
            chosen = {name: change for name, change in chosen.items() if "activation" not in name and "eps" not in name}
        return chosen


MARKS = ("vision_start", "vision_end")


def unfolded(crop: torch.Tensor, side: int) -> tuple[torch.Tensor, tuple[int, int, int]]:
    """The tower's input, a row for each patch, and its grid, from [2, 3, H, W]."""
    patches, (rows, columns) = [], (crop.shape[2] // side, crop.shape[3] // side)
    for block_row in range(0, rows, 2):
        for block_column in range(0, columns, 2):
            for row in (block_row, block_row + 1):
                for column in (block_column, block_column + 1):
                    patch = crop[:, :, row * side : (row + 1) * side, column * side : (column + 1) * side]
                    patches.append(patch.transpose(0, 1).flatten())
    return torch.stack(patches), (1, rows, columns)


def joined(seen: torch.Tensor, layout: Ragged) -> torch.Tensor:
    """The patches of each token one after another: [K, 4 * width]."""
    return torch.stack([seen[list(weights)].flatten() for weights in layout.weights])


class Positioned(nn.Module):
    """The decoder as a function of embeddings alone: [1, S, (1 + taps) * D].

    What is added behind the first layers stands behind the embeddings. Positions are those that `inner` was given with
    as many tokens before; whoever calls it twice must do so with the same pictures, before which there is the same text.
    """

    def __init__(self, inner):
        super().__init__()
        self.inner, self.layers, self.norm = inner, inner.layers, inner.norm
        self.positions: dict[int, torch.Tensor] = {}
        self.pictures: dict[int, torch.Tensor] = {}

    def whole(self, given: dict) -> torch.Tensor:
        """[1, S, (1 + taps) * D], from what the model gives to `inner`."""
        embedded, mask = given["inputs_embeds"], given.get("visual_pos_masks")
        places = given["position_ids"]
        assert torch.equal(self.positions.setdefault(embedded.shape[1], places), places)
        self.pictures[embedded.shape[1]] = mask
        parts = [embedded]
        for tap in given.get("deepstack_visual_embeds") or []:
            parts.append(torch.zeros_like(embedded).masked_scatter(mask[..., None], tap))
        return torch.cat(parts, -1)

    def forward(self, inputs_embeds: torch.Tensor, **others):
        n, width = inputs_embeds.shape[1], self.norm.weight.shape[0]
        embedded, *taps = inputs_embeds.split(width, -1)
        if taps:
            mask = self.pictures[n]
            others |= {"visual_pos_masks": mask, "deepstack_visual_embeds": [tap[mask] for tap in taps]}
        # Without a mask or a cache, transformers takes repeated positions for several sequences.
        mask = torch.ones(1, n, dtype=torch.long)
        return self.inner(inputs_embeds=embedded, position_ids=self.positions[n], attention_mask=mask, **others)


class Watched:
    """What attention modules of a tower do, and what its merger is given.

    The modules give no attention away: it is computed again from what they are given, and checked by what they return.
    """

    def __init__(self, modules: list[nn.Module], merger: nn.Module):
        self.attentions: list[torch.Tensor] = []  # a layer each: [P, P], mean over heads
        self.features: torch.Tensor | None = None
        self.hooks = [module.register_forward_hook(self.attention, with_kwargs=True) for module in modules]
        self.hooks.append(merger.register_forward_pre_hook(self.merger))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for hook in self.hooks:
            hook.remove()

    def attention(self, module, args, kwargs, output: torch.Tensor) -> None:
        n, heads = len(args[0]), module.num_heads
        q, k, v = module.qkv(args[0]).view(n, 3, heads, -1).permute(1, 2, 0, 3)
        cos, sin = kwargs["position_embeddings"]
        half = q.shape[-1] // 2
        q, k = (x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin for x in (q, k))
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        # Each looks at those of its own part alone.
        ends = kwargs["cu_seqlens"][1:]
        part = torch.bucketize(torch.arange(n), ends, right=True)
        scores = scores.masked_fill(part[:, None] != part, -math.inf)
        attention = scores.softmax(-1)
        again = module.proj((attention @ v).transpose(0, 1).flatten(1))
        torch.testing.assert_close(again, output, atol=1e-5, rtol=1e-5)
        self.attentions.append(attention.mean(0))

    def merger(self, module, args) -> None:
        self.features = args[0]


def of_tower() -> dict:
    def no_rope(model):
        model.model.visual.rotary_pos_emb.inv_freq.zero_()

    def swapped(model):
        visual = model.model.visual
        rope = visual.rot_pos_emb
        visual.rot_pos_emb = lambda grid: rope(grid).unflatten(-1, (2, -1)).flip(-2).flatten(-2)

    def transposed(model):
        def columns_first(module, args):
            return (args[0].unflatten(0, (-1, 2, 2)).transpose(1, 2).flatten(0, 2),)

        model.model.visual.merger.register_forward_pre_hook(columns_first)

    def seen_once(model):
        model.model.visual.patch_embed.proj.weight[:, :, 1] = 0

    def eps(model):
        for module in model.model.visual.modules():
            if isinstance(module, nn.LayerNorm):
                module.eps = 1e-5
            elif hasattr(module, "variance_epsilon"):
                module.variance_epsilon = 1e-5

    def activation(model):
        for block in model.model.visual.blocks:
            name = "act" if hasattr(block.mlp, "act") else "act_fn"
            setattr(block.mlp, name, Other(getattr(block.mlp, name)))

    def merger_activation(model):
        for name, module in model.model.visual.named_modules():
            if "merger" in name and isinstance(module, nn.GELU):
                module.approximate = "tanh"

    return {
        "tower's rope": no_rope,
        "rows and columns of the tower's rope": swapped,
        "order of patches": transposed,
        "both times of a patch": seen_once,
        "eps of the tower's norms": eps,
        "tower's activation": activation,
        "merger's activation": merger_activation,
    }


class Other(nn.Module):
    """GELU for what is none, its approximation by tanh for the exact one, the exact one for that."""

    def __init__(self, module: nn.Module):
        super().__init__()
        name = type(module).__name__
        self.approximate = "tanh" if name == "GELUActivation" else "none"

    def forward(self, x):
        return functional.gelu(x, approximate=self.approximate)


def plain_positions(model) -> None:
    """Counted on over image tokens."""

    def counted(input_ids=None, *others, **kwargs):
        positions = torch.arange(input_ids.shape[1]).view(1, 1, -1).expand(3, 1, -1)
        return positions, torch.zeros(1, 1, dtype=torch.long)

    model.model.get_rope_index = counted


def other_first(model) -> None:
    """The later frame of each pair before the earlier."""
    weight = model.model.visual.patch_embed.proj.weight
    weight.copy_(weight.flip(2))


def no_time(model) -> None:
    """All frames at the time of the first."""
    index = model.model.get_rope_index

    def still(*args, **kwargs):
        positions, delta = index(*args, **kwargs)
        # Rows and columns start where time does.
        image = (positions[1] != positions[0]) | (positions[2] != positions[0])
        first = image[0].nonzero()[0, 0] - 1
        positions[0, :, first : image[0].nonzero()[-1, 0] + 1] = positions[0, 0, first]
        return positions, delta

    model.model.get_rope_index = still


def interleaved(model) -> None:
    """Frequencies dealt out to time, row and column in turn, as in Qwen3-VL."""
    rotary = model.model.language_model.rotary_emb
    forward = rotary.forward
    sections = model.config.text_config.rope_scaling["mrope_section"]

    def dealt(x, positions):
        return tuple(deal(table, sections) for table in forward(x, positions))

    rotary.forward = dealt


def deal(table: torch.Tensor, sections: list[int]) -> torch.Tensor:
    """[3, batch, N, 2 * frequencies] -> the same thrice."""
    half = table.shape[-1] // 2
    axis = [i % 3 if i < 3 * sections[i % 3] else 0 for i in range(half)] * 2
    return table[axis, :, :, range(2 * half)].permute(1, 2, 0).expand(3, -1, -1, -1)
