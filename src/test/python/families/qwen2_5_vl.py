"""Qwen2.5-VL: as Qwen2-VL, but most layers of the tower look at windows, and a video's time goes by seconds.

From transformers 4.57.6: processing_qwen2_5_vl.py and modeling_qwen2_5_vl.py.
"""

import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor

from families.qwen2_vl import COMMON, PIXELS, PUBLISHED, Qwen2VL
from families.spec import Spec


class Qwen2_5VL(Qwen2VL):
    model_class, config_class = Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLConfig
    processor_class = Qwen2_5_VLProcessor
    specs = [
        # 8 x 4 tokens in windows of 3 x 3.
        Spec(
            "qwen2.5-vl-one", "Where is the red square?", [(61, 36)], options=PIXELS | {"calm": True}, seed=5,
            **PUBLISHED,
        ),
        # 7 x 4 tokens in windows of 2 x 2.
        Spec(
            "qwen2.5-vl-even", "How many blobs can you see?", [(53, 36)], options=PIXELS, tied=True,
            vision={"window_size": 16, "fullatt_block_indexes": [2]}, **PUBLISHED,
        ),
        Spec(
            "qwen2.5-vl-two", "Which of them is brighter?", [(41, 52), (30, 70)], options=PIXELS, names="new",
            generation={"repetition_penalty": 1.05}, **COMMON,
        ),
        # Two seconds a pair are 8 positions, more than there are columns.
        Spec(
            "qwen2.5-vl-video", "What moves?", [(50, 36)] * 4, video=True, options=PIXELS | {"fps": 2.0},
            vision={"window_size": 16, "fullatt_block_indexes": [1, 2], "depth": 3, "tokens_per_second": 8},
            **PUBLISHED,
        ),
    ]  # fmt: skip

    def vision(self, spec: Spec, width: int) -> dict:
        return {
            "depth": 4,
            "hidden_size": 32,
            "intermediate_size": 40,
            "num_heads": 2,
            "out_hidden_size": width,
            "window_size": 24,
            "fullatt_block_indexes": [1, 3],
            "tokens_per_second": 2,
        }

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        images = {"videos": [pictures], "fps": spec.options["fps"]} if spec.video else {"images": pictures}
        return processor(**images, text=text, return_tensors="pt")

    def layers(self, visual) -> list[int]:
        """Those that look at all of a picture."""
        return visual.config.fullatt_block_indexes

    def order(self, visual, grid: tuple[int, int, int]) -> torch.Tensor:
        """Tokens window by window, those at the right and bottom being smaller; a token's patches stay together."""
        rows, columns = grid[1] // 2, grid[2] // 2
        size = visual.config.window_size // visual.config.patch_size // 2
        tokens = [
            row * columns + column
            for top in range(0, rows, size)
            for left in range(0, columns, size)
            for row in range(top, min(top + size, rows))
            for column in range(left, min(left + size, columns))
        ]
        assert visual.get_window_index(torch.tensor([grid]))[0].tolist() == tokens
        return (4 * torch.tensor(tokens)[:, None] + torch.arange(4)).flatten()

    def interval(self, spec: Spec, model) -> int:
        """The seconds of a pair are cut to whole ones before they are multiplied."""
        return int(2 / spec.options["fps"]) * model.config.vision_config.tokens_per_second if spec.video else 0

    def facts(self, spec: Spec, model) -> dict:
        return super().facts(spec, model) | ({"fps": spec.options["fps"]} if spec.video else {})

    def switches(self, spec: Spec, model) -> dict:
        def all_full(model):
            model.model.visual.fullatt_block_indexes = list(range(len(model.model.visual.blocks)))

        def all_windows(model):
            model.model.visual.fullatt_block_indexes = []

        def other_layers(model):
            visual = model.model.visual
            full = visual.fullatt_block_indexes
            visual.fullatt_block_indexes = [i for i in range(len(visual.blocks)) if i not in full]

        def other_size(model):
            visual = model.model.visual
            visual.window_size = 24 if visual.window_size == 16 else 16

        def tokens_per_second(model):
            model.config.vision_config.tokens_per_second = 2

        own = {
            "windows": all_full,
            "layers without windows": all_windows,
            "which layers have windows": other_layers,
            "size of windows": other_size,
        }
        if spec.video:
            own["tokens per second"] = tokens_per_second
        return super().switches(spec, model) | own
