"""LLaVA under model_type llava: one square view of each picture, any decoder, CLIP or SigLIP."""

from transformers import (
    CLIPImageProcessor,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    SiglipImageProcessor,
)

import vlm_visualizer as reference
from families.family import Family
from families.layout import Grid, Layout
from families.spec import Spec

LLAMA3_ROPE = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


class Llava(Family):
    model_class, config_class, processor_class = LlavaForConditionalGeneration, LlavaConfig, LlavaProcessor
    specs = [
        Spec("llava-siglip-qwen2", "What is in the picture?", [(71, 40)], "chatml", "qwen2", "qwen2", margin=2),
        Spec(
            "llava-siglip-qwen3", "Is the cell round?", [(33, 80)], "chatml", "qwen2", "qwen3",
            text={"head_dim": 12}, feature_layer=-1, tied=True, names="new", seed=3,
        ),
        Spec(
            "llava-siglip-llama3", "Where is the red square?", [(50, 50)], "llama_3", "llama3", "llama",
            text={"rope_scaling": LLAMA3_ROPE, "rope_theta": 500.0},
        ),
        Spec(
            "llava-clip-qwen3", "How many blobs can you see?", [(60, 41)], "chatml", "qwen2", "qwen3",
            tower="clip", names="new-flat", seed=2,
        ),
        Spec(
            "llava-siglip-linear-rope", "Describe the image.", [(29, 64)], "vicuna_v1", "llama2", "llama",
            text={"rope_scaling": {"rope_type": "linear", "factor": 2.5}, "num_key_value_heads": 4}, side=5, patch=6,
            tied=True, seed=2,
        ),
        Spec(
            "interleave-qwen2", "Which of them is brighter?", [(64, 43), (30, 55)], "interleave", "qwen2", "qwen2",
            feature_layer=-1, tied=True, margin=1,
        ),
        Spec(
            "llava-siglip-numbers", "What is in the picture?", [(52, 71)], "chatml", "qwen2", "qwen2",
            text={"rms_norm_eps": 0.02, "rope_theta": 300.0}, vision={"layer_norm_eps": 0.03}, seed=2,
        ),
    ]  # fmt: skip

    def image_processor_class(self, spec: Spec) -> type:
        return CLIPImageProcessor if spec.tower == "clip" else SiglipImageProcessor

    def processor(self, spec: Spec, tokenizer) -> LlavaProcessor:
        size = spec.image_size
        square = {"height": size, "width": size}
        sizes = {"size": {"shortest_edge": size}, "crop_size": square} if spec.tower == "clip" else {"size": square}
        images = self.image_processor_class(spec)(**sizes)
        additional = 1 if spec.tower == "clip" else 0
        return LlavaProcessor(
            images,
            tokenizer,
            patch_size=spec.patch,
            vision_feature_select_strategy=spec.strategy,
            num_additional_image_tokens=additional,
        )

    def settings(self, spec: Spec, tokenizer) -> dict:
        return {"image_seq_length": spec.side**2}

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        """CLIP's processor would cut the ends off; the plugin pads by default, as LLaVA's authors do."""
        if spec.tower == "clip":
            mean = tuple(int(255 * m) for m in processor.image_processor.image_mean)
            pictures = [reference.expand2square(picture, mean) for picture in pictures]
        return processor(images=pictures, text=text, return_tensors="pt")

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        layout = Layout(sizes, spec.side**2)
        seen = spec.side * spec.patch / spec.image_size  # what is not in the margin
        for i, (width, height) in enumerate(sizes):
            left = top = 0
            if spec.tower == "clip":
                square = max(width, height)
                left, top = -((square - width) // 2), -((square - height) // 2)
                width = height = square
            layout.plain(i, "picture", Grid.over(left, top, width * seen, height * seen, spec.side, spec.side))
        return layout
