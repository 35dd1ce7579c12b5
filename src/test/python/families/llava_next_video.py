"""LLaVA-NeXT-Video: frames without tiles, four patches averaged to one token before the projector; pictures as NeXT.

From transformers 4.57.6: video_processing_llava_next_video.py, and get_video_features of modeling_llava_next_video.py.
"""

import torch
from torch import nn
from transformers import (
    LlavaNextVideoConfig,
    LlavaNextVideoForConditionalGeneration,
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
)

from families import switches
from families.family import Family
from families.layout import Grid, Layout
from families.llava_next import LlavaNext
from families.spec import Spec

LINEAR = {"rope_scaling": {"rope_type": "linear", "factor": 2.0}, "num_key_value_heads": 4}


class LlavaNextVideo(LlavaNext):
    model_class, config_class = LlavaNextVideoForConditionalGeneration, LlavaNextVideoConfig
    processor_class = LlavaNextVideoProcessor
    specs = [
        Spec(
            "next-video-frames", "What moves?", [(50, 36)] * 4, "vicuna_v1", "llama2", "llama",
            text=LINEAR, tower="clip", video=True,
        ),
        Spec(
            "next-video-mistral", "Is the cell round?", [(31, 70)] * 3, "mistral", "llama2", "mistral",
            tower="clip", video=True, names="new", side=6, patch=5, tied=True,
        ),
        Spec(
            "next-video-picture", "What is in the picture?", [(90, 47)], "vicuna_v1", "llama2", "llama",
            text=LINEAR, tower="clip", seed=3,
        ),
    ]  # fmt: skip

    def processor(self, spec: Spec, tokenizer) -> LlavaNextVideoProcessor:
        size = spec.image_size
        square = {"height": size, "width": size}
        return LlavaNextVideoProcessor(
            video_processor=LlavaNextVideoVideoProcessor(size={"shortest_edge": size}, crop_size=square),
            image_processor=self.images(spec),
            tokenizer=tokenizer,
            patch_size=spec.patch,
            vision_feature_select_strategy=spec.strategy,
            num_additional_image_tokens=1,
        )

    def settings(self, spec: Spec, tokenizer) -> dict:
        video = tokenizer.convert_tokens_to_ids("<video>")
        return super().settings(spec, tokenizer) | {"video_token_index": video, "image_seq_length": spec.side**2}

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        images = {"videos": [pictures]} if spec.video else {"images": pictures}
        return processor(**images, text=text, return_tensors="pt")

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        if not spec.video:
            return super().layout(spec, sizes)
        (width, height), side, half = sizes[0], spec.side, spec.side // 2
        size = spec.image_size
        # The shorter side is resized to the tower's, the other rounded down; then the centre is cut out.
        resized = (size, int(size * height / width)) if width <= height else (int(size * width / height), size)
        x, y = width / resized[0], height / resized[1]
        left, top = (resized[0] - size) // 2, (resized[1] - size) // 2
        cell = 2 * spec.patch
        layout = Layout(sizes[:1], side**2)
        for frame in range(len(sizes)):
            view = layout.view(0, "frame", Grid(half, half, left * x, top * y, cell * x, cell * y), frame)
            for token in range(half**2):
                row, column = divmod(token, half)
                first = frame * side**2 + 2 * row * side + 2 * column
                layout.token(view, token, {first + p: 0.25 for p in (0, 1, side, side + 1)})
        layout.crops = len(sizes)
        return layout

    def features(self, model, seen: torch.Tensor, layout: Layout) -> torch.Tensor:
        if layout.views[0].name != "frame":
            return super().features(model, seen, layout)
        return model.model.multi_modal_projector(layout.spread().float() @ seen.flatten(0, 1))

    def switches(self, spec: Spec, model) -> dict:
        def largest(model):
            model.model.vision_resampler.pool = nn.MaxPool2d(2, 2)

        own = {"pooling": largest} if spec.video else {"newline": switches.no_newline}
        return Family.switches(self, spec, model) | own
