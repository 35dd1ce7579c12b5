"""InternVL3: tiles of the picture squashed to a grid of the nearest aspect ratio, then all of it; a pixel shuffle.

From transformers 4.57.6: image_processing_got_ocr2.py, video_processing_internvl.py, processing_internvl.py and
modeling_internvl.py.
"""

import re
from pathlib import Path

import torch
from torch import nn
from transformers import (
    AutoTokenizer,
    GotOcr2ImageProcessor,
    GotOcr2ImageProcessorFast,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
)

from families import switches
from families.family import Family, patch_attention
from families.idefics3 import shuffled
from families.layout import Grid, Layout
from families.spec import Spec, text_config, vision_sizes

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
SCALE = 2  # patches of a token, along each side
MOST = 12  # tiles of a picture
COMMON = {"template": "chatml", "words": "internvl", "decoder": "qwen2", "tower": "internvl", "feature_layer": -1}
TEXT = {"intermediate_size": 20}
VISION = {"hidden_size": 24, "intermediate_size": 36, "num_hidden_layers": 2, "num_attention_heads": 3}
# As published. It changes nothing before there are more than max_position_embeddings tokens.
ROPE = {"factor": 2.0, "rope_type": "dynamic", "type": "dynamic"}


class InternVL(Family):
    model_class, config_class = InternVLForConditionalGeneration, InternVLConfig
    processor_class = InternVLProcessor
    image_token, video_token = "<IMG_CONTEXT>", "<video>"
    specs = [
        Spec(
            "internvl-one", "What is in the picture?", [(61, 36)], side=6, patch=4, text=TEXT, vision=VISION, seed=3,
            **COMMON,
        ),
        # The second is a single tile.
        Spec(
            "internvl-two", "Which of them is brighter?", [(64, 43), (20, 18)], side=4, patch=5,
            text=TEXT | {"num_hidden_layers": 3}, vision=VISION, options={"calm": True}, names="new", **COMMON,
        ),
        # The first has all tiles in a row; the second is as near to 3 : 1 as to 5 : 2, and too small for 6 × 2 tiles.
        Spec(
            "internvl-ratio", "Where is the red square?", [(199, 15), (77, 28)], side=4, patch=5,
            text=TEXT | {"num_hidden_layers": 3, "hidden_size": 40}, vision=VISION, dtype=torch.float16, seed=9,
            **COMMON,
        ),
        Spec(
            "internvl-norm", "How many blobs can you see?", [(37, 80)], side=4, patch=6, tied=True,
            text=TEXT | {"rms_norm_eps": 0.02, "rope_theta": 300.0, "num_key_value_heads": 1},
            vision=VISION | {"layer_norm_eps": 0.03, "use_mean_pooling": False, "num_hidden_layers": 3}, seed=10,
            **COMMON,
        ),
        Spec(
            "internvl-video", "What moves?", [(36, 50)] * 3, video=True, side=6, patch=5,
            text=TEXT | {"num_hidden_layers": 3}, vision=VISION, names="new", seed=6, **COMMON,
        ),
    ]  # fmt: skip

    # Processors.

    def tokens(self, spec: Spec) -> int:
        """Of a tile."""
        return (spec.side // SCALE) ** 2

    def processor(self, spec: Spec, tokenizer) -> InternVLProcessor:
        """To be saved: published settings name the fast class."""
        scaling = {"size": {"height": spec.image_size, "width": spec.image_size}} | IMAGENET
        images = GotOcr2ImageProcessorFast(**scaling) if spec.names == "old" else GotOcr2ImageProcessor(**scaling)
        videos = InternVLVideoProcessor(**scaling)
        return InternVLProcessor(images, tokenizer, videos, image_seq_length=self.tokens(spec))

    def load_processor(self, spec: Spec, folder: Path) -> InternVLProcessor:
        """The first published checkpoints have no file of their own for videos; that of pictures is taken for it."""
        if not spec.video:
            (folder / "video_preprocessor_config.json").unlink()
        images = GotOcr2ImageProcessor.from_pretrained(folder)
        videos = InternVLVideoProcessor.from_pretrained(folder)
        assert dict(videos.size) == images.size and videos.image_std == images.image_std
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return InternVLProcessor(images, tokenizer, videos, image_seq_length=self.tokens(spec))

    def image_id(self, tokenizer, token: str) -> int:
        """Frames of a video have the image tokens of pictures."""
        return tokenizer.convert_tokens_to_ids(self.image_token)

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        images = {"videos": [pictures]} if spec.video else {"images": pictures}
        inputs = processor(**images, text=text, return_tensors="pt")
        tiles = [1 if spec.video else self.crops_of(spec, *picture.size) for picture in pictures]
        texts = [f"<img>{self.image_token * count * self.tokens(spec)}</img>" for count in tiles]
        if spec.video:
            texts = ["\n".join(f"Frame{i + 1}: {frame}" for i, frame in enumerate(texts))]
        given = iter(texts)
        expanded = re.sub(self.video_token if spec.video else self.image_token, lambda _: next(given), text)
        assert processor.tokenizer.decode(inputs["input_ids"][0]) == expanded
        return inputs

    # Weights and configuration.

    def config(self, spec: Spec, tokenizer) -> InternVLConfig:
        sides = {"image_size": [spec.image_size] * 2, "patch_size": [spec.patch] * 2}
        return InternVLConfig(
            text_config=text_config(spec, tokenizer).to_dict() | {"rope_scaling": ROPE},
            vision_config=vision_sizes(spec) | sides | {"attention_bias": True},
            image_token_id=self.image_id(tokenizer, self.image_token),
            image_seq_length=self.tokens(spec),
            dtype=spec.dtype,
        )

    @torch.no_grad()
    def draw(self, spec: Spec, model, tokenizer) -> None:
        """No two values of the layer scales alike, GELU where its formulas differ, norms aware of their eps.

        Where GELU's formulas differ, few digits are left: a calm golden, to compare attribution on, does without.
        """
        super().draw(spec, model, tokenizer)
        for name, weight in model.model.named_parameters():
            if "lambda" in name:
                weight.mul_(0.3).add_(0.6)
            elif name.startswith("vision_tower.layernorm."):
                weight *= 0.02
            elif spec.options.get("calm"):
                continue
            elif name.endswith(("fc1.bias", "linear_1.bias")):
                weight -= 2
            elif name.endswith(("fc2.weight", "linear_2.weight")):
                weight *= 8

    # What the tower sees.

    def tower(self, model, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Watched, as this tower takes no output_attentions."""
        attentions = []
        hooks = [
            layer.attention.register_forward_hook(lambda module, args, output: attentions.append(output[1]))
            for layer in layers(model)
        ]
        seen = model.model.vision_tower(crops).last_hidden_state
        for hook in hooks:
            hook.remove()
        return seen[:, 1:], patch_attention(attentions, 1)

    def features(self, model, seen: torch.Tensor, layout: Layout) -> torch.Tensor:
        """The patches of each token one after another, in their order in the layout, through the projector."""
        flat = seen.flatten(0, 1)
        return model.model.multi_modal_projector(
            torch.stack([flat[list(weights)].flatten() for weights in layout.weights])
        )

    # Where tokens lie.

    def grid(self, spec: Spec, width: int, height: int) -> tuple[int, int]:
        """Columns and rows of tiles: of those that are nearest to the aspect ratio, the most that are half filled."""
        grids = [(columns, rows) for columns in range(1, MOST + 1) for rows in range(1, MOST // columns + 1)]
        # The quotients are rounded to doubles, which decides whether two are as near.
        nearest = min(abs(width / height - columns / rows) for columns, rows in grids)
        near = [grid for grid in grids if abs(width / height - grid[0] / grid[1]) == nearest]
        near.sort(key=lambda grid: (grid[0] * grid[1], grid[0]))
        filled = [grid for grid in near if 2 * width * height > spec.image_size**2 * grid[0] * grid[1]]
        return (filled or near[:1])[-1]

    def crops_of(self, spec: Spec, width: int, height: int) -> int:
        columns, rows = self.grid(spec, width, height)
        return 1 if columns * rows == 1 else columns * rows + 1

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        layout = Layout(sizes[:1] if spec.video else sizes, spec.side**2)
        cells = spec.side // SCALE
        for i, (width, height) in enumerate(sizes):
            picture, frame = (0, i) if spec.video else (i, 0)
            columns, rows = (1, 1) if spec.video else self.grid(spec, width, height)
            if columns * rows > 1:
                grid = Grid.over(0, 0, width, height, columns * cells, rows * cells)
                view = layout.view(picture, "tiles", grid)
                for row in range(rows):
                    for column in range(columns):
                        first = row * cells * grid.columns + column * cells
                        shuffled(layout, spec.side, SCALE, view, first, grid.columns)
            name = "frame" if spec.video else "overview" if columns * rows > 1 else "picture"
            view = layout.view(picture, name, Grid.over(0, 0, width, height, cells, cells), frame)
            shuffled(layout, spec.side, SCALE, view, 0, cells)
        return layout

    def markers(self, ids: torch.Tensor, image: torch.Tensor, placed: torch.Tensor, tokenizer) -> torch.Tensor:
        """<img> and </img>; in a video, all from the first frame's name to the last </img> that is no image token."""
        marks = torch.isin(ids, torch.tensor(tokenizer.convert_tokens_to_ids(["<img>", "</img>"]))).nonzero()[:, 0]
        first, last = marks[0].item(), marks[-1].item()
        begins = [i for i in range(first) if tokenizer.decode(ids[i:first]) == "Frame1: "]
        if not begins:
            return marks
        return torch.tensor([i for i in range(begins[0], last + 1) if i not in image])

    # Ways to disobey.

    def switches(self, spec: Spec, model) -> dict:
        chosen = switches.of_decoder(spec, self.decoder) | OF_TOWER
        if not spec.vision.get("use_mean_pooling", True):
            chosen |= {"final norm": no_norm, "eps of the projector's norm": projector_eps}
        if "layer_norm_eps" in spec.vision:
            chosen["eps of the tower's norms"] = eps
        if spec.options.get("calm"):
            chosen = {name: change for name, change in chosen.items() if "activation" not in name}
        return chosen


def layers(model) -> nn.ModuleList:
    return model.model.vision_tower.encoder.layer


def no_scale(model) -> None:
    for layer in layers(model):
        layer.lambda_1.fill_(1)
        layer.lambda_2.fill_(1)


def same_scale(model) -> None:
    """Each layer's mean for all its values."""
    for layer in layers(model):
        layer.lambda_1.fill_(layer.lambda_1.mean())
        layer.lambda_2.fill_(layer.lambda_2.mean())


def other_scale(model) -> None:
    """Each layer's two scales exchanged."""
    for layer in layers(model):
        layer.lambda_1, layer.lambda_2 = layer.lambda_2, layer.lambda_1


def no_class(model) -> None:
    model.model.vision_tower.embeddings.cls_token.zero_()


def no_positions(model) -> None:
    model.model.vision_tower.embeddings.position_embeddings.zero_()


def other_positions(model) -> None:
    """Those of columns for those of rows."""
    positions = model.model.vision_tower.embeddings.position_embeddings
    side = model.model.vision_tower.embeddings.patch_embeddings.patch_shape[0]
    positions[:, 1:] = positions[:, 1:].unflatten(1, (side, side)).transpose(1, 2).flatten(1, 2).clone()


def no_patch_bias(model) -> None:
    model.model.vision_tower.embeddings.patch_embeddings.projection.bias.zero_()


def no_bias(model) -> None:
    for layer in layers(model):
        for projection in (layer.attention.q_proj, layer.attention.k_proj, layer.attention.v_proj):
            projection.bias.zero_()


def activation(model) -> None:
    for layer in layers(model):
        layer.mlp.activation_fn = nn.GELU("tanh")


def projector_activation(model) -> None:
    model.model.multi_modal_projector.act = nn.GELU("tanh")


def projector_norm(model) -> None:
    model.model.multi_modal_projector.layer_norm = nn.Identity()


def projector_eps(model) -> None:
    model.model.multi_modal_projector.layer_norm.eps = 1e-6


def eps(model) -> None:
    for module in model.model.vision_tower.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-6


def no_norm(model) -> None:
    model.model.vision_tower.layernorm = nn.Identity()


def transposed(model) -> None:
    """The patches of a token column by column."""
    shuffle = model.model.pixel_shuffle

    def other(features, scale_factor):
        return shuffle(features, scale_factor).unflatten(-1, (SCALE, SCALE, -1)).transpose(3, 4).flatten(3)

    model.model.pixel_shuffle = other


OF_TOWER = {
    "layer scale": no_scale,
    "values of layer scales": same_scale,
    "order of layer scales": other_scale,
    "class token": no_class,
    "learned positions": no_positions,
    "rows and columns of positions": other_positions,
    "bias of patches": no_patch_bias,
    "bias of the tower's q, k, v": no_bias,
    "tower's activation": activation,
    "projector's activation": projector_activation,
    "projector's norm": projector_norm,
    "order of patches": transposed,
}
