"""Qwen3-VL: as Qwen2-VL, with learned positions, taps of the tower added in the decoder, and times as text.

From transformers 4.57.6: video_processing_qwen3_vl.py, processing_qwen3_vl.py and modeling_qwen3_vl.py.
"""

import dataclasses
import math
import re

import torch
from torch.nn import functional
from transformers import (
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from transformers.video_utils import VideoMetadata

from families.layout import Ragged
from families.qwen2_vl import PIXELS, Qwen2VL, joined
from families.spec import Spec

SECTIONS = [3, 3, 2]
STANDARD = [0.5, 0.5, 0.5]
NARROW = {"hidden_size": 24}
COMMON = {
    "template": "qwen3-vl", "words": "qwen2-vl", "decoder": "qwen3", "tower": "qwen", "patch": 4, "names": "new",
}  # fmt: skip


class Qwen3VL(Qwen2VL):
    model_class, config_class = Qwen3VLForConditionalGeneration, Qwen3VLConfig
    processor_class = Qwen3VLProcessor
    little = 0.03
    specs = [
        Spec("qwen3-vl-one", "Where is the red square?", [(61, 36)], options=PIXELS, seed=4, **COMMON),
        Spec(
            "qwen3-vl-two", "Which of them is brighter?", [(41, 52), (240, 4)], options=PIXELS, vision=NARROW, seed=2,
            **COMMON,
        ),
        Spec(
            "qwen3-vl-video", "What moves?", [(50, 36)] * 3, video=True, options=PIXELS | {"fps": 2.0}, vision=NARROW,
            seed=2, **COMMON,
        ),
        Spec(
            "qwen3-vl-tied", "How many blobs can you see?", [(90, 71)], tied=True, seed=2,
            options={"min_pixels": 256, "max_pixels": 2048},
            text={"num_hidden_layers": 3, "hidden_size": 40, "rope_theta": 500.0, "rms_norm_eps": 0.01},
            vision=NARROW | {"deepstack_visual_indexes": [0, 1, 3], "num_position_embeddings": 81}, **COMMON,
        ),
    ]  # fmt: skip

    def scaling(self, spec: Spec) -> dict:
        return super().scaling(spec) | {"image_mean": STANDARD, "image_std": STANDARD}

    def video_processor(self, spec: Spec):
        settings = self.scaling(spec)
        del settings["min_pixels"], settings["max_pixels"]
        return Qwen3VLVideoProcessor(**settings)

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        if not spec.video:
            return processor(images=pictures, text=text, return_tensors="pt")
        count = len(pictures)
        metadata = VideoMetadata(count, fps=spec.options["fps"], frames_indices=list(range(count)))
        inputs = processor(
            videos=[pictures], text=text, video_metadata=[metadata], do_sample_frames=False, return_tensors="pt"
        )
        tokens = int((inputs["input_ids"] == processor.video_token_id).sum())
        expanded = text.replace(self.video_token, timed(count, spec.options["fps"], tokens // math.ceil(count / 2)))
        assert processor.tokenizer.decode(inputs["input_ids"][0]) == expanded
        return inputs

    def rope(self) -> dict:
        return {"mrope_interleaved": True, "mrope_section": SECTIONS, "rope_type": "default"}

    def config(self, spec: Spec, tokenizer):
        sizes = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}
        return super().config(dataclasses.replace(spec, text=sizes | spec.text), tokenizer)

    def vision(self, spec: Spec, width: int) -> dict:
        return {
            "depth": 4,
            "hidden_size": 32,
            "intermediate_size": 40,
            "num_heads": 2,
            "out_hidden_size": width,
            "num_position_embeddings": 36,
            "deepstack_visual_indexes": [0, 2],
        }

    def features(self, model, seen: torch.Tensor, layout: Ragged) -> torch.Tensor:
        """The patches of each token one after another, normalised each, through the merger's layers."""
        merger = model.model.visual.merger
        return merged(merger, joined(merger.norm(seen), layout))

    def resized(self, spec: Spec, width: int, height: int, frames: int) -> tuple[int, int]:
        """The limits of a video are those of all its frames together."""
        if not spec.video:
            return super().resized(spec, width, height, frames)
        unit, least, most = 2 * spec.patch, spec.options["min_pixels"], spec.options["max_pixels"]
        rounded = [round(side / unit) * unit for side in (width, height)]
        pixels = round(frames / 2) * 2 * rounded[0] * rounded[1]  # half to even
        if pixels > most:
            factor = math.sqrt(frames * width * height / most)
            return tuple(max(unit, math.floor(side / factor / unit) * unit) for side in (width, height))
        if pixels < least:
            factor = math.sqrt(least / (frames * width * height))
            return tuple(math.ceil(side * factor / unit) * unit for side in (width, height))
        return tuple(rounded)

    def interval(self, spec: Spec, model) -> int:
        """Each pair of frames has its own run of tokens."""
        return 0

    def tensors(self, spec: Spec, model, inputs: dict, layout: Ragged, image: torch.Tensor) -> dict:
        """Besides, what is added to image tokens after the decoder's first layers."""
        visual, given, outputs = model.model.visual, [], []
        hooks = [
            model.model.language_model.register_forward_pre_hook(
                lambda module, args, kwargs: given.extend(kwargs["deepstack_visual_embeds"]), with_kwargs=True
            )
        ] + [block.register_forward_hook(lambda module, args, output: outputs.append(output)) for block in visual.blocks]
        model(**inputs)
        for hook in hooks:
            hook.remove()
        taps = visual.config.deepstack_visual_indexes
        assert len(given) == len(taps)
        found = {}
        for i, (layer, merger) in enumerate(zip(taps, visual.deepstack_merger_list)):
            found[f"deepstack_{i}"] = merged(merger, merger.norm(joined(outputs[layer], layout)))
            torch.testing.assert_close(found[f"deepstack_{i}"], given[i], atol=1e-5, rtol=1e-5)
        return super().tensors(spec, model, inputs, layout, image) | found

    def facts(self, spec: Spec, model) -> dict:
        return super().facts(spec, model) | ({"fps": spec.options["fps"]} if spec.video else {})

    def markers(self, ids: torch.Tensor, image: torch.Tensor, placed: torch.Tensor, tokenizer) -> torch.Tensor:
        """In a video, all from the first time to the end of the last pair that is no image token."""
        marks = super().markers(ids, image, placed, tokenizer)
        first, last = marks[0].item(), marks[-1].item()
        begins = [i for i in range(first) if re.fullmatch(r"<\d+\.\d seconds>", tokenizer.decode(ids[i:first]))]
        if not begins:
            return marks
        return torch.tensor([i for i in range(begins[0], last + 1) if i not in image])

    def switches(self, spec: Spec, model) -> dict:
        def no_deepstack(model):
            model.model.language_model._deepstack_process = lambda hidden, *others: hidden

        def other_taps(model):
            visual = model.model.visual
            visual.deepstack_visual_indexes = [layer - 1 if layer else 1 for layer in visual.deepstack_visual_indexes]

        def other_order(model):
            features = model.model.get_image_features

            def reversed_taps(*args):
                seen, taps = features(*args)
                return seen, taps[::-1]

            model.model.get_image_features = reversed_taps

        def no_positions(model):
            model.model.visual.pos_embed.weight.zero_()

        def no_bias(model):
            model.model.visual.patch_embed.proj.bias.zero_()

        own = {
            "bias of patches": no_bias,
            "taps": no_deepstack,
            "which layers are tapped": other_taps,
            "order of taps": other_order,
            "learned positions": no_positions,
            "interpolation of positions": nearest,
            "sections of positions": contiguous,
        }
        return super().switches(spec, model) | own


def timed(frames: int, fps: float, tokens: int) -> str:
    """Each pair of frames with the mean of its times; a time right between two tenths is rounded to the even one."""
    text = ""
    for first in range(0, frames, 2):
        time = (first / fps + min(first + 1, frames - 1) / fps) / 2
        text += f"<{time:.1f} seconds><|vision_start|>" + "<|video_pad|>" * tokens + "<|vision_end|>"
    return text


def merged(merger, patches: torch.Tensor) -> torch.Tensor:
    return merger.linear_fc2(functional.gelu(merger.linear_fc1(patches)))


def nearest(model) -> None:
    """Each patch takes the position next to it."""
    visual = model.model.visual
    side = visual.num_grid_per_side
    table = visual.pos_embed.weight.view(side, side, -1)

    def positions(grids):
        found = []
        for times, rows, columns in grids.tolist():
            down, across = (torch.linspace(0, side - 1, n).round().long() for n in (rows, columns))
            embedded = table[down[:, None], across].view(rows // 2, 2, columns // 2, 2, -1)
            found.append(embedded.transpose(1, 2).flatten(0, 3).repeat(times, 1))
        return torch.cat(found)

    visual.fast_pos_embed_interpolate = positions


def contiguous(model) -> None:
    """Frequencies in three sections, as in Qwen2-VL."""

    def by_section(freqs, sections):
        axis = [axis for axis, count in enumerate(sections) for _ in range(count)]
        return freqs[axis, :, :, range(len(axis))].permute(1, 2, 0)

    model.model.language_model.rotary_emb.apply_interleaved_mrope = by_section
