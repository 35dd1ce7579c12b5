"""LLaVA-OneVision: tiles as in LLaVA-NeXT, whose features are resized if they are many; several pictures; video.

From transformers 4.57.6: image_processing_llava_onevision.py, and pack_image_features and apply_pooling of
modeling_llava_onevision.py.
"""

import math

from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
)

from families import switches
from families.family import Family
from families.layout import Grid, Layout
from families.llava_next import LlavaNext, Tiles
from families.spec import Spec

QWEN2 = {"template": "onevision", "words": "qwen2", "decoder": "qwen2", "feature_layer": -1}
STANDARD = [0.5, 0.5, 0.5]


class LlavaOnevision(Family):
    model_class, config_class = LlavaOnevisionForConditionalGeneration, LlavaOnevisionConfig
    processor_class = LlavaOnevisionProcessor
    specs = [
        Spec("onevision-one", "What is in the picture?", [(61, 44)], tied=True, **QWEN2),
        Spec(
            "onevision-resized", "Where is the red square?", [(120, 107)], names="new", side=3,
            options={"vision_aspect_ratio": "anyres_max_9"}, tied=True, seed=5, **QWEN2,
        ),
        Spec(
            "onevision-resized-wide", "Describe the image.", [(130, 41)], side=5, patch=4, text={"head_dim": 12},
            options={"vision_aspect_ratio": "anyres_max_2"}, tied=True, seed=2, **QWEN2,
        ),
        Spec("onevision-two", "Which of them is brighter?", [(64, 43), (30, 55)], tied=True, seed=2, **QWEN2),
        Spec("onevision-video", "What moves?", [(50, 36)] * 3, video=True, tied=True, side=5, patch=6, **QWEN2),
    ]  # fmt: skip

    def image_processor_class(self, spec: Spec) -> type:
        return LlavaOnevisionImageProcessor

    def pinpoints(self, spec: Spec) -> list[list[int]]:
        tiles = range(spec.image_size, 4 * spec.image_size + 1, spec.image_size)
        return [[height, width] for height in tiles for width in tiles]

    def ratio(self, spec: Spec) -> str:
        return spec.options.get("vision_aspect_ratio", "anyres_max_9")

    def processor(self, spec: Spec, tokenizer) -> LlavaOnevisionProcessor:
        square = {"height": spec.image_size, "width": spec.image_size}
        scaling = {"size": square, "image_mean": STANDARD, "image_std": STANDARD}
        return LlavaOnevisionProcessor(
            LlavaOnevisionImageProcessor(image_grid_pinpoints=self.pinpoints(spec), **scaling),
            tokenizer,
            LlavaOnevisionVideoProcessor(**scaling),
            num_image_tokens=spec.side**2,
            vision_feature_select_strategy=spec.strategy,
            vision_aspect_ratio=self.ratio(spec),
        )

    def settings(self, spec: Spec, tokenizer) -> dict:
        return {
            "image_grid_pinpoints": self.pinpoints(spec),
            "vision_aspect_ratio": self.ratio(spec),
            "video_token_index": tokenizer.convert_tokens_to_ids("<video>"),
        }

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        images = {"videos": [pictures]} if spec.video else {"images": [pictures]}
        return processor(**images, text=text, return_tensors="pt")

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        if spec.video:
            return self.video(spec, sizes)
        if len(sizes) > 1:
            return self.several(spec, sizes)
        (width, height), side = sizes[0], spec.side
        layout = Layout(sizes, side**2)
        layout.plain(0, "overview", Grid.over(0, 0, width, height, side, side))
        tiles = Tiles(width, height, self.pinpoints(spec), spec.image_size, side, LlavaNext.whole)
        kept = tiles.kept
        columns, rows = kept.columns, kept.rows
        ratio = math.sqrt(columns * rows / (int(self.ratio(spec).removeprefix("anyres_max_")) * side**2))
        if ratio > 1.1:
            columns, rows = int(columns // ratio), int(rows // ratio)
        grid = Grid.over(kept.left, kept.top, kept.columns * kept.width, kept.rows * kept.height, columns, rows)
        view = layout.view(0, "tiles", grid)
        for row, of_rows in enumerate(linear(kept.rows, rows)):
            for column, of_columns in enumerate(linear(kept.columns, columns)):
                weights = {
                    layout.patches + tiles.patch(tiles.above + r, tiles.before + c): down * across
                    for r, down in of_rows.items()
                    for c, across in of_columns.items()
                }
                layout.token(view, row * columns + column, weights)
            layout.newline()
        layout.crops += tiles.rows * tiles.columns
        return layout

    def several(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        """Each padded to a square."""
        layout = Layout(sizes, spec.side**2)
        for i, (width, height) in enumerate(sizes):
            square = max(width, height)
            left, top = -((square - width) // 2), -((square - height) // 2)
            layout.plain(i, "picture", Grid.over(left, top, square, square, spec.side, spec.side))
            layout.newline()
        return layout

    def video(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        """Each frame squashed to a square, its features resized to half as many in a row; one newline at the end."""
        side, half = spec.side, math.ceil(spec.side / 2)
        layout = Layout(sizes[:1], side**2)
        width, height = sizes[0]
        for frame in range(len(sizes)):
            view = layout.view(0, "frame", Grid.over(0, 0, width, height, half, half), frame)
            for row, of_rows in enumerate(linear(side, half)):
                for column, of_columns in enumerate(linear(side, half)):
                    weights = {
                        frame * side**2 + r * side + c: down * across
                        for r, down in of_rows.items()
                        for c, across in of_columns.items()
                    }
                    layout.token(view, row * half + column, weights)
        layout.newline()
        layout.crops = len(sizes)
        return layout

    def switches(self, spec: Spec, model) -> dict:
        return super().switches(spec, model) | {"newline": switches.no_newline}


def linear(size: int, resized: int) -> list[dict[int, float]]:
    """Weights of torch's linear interpolation, align_corners off and without antialiasing, of each new place."""
    places = []
    for i in range(resized):
        place = max(0.0, (i + 0.5) * size / resized - 0.5)
        first = int(place)
        second = min(first + 1, size - 1)
        weights = {first: 1 - (place - first)}
        weights[second] = weights.get(second, 0.0) + place - first
        places.append({place: weight for place, weight in weights.items() if weight > 0})
    return places
