"""Write what the ways of attribution should give on the checkpoints of make_goldens.py and make_family_goldens.py.

    python src/test/python/make_attribution_goldens.py [NAME ...]

The formulas are in attribution.py. The answer is the beginning of the golden's own, teacher-forced. Where pixels are
changed, the changed picture goes through transformers' processor, the tower and the decoder again. Everything is
seeded: two runs on one machine write the same bytes. See README.md for what is written.
"""

import copy
import dataclasses
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoProcessor, LlavaForConditionalGeneration

import attribution
import make_family_goldens
import make_goldens
import vlm_visualizer as reference
from families import family, golden, opened
from families.layout import Grid, Layout, View, weighted_map
from make_goldens import GOLDEN

NAMES = ["llama-mha", "llama-gqa-sharded", "mistral-gqa-bfloat16", "llama-layers"]
FAMILIES = [
    "llava-siglip-qwen2", "llava-siglip-qwen3", "interleave-qwen2", "next-vicuna", "idefics3-tiles", "idefics3-two",
    "smolvlm-tiles", "onevision-one", "onevision-two", "original-qwen2", "original-next-mistral", "qwen2-vl-two",
    "qwen2.5-vl-one", "qwen3-vl-tied", "internvl-two", "gemma3-two", "gemma3-window", "phi3-v-two",
]  # fmt: skip

GENERAL = "Write a general description of the image."
TOKENS = 4  # of the answer, at most
LIKELIEST = 5
NARROW = 1e-5  # what no choice may hang on, relative
OCCLUSIONS = [  # name, what is hidden, size and stride of windows
    ("occlusion_pixels", "pixels", 2, 2),
    ("occlusion_tokens", "tokens", 2, 2),
    ("occlusion_tokens_single", "tokens", 1, 1),
    ("occlusion_tokens_overlapping", "tokens", 3, 1),
]
SHARED = ("language", "vlm_visualizer", "relative", "rollout", "value_norm", "tam", "localization_heads")
CLEAR = 1e-3  # what is not nothing: a logit, or the part of a map that is left
CLOSE = 1e-6  # the same of attention above localization heads' bar, which is float32's noise


@dataclass
class Case:
    """A golden's model and question."""

    root: Path
    model: torch.nn.Module
    decoder: Callable  # of a model
    tower: Callable  # of a model and its inputs: attention among patches [B, P, P]
    layout: Layout
    question: str
    pictures: list[np.ndarray]  # [height, width, 3]
    mean: list[int]  # what the processor's mean is as a colour
    image_id: int
    inputs: Callable  # of pictures and a question
    markers: list[int]  # positions of what belongs to a picture but has no place on it
    answer: list[int]
    golden: dict[str, Tensor]


def of_llava(name: str) -> Case:
    spec = next(spec for spec in make_goldens.SPECS if spec.name == name)
    root = GOLDEN / name
    model = LlavaForConditionalGeneration.from_pretrained(
        root / "checkpoint", dtype=torch.float32, attn_implementation="eager"
    ).eval()
    processor = AutoProcessor.from_pretrained(root / "checkpoint", use_fast=False)
    mean = [int(255 * m) for m in processor.image_processor.image_mean]
    picture = Image.open(root / "picture.png")
    (width, height), square = picture.size, max(picture.size)
    layout = Layout([picture.size], spec.grid**2)
    left, top = -((square - width) // 2), -((square - height) // 2)
    layout.plain(0, "picture", Grid.over(left, top, square, square, spec.grid, spec.grid))
    assert spec.fit == "pad"

    def inputs(pictures: list[Image.Image], question: str) -> dict:
        fitted = reference.expand2square(pictures[0], tuple(mean))
        text = make_goldens.prompt(dataclasses.replace(spec, question=question))
        return dict(processor(images=fitted, text=text, return_tensors="pt"))

    def tower(model, inputs: dict) -> Tensor:
        layer = model.config.vision_feature_layer
        return family.patches(model.model.vision_tower, inputs["pixel_values"], layer, "default")[1]

    found = load_file(root / "golden.safetensors")
    return Case(
        root,
        model,
        lambda model: model.model.language_model,
        tower,
        layout,
        spec.question,
        [np.asarray(picture)],
        mean,
        model.config.image_token_id,
        inputs,
        [],
        found["generated_ids"].tolist()[:TOKENS],
        found,
    )


def of_family(name: str) -> Case:
    kind, spec, model, processor, pictures = opened.reopened(make_family_goldens.FAMILIES, name)
    root = golden.ROOT / name
    found = load_file(root / "golden.safetensors")
    return Case(
        root,
        model,
        kind.embedding_decoder,
        lambda model, inputs: kind.tower(model, kind.crops(inputs))[1],
        kind.layout(spec, spec.pictures),
        spec.question,
        [np.asarray(picture) for picture in pictures],
        [int(255 * m) for m in processor.image_processor.image_mean],
        kind.image_id(processor.tokenizer, kind.image_token),
        lambda pictures, question: opened.inputs(kind, spec, processor, pictures, question),
        found["marker_positions"].tolist(),
        found["generated_ids"].tolist()[:TOKENS],
        found,
    )


class Runner:
    """Runs a case's model on other pictures, questions and features."""

    def __init__(self, case: Case, model: torch.nn.Module):
        self.case, self.model = case, model
        self.decoder, self.head = case.decoder(model), model.get_output_embeddings()
        self.dtype = self.head.weight.dtype

    def inputs(self, pictures: list[np.ndarray], question: str) -> dict:
        found = self.case.inputs([Image.fromarray(picture) for picture in pictures], question)
        return {name: value.to(self.dtype) if value.is_floating_point() else value for name, value in found.items()}

    @torch.no_grad()
    def embedded(self, pictures: list[np.ndarray], question: str, answer: list[int]) -> tuple[Tensor, Tensor]:
        """What the decoder is given for prompt and answer without its last token: ids [S] and embeddings [S, D]."""
        inputs = self.inputs(pictures, question)
        ids = torch.cat([inputs["input_ids"], torch.tensor([answer[:-1]], dtype=torch.long)], dim=1)
        seen = []
        inner = getattr(self.decoder, "inner", self.decoder)
        whole = getattr(self.decoder, "whole", lambda given: given["inputs_embeds"])
        hook = inner.register_forward_pre_hook(
            lambda module, args, kwargs: seen.append(whole(kwargs)), with_kwargs=True
        )
        others = {name: value for name, value in inputs.items() if name not in ("input_ids", "attention_mask")}
        if "token_type_ids" in others:
            others["token_type_ids"] = make_goldens.padded(others["token_type_ids"], ids.shape[1])
        self.logits = self.model(input_ids=ids, **others).logits[0]
        hook.remove()
        return ids[0], seen[0][0]

    def log_probabilities(self, embedded: Tensor) -> Tensor:
        """[T]"""
        out = self.decoder(inputs_embeds=embedded[None], use_cache=False).last_hidden_state[0]
        return attribution.log_probabilities(self.head(out), self.case.answer)

    def of_pictures(self, pictures: list[np.ndarray]) -> Tensor:
        """The answer's log probabilities, all else being equal: [T]"""
        with torch.no_grad():
            return self.log_probabilities(self.embedded(pictures, self.case.question, self.case.answer)[1])

    def plain(self, colours: list[list[int]]) -> list[np.ndarray]:
        """Pictures of the same sizes, each of one colour."""
        return [np.full_like(picture, colour) for picture, colour in zip(self.case.pictures, colours, strict=True)]


def narrow(values: Tensor, cut: int) -> bool:
    """Whether the first `cut` of falling values lie narrowly above the next."""
    return 0 < cut < len(values) and bool(values[cut - 1] - values[cut] < NARROW * abs(values[cut - 1]))


class Golden:
    """All that is written of a case: tensors, facts, and where a choice was narrow."""

    def __init__(self, case: Case, model: torch.nn.Module):
        self.case, self.layout, self.answer = case, case.layout, case.answer
        self.run = Runner(case, model)
        self.tensors: dict[str, Tensor] = {}
        self.facts: dict = {}
        self.skipped: dict[str, list[int]] = {}

        ids, self.embedded = self.run.embedded(case.pictures, case.question, self.answer)
        self.ids = ids.tolist()
        self.seen = attribution.observe(self.run.decoder, self.run.head, self.embedded)
        self.n = len(ids) - len(self.answer) + 1
        self.rows = [self.n - 1 + step for step in range(len(self.answer))]
        self.image = (ids == case.image_id).nonzero()[:, 0]
        self.behind = max([*self.image.tolist(), *case.markers]) + 1
        torch.testing.assert_close(self.seen.logits, self.run.logits.double(), atol=1e-4, rtol=0)

        general_ids, embedded = self.run.embedded(case.pictures, GENERAL, self.answer[:1])
        self.general_ids = general_ids.tolist()
        self.general = attribution.observe(self.run.decoder, self.run.head, embedded)
        self.general_image = (general_ids == case.image_id).nonzero()[:, 0]
        with torch.no_grad():
            self.vision = case.tower(model, self.run.inputs(case.pictures, case.question))

        self.check_passes()
        self.of_attention("")
        self.of_attention("_keep", keep_first=True)
        self.rolled_out("", self.seen)
        self.of_heads("localization_heads", self.seen)
        self.of_values("", self.seen)
        self.each("value_norm_keep", lambda row: attribution.value_norm(self.seen, row, *self.place(), keep_first=True))
        self.of_some()
        self.of_activations()
        self.of_sinks()
        self.of_words()
        self.of_other_pictures()

    def place(self) -> tuple[Tensor, Layout]:
        return self.image, self.layout

    def each(self, name: str, made: Callable[[int], Tensor]) -> None:
        """One row per token of the answer, made from its row of the network."""
        self.tensors[name] = torch.stack([made(row) for row in self.rows])

    def skip(self, name: str, step: int) -> None:
        self.skipped.setdefault(name, []).append(step)

    @torch.no_grad()
    def check_passes(self) -> None:
        """The golden's own numbers come out again, rows sum to 1, and what heads move is what the layers add."""
        found, seen, decoder = self.case.golden, self.seen, self.run.decoder
        assert self.general_image.tolist() == self.image.tolist()
        assert found["input_ids"].tolist() == self.ids[: self.n]
        torch.testing.assert_close(seen.logits[self.rows].float(), found["logits"][: len(self.rows)], atol=1e-4, rtol=0)
        for step, row in enumerate(self.rows):
            mean = attribution.attention(seen.attentions, row)
            torch.testing.assert_close(mean.float(), found["token_attention"][step, : len(mean)], atol=1e-5, rtol=0)
            language = attribution.language(seen.attentions, row, *self.place()) @ self.layout.onto_displays()
            torch.testing.assert_close(language.float(), found["map_language"][step], atol=1e-5, rtol=0)
        for attention in seen.attentions:
            torch.testing.assert_close(attention.sum(-1), torch.ones_like(attention[..., 0]), atol=1e-5, rtol=0)
            later = attention.triu(1)
            if hasattr(decoder, "masks"):  # of pictures that see themselves both ways
                later[:, self.image[:, None], self.image] = 0
            assert not later.any()
        added = []
        projections = [attribution.norm_behind(layer) or layer.self_attn.o_proj for layer in decoder.layers]
        hooks = [o.register_forward_hook(lambda module, args, out: added.append(out[0].double())) for o in projections]
        attribution.observe(decoder, self.run.head, self.embedded)
        for hook in hooks:
            hook.remove()
        for l, projection in enumerate(projections):
            bias = 0 if getattr(projection, "bias", None) is None else projection.bias.double()
            for row in self.rows:
                moved = attribution.moved(seen, l, row).sum(0) + bias
                torch.testing.assert_close(moved, added[l][row], atol=1e-4, rtol=0)

    def of_attention(self, suffix: str, sinks: Tensor | None = None, keep_first: bool = False) -> None:
        """The maps that are made of head means alone."""
        here, general = {"keep_first": keep_first}, {"keep_first": keep_first}
        if sinks is not None:
            here["sunk"] = attribution.among_all(sinks, self.image, len(self.ids))
            general["sunk"] = attribution.among_all(sinks, self.general_image, len(self.general_ids))
        attentions = self.seen.attentions
        self.each(f"language{suffix}", lambda row: attribution.language(attentions, row, *self.place(), **here))
        means = [attribution.attention(attentions, row, **here) for row in self.rows]
        theirs = attribution.attention(self.general.attentions, len(self.general_ids) - 1, **general)
        self.tensors[f"relative{suffix}"] = torch.stack(
            [attribution.relative(mean, theirs, self.image, self.general_image, self.layout) for mean in means]
        )
        on_image = torch.stack([mean[self.image] for mean in means])
        weighted = weighted_map(self.layout, on_image, self.vision)
        self.tensors[f"vlm_visualizer{suffix}"] = weighted @ self.layout.onto_displays()

    def rolled_out(self, suffix: str, seen: attribution.Seen) -> None:
        self.each(f"rollout{suffix}", lambda row: attribution.rollout(seen.attentions, row, *self.place()))

    def of_values(self, suffix: str, seen: attribution.Seen) -> None:
        words = dict(zip(self.rows, self.answer, strict=True))
        self.each(f"value_norm{suffix}", lambda row: attribution.value_norm(seen, row, *self.place()))
        self.each(
            f"logit_attribution{suffix}",
            lambda row: attribution.logit_attribution(seen, row, words[row], *self.place()),
        )

    def of_heads(self, name: str, seen: attribution.Seen, sinks: Tensor | None = None) -> list[list[tuple[int, int]]]:
        """Localization heads of each token, and whether any hangs on a narrow choice."""
        maps, chosen, sums, entropies = [], [], [], []
        for step, row in enumerate(self.rows):
            attended = torch.stack([attention[:, row, self.image] for attention in seen.attentions])
            if sinks is not None:
                attended = attended * ~sinks[:, None]
            attended = attended * self.layout.placed()
            made, heads = attribution.localization_heads(attended, self.layout)
            maps.append(made)
            chosen.append(heads)
            sums.append(attended.sum(-1))
            entropies.append(attribution.kept_entropies(attended, self.layout))
            if narrow_heads(attended, sums[-1], entropies[-1], self.layout):
                self.skip(name, step)
        self.tensors |= {name: torch.stack(maps), f"{name}_sums": torch.stack(sums)}
        self.tensors[f"{name}_entropies"] = torch.stack(entropies)
        self.facts.setdefault("heads", {})[name] = chosen
        return chosen

    def of_some(self) -> None:
        """With the later half of the layers, and all heads but the first, as a range of heads chooses them."""
        count, heads = len(self.seen.attentions), len(self.seen.attentions[0])
        layers, others = list(range(count // 2, count)), [h for h in range(1, heads)]
        parts = ("attentions", "values", "outputs")
        some = dataclasses.replace(
            self.seen,
            scales=[self.seen.scales[l] for l in layers],
            **{part: [getattr(self.seen, part)[l][others] for l in layers] for part in parts},
        )
        self.each("language_some", lambda row: attribution.language(some.attentions, row, *self.place()))
        self.rolled_out("_some", some)
        self.of_values("_some", some)
        chosen = self.of_heads("localization_heads_some", some)
        self.facts["some"] = {"layers": layers, "heads": others}
        numbers = [[(layers[l], others[h]) for l, h in heads] for heads in chosen]
        self.facts["heads"]["localization_heads_some"] = numbers

    def of_activations(self) -> None:
        normalised, head = self.seen.normalised, self.seen.head
        maps = {"tam_unsmoothed": [], "tam": [], "tam_predicting": []}
        self.facts["emptyTam"] = []
        for step, word in enumerate(self.answer):
            text, other = (attribution.earlier(self.ids, self.behind, self.n, step, way) for way in (False, True))
            maps["tam_unsmoothed"].append(attribution.uncovered(normalised, head, word, text, *self.place()))
            maps["tam"].append(attribution.tam(normalised, head, word, text, *self.place()))
            maps["tam_predicting"].append(attribution.tam(normalised, head, word, other, *self.place()))
            largest = (normalised[self.image] @ head[word])[self.layout.placed()].max()
            if largest < -CLEAR:
                self.facts["emptyTam"].append(step)
            elif min(made[-1].sum() for made in maps.values()) < CLEAR * abs(largest):
                self.skip("tam", step)
        self.tensors |= {name: torch.stack(made) for name, made in maps.items()}

    def of_sinks(self) -> None:
        self.facts["sinks"] = []
        product = attribution.SINK, attribution.SINK_LAYER
        for name, (threshold, first) in {"sinks": product, "sinks_lower": self.lower_sinks()}.items():
            found, dimensions = attribution.sinks(self.seen.inputs, self.seen.eps, self.image, threshold, first)
            theirs, _ = attribution.sinks(self.general.inputs, self.general.eps, self.general_image, threshold, first)
            assert torch.equal(theirs, found)
            self.tensors[name] = found
            self.facts["sinks"].append(
                {"tensor": name, "threshold": threshold, "firstLayer": first, "dimensions": dimensions}
            )
        self.of_attention("_without_sinks", sinks=found)
        self.of_heads("localization_heads_without_sinks", self.seen, found)

    def lower_sinks(self) -> tuple[float, int]:
        """A threshold at which about a quarter of image tokens are sinks, and the first layer: there may be but two."""
        seen, image = self.seen, self.image
        first = min(attribution.SINK_LAYER, len(seen.inputs) - 1)
        sizes = torch.stack([attribution.by_rms(x, seen.eps).abs() for x in seen.inputs[first:]])
        shares = {}
        for threshold in (twentieths / 20 for twentieths in range(50, 20, -1)):
            found, _ = attribution.sinks(seen.inputs, seen.eps, image, threshold, first)
            clear = (sizes[:, [0, *image.tolist()]] - threshold).abs().min() > CLEAR / 10
            if clear and found.any() and not found[:, self.layout.placed()].all(1).any():
                shares[threshold] = float(found[first:].double().mean())
        return min(shares, key=lambda threshold: abs(shares[threshold] - 0.25)), first

    def of_words(self) -> None:
        self.tensors["log_probabilities"] = self.seen.log_probabilities(self.answer)
        best = self.seen.logits[self.n - 1 :].softmax(-1).topk(LIKELIEST + 1)
        for step, values in enumerate(best.values):
            if any(narrow(values, cut) for cut in range(1, LIKELIEST + 1)):
                self.skip("likeliest", step)
        self.tensors["likeliest"] = best.indices[:, :LIKELIEST].int()
        self.tensors["likeliest_probabilities"] = best.values[:, :LIKELIEST]

    def of_other_pictures(self) -> None:
        case, run, whole = self.case, self.run, self.tensors["log_probabilities"]
        self.colours = [attribution.median_colour(picture) for picture in case.pictures]
        by_mean = run.of_pictures(run.plain([case.mean] * len(case.pictures)))
        self.tensors |= {"log_probabilities_mean_colour": by_mean, "image_evidence": whole - by_mean}
        plain_ids, self.plain = run.embedded(run.plain(self.colours), case.question, self.answer)
        assert plain_ids.tolist() == self.ids
        self.occlude()
        self.keep_top()
        self.integrate()

    def occlude(self) -> None:
        """Windows of each display, hidden in the picture's pixels or among the decoder's image tokens."""
        case, whole = self.case, self.tensors["log_probabilities"]
        assert torch.equal(self.run.of_pictures(case.pictures), whole), "an empty window hides something"
        self.facts["occlusion"] = []
        for name, hidden, size, stride in OCCLUSIONS:
            parts, empty = [], []
            for number, display in enumerate(self.layout.displays()):
                assert display.frame == 0
                cells = pixel_cells(display.grid, case.pictures[display.picture])
                windows = attribution.windows(display.grid, size, stride)
                losses = []
                for w, window in enumerate(windows):
                    if np.isin(cells, window).any():
                        losses.append(whole - self.hidden(hidden, display, window, cells))
                    else:
                        losses.append(torch.zeros_like(whole))
                        empty.append([number, w])
                count = display.grid.columns * display.grid.rows
                parts.append(attribution.occlusion(torch.stack(losses), windows, count))
            self.tensors[name] = torch.cat(parts, 1)
            self.facts["occlusion"].append(
                {"tensor": name, "hidden": hidden, "window": size, "stride": stride, "withoutPixels": empty}
            )

    @torch.no_grad()
    def hidden(self, what: str, display: View, window: list[int], cells: np.ndarray) -> Tensor:
        """The answer's log probabilities without what is in a window: [T]"""
        number = display.picture
        if what == "pixels":
            pictures = list(self.case.pictures)
            pictures[number] = attribution.filled(pictures[number], np.isin(cells, window), self.colours[number])
            return self.run.of_pictures(pictures)
        inside = self.image[torch.from_numpy(np.isin(attribution.token_cells(self.layout, display), window))]
        return self.run.log_probabilities(self.embedded.index_put((inside,), self.plain[inside]))

    def keep_top(self) -> None:
        """The answer's probabilities with the language map's highest tenth alone, and without it."""
        pictures, displays = self.case.pictures, self.layout.displays()
        owned, pixels = [], []  # the cells of each display's pixels, numbered through all displays; pixels of each cell
        for display in displays:
            cells = pixel_cells(display.grid, pictures[display.picture])
            owned.append(np.where(cells < 0, -1, cells + len(pixels)))
            pixels += [int((cells == c).sum()) for c in range(display.grid.columns * display.grid.rows)]
        values = self.tensors["language"] @ self.layout.onto_displays()
        chosen, only, without = [], [], []
        for step, on_display in enumerate(values):
            top = attribution.top_cells(on_display, pixels)
            if narrow(on_display[torch.tensor(pixels) > 0].sort(descending=True).values, len(top)):
                self.skip("faithfulness", step)
            alone, others = list(pictures), list(pictures)
            for display, cells in zip(displays, owned, strict=True):
                i, inside = display.picture, np.isin(cells, top)
                alone[i] = attribution.filled(pictures[i], ~inside, self.colours[i])
                others[i] = attribution.filled(pictures[i], inside, self.colours[i])
            chosen.append(top)
            only.append(self.run.of_pictures(alone)[step].exp())
            without.append(self.run.of_pictures(others)[step].exp())
        self.tensors |= {"language_display": values, "faithfulness": torch.stack(only) - torch.stack(without)}
        self.tensors |= {"probabilities_only": torch.stack(only), "probabilities_without": torch.stack(without)}
        self.facts |= {"topCells": chosen, "cellsWithPixels": sum(count > 0 for count in pixels)}

    def integrate(self) -> None:
        features, plain = self.embedded[self.image], self.plain[self.image]

        def of(features: Tensor) -> Tensor:
            return self.run.log_probabilities(self.embedded.index_put((self.image,), features))

        found = attribution.integrated_gradients(of, features, plain)
        with torch.no_grad():
            difference = (of(features) - of(plain)).tolist()
        self.tensors["integrated_gradients"] = found
        self.facts["integratedGradients"] = {"sums": found.sum(1).tolist(), "differences": difference}

    def check(self) -> None:
        """Everything is finite, what should sum to 1 does, and tokens without a place have nothing."""
        for name, values in self.tensors.items():
            assert name.endswith("_entropies") or values.isfinite().all(), name
            if name.startswith(SHARED) and not name.endswith(("_unsmoothed", "_sums", "_entropies")):
                expected = torch.ones(len(values), dtype=torch.float64)
                expected[self.facts["emptyTam"] if name.startswith("tam") else []] = 0
                torch.testing.assert_close(values.sum(-1), expected)
            if values.shape[-1] == len(self.layout.tokens) and not name.startswith("sinks"):
                assert not values[:, ~self.layout.placed()].any(), name

    def described(self) -> dict:
        return {
            "name": self.case.root.name,
            "question": self.case.question,
            "answerIds": self.answer,
            "promptLength": self.n,
            "imagePositions": self.image.tolist(),
            "textFrom": self.behind,
            "generalQuestion": GENERAL,
            "generalPromptIds": self.general_ids,
            "medianColours": self.colours,
            "meanColour": self.case.mean,
            "views": [golden.described(view) for view in self.layout.views],
            "displays": [golden.described(view) for view in self.layout.displays()],
            "tokenViews": [-1 if token is None else token[0] for token in self.layout.tokens],
            "tokenCells": [-1 if token is None else token[1] for token in self.layout.tokens],
            "skipped": self.skipped,
        } | self.facts


def narrow_heads(attended: Tensor, sums: Tensor, entropies: Tensor, layout: Layout) -> bool:
    """Whether rounding may choose others."""
    ordered = sums.flatten().sort().values
    line = torch.linspace(float(ordered[0]), float(ordered[-1]), len(ordered), dtype=torch.float64)
    if narrow((ordered - line).abs().sort(descending=True).values, 1) or narrow_steps(ordered).any():
        return True
    for l, h in (sums >= ordered[attribution.elbow(ordered)]).nonzero().tolist():
        if ((attribution.standing_out(attended[l, h], layout) - 0.001).abs() < CLOSE).any():
            return True
    rising = entropies[entropies.isfinite()].sort().values
    return bool((narrow_steps(rising) & (rising[1:] > 0)).any())  # of one part, the entropy is 0 exactly


def narrow_steps(rising: Tensor) -> Tensor:
    return rising.diff() < NARROW * rising[1:].clamp_min(NARROW)


def pixel_cells(grid: Grid, picture: np.ndarray) -> np.ndarray:
    """The cells of its pixels, where rounding must not decide."""
    height, width = picture.shape[:2]
    cells = attribution.pixel_cells(grid, width, height)
    slightly = dataclasses.replace(grid, left=grid.left - 1e-7 * grid.width, top=grid.top - 1e-7 * grid.height)
    assert np.array_equal(cells, attribution.pixel_cells(slightly, width, height)), "rounding puts a pixel into a cell"
    return cells


def check_rounding(ours: Golden) -> dict[str, float]:
    """The same with much of the network in float64: what was chosen stays, and values move by what is returned."""
    theirs = Golden(ours.case, copy.deepcopy(ours.case.model).double())
    facts, others = ({k: v for k, v in g.described().items() if k != "integratedGradients"} for g in (ours, theirs))
    assert facts == others, f"{ours.case.root.name}: rounding decides"
    moved = {}
    for name, values in ours.tensors.items():
        finite = values.isfinite()
        if values.is_floating_point() and finite.any():
            moved[name] = float((theirs.tensors[name] - values)[finite].abs().max() / values[finite].abs().max())
    return moved


def written(value, depth: int = 0) -> str:
    """JSON with what is deep in it on one line."""
    if not isinstance(value, dict) or depth:
        return json.dumps(value, ensure_ascii=False)
    lines = [f"  {json.dumps(name)}: {written(item, depth + 1)}" for name, item in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def make(case: Case) -> None:
    """Write attribution.json and attribution.safetensors beside the golden."""
    made = Golden(case, case.model)
    made.check()
    moved = check_rounding(made)
    kinds = {torch.float64: torch.float32, torch.bool: torch.uint8}
    stored = {name: values.to(kinds.get(values.dtype, values.dtype)) for name, values in made.tensors.items()}
    save_file({name: values.contiguous() for name, values in stored.items()}, case.root / "attribution.safetensors")
    described = made.described()
    sums = described["integratedGradients"]
    described["integratedGradients"] = {name: [round(value, 5) for value in values] for name, values in sums.items()}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    text = written(described | {"versions": versions})
    (case.root / "attribution.json").write_text(text + "\n", encoding="utf-8")

    size = sum((case.root / f"attribution.{ending}").stat().st_size for ending in ("json", "safetensors"))
    worst, entropies = max(moved, key=moved.get), made.tensors["localization_heads_entropies"]
    errors = [round(abs(a - b), 3) for a, b in zip(sums["sums"], sums["differences"], strict=True)]
    print(
        f"{case.root.name}: {len(case.layout.tokens)} image tokens, {size / 1024:.0f} KB, skipped {made.skipped}, "
        f"empty {described['emptyTam']}, {made.tensors['sinks_lower'].sum(1).tolist()} lower sinks, "
        f"kept heads {entropies.isfinite().sum((1, 2)).tolist()}, of one part {(entropies == 0).sum((1, 2)).tolist()}, "
        f"gradients off by {errors}, rounding moves {worst} by {moved[worst]:.1g}"
    )


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for opening, names in ((of_llava, NAMES), (of_family, FAMILIES)):
        for name in names:
            if not sys.argv[1:] or name in sys.argv[1:]:
                make(opening(name))


if __name__ == "__main__":
    main()
