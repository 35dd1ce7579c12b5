"""SmolVLM, SmolVLM2 and Idefics3: square tiles of the resized picture, then all of it; a pixel shuffle.

From transformers 4.57.6: image_processing_idefics3.py, processing_idefics3.py and modeling_idefics3.py.

The tower numbers positions by a formula that is computed in the type of the weights, and rounding decides. The models
are used in the type that config.json names, mostly bfloat16, and the plugin computes the numbers as that type rounds
them, whatever it then computes in. So do these goldens: numbers as the named type rounds them, all else in float32.
"""

import math
from types import MethodType

import torch
from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

from families import switches
from families.family import Family, patch_attention
from families.layout import Grid, Layout
from families.spec import Spec, text_config, vision_sizes

WORDS = {"template": "smolvlm", "words": "smollm", "decoder": "llama", "names": "new"}
STANDARD = [0.5, 0.5, 0.5]


class Idefics3(Family):
    model_class, config_class = Idefics3ForConditionalGeneration, Idefics3Config
    processor_class = Idefics3Processor
    image_class = Idefics3ImageProcessor
    specs = [
        Spec(
            "idefics3-tiles", "What is in the picture?", [(120, 78)], side=8, patch=4,
            options={"scale_factor": 4, "longest_edge": 96, "splitting": True}, **WORDS,
        ),
        Spec(
            "idefics3-two", "Which of them is brighter?", [(64, 43), (20, 47)], patch=5, dtype=torch.float32,
            options={"scale_factor": 2, "longest_edge": 40, "splitting": True}, tied=True, seed=3, **WORDS,
        ),
    ]  # fmt: skip

    def image_processor_class(self, spec: Spec) -> type:
        return self.image_class

    def processor(self, spec: Spec, tokenizer):
        images = self.image_class(
            size={"longest_edge": spec.options["longest_edge"]},
            max_image_size={"longest_edge": spec.image_size},
            do_image_splitting=spec.options["splitting"],
            image_mean=STANDARD,
            image_std=STANDARD,
        )
        tokens = spec.side**2 // spec.options["scale_factor"] ** 2
        return self.processor_class(images, tokenizer, image_seq_len=tokens, **self.video_processor(spec))

    def video_processor(self, spec: Spec) -> dict:
        return {}

    def config(self, spec: Spec, tokenizer):
        return self.config_class(
            vision_config={"hidden_act": "gelu_pytorch_tanh"} | vision_sizes(spec),
            text_config=text_config(spec, tokenizer).to_dict(),
            image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
            scale_factor=spec.options["scale_factor"],
            tie_word_embeddings=spec.tied,
            pad_token_id=tokenizer.pad_token_id,
            dtype=spec.dtype,
        )

    def loaded(self, spec: Spec, model) -> None:
        number_positions(model, spec.dtype)

    def decoder(self, model):
        return model.model.text_model

    def tower(self, model, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = model.model.vision_model(crops, output_attentions=True)
        return out.last_hidden_state, patch_attention(out.attentions, 0)

    def features(self, model, seen: torch.Tensor, layout: Layout) -> torch.Tensor:
        """The patches of each token one after another, in their order in the layout, through one matrix."""
        flat = seen.flatten(0, 1)
        return model.model.connector.modality_projection(
            torch.stack([flat[list(weights)].flatten() for weights in layout.weights])
        )

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        layout = Layout(sizes, spec.side**2)
        for picture, (width, height) in enumerate(sizes):
            rows, columns = self.tiles(spec, width, height)
            scale = spec.options["scale_factor"]
            cells = spec.side // scale
            if rows * columns > 1:
                grid = Grid.over(0, 0, width, height, columns * cells, rows * cells)
                view = layout.view(picture, "tiles", grid)
                for row in range(rows):
                    for column in range(columns):
                        first = row * cells * grid.columns + column * cells
                        shuffled(layout, spec.side, scale, view, first, grid.columns)
            name = "overview" if rows * columns > 1 else "picture"
            view = layout.view(picture, name, Grid.over(0, 0, width, height, cells, cells))
            shuffled(layout, spec.side, scale, view, 0, cells)
        return layout

    def tiles(self, spec: Spec, width: int, height: int) -> tuple[int, int]:
        """Rows and columns: the longer side is resized to longest_edge, then both up to multiples of a tile's."""
        longest, tile = spec.options["longest_edge"], spec.image_size
        if not spec.options["splitting"]:
            return 1, 1
        aspect = width / height
        if width >= height:
            width, height = longest, int(longest / aspect)
            height += height % 2
        else:
            width, height = int(longest * aspect), longest
            width += width % 2
        width, height = max(width, 1), max(height, 1)
        aspect = width / height
        if width >= height:
            width = math.ceil(width / tile) * tile
            height = math.ceil(int(width / aspect) / tile) * tile
        else:
            height = math.ceil(height / tile) * tile
            width = math.ceil(int(height * aspect) / tile) * tile
        return height // tile, width // tile

    def markers(self, ids, image, placed, tokenizer) -> torch.Tensor:
        """The ordinary tokens of pictures' texts: from the first <fake_token_around_image> to the last of each."""
        fake = tokenizer.convert_tokens_to_ids("<fake_token_around_image>")
        single = tokenizer.convert_tokens_to_ids("<global-img>")
        inside, found = False, []
        for i, token in enumerate(ids.tolist()):
            if token == fake and (ids[i + 1] == ids[image[0]] or not inside):
                inside = True
            ends = token == fake and i > 0 and ids[i - 1] == ids[image[0]] and self.last(ids, i, single)
            if inside and i not in image:
                found.append(i)
            inside = inside and not ends
        return torch.tensor(found)

    @staticmethod
    def last(ids: torch.Tensor, i: int, single: int) -> bool:
        """Whether the run of image tokens before position i is that of the whole picture."""
        start = i - 1
        while ids[start] == ids[i - 1]:
            start -= 1
        return int(ids[start]) == single

    def switches(self, spec: Spec, model) -> dict:
        def transposed(model):
            """The patches of a token column by column."""
            scale, shuffle = spec.options["scale_factor"], model.model.connector.pixel_shuffle

            def other(features, scale_factor):
                return shuffle(features, scale_factor).unflatten(-1, (scale, scale, -1)).transpose(2, 3).flatten(2)

            model.model.connector.pixel_shuffle = other

        def no_norm(model):
            model.model.vision_model.post_layernorm = Contiguous()

        def other_numbers(model):
            number_positions(model, torch.bfloat16 if spec.dtype == torch.float32 else torch.float32)

        own = {"order of patches": transposed, "final norm": no_norm, "numbers of positions": other_numbers}
        shared = super().switches(spec, model)
        del shared["feature layer"]
        return shared | own


class SmolVLM(Idefics3):
    model_class, config_class = SmolVLMForConditionalGeneration, SmolVLMConfig
    processor_class, image_class = SmolVLMProcessor, SmolVLMImageProcessor
    specs = [
        Spec(
            "smolvlm-tiles", "Where is the red square?", [(61, 140)], side=6, patch=4, tied=True,
            options={"scale_factor": 3, "longest_edge": 72, "splitting": True}, **WORDS,
        ),
        Spec(
            "smolvlm-one-view", "Describe the image.", [(110, 45)], side=6, patch=5,
            text={"num_key_value_heads": 1}, tied=True, seed=3,
            options={"scale_factor": 2, "longest_edge": 90, "splitting": False}, **WORDS,
        ),
        Spec(
            "smolvlm-two", "Which of them is brighter?", [(31, 31), (70, 31)], side=4, patch=6, dtype=torch.float16,
            options={"scale_factor": 2, "longest_edge": 48, "splitting": True}, tied=True, **WORDS,
        ),
        Spec(
            "smolvlm-numbers", "Where is the red square?", [(70, 52)], side=4, patch=6,
            text={"rms_norm_eps": 0.02, "rope_theta": 300.0}, vision={"layer_norm_eps": 0.03}, seed=2,
            options={"scale_factor": 2, "longest_edge": 48, "splitting": True}, **WORDS,
        ),
    ]  # fmt: skip

    def video_processor(self, spec: Spec) -> dict:
        size = {"longest_edge": spec.image_size}
        return {"video_processor": SmolVLMVideoProcessor(size=size, max_image_size=size)}


class Contiguous(torch.nn.Module):
    """No norm; the pixel shuffle wants the features in order."""

    def forward(self, features):
        return features.contiguous()


def shuffled(layout: Layout, side: int, scale: int, view: int, first: int, columns: int) -> None:
    """The tokens of the next crop, scale * scale patches each, row by row; `columns` is a row of the view's grid."""
    cells = side // scale
    for row in range(cells):
        for column in range(cells):
            corner = layout.crops * layout.patches + row * scale * side + column * scale
            weights = {corner + r * side + c: 1 / scale**2 for r in range(scale) for c in range(scale)}
            layout.token(view, first + row * columns + column, weights)
    layout.crops += 1


def positions(side: int, dtype: torch.dtype) -> torch.Tensor:
    """Along one axis, the position that each of `side` patches takes: [side]."""
    boundaries = torch.arange(1 / side, 1.0, 1 / side)
    places = torch.arange(side, dtype=dtype) / torch.tensor(side) * (1 - 1e-6)
    return torch.bucketize(places, boundaries, right=True)


def number_positions(model, dtype: torch.dtype) -> None:
    """Replace the tower's embedding of patches by one whose positions are numbered as in another type."""
    embeddings = model.model.vision_model.embeddings
    side = embeddings.num_patches_per_side
    along = positions(side, dtype)
    ids = (along[:, None] * side + along).flatten()

    def forward(self, pixel_values, patch_attention_mask):
        assert patch_attention_mask.all()
        patches = self.patch_embedding(pixel_values).flatten(2).transpose(1, 2)
        return patches + self.position_embedding(ids)

    # A method, so that a copy of the model uses the copy's weights.
    embeddings.forward = MethodType(forward, embeddings)


@torch.no_grad()
def numbered_by_transformers(side: int, dtype: torch.dtype) -> list[int]:
    """Along one axis, read from the module itself."""
    from transformers.models.idefics3.modeling_idefics3 import Idefics3VisionConfig, Idefics3VisionEmbeddings

    config = Idefics3VisionConfig(hidden_size=2, image_size=side, patch_size=1)
    embeddings = Idefics3VisionEmbeddings(config)
    embeddings.patch_embedding.weight.zero_()
    embeddings.patch_embedding.bias.zero_()
    # A position's row and column, which every type holds exactly.
    numbers = torch.arange(side**2)
    embeddings.position_embedding.weight.copy_(torch.stack([numbers // side, numbers % side], -1))
    mask = torch.ones(1, side, side, dtype=torch.bool)
    found = embeddings.to(dtype)(torch.zeros(1, 3, side, side, dtype=dtype), mask)[0].view(side, side, 2)
    assert torch.equal(found[..., 0], found[..., 1].T)
    return found[0, :, 1].int().tolist()
