"""Phi-3-vision and Phi-3.5-vision: tiles of a picture on white, then all of it, with learned separators between.

transformers 4.57.6 has no such model. What is its own is written here anew, after vLLM's model_executor/models/phi3v.py
and Microsoft's image_processing_phi3_v.py, processing_phi3_v.py and image_embedding_phi3_v.py, around transformers'
CLIPVisionModel and Phi3ForCausalLM. It was not run beside the published model.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from transformers import CLIPVisionConfig, CLIPVisionModel, Phi3Config, Phi3ForCausalLM

from families import switches, words
from families.family import UNUSED, Family, patches
from families.layout import Grid, Layout
from families.spec import Spec, draw, text_sizes, vision_config, vision_sizes
from make_goldens import write_json
from make_original_goldens import save

IMAGE = -1  # the authors number the pictures of a prompt from -1 downwards
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
SHORT, LONG = [1.05, 1.1, 1.4, 2.0], [1.03, 1.5, 3.7, 24.0]
COMMON = {"template": "phi3", "words": "llama2-phi3", "decoder": "phi3", "tower": "clip"}
HEADS = {"num_key_value_heads": 4}


class Phi3V(Family):
    specs = [
        Spec(
            "phi3-v-one", "What is in the picture?", [(61, 36)], options={"most": 4, "type": "su"}, text=HEADS,
            seed=13, **COMMON,
        ),
        # Three tiles, one below the other.
        Spec(
            "phi3-v-portrait", "Is the cell round?", [(27, 90)], options={"most": 5, "type": "longrope"}, side=6, patch=5,
            text={"num_hidden_layers": 3}, dtype=torch.float16, seed=13, **COMMON,
        ),
        # The second is smaller than a tile, and its embeddings are stored by the name of the tower's own.
        Spec(
            "phi3-v-two", "Which of them is brighter?", [(64, 43), (13, 21)], text=HEADS | {"hidden_size": 40},
            options={"most": 4, "type": "su", "wte": True, "calm": True}, seed=6, **COMMON,
        ),
        Spec(
            "phi3-v-long", "Where is the red square?", [(75, 50)], text=HEADS,
            options={"most": 9, "type": "su", "original": 48, "length": 384}, seed=8, **COMMON,
        ),
        Spec(
            "phi3-v-numbers", "How many blobs can you see?", [(52, 71)], options={"most": 1}, feature_layer=-3,
            text={"num_key_value_heads": 1, "rms_norm_eps": 0.02, "rope_theta": 300.0}, vision={"layer_norm_eps": 0.03},
            seed=8, **COMMON,
        ),
    ]  # fmt: skip

    whole_colours = False

    # Its files.

    def checkpoint(self, spec: Spec, folder: Path) -> tuple:
        tokenizer = words.KINDS[spec.words]()
        tokenizer.save_pretrained(folder)
        for file in UNUSED:
            (folder / file).unlink(missing_ok=True)
        model = Model(self.text(spec, tokenizer), vision_config(spec), spec.feature_layer).eval()
        self.draw(spec, model, tokenizer)
        with torch.no_grad():
            for weight in model.parameters():
                weight.copy_(weight.to(spec.dtype).float())
        state = model.state_dict()
        if spec.options.get("wte"):
            state["model.vision_embed_tokens.wte.weight"] = state.pop("model.embed_tokens.weight")
        save(state, folder, SimpleNamespace(binary=False, dtype=spec.dtype))
        write_json(folder / "config.json", self.described(spec, model, tokenizer))
        write_json(folder / "preprocessor_config.json", images(spec))
        # As published: the id of no token that ends an answer; the authors hand over the tokenizer's.
        write_json(folder / "generation_config.json", {"_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2})
        processor = SimpleNamespace(tokenizer=tokenizer, image_processor=SimpleNamespace(image_mean=MEAN, image_std=STD))
        return model, processor, [2, tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")]

    def text(self, spec: Spec, tokenizer) -> Phi3Config:
        sizes = text_sizes(spec, tokenizer)
        del sizes["head_dim"]
        kind, size = spec.options.get("type"), sizes["hidden_size"] // sizes["num_attention_heads"] // 2
        factors = {"short_factor": stretched(SHORT, size), "long_factor": stretched(LONG, size)}
        return Phi3Config(
            **sizes | {"max_position_embeddings": spec.options.get("length", 131072)},
            original_max_position_embeddings=spec.options.get("original", 4096),
            rope_scaling={"type": kind} | factors if kind else None,
            sliding_window=None,
        )

    @torch.no_grad()
    def draw(self, spec: Spec, model: "Model", tokenizer) -> None:
        """What embeds pictures is no table of embeddings."""
        named = [(name.replace("vision_embed_tokens", "vision"), weight) for name, weight in model.named_parameters()]
        renamed = SimpleNamespace(named_parameters=lambda: named, get_output_embeddings=model.get_output_embeddings)
        draw(renamed, spec, tokenizer)
        generator, pictures = torch.Generator().manual_seed(spec.seed), model.pictures
        for separator in (pictures.sub_GN, pictures.glb_GN):
            separator.copy_(torch.randn(separator.shape, generator=generator))
        for layer in model.model.layers:
            keys = layer.self_attn.num_key_value_heads * layer.self_attn.head_dim
            layer.self_attn.qkv_proj.weight[:-keys] *= 2
        # Where the formulas of GELU differ, few digits are left: a calm golden, to compare attribution on, does without.
        if not spec.options.get("calm"):
            pictures.img_projection[0].weight *= 0.5
            pictures.img_projection[0].bias -= 2
            pictures.img_projection[2].weight *= 16

    def described(self, spec: Spec, model: "Model", tokenizer) -> dict:
        """config.json as published, with sizes; these are the code's constants there."""
        config = model.config.to_dict()
        names = (
            "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
            "num_key_value_heads", "max_position_embeddings", "original_max_position_embeddings", "rms_norm_eps",
            "rope_theta", "rope_scaling",
        )  # fmt: skip
        described = {name: config[name] for name in names}
        if described["rope_scaling"]:
            described["rope_scaling"] = described["rope_scaling"] | {"type": spec.options["type"]}
            described["rope_scaling"].pop("rope_type", None)
        tower = {} if spec.feature_layer == -2 else {"layer_idx": spec.feature_layer}
        return described | {
            "architectures": ["Phi3VForCausalLM"],
            "auto_map": {
                "AutoConfig": "configuration_phi3_v.Phi3VConfig",
                "AutoModelForCausalLM": "modeling_phi3_v.Phi3VForCausalLM",
            },
            "attention_dropout": 0.0,
            "bos_token_id": 1,
            "embd_layer": {
                "embedding_cls": "image",
                "hd_transform_order": "sub_glb",
                "projection_cls": "mlp",
                "use_hd_transform": True,
                "with_learnable_separator": True,
            },
            "embd_pdrop": 0.0,
            "eos_token_id": 2,
            "hidden_act": "silu",
            "img_processor": {
                "image_dim_out": model.pictures.img_processor.config.hidden_size,
                "model_name": "openai/clip-vit-large-patch14-336",
                "name": "clip_vision_model",
                "num_img_tokens": (spec.side // 2) ** 2,
            } | tower,
            "initializer_range": 0.02,
            "model_type": "phi3_v",
            "pad_token_id": tokenizer.pad_token_id,
            "resid_pdrop": 0.0,
            "sliding_window": 262144,
            "tie_word_embeddings": False,
            "torch_dtype": str(spec.dtype).removeprefix("torch."),
            "transformers_version": "4.38.1",
            "use_cache": True,
            "vision_config": vision_sizes(spec) | {"model_type": "clip_vision_model", "hidden_act": "quick_gelu"},
        }  # fmt: skip

    # What goes in.

    def image_id(self, tokenizer, token: str) -> int:
        return IMAGE

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        """The texts around pictures tokenised each by itself, BOS in front of each."""
        first, *others = text.split(self.image_token)
        ids, crops, tiles = processor.tokenizer(first).input_ids, [], []
        for picture, behind in zip(pictures, others):
            place = Placed.of(*picture.size, spec.options["most"], spec.image_size)
            crops.append(seen(picture, place))
            tiles.append([place.rows, place.columns])
            ids += [IMAGE] * count(place, spec.side // 2) + processor.tokenizer(behind).input_ids
        return {"input_ids": torch.tensor([ids]), "pixel_values": torch.cat(crops), "tiles": torch.tensor(tiles)}

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> "Separated":
        layout, cells = Separated(sizes, spec.side**2), spec.side // 2
        for i, (width, height) in enumerate(sizes):
            place = Placed.of(width, height, spec.options["most"], spec.image_size)
            # Pixels of the white canvas are so many of the picture's.
            x, y = width / place.width, height / place.height
            canvas = -place.left * x, -place.top * y, place.columns * place.tile * x, place.rows * place.tile * y
            grid = Grid.over(*canvas, place.columns * cells, place.rows * cells)
            view = layout.view(i, "tiles", grid)
            for row in range(grid.rows):
                for column in range(grid.columns):
                    crop = 1 + row // cells * place.columns + column // cells
                    layout.block(view, row * grid.columns + column, crop, row % cells, column % cells)
                layout.newline()
            layout.separators.add(len(layout.tokens))
            layout.newline()
            view = layout.view(i, "overview", Grid.over(*canvas, cells, cells))
            for row in range(cells):
                for column in range(cells):
                    layout.block(view, row * cells + column, 0, row, column)
                layout.newline()
            layout.crops += 1 + place.rows * place.columns
        return layout

    # The model's parts.

    def decoder(self, model: "Model"):
        return model.model

    def tower(self, model: "Model", crops: torch.Tensor):
        return model.seen(crops)

    def features(self, model: "Model", seen: torch.Tensor, layout: "Separated") -> torch.Tensor:
        """Each token's patches one after another, or a separator, through the projection."""
        flat, rows = seen.flatten(0, 1), []
        for k, weights in enumerate(layout.weights):
            separator = model.pictures.glb_GN if k in layout.separators else model.pictures.sub_GN
            rows.append(torch.cat([flat[patch] for patch in sorted(weights)]) if weights else separator.flatten())
        return model.pictures.img_projection(torch.stack(rows))

    def switches(self, spec: Spec, model: "Model") -> dict:
        chosen = switches.of_tower(spec) | OF_CONNECTOR
        chosen |= {name: change for name, change in switches.of_decoder(spec, self.decoder).items() if "eps" in name}
        if spec.options.get("type"):
            chosen |= {"rotary factors": no_factors, "long and short factors": other_factors, "attention factor": no_scale}
        if "rope_theta" in spec.text:
            chosen["rope theta"] = no_factors
        if spec.options.get("calm"):
            del chosen["projector's activation"]
        if spec.options["most"] == 1:  # the tile shows what the overview shows
            del chosen["order of tiles and overview"]
        return chosen


class Pictures(nn.Module):
    """What makes features of pictures, under the authors' names: sub_GN ends a row, glb_GN is before the overview."""

    def __init__(self, vision: CLIPVisionConfig, width: int):
        super().__init__()
        joined = 4 * vision.hidden_size
        self.img_processor = CLIPVisionModel._from_config(vision, attn_implementation="eager")
        self.img_projection = nn.Sequential(nn.Linear(joined, width), nn.GELU(), nn.Linear(width, width))
        self.glb_GN = nn.Parameter(torch.zeros(1, 1, joined))
        self.sub_GN = nn.Parameter(torch.zeros(1, 1, 1, joined))

    def with_ends(self, grid: torch.Tensor) -> torch.Tensor:
        """Rows [H, W, C], a separator behind each, as tokens [H * (W + 1), C]."""
        return torch.cat([grid, self.sub_GN[0].expand(len(grid), 1, -1)], 1).flatten(0, 1)

    def forward(self, patches: torch.Tensor, tiles: torch.Tensor) -> torch.Tensor:
        """Patches [B, P, Dv] of pictures, each an overview and its tiles [rows, columns] -> [K, D]."""
        blocks, tokens = joined(patches), []
        for rows, columns in tiles.tolist():
            overview, own, blocks = blocks[0], blocks[1 : 1 + rows * columns], blocks[1 + rows * columns :]
            whole = own.unflatten(0, (rows, columns)).transpose(1, 2).flatten(2, 3).flatten(0, 1)
            tokens += [self.with_ends(whole), self.glb_GN[0], self.with_ends(overview)]
        return self.img_projection(torch.cat(tokens))


class Model(Phi3ForCausalLM):
    """Image tokens are ids of -1."""

    def __init__(self, text: Phi3Config, vision: CLIPVisionConfig, layer: int):
        text._attn_implementation = "eager"
        super().__init__(text)
        self.model.vision_embed_tokens = Pictures(vision, text.hidden_size)
        self.config.vision_feature_layer = layer

    @property
    def pictures(self) -> Pictures:
        return self.model.vision_embed_tokens

    def seen(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return patches(self.pictures.img_processor, crops, self.config.vision_feature_layer, "default")

    def forward(self, input_ids=None, pixel_values=None, tiles=None, inputs_embeds=None, logits_to_keep=0, **others):
        if input_ids is not None and (input_ids == IMAGE).any():
            inputs_embeds = self.get_input_embeddings()(input_ids.clamp_min(0))
            inputs_embeds[input_ids == IMAGE] = self.pictures(self.seen(pixel_values)[0], tiles)
            input_ids = None
        return super().forward(input_ids, inputs_embeds=inputs_embeds, logits_to_keep=logits_to_keep, **others)


def joined(patches: torch.Tensor) -> torch.Tensor:
    """Each 2 × 2 patches row by row: [B, P, C] -> [B, side / 2, side / 2, 4 * C]."""
    half = math.isqrt(patches.shape[1]) // 2
    return patches.unflatten(1, (half, 2, half, 2)).transpose(2, 3).flatten(3)


@dataclass
class Separated(Layout):
    """`separators` are the tokens between tiles and overview."""

    separators: set[int] = field(default_factory=set)

    def block(self, view: int, cell: int, crop: int, row: int, column: int) -> None:
        """A token made of 2 × 2 patches of a crop of this picture."""
        side = math.isqrt(self.patches)
        corner = (self.crops + crop) * self.patches + 2 * row * side + 2 * column
        self.token(view, cell, {corner + r * side + c: 0.25 for r in range(2) for c in range(2)})


@dataclass(frozen=True)
class Placed:
    """A picture resized, on a canvas of tiles."""

    tile: int
    width: int
    height: int
    columns: int
    rows: int
    left: int
    top: int

    @staticmethod
    def of(width: int, height: int, most: int, tile: int) -> "Placed":
        """As many tiles along the longer side as leave room for all, and white on both sides along the shorter."""
        if width < height:
            turned = Placed.of(height, width, most, tile)
            return Placed(tile, turned.height, turned.width, turned.rows, turned.columns, turned.top, turned.left)
        aspect = width / height
        columns = max(n for n in range(1, most + 1) if n * math.ceil(n / aspect) <= most)
        across, down = columns * tile, int(columns * tile / aspect)
        rows = math.ceil(down / tile)
        return Placed(tile, across, down, columns, rows, 0, (rows * tile - down) // 2)


def count(place: Placed, cells: int) -> int:
    """Image tokens, separators among them, of a picture whose tiles have cells * cells tokens."""
    rows = cells * (place.rows + 1)
    return cells**2 * (place.rows * place.columns + 1) + rows + 1


def seen(picture: Image.Image, place: Placed) -> torch.Tensor:
    """What the tower sees: all of the canvas, then the tiles, [1 + tiles, 3, S, S]."""
    size, upright = (place.width, place.height), picture.width >= picture.height
    if upright:
        resized = picture.resize(size, Image.Resampling.BILINEAR)
    else:  # Pillow rounds behind each of two passes, of which the first goes along the rows
        turned = picture.transpose(Image.Transpose.TRANSPOSE).resize(size[::-1], Image.Resampling.BILINEAR)
        resized = turned.transpose(Image.Transpose.TRANSPOSE)
    canvas = Image.new("RGB", (place.columns * place.tile, place.rows * place.tile), "white")
    canvas.paste(resized, (place.left, place.top))
    scaled = torch.from_numpy(np.asarray(canvas, np.float32) / np.float32(255)).permute(2, 0, 1)
    mean, std = (torch.tensor(values)[:, None, None] for values in (MEAN, STD))
    values = (scaled - mean) / std
    overview = functional.interpolate(values[None], (place.tile, place.tile), mode="bicubic")
    tiles = values.unfold(1, place.tile, place.tile).unfold(2, place.tile, place.tile)
    return torch.cat([overview, tiles.permute(1, 2, 0, 3, 4).flatten(0, 1)]).contiguous()


def images(spec: Spec) -> dict:
    """preprocessor_config.json."""
    return {
        "auto_map": {"AutoImageProcessor": "processing_phi3_v.Phi3VImageProcessor"},
        "do_convert_rgb": True,
        "image_mean": MEAN,
        "image_processor_type": "Phi3VImageProcessor",
        "image_std": STD,
        "num_crops": spec.options["most"],
        "num_img_tokens": (spec.side // 2) ** 2,
        "processor_class": "Phi3VProcessor",
    }


def stretched(factors: list[float], size: int) -> list[float]:
    """As many of them, rising alike."""
    return [round(float(value), 4) for value in np.interp(np.linspace(0, 3, size), range(4), factors)]


# Ways to disobey.


def frequencies(model: Model, long: bool) -> torch.Tensor:
    rotary = model.model.rotary_emb
    return rotary.rope_init_fn(rotary.config, "cpu", seq_len=1 << 20 if long else None)[0]


def turn(model: Model, short: torch.Tensor, long: torch.Tensor) -> None:
    rotary = model.model.rotary_emb
    rotary.inv_freq, rotary.original_inv_freq, rotary.long_inv_freq = short, short, long


def no_factors(model: Model) -> None:
    size = model.config.hidden_size // model.config.num_attention_heads
    plain = 10000.0 ** -(torch.arange(0, size, 2).float() / size)
    turn(model, plain, plain)


def other_factors(model: Model) -> None:
    turn(model, frequencies(model, True), frequencies(model, False))


def no_scale(model: Model) -> None:
    model.model.rotary_emb.attention_scaling = 1.0


def no_row_ends(model: Model) -> None:
    model.pictures.sub_GN.zero_()


def no_separator(model: Model) -> None:
    model.pictures.glb_GN.zero_()


def other_separators(model: Model) -> None:
    first, second = model.pictures.sub_GN, model.pictures.glb_GN
    first.data, second.data = second.data[None], first.data[0]


def other_activation(model: Model) -> None:
    model.pictures.img_projection[1] = nn.GELU("tanh")


def transposed(model: Model) -> None:
    """The patches of a token column by column."""
    pictures = model.pictures
    for matrix in (pictures.img_projection[0].weight, pictures.sub_GN, pictures.glb_GN):
        matrix.copy_(matrix.unflatten(-1, (2, 2, -1)).transpose(-3, -2).flatten(-3))


def overview_first(model: Model) -> None:
    features = model.pictures.forward

    def other(patches, tiles):
        found, blocks = features(patches, tiles), math.isqrt(patches.shape[1]) // 2
        own = blocks * (blocks + 1)
        parts = []
        for rows, columns in tiles.tolist():
            length = rows * columns * blocks**2 + rows * blocks
            parts += [found[length + 1 : length + 1 + own], found[length : length + 1], found[:length]]
            found = found[length + 1 + own :]
        return torch.cat(parts)

    model.pictures.forward = other


OF_CONNECTOR = {
    "row ends": no_row_ends,
    "separator of tiles and overview": no_separator,
    "which separator is which": other_separators,
    "projector's activation": other_activation,
    "order of patches": transposed,
    "order of tiles and overview": overview_first,
}
