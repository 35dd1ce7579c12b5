"""The original code's format: LLaVA-NeXT, and llava_qwen2 as HuatuoGPT-Vision has it.

From LLaVA 1.2: mm_utils.py (process_anyres_image, tokenizer_image_token) and llava_arch.py, without using its code. The
model is put together from transformers' decoder and CLIP.
"""

from types import SimpleNamespace

import torch
from torch import nn
from transformers import (
    CLIPImageProcessor,
    CLIPVisionModel,
    LlamaForCausalLM,
    LlavaNextImageProcessor,
    MistralForCausalLM,
    Qwen2ForCausalLM,
)

import make_original_goldens as originals
import vlm_visualizer as reference
from families import words
from families.family import Family, patches
from families.layout import Layout
from families.llava import Llava
from families.llava_next import LlavaNext, pinpoints
from families.spec import Spec, draw, text_config, vision_config
from make_goldens import write_json

DECODERS = {"llama": LlamaForCausalLM, "mistral": MistralForCausalLM, "qwen2": Qwen2ForCausalLM}
TYPES = {"llama": "llava_llama", "mistral": "llava_mistral", "qwen2": "llava_qwen2"}


class Model(nn.Module):
    """The original's modules; image tokens are ids of -200."""

    def __init__(self, spec: Spec, text, vision, newline: bool):
        super().__init__()
        self.decoder = DECODERS[spec.decoder]._from_config(text, attn_implementation="eager")
        self.tower = CLIPVisionModel._from_config(vision, attn_implementation="eager")
        self.projector = originals.projector("mlp2x_gelu", vision.hidden_size, text.hidden_size)
        self.image_newline = nn.Parameter(torch.zeros(text.hidden_size)) if newline else None
        self.config = SimpleNamespace(vision_feature_layer=spec.feature_layer)
        self.layout: Layout | None = None

    def get_output_embeddings(self):
        return self.decoder.get_output_embeddings()

    def image_features(self, patches: torch.Tensor) -> torch.Tensor:
        projected = self.projector(patches).flatten(0, 1)
        features = self.layout.spread().to(projected.dtype) @ projected
        if self.image_newline is not None:
            features[~self.layout.placed()] = self.image_newline
        return features

    def forward(self, input_ids, pixel_values=None, **others):
        if pixel_values is None:
            return self.decoder(input_ids=input_ids, **others)
        seen, _ = patches(self.tower, pixel_values, self.config.vision_feature_layer, "default")
        embedded = self.decoder.get_input_embeddings()(input_ids.clamp_min(0))
        embedded[input_ids == originals.IMAGE] = self.image_features(seen)
        return self.decoder(inputs_embeds=embedded, **others)

    def stored(self) -> dict[str, torch.Tensor]:
        state = dict(self.decoder.state_dict())
        state |= {f"model.mm_projector.{name}": weight for name, weight in self.projector.state_dict().items()}
        state |= {f"model.vision_tower.vision_tower.{name}": w for name, w in self.tower.state_dict().items()}
        return state if self.image_newline is None else state | {"model.image_newline": self.image_newline}


class OriginalNext(LlavaNext):
    """unpad_image without the rounding that transformers added."""

    whole = staticmethod(int)


class Original(Family):
    specs = [
        Spec(
            "original-next-mistral", "Is the cell round?", [(44, 110)], "mistral", "sentencepiece", "mistral",
            tower="clip", side=6, dtype=torch.float16, options={"anyres": True},
        ),
        Spec(
            "original-next-vicuna", "What is in the picture?", [(90, 77)], "vicuna_v1+system", "sentencepiece",
            "llama", tower="clip", side=3, patch=9, options={"anyres": True}, seed=3,
        ),
        Spec(
            "original-qwen2", "How many blobs can you see?", [(60, 41)], "huatuo", "qwen2-text", "qwen2",
            tower="clip", options={"anyres": False},
        ),
    ]  # fmt: skip

    def checkpoint(self, spec: Spec, folder) -> tuple:
        if spec.words == "sentencepiece":
            tokenizer = originals.train_tokenizer(folder, legacy=True, marks=False)
        else:
            words.qwen2(images=False).save_pretrained(folder)
            tokenizer = words.qwen2(images=False)
        model = Model(spec, text_config(spec, tokenizer), vision_config(spec), spec.options["anyres"]).eval()
        draw(model, spec, tokenizer)
        with torch.no_grad():
            for weight in model.parameters():
                weight.copy_(weight.to(spec.dtype).float())
        stored = SimpleNamespace(binary=False, dtype=spec.dtype, inside=True)
        originals.write_tower(model, folder.parent / "tiny-clip", stored)
        originals.save(model.stored(), folder, stored)
        write_json(folder / "config.json", self.described(spec, model))
        model.layout = self.layout(spec, spec.pictures)
        processor = SimpleNamespace(tokenizer=tokenizer, image_processor=self.images(spec))
        eos = tokenizer.eos_token_id
        write_json(folder / "generation_config.json", {"eos_token_id": eos, "do_sample": False})
        return model, processor, [eos]

    def described(self, spec: Spec, model: Model) -> dict:
        config = {k: v for k, v in model.decoder.config.to_dict().items() if not k.startswith("_")}
        for key in ("architectures", "dtype"):
            config.pop(key, None)
        # Width before height.
        grids = {"image_grid_pinpoints": [[w, h] for h, w in pinpoints(spec.image_size)]}
        return config | {
            "model_type": TYPES[spec.decoder],
            "mm_vision_tower": "somewhere/tiny-clip",
            "mm_vision_select_layer": spec.feature_layer,
            "mm_vision_select_feature": "patch",
            "mm_projector_type": "mlp2x_gelu",
            "mm_hidden_size": model.tower.config.hidden_size,
            "mm_use_im_start_end": False,
            "mm_use_im_patch_token": False,
            "mm_patch_merge_type": "spatial_unpad" if spec.options["anyres"] else "flat",
            "image_aspect_ratio": "anyres" if spec.options["anyres"] else "pad",
            "use_mm_proj": True,
            "tokenizer_model_max_length": 4096,
        } | (grids if spec.options["anyres"] else {})

    def images(self, spec: Spec):
        size = spec.image_size
        sizes = {"size": {"shortest_edge": size}, "crop_size": {"height": size, "width": size}}
        if spec.options["anyres"]:
            return LlavaNextImageProcessor(image_grid_pinpoints=pinpoints(size), **sizes)
        return CLIPImageProcessor(**sizes)

    def image_id(self, tokenizer, token: str) -> int:
        return originals.IMAGE

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        """Ids of the text on either side of the picture, each tokenised by itself, BOS once, and -200 between."""
        before, after = (processor.tokenizer(part).input_ids for part in text.split(self.image_token))
        if processor.tokenizer.bos_token_id is not None:
            after = after[1:]
        if not spec.options["anyres"]:
            mean = tuple(int(255 * m) for m in processor.image_processor.image_mean)
            pictures = [reference.expand2square(picture, mean) for picture in pictures]
        pixels = processor.image_processor(pictures, return_tensors="pt").pixel_values
        ids = before + [originals.IMAGE] * len(self.layout(spec, spec.pictures).tokens) + after
        return {"input_ids": torch.tensor([ids]), "pixel_values": pixels.flatten(0, -4)}

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        return (OriginalNext if spec.options["anyres"] else Llava)().layout(spec, sizes)

    def decoder(self, model):
        return model.decoder.model

    def tower(self, model, crops: torch.Tensor):
        return patches(model.tower, crops, model.config.vision_feature_layer, "default")

    def features(self, model, seen: torch.Tensor, layout: Layout) -> torch.Tensor:
        return model.image_features(seen)

    def switches(self, spec: Spec, model) -> dict:
        return super().switches(spec, model) | ({"newline": no_newline} if spec.options["anyres"] else {})


def no_newline(model) -> None:
    model.image_newline.zero_()
