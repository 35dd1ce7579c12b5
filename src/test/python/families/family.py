"""What the families share; each states its differences in a module of its own."""

import json
from pathlib import Path

import torch
from transformers import AutoTokenizer, AutoVideoProcessor, GenerationConfig

from families import switches, words
from families.layout import Layout
from families.spec import Spec, draw, save, text_config, vision_config
from make_goldens import load

# Files of slow tokenizers, and others that say the same again.
UNUSED = ["vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json", "chat_template.jinja"]


class Family:
    """One model_type of transformers."""

    model_class: type
    config_class: type
    specs: list[Spec] = []
    image_token, video_token = "<image>", "<video>"
    generation: dict = {}  # what its generation_config.json has beside special tokens, and greedy decoding disregards
    whole_colours = True  # whether pixels are of 8 bits before they are normalised

    def processor(self, spec: Spec, tokenizer):
        """Its processor, with the slow image processor."""
        raise NotImplementedError

    def load_processor(self, spec: Spec, folder):
        """Read back part by part: from_pretrained(use_fast=False) would want a slow tokenizer too."""
        settings = json.loads((folder / "processor_config.json").read_text())
        del settings["processor_class"]
        parts = {"image_processor": self.image_processor_class(spec).from_pretrained(folder)}
        if "video_processor" in self.processor_class.attributes:
            parts["video_processor"] = AutoVideoProcessor.from_pretrained(folder)
        return self.processor_class(tokenizer=AutoTokenizer.from_pretrained(folder), **parts, **settings)

    def image_processor_class(self, spec: Spec) -> type:
        """The slow one, which resizes with Pillow."""
        raise NotImplementedError

    def config(self, spec: Spec, tokenizer):
        """Its configuration."""
        return self.config_class(
            vision_config=vision_config(spec),
            text_config=text_config(spec, tokenizer),
            image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
            vision_feature_layer=spec.feature_layer,
            vision_feature_select_strategy=spec.strategy,
            tie_word_embeddings=spec.tied,
            dtype=spec.dtype,
            **self.settings(spec, tokenizer),
        )

    def settings(self, spec: Spec, tokenizer) -> dict:
        """What its configuration has besides."""
        return {}

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        return processor(images=pictures, text=text, return_tensors="pt")

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Layout:
        """Where its image tokens lie: written from the processor's source, and checked by `features`."""
        raise NotImplementedError

    def crops(self, inputs: dict) -> torch.Tensor:
        """What the tower sees: [B, 3, S, S]."""
        pixels = inputs.get("pixel_values", inputs.get("pixel_values_videos"))
        return pixels.flatten(0, 1) if pixels.dim() == 5 else pixels

    def decoder(self, model):
        return model.model.language_model

    def embedding_decoder(self, model):
        """The decoder as a function of `inputs_embeds` alone, with its `layers` and `norm`."""
        return self.decoder(model)

    def tower(self, model, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The patches' features [B, P, Dv] that the connector takes, and the attention among them [B, P, P].

        The attention is the mean over the layers up to the one taken, of head means without the class token, rows
        normalised.
        """
        layer, strategy = model.config.vision_feature_layer, model.config.vision_feature_select_strategy
        return patches(model.model.vision_tower, crops, layer, strategy)

    def features(self, model, seen: torch.Tensor, layout: Layout) -> torch.Tensor:
        """What the image tokens should be, by the layout: [K, D]."""
        projected = model.model.multi_modal_projector(seen).flatten(0, 1)
        features = layout.spread().float() @ projected
        newline = getattr(model.model, "image_newline", None)
        if newline is not None:
            features[~layout.placed()] = newline
        return features

    def checkpoint(self, spec: Spec, folder: Path) -> tuple:
        """Write it, and read it back: the model, its processor and the ids that end an answer."""
        self.processor(spec, words.KINDS[spec.words]()).save_pretrained(folder)
        for file in UNUSED:
            (folder / file).unlink(missing_ok=True)
        processor = self.load_processor(spec, folder)
        tokenizer = processor.tokenizer
        model = self.model_class(self.config(spec, tokenizer))
        self.draw(spec, model, tokenizer)
        model.config.architectures = [self.model_class.__name__]
        self.save_config(spec, model, folder)
        eos = self.ends(spec, tokenizer)
        ends = {"eos_token_id": eos if len(eos) > 1 else eos[0], "pad_token_id": tokenizer.pad_token_id}
        generation = self.generation | spec.generation
        GenerationConfig(bos_token_id=tokenizer.bos_token_id, **ends, **generation).save_pretrained(folder)
        model = load(self.model_class, spec, folder, save(model, spec, folder))
        self.loaded(spec, model)
        return model, processor, eos

    def ends(self, spec: Spec, tokenizer) -> list[int]:
        """The ids that end an answer."""
        return [tokenizer.eos_token_id] + [tokenizer.pad_token_id] * (spec.words in ("qwen2", "qwen2-vl"))

    def draw(self, spec: Spec, model, tokenizer) -> None:
        """Its random weights."""
        draw(model, spec, tokenizer)

    def save_config(self, spec: Spec, model, folder: Path) -> None:
        """Write config.json."""
        model.config.save_pretrained(folder)

    def image_id(self, tokenizer, token: str) -> int:
        """The id of image tokens."""
        return tokenizer.convert_tokens_to_ids(token)

    def loaded(self, spec: Spec, model) -> None:
        """Called with the model as read back, before it is used."""

    def markers(self, ids: torch.Tensor, image: torch.Tensor, placed: torch.Tensor, tokenizer) -> torch.Tensor:
        """Positions of what belongs to a picture but has no place on it."""
        return image[~placed]

    def tensors(self, spec: Spec, model, inputs: dict, layout: Layout, image: torch.Tensor) -> dict:
        """What its golden has besides; to be called right after the model has seen the inputs."""
        return {}

    def facts(self, spec: Spec, model) -> dict:
        """What its golden.json has besides."""
        return {}

    def switches(self, spec: Spec, model) -> dict:
        """By name, what changes a model in place so that it disobeys one setting."""
        return switches.of_tower(spec) | switches.of_decoder(spec, self.decoder)


def patches(tower, crops: torch.Tensor, layer: int, strategy: str) -> tuple[torch.Tensor, torch.Tensor]:
    out = tower(crops, output_hidden_states=True, output_attentions=True)
    first = 1 if strategy == "default" else 0
    return out.hidden_states[layer][:, first:], patch_attention(out.attentions[: len(out.attentions) + layer + 1], first)


def patch_attention(layers, first: int) -> torch.Tensor:
    """Lv tensors [B, H, n, n] -> [B, P, P]."""
    means = torch.stack([layer.mean(1)[:, first:, first:] for layer in layers])
    return (means / means.sum(-1, keepdim=True)).mean(0)
