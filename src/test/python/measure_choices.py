"""What the choices of docs/models.md change on seeded weights: a row for each family and other choice.

    python src/test/python/measure_choices.py

Where a family's attention can be read in more than one way, maps are made of the tiny checkpoints of
make_family_goldens.py in the plugin's way and in another. "moved" is half the sum of absolute differences of two maps
of a token, the share of its attention that lies elsewhere; "correlation" is Pearson's over the cells. Both are means
over all tokens. "peak" is how often the highest cell is another. Random weights say how much a choice can matter, not
which one is better.
"""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import torch
import transformers

import make_goldens
import vlm_visualizer as reference
from families import family, internvl, prompts
from families.gemma3 import Gemma3
from families.golden import coarse, image_features
from families.internvl import InternVL
from families.layout import language_map, weighted_cells
from families.phi3_v import Phi3V
from families.qwen2_5_vl import Qwen2_5VL
from families.qwen2_vl import Qwen2VL
from families.qwen3_vl import Qwen3VL
from families.qwen_vl import QwenVL


class Answer:
    """A golden's model, and what it looked at while it answered."""

    @torch.no_grad()
    def __init__(self, of, spec, folder: Path):
        self.family, self.spec = of, spec
        self.model, self.processor, eos = of.checkpoint(spec, folder)
        pictures = [coarse(make_goldens.picture(size, spec.seed + i)) for i, size in enumerate(spec.pictures)]
        token = of.video_token if spec.video else of.image_token
        text = prompts.prompt(spec.template, spec.question, [token] * (1 if spec.video else len(pictures)))
        inputs = dict(of.inputs(spec, self.processor, text, pictures))
        self.image = (inputs["input_ids"][0] == of.image_id(self.processor.tokenizer, token)).nonzero()[:, 0]
        self.layout, self.crops = of.layout(spec, spec.pictures), of.crops(inputs)
        seen, self.vision = of.tower(self.model, self.crops)
        image_features(of, self.model, inputs, self.image)
        of.features(self.model, seen, self.layout)
        self.rows = reference.greedy(self.model, inputs, set(eos), spec.tokens).rows

    def on_image(self, layers=slice(None)) -> torch.Tensor:
        """[T, K], of some of the decoder's layers."""
        return torch.stack([reference.token_attention(row[layers])[self.image] for row in self.rows])

    def language(self, **chosen) -> torch.Tensor:
        return language_map(self.layout, self.on_image(**chosen)) @ self.layout.onto_displays()

    def weighted(self, vision=None, **chosen) -> torch.Tensor:
        return weighted_cells(self.layout, self.on_image(**chosen), self.vision if vision is None else vision)


@contextmanager
def replaced(owner, name: str, other):
    before = getattr(owner, name)
    setattr(owner, name, other)
    yield
    setattr(owner, name, before)


def of_layers(answer: Answer, layers) -> torch.Tensor:
    """The map by other layers of a Qwen tower."""
    with replaced(answer.family, "layers", lambda visual: layers(len(visual.blocks))):
        return answer.weighted(answer.family.tower(answer.model, answer.crops)[1])


def with_class_token(answer: Answer, module) -> torch.Tensor:
    """The map where a patch that looks at the class token passes on the less."""

    def unscaled(layers, first: int) -> torch.Tensor:
        return torch.stack([layer.mean(1)[:, first:, first:] for layer in layers]).mean(0)

    with replaced(module, "patch_attention", unscaled):
        cells = answer.weighted(answer.family.tower(answer.model, answer.crops)[1])
    return cells / cells.sum(-1, keepdim=True)


def by_highest_head(answer: Answer) -> torch.Tensor:
    """The map laid out by the head of the resampler that looks at a patch most, not by the mean of its heads."""
    attention, layout = answer.model.resampler.attention, answer.layout
    before, forward = layout.gathered, attention.forward

    def highest(*args, **kwargs):
        output, weights = forward(*args, **kwargs, average_attn_weights=False)
        return output, reference.normalised(weights.amax(1))

    with replaced(attention, "forward", highest):
        seen, _ = answer.family.tower(answer.model, answer.crops)
        answer.family.features(answer.model, seen, layout)
    cells, layout.gathered = answer.language(), before
    return cells


def full(answer: Answer) -> list[int]:
    kinds = answer.model.config.text_config.layer_types
    return [i for i, kind in enumerate(kinds) if kind == "full_attention"]


def last(count: int) -> list[int]:
    return [count - 1]


def every(count: int) -> list[int]:
    return list(range(count))


CHOICES = [
    (Qwen2VL(), "last vision layer alone", lambda a: (a.weighted(), of_layers(a, last))),
    (Qwen2_5VL(), "all vision layers, windows too", lambda a: (a.weighted(), of_layers(a, every))),
    (Qwen3VL(), "last vision layer alone", lambda a: (a.weighted(), of_layers(a, last))),
    (InternVL(), "class token's share not given back", lambda a: (a.weighted(), with_class_token(a, internvl))),
    (Gemma3(), "decoder layers that see all", lambda a: (a.language(), a.language(layers=full(a)))),
    (QwenVL(), "highest of the resampler's heads", lambda a: (a.language(), by_highest_head(a))),
    (QwenVL(), "without the tower's attention", lambda a: (a.weighted(), a.language())),
    (Phi3V(), "class token's share not given back", lambda a: (a.weighted(), with_class_token(a, family))),
]


def correlations(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    a, b = (x - x.mean(-1, keepdim=True) for x in (a, b))
    return (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    print("| family | other choice | moved | correlation | peak |\n| --- | --- | --- | --- | --- |")
    for of, name, maps in CHOICES:
        moved, alike, peaks = [], [], []
        for spec in of.specs:
            with tempfile.TemporaryDirectory() as folder:
                ours, other = maps(Answer(of, spec, Path(folder)))
            torch.testing.assert_close(other.sum(-1), torch.ones_like(other[:, 0]), atol=1e-5, rtol=0)
            moved.append((ours - other).abs().sum(-1) / 2)
            alike.append(correlations(ours, other))
            peaks.append((ours.argmax(-1) != other.argmax(-1)).double())
        figures = " | ".join(f"{torch.cat(values).mean():.2f}" for values in (moved, alike, peaks))
        print(f"| {type(of).__name__}, {len(of.specs)} checkpoints, {len(torch.cat(moved))} tokens | {name} | {figures} |")


if __name__ == "__main__":
    main()
