"""LLaVA-NeXT (1.6): an overview, and tiles of the picture resized to the best of some resolutions.

From transformers 4.57.6: image_processing_llava_next.py, and pack_image_features of modeling_llava_next.py.
"""

import math
from collections.abc import Callable

from transformers import (
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
)
from transformers.image_processing_utils import select_best_resolution

from families import switches
from families.family import Family
from families.layout import Grid, Layout
from families.llava import LLAMA3_ROPE
from families.spec import Spec


def pinpoints(tile: int) -> list[list[int]]:
    """The released ones, of tiles of this size: height, width."""
    return [[tile * rows, tile * columns] for rows, columns in ((1, 2), (2, 1), (2, 2), (3, 1), (1, 3))]


class LlavaNext(Family):
    model_class, config_class = LlavaNextForConditionalGeneration, LlavaNextConfig
    processor_class = LlavaNextProcessor
    specs = [
        Spec(
            "next-vicuna", "What is in the picture?", [(121, 40)], "vicuna_v1+system", "llama2", "llama",
            text={"num_key_value_heads": 4}, tower="clip",
        ),
        Spec(
            "next-mistral", "Is the cell round?", [(37, 150)], "mistral", "llama2", "mistral",
            text={"head_dim": 12}, tower="clip", names="new", seed=2,
        ),
        Spec(
            "next-qwen2", "Where is the red square?", [(9, 7)], "chatml+system", "qwen2", "qwen2",
            tower="clip", tied=True,
        ),
        Spec(
            "next-llama3", "How many blobs can you see?", [(110, 92)], "llama_3+system", "llama3", "llama",
            text={"rope_scaling": LLAMA3_ROPE, "rope_theta": 500.0}, tower="clip", side=3, patch=9, names="new-flat",
        ),
        Spec(
            "next-yi", "Describe the image.", [(61, 90)], "chatml_direct+system", "qwen2", "llama", tower="clip",
            options={"pinpoints": [[56, 56], [28, 84], [84, 84]]}, seed=2,
        ),
    ]  # fmt: skip

    @staticmethod
    def whole(length: float) -> int:
        """A length in patches that unpad_image keeps."""
        return int(round(length, 7))

    def image_processor_class(self, spec: Spec) -> type:
        return LlavaNextImageProcessor

    def pinpoints(self, spec: Spec) -> list[list[int]]:
        return spec.options.get("pinpoints") or pinpoints(spec.image_size)

    def processor(self, spec: Spec, tokenizer):
        return self.processor_class(
            image_processor=self.images(spec),
            tokenizer=tokenizer,
            patch_size=spec.patch,
            vision_feature_select_strategy=spec.strategy,
            num_additional_image_tokens=1,
        )

    def images(self, spec: Spec) -> LlavaNextImageProcessor:
        size = spec.image_size
        square = {"height": size, "width": size}
        return LlavaNextImageProcessor(
            size={"shortest_edge": size}, crop_size=square, image_grid_pinpoints=self.pinpoints(spec)
        )

    def settings(self, spec: Spec, tokenizer) -> dict:
        return {"image_grid_pinpoints": self.pinpoints(spec), "use_image_newline_parameter": True}

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        (width, height), side = sizes[0], spec.side
        layout = Layout(sizes, side**2)
        layout.plain(0, "overview", Grid.over(0, 0, width, height, side, side))
        tiles = Tiles(width, height, self.pinpoints(spec), spec.image_size, side, self.whole)
        view = layout.view(0, "tiles", tiles.kept)
        for row in range(tiles.kept.rows):
            for column in range(tiles.kept.columns):
                patch = tiles.patch(tiles.above + row, tiles.before + column)
                layout.token(view, row * tiles.kept.columns + column, {layout.patches + patch: 1.0})
            layout.newline()
        layout.crops += tiles.rows * tiles.columns
        return layout

    def switches(self, spec: Spec, model) -> dict:
        return super().switches(spec, model) | {"newline": switches.no_newline}


class Tiles:
    """The patches of the tiles of one picture, joined to one grid, of which padding is cut off again."""

    def __init__(
        self,
        width: int,
        height: int,
        pinpoints: list[list[int]],
        tile: int,
        side: int,
        whole: Callable[[float], int],
    ):
        best = select_best_resolution((height, width), pinpoints)
        self.side = side
        self.rows, self.columns = best[0] // tile, best[1] // tile
        across, down = best[1] / width, best[0] / height
        if across < down:
            resized = best[1], min(math.ceil(height * across), best[0])
        else:
            resized = min(math.ceil(width * down), best[1]), best[0]
        left, top = (best[1] - resized[0]) // 2, (best[0] - resized[1]) // 2
        x, y = width / resized[0], height / resized[1]  # source pixels in one of the canvas
        patch = tile / side
        columns, rows = self.columns * side, self.rows * side
        self.before, self.above = self._unpadded(width, height, columns, rows, whole)
        self.kept = Grid(
            columns - 2 * self.before,
            rows - 2 * self.above,
            (self.before * patch - left) * x,
            (self.above * patch - top) * y,
            patch * x,
            patch * y,
        )

    @staticmethod
    def _unpadded(width: int, height: int, columns: int, rows: int, whole: Callable[[float], int]) -> tuple[int, int]:
        """Columns and rows that unpad_image drops on either side."""
        if width / height > columns / rows:
            return 0, (rows - whole(height * (columns / width))) // 2
        return (columns - whole(width * (rows / height))) // 2, 0

    def patch(self, row: int, column: int) -> int:
        """The number of a patch of the joined grid, counted tile by tile."""
        tile = row // self.side * self.columns + column // self.side
        return tile * self.side**2 + row % self.side * self.side + column % self.side
