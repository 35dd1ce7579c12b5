"""Gemma 3: one squashed view of each picture, pooled; windows in most layers; pictures seen both ways.

From transformers 4.57.6: image_processing_gemma3.py, processing_gemma3.py, modeling_gemma3.py and masking_utils.py.

Tokens of a picture see all of it, in layers with a window too, however long it is. All else sees those before it, in
layers with a window the last `sliding_window` of them, itself among them.
"""

import math
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessor,
    Gemma3Processor,
    Gemma3TextConfig,
    SiglipVisionConfig,
)

from families import switches
from families.family import Family, patch_attention
from families.idefics3 import shuffled
from families.layout import Grid, Layout
from families.spec import Spec, text_config, vision_config
from make_goldens import write_json

COMMON = {"template": "gemma3", "words": "gemma3", "decoder": "gemma3", "feature_layer": -1, "tied": True}
WINDOW, ALL = "sliding_attention", "full_attention"
TEXT = {
    "hidden_size": 40,
    "intermediate_size": 28,
    "num_hidden_layers": 3,
    "head_dim": 12,
    "query_pre_attn_scalar": 20,
    "rope_theta": 1000000.0,
    "rope_local_base_freq": 10000.0,
    "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
}
VISION = {"hidden_size": 24, "intermediate_size": 36, "num_hidden_layers": 2, "num_attention_heads": 3}


class Gemma3(Family):
    model_class, config_class = Gemma3ForConditionalGeneration, Gemma3Config
    processor_class = Gemma3Processor
    image_token = "<start_of_image>"
    generation = {"cache_implementation": "hybrid", "do_sample": True, "top_k": 64, "top_p": 0.95}
    specs = [
        # A picture of more tokens than a window.
        Spec(
            "gemma3-one", "Where is the red square?", [(61, 36)], side=8, patch=4, vision=VISION,
            text=TEXT | {"sliding_window": 13, "layer_types": [WINDOW, ALL, WINDOW]},
            seed=6, options={"tokens": 16}, **COMMON,
        ),
        Spec(
            "gemma3-two", "Which of them is brighter?", [(64, 43), (30, 55)], side=6, patch=5, vision=VISION,
            text=TEXT | {
                "sliding_window": 12, "layer_types": [WINDOW, WINDOW, ALL], "rope_theta": 700.0,
                "rope_local_base_freq": 50.0, "num_key_value_heads": 1,
            },
            seed=6, options={"tokens": 9}, names="new", **COMMON,
        ),
        # Windows of one token less than a picture has.
        Spec(
            "gemma3-odd", "Is the cell round?", [(33, 81)], side=12, patch=3,
            vision=VISION | {"layer_norm_eps": 0.03},
            text=TEXT | {"sliding_window": 8, "sliding_window_pattern": 2, "rms_norm_eps": 0.02},
            seed=4, options={"tokens": 9, "config": "pattern"}, **COMMON,
        ),
        # The answer is longer than what is left of the window.
        Spec(
            "gemma3-window", "What is in the picture?", [(50, 47)], side=8, patch=4, vision=VISION, tokens=14,
            text=TEXT | {"sliding_window": 48, "layer_types": [WINDOW, ALL, WINDOW]},
            seed=6, options={"tokens": 16}, **COMMON,
        ),
        # config.json as published: without what is usual, and with each sixth layer seeing all.
        Spec(
            "gemma3-published", "Describe the image.", [(70, 52)], side=8, patch=4, vision=VISION,
            text=TEXT | {
                "sliding_window": 16, "num_hidden_layers": 7, "hidden_size": 32, "head_dim": 8, "intermediate_size": 20,
            },
            seed=12, options={"tokens": 4, "config": "published"},
            **COMMON,
        ),
    ]  # fmt: skip

    # Processors.

    def image_processor_class(self, spec: Spec) -> type:
        return Gemma3ImageProcessor

    def processor(self, spec: Spec, tokenizer) -> Gemma3Processor:
        tokens = spec.options["tokens"]
        square = {"height": spec.image_size, "width": spec.image_size}
        images = Gemma3ImageProcessor(size=square, do_convert_rgb=None, image_seq_length=tokens)
        return Gemma3Processor(images, tokenizer, image_seq_length=tokens)

    def image_id(self, tokenizer, token: str) -> int:
        return tokenizer.image_token_id

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        inputs = processor(images=pictures, text=text, return_tensors="pt")
        picture = "<image_soft_token>" * spec.options["tokens"]
        expanded = "<bos>" + text.replace(self.image_token, f"\n\n{self.image_token}{picture}<end_of_image>\n\n")
        assert processor.tokenizer.decode(inputs["input_ids"][0]) == expanded
        return inputs

    # Weights and configuration.

    def ends(self, spec: Spec, tokenizer) -> list[int]:
        return [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")]

    def config(self, spec: Spec, tokenizer) -> Gemma3Config:
        return Gemma3Config(
            text_config=text_config(spec, tokenizer).to_dict(),
            vision_config=vision_config(spec).to_dict(),
            mm_tokens_per_image=spec.options["tokens"],
            boi_token_index=tokenizer.boi_token_id,
            eoi_token_index=tokenizer.eoi_token_id,
            image_token_index=tokenizer.image_token_id,
            eos_token_id=self.ends(spec, tokenizer),
            dtype=spec.dtype,
        )

    def save_config(self, spec: Spec, model, folder: Path) -> None:
        """As transformers 4.57 does, or as earlier ones: which layers have a window by a number, or not at all."""
        form = spec.options.get("config")
        if not form:
            return super().save_config(spec, model, folder)
        config = model.config.to_diff_dict()
        config["torch_dtype"] = config.pop("dtype")
        for key in ("layer_types", "_sliding_window_pattern"):
            del config["text_config"][key]
        if form == "published":
            for name, usual in (("text_config", Gemma3TextConfig()), ("vision_config", SiglipVisionConfig())):
                usual = usual.to_dict() | {"model_type": None}
                config[name] = {key: value for key, value in config[name].items() if usual.get(key) != value}
        write_json(folder / "config.json", config)
        read = Gemma3Config.from_pretrained(folder)
        for name in ("text_config", "vision_config"):
            assert getattr(read, name).to_dict() == getattr(model.config, name).to_dict()

    @torch.no_grad()
    def draw(self, spec: Spec, model, tokenizer) -> None:
        """The decoder's norms and the projector's multiply by 1 and their weight; embeddings will be scaled."""
        super().draw(spec, model, tokenizer)
        for name, weight in model.named_parameters():
            if "norm" in name and "vision_tower" not in name:
                weight -= 1
        model.get_input_embeddings().weight *= 0.3

    def embedding_decoder(self, model):
        return Masked(model.model.language_model)

    # What the tower sees.

    def tower(self, model, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = model.model.vision_tower(crops, output_attentions=True)
        return out.last_hidden_state, patch_attention(out.attentions, 0)

    def features(self, model, seen: torch.Tensor, layout: Layout) -> torch.Tensor:
        """The mean of each token's patches, normalised, through one matrix."""
        projector = model.model.multi_modal_projector
        pooled = layout.spread().float() @ seen.flatten(0, 1)
        return projector.mm_soft_emb_norm(pooled) @ projector.mm_input_projection_weight

    # Where tokens lie.

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        layout = Layout(sizes, spec.side**2)
        cells = math.isqrt(spec.options["tokens"])
        for picture, (width, height) in enumerate(sizes):
            view = layout.view(picture, "picture", Grid.over(0, 0, width, height, cells, cells))
            shuffled(layout, spec.side, spec.side // cells, view, 0, cells)
        return layout

    def markers(self, ids: torch.Tensor, image: torch.Tensor, placed: torch.Tensor, tokenizer) -> torch.Tensor:
        """<start_of_image> and <end_of_image>: the line breaks around them are one token with those of the text."""
        return torch.isin(ids, torch.tensor([tokenizer.boi_token_id, tokenizer.eoi_token_id])).nonzero()[:, 0]

    # Ways to disobey.

    def switches(self, spec: Spec, model) -> dict:
        shared = switches.of_tower(spec) | switches.of_decoder(spec, self.decoder)
        del shared["feature layer"]
        chosen = shared | OF_DECODER
        window, tokens = spec.text["sliding_window"], spec.options["tokens"]
        if spec.name != "gemma3-window":
            chosen |= OF_WINDOWS
        if window < tokens:
            chosen["pictures longer than a window"] = cut_pictures
        if len(spec.pictures) > 1:
            chosen["each picture by itself"] = joined_pictures
        if "layer_norm_eps" in spec.vision:
            chosen["eps of the projector's norm"] = projector_eps
        if "rms_norm_eps" in spec.text:
            chosen["eps of the decoder's norms"] = eps
        return chosen


class Masked(nn.Module):
    """The decoder as a function of embeddings alone, with the masks that `inner` was given with as many tokens before."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.layers, self.norm = inner, inner.layers, inner.norm
        self.masks: dict[int, dict[str, torch.Tensor]] = {}

    def whole(self, given: dict) -> torch.Tensor:
        n = given["inputs_embeds"].shape[1]
        for kind, mask in self.masks.setdefault(n, given["attention_mask"]).items():
            assert torch.equal(mask, given["attention_mask"][kind])
        return given["inputs_embeds"]

    def forward(self, inputs_embeds: torch.Tensor, **others):
        return self.inner(inputs_embeds=inputs_embeds, attention_mask=self.masks[inputs_embeds.shape[1]], **others)


def text_layers(model) -> nn.ModuleList:
    return model.model.language_model.layers


def masked(model, change: Callable[[dict, torch.Tensor], None]) -> None:
    """Change the masks of both kinds of layers; `change` is given them and how far each key is before each query."""

    def hook(module, args, kwargs):
        masks = {name: mask.clone() for name, mask in kwargs["attention_mask"].items()}
        queries, keys = masks[ALL].shape[-2:]
        change(masks, torch.arange(queries)[:, None] - torch.arange(keys))
        return args, kwargs | {"attention_mask": masks}

    model.model.language_model.register_forward_pre_hook(hook, with_kwargs=True)


LEAST = torch.finfo(torch.float32).min


def no_window(model) -> None:
    def change(masks, distance):
        masks[WINDOW] = masks[ALL]

    masked(model, change)


def longer_window(model) -> None:
    """By one token."""
    model.config.text_config.sliding_window += 1


def other_layers(model) -> None:
    """Each layer's kind is that of the layer before."""
    kinds = [layer.attention_type for layer in text_layers(model)]
    for layer, kind in zip(text_layers(model), kinds[-1:] + kinds[:-1]):
        layer.attention_type, layer.self_attn.is_sliding = kind, kind == WINDOW


def one_way(model) -> None:
    """Tokens of pictures too see those before them alone."""

    def change(masks, distance):
        for mask in masks.values():
            mask[..., distance < 0] = LEAST

    masked(model, change)


def cut_pictures(model) -> None:
    """Tokens of a picture see of it what is within a window."""
    window = model.config.text_config.sliding_window

    def change(masks, distance):
        masks[WINDOW][..., distance.abs() >= window] = LEAST

    masked(model, change)


def joined_pictures(model) -> None:
    """Pictures, and what is between them, see one another both ways."""
    forward = model.model.forward

    def other(*args, token_type_ids=None, **kwargs):
        places = token_type_ids[0].nonzero()[:, 0]
        token_type_ids = token_type_ids.clone()
        token_type_ids[0, places[0] : places[-1] + 1] = 1
        return forward(*args, token_type_ids=token_type_ids, **kwargs)

    model.model.forward = other


def one_rope(model) -> None:
    """That of layers that see all, in those with a window."""
    decoder = model.model.language_model
    decoder.rotary_emb_local = decoder.rotary_emb


def scaled_local_rope(model) -> None:
    model.model.language_model.rotary_emb_local.inv_freq /= 8


def usual_scale(model) -> None:
    """Scores divided by the root of a head's size."""
    for layer in text_layers(model):
        layer.self_attn.scaling = layer.self_attn.head_dim**-0.5


def no_head_norms(model) -> None:
    for layer in text_layers(model):
        layer.self_attn.q_norm = layer.self_attn.k_norm = nn.Identity()


def plain_norms(model) -> None:
    """Their weights as they are."""
    for name, weight in model.named_parameters():
        if "norm" in name and "vision_tower" not in name:
            weight -= 1


def no_later_norms(model) -> None:
    for layer in text_layers(model):
        layer.post_attention_layernorm = layer.post_feedforward_layernorm = nn.Identity()


def no_final_norm(model) -> None:
    model.model.language_model.norm = nn.Identity()


def unscaled(model) -> None:
    model.get_input_embeddings().embed_scale.fill_(1)


def scaled_features(model) -> None:
    model.model.multi_modal_projector.mm_input_projection_weight *= model.get_input_embeddings().embed_scale


def gates(model) -> None:
    for layer in text_layers(model):
        layer.mlp.act_fn = nn.SiLU()


def no_tower_norm(model) -> None:
    model.model.vision_tower.vision_model.post_layernorm = nn.Identity()


def no_projector_norm(model) -> None:
    model.model.multi_modal_projector.mm_soft_emb_norm = nn.Identity()


def projector_eps(model) -> None:
    model.model.multi_modal_projector.mm_soft_emb_norm.eps = 1e-6


def eps(model) -> None:
    for module in model.model.language_model.modules():
        if hasattr(module, "eps"):
            module.eps = 1e-6


OF_DECODER = {
    "pictures seen both ways": one_way,
    "rope of layers with a window": one_rope,
    "scaling of rope in layers with a window": scaled_local_rope,
    "scale of scores": usual_scale,
    "norms of q and k": no_head_norms,
    "1 in norms' weights": plain_norms,
    "norms behind attention and MLP": no_later_norms,
    "final norm": no_final_norm,
    "scale of embeddings": unscaled,
    "scale of features": scaled_features,
    "decoder's activation": gates,
    "tower's final norm": no_tower_norm,
    "projector's norm": no_projector_norm,
}
OF_WINDOWS = {"windows": no_window, "length of windows": longer_window, "layers with a window": other_layers}
