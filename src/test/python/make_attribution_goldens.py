"""Write what the ways of attribution should give on the checkpoints of make_goldens.py and make_family_goldens.py.

    python src/test/python/make_attribution_goldens.py [NAME ...]

The formulas are in attribution.py. The answer is the beginning of the golden's own, teacher-forced. Where pixels are
changed, the changed picture goes through transformers' processor, the tower and the decoder again. Everything is seeded:
two runs on one machine write the same bytes. See README.md for what is written.
"""

import copy
import dataclasses
import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
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
from families.layout import Grid, Layout, weighted_map
from make_goldens import GOLDEN

NAMES = ["llama-mha", "llama-gqa-sharded", "mistral-gqa-bfloat16", "llama-layers"]
FAMILIES = [
    "llava-siglip-qwen2", "llava-siglip-qwen3", "interleave-qwen2", "next-vicuna", "idefics3-tiles", "idefics3-two",
    "smolvlm-tiles", "onevision-one", "onevision-two", "original-qwen2", "original-next-mistral",
]  # fmt: skip

GENERAL = "Write a general description of the image."
TOKENS = 4  # of the answer, at most
LIKELIEST = 5
NARROW = 1e-5  # what no choice may hang on, relative
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
    golden: dict[str, Tensor] = field(default_factory=dict)


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
    answer = found["generated_ids"].tolist()[:TOKENS]
    image_id, decoder = model.config.image_token_id, lambda model: model.model.language_model
    return Case(
        root, model, decoder, tower, layout, spec.question, [np.asarray(picture)], mean, image_id, inputs, [], answer, found
    )


def of_family(name: str) -> Case:
    kind, spec, model, processor, pictures = opened.reopened(make_family_goldens.FAMILIES, name)
    root = golden.ROOT / name
    found = load_file(root / "golden.safetensors")
    return Case(
        root,
        model,
        kind.decoder,
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
        hook = self.decoder.register_forward_pre_hook(
            lambda module, args, kwargs: seen.append(kwargs["inputs_embeds"]), with_kwargs=True
        )
        others = {name: value for name, value in inputs.items() if name not in ("input_ids", "attention_mask")}
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


def compute(case: Case, model: torch.nn.Module) -> tuple[dict[str, Tensor], dict]:
    """The tensors and the facts of a golden."""
    run, layout, answer = Runner(case, model), case.layout, case.answer
    ids, embedded = run.embedded(case.pictures, case.question, answer)
    whole = run.logits
    seen = attribution.observe(run.decoder, run.head, embedded)
    torch.testing.assert_close(seen.logits, whole.double(), atol=1e-4, rtol=0)
    n, t = len(ids) - len(answer) + 1, len(answer)
    rows = [n - 1 + i for i in range(t)]
    image = (ids == case.image_id).nonzero()[:, 0]
    check_passes(case, run, seen, ids, image, rows)

    general_ids, general_embedded = run.embedded(case.pictures, GENERAL, [answer[0]])
    general_seen = attribution.observe(run.decoder, run.head, general_embedded)
    general_image = (general_ids == case.image_id).nonzero()[:, 0]
    assert torch.equal(general_image, image)
    skipped: dict[str, list[int]] = {}

    # Attention.
    tensors, facts = {}, {}
    everywhere = [dict(row=row, image=image, layout=layout) for row in rows]

    def general(**dropped) -> Tensor:
        return attribution.attention(general_seen.attentions, len(general_ids) - 1, **dropped)

    def attentive(name: str, dropped: dict, dropped_of_general: dict) -> None:
        """The maps that are made of attention alone."""
        means = [attribution.attention(seen.attentions, row, **dropped) for row in rows]
        on_image = torch.stack([mean[image] for mean in means])
        with torch.no_grad():
            vision = case.tower(run.model, run.inputs(case.pictures, case.question))
        relative = [
            attribution.relative(mean, general(**dropped_of_general), image, general_image, layout) for mean in means
        ]
        tensors[f"language{name}"] = torch.stack(
            [attribution.language(seen.attentions, **at, **dropped) for at in everywhere]
        )
        tensors[f"vlm_visualizer{name}"] = weighted_map(layout, on_image, vision) @ layout.onto_displays()
        tensors[f"relative{name}"] = torch.stack(relative)

    attentive("", {}, {})
    attentive("_keep", {"keep_first": True}, {"keep_first": True})
    tensors["rollout"] = torch.stack([attribution.rollout(seen.attentions, **at) for at in everywhere])
    facts["localizationHeads"] = heads(seen, layout, rows, image, None, tensors, "localization_heads", skipped)

    # Values.
    tensors["logit_attribution"] = torch.stack(
        [attribution.logit_attribution(seen, word=word, **at) for word, at in zip(answer, everywhere, strict=True)]
    )
    tensors["value_norm"] = torch.stack([attribution.value_norm(seen, **at) for at in everywhere])
    tensors["value_norm_keep"] = torch.stack([attribution.value_norm(seen, **at, keep_first=True) for at in everywhere])

    # Activations.
    behind = max([*image.tolist(), *case.markers]) + 1
    text = [(position, int(ids[position])) for position in range(behind, n)]
    texts = [text + [(n + i, answer[i]) for i in range(step)] for step in range(t)]
    raw = [
        attribution.uncovered(seen.normalised, seen.head, word, before, image, layout)
        for word, before in zip(answer, texts, strict=True)
    ]
    tensors["tam_unsmoothed"] = torch.stack(raw)
    tensors["tam"] = torch.stack(
        [
            attribution.tam(seen.normalised, seen.head, word, before, image, layout)
            for word, before in zip(answer, texts, strict=True)
        ]
    )
    for step, values in enumerate(raw):
        largest = (seen.normalised[image] @ seen.head[answer[step]]).relu().max()
        if values.sum() < 1e-3 * largest:
            skipped.setdefault("tam", []).append(step)

    # Sinks.
    facts["sinks"] = []
    sink_cases = [("", attribution.SINK, attribution.SINK_LAYER), ("_lower", *lower_sinks(seen, image, layout))]
    for name, threshold, first in sink_cases:
        found, dimensions = attribution.sinks(seen.inputs, seen.eps, image, threshold, first)
        of_general, _ = attribution.sinks(general_seen.inputs, general_seen.eps, general_image, threshold, first)
        assert torch.equal(of_general, found)
        tensors[f"sinks{name}"] = found
        facts["sinks"].append({"tensor": f"sinks{name}", "threshold": threshold, "firstLayer": first, "dimensions": dimensions})
    sunk = attribution.among_all(found, image, len(ids))
    sunk_of_general = attribution.among_all(of_general, general_image, len(general_ids))
    attentive("_without_sinks", {"sunk": sunk}, {"sunk": sunk_of_general})
    facts["localizationHeadsWithoutSinks"] = heads(
        seen, layout, rows, image, found, tensors, "localization_heads_without_sinks", skipped
    )

    # Words.
    tensors["log_probabilities"] = seen.log_probabilities(answer)
    probabilities = seen.logits[n - 1 :].softmax(-1)
    best = probabilities.topk(LIKELIEST + 1)
    for step in range(t):
        if any(narrow(best.values[step], cut) for cut in range(1, LIKELIEST + 1)):
            skipped.setdefault("likeliest", []).append(step)
    tensors["likeliest"], tensors["likeliest_probabilities"] = best.indices[:, :LIKELIEST].int(), best.values[:, :LIKELIEST]

    # Other pictures.
    colours = [attribution.median_colour(picture) for picture in case.pictures]
    plain = run.plain(colours)
    _, plain_embedded = run.embedded(plain, case.question, answer)
    by_mean = run.of_pictures(run.plain([case.mean] * len(plain)))
    tensors["log_probabilities_mean_colour"] = by_mean
    tensors["image_evidence"] = tensors["log_probabilities"] - by_mean
    occluded(run, tensors, facts, embedded, plain_embedded, image, colours)
    tops(run, tensors, facts, colours, skipped)

    features, plain_features = embedded[image], plain_embedded[image]

    def of(features: Tensor) -> Tensor:
        return run.log_probabilities(embedded.index_put((image,), features))

    tensors["integrated_gradients"] = attribution.integrated_gradients(of, features, plain_features)
    with torch.no_grad():
        between = (of(features) - of(plain_features)).tolist()
    assert not tensors["integrated_gradients"][:, ~layout.placed()].any()
    explained = tensors["integrated_gradients"].sum(1).tolist()
    facts["integratedGradients"] = {"explained": explained, "difference": between}
    return tensors, {
        "name": case.root.name,
        "question": case.question,
        "answerIds": answer,
        "imagePositions": image.tolist(),
        "promptLength": n,
        "textFrom": behind,
        "generalQuestion": GENERAL,
        "generalPromptIds": general_ids.tolist(),
        "medianColours": colours,
        "meanColour": case.mean,
        "views": [golden.described(view) for view in layout.views],
        "displays": [golden.described(view) for view in layout.displays()],
        "skipped": skipped,
    } | facts


@torch.no_grad()
def check_passes(case: Case, run: Runner, seen: attribution.Seen, ids: Tensor, image: Tensor, rows: list[int]) -> None:
    """The golden's own numbers come out again, rows sum to 1, and what heads move is what the layers add."""
    found, layout = case.golden, case.layout
    if found:
        n = rows[0] + 1
        assert torch.equal(found["input_ids"].long(), ids[:n])
        torch.testing.assert_close(seen.logits[rows].float(), found["logits"][: len(rows)], atol=1e-4, rtol=0)
        for step, row in enumerate(rows):
            mean = attribution.attention(seen.attentions, row)
            torch.testing.assert_close(mean.float(), found["token_attention"][step, : len(mean)], atol=1e-5, rtol=0)
            language = attribution.language(seen.attentions, row, image, layout) @ layout.onto_displays()
            torch.testing.assert_close(language.float(), found["map_language"][step], atol=1e-5, rtol=0)
    for attention in seen.attentions:
        torch.testing.assert_close(attention.sum(-1), torch.ones_like(attention[..., 0]), atol=1e-5, rtol=0)
        assert not attention.triu(1).any()
    outs, hooks = [], []
    for layer in run.decoder.layers:
        hooks.append(layer.self_attn.o_proj.register_forward_hook(lambda module, args, out: outs.append(out[0].double())))
    again = attribution.observe(run.decoder, run.head, run.embedded(case.pictures, case.question, case.answer)[1])
    for hook in hooks:
        hook.remove()
    assert torch.equal(again.logits, seen.logits)
    for l, layer in enumerate(run.decoder.layers):
        bias = layer.self_attn.o_proj.bias
        for row in rows:
            added = attribution.moved(seen, l, row).sum(0) + (0 if bias is None else bias.double())
            torch.testing.assert_close(added, outs[len(run.decoder.layers) + l][row], atol=1e-4, rtol=0)


def heads(
    seen: attribution.Seen, layout: Layout, rows: list[int], image: Tensor, found: Tensor | None,
    tensors: dict[str, Tensor], name: str, skipped: dict[str, list[int]],
) -> list[list[list[int]]]:  # fmt: skip
    """Localization heads of each token, and whether any hangs on a narrow choice."""
    maps, chosen, sums, entropies = [], [], [], []
    for step, row in enumerate(rows):
        attended = torch.stack([attention[:, row, image] for attention in seen.attentions])
        if found is not None:
            attended = attended * ~found[:, None]
        made, of = attribution.localization_heads(attended, layout)
        maps.append(made)
        chosen.append([list(head) for head in of])
        attended = attended * layout.placed()
        sums.append(attended.sum(-1))
        entropies.append(attribution.kept_entropies(attended, layout))
        if narrow_heads(attended, sums[-1], entropies[-1], layout):
            skipped.setdefault(name, []).append(step)
    tensors[name], tensors[f"{name}_sums"] = torch.stack(maps), torch.stack(sums)
    tensors[f"{name}_entropies"] = torch.stack(entropies)
    return chosen


def narrow_heads(attended: Tensor, sums: Tensor, entropies: Tensor, layout: Layout) -> bool:
    ordered = sums.flatten().sort().values
    line = torch.linspace(float(ordered[0]), float(ordered[-1]), len(ordered), dtype=torch.float64)
    if narrow((ordered - line).abs().sort(descending=True).values, 1):
        return True
    at = attribution.elbow(ordered)
    if at > 0 and ordered[at] - ordered[at - 1] < NARROW * ordered[at]:
        return True
    for l, h in (sums >= ordered[at]).nonzero().tolist():
        if ((attribution.standing_out(attended[l, h], layout) - 0.001).abs() < CLOSE).any():
            return True
    # Of entropies, equal ones have an order, which is exact where they are 0.
    gaps = entropies.flatten()[entropies.flatten().isfinite()].sort().values.diff()
    least = entropies.flatten().sort().values[:-1][: len(gaps)]
    if bool(((gaps < NARROW) & ~((gaps == 0) & (least == 0))).any()):
        return True
    return False


def lower_sinks(seen: attribution.Seen, image: Tensor, layout: Layout) -> tuple[float, int]:
    """A threshold at which some image tokens are sinks, and the first layer: the network may have but two."""
    first = min(attribution.SINK_LAYER, len(seen.inputs) - 1)
    sizes = torch.stack([attribution.by_rms(x, seen.eps).abs() for x in seen.inputs[first:]])
    for threshold in (2.5, 2.25, 2.0, 1.75, 1.5, 1.25, 1.0):
        found, dimensions = attribution.sinks(seen.inputs, seen.eps, image, threshold, first)
        share = found[first:].double().mean()
        clear = (sizes[:, [0, *image.tolist()]] - threshold).abs().min() > 1e-4
        if clear and 0.1 < share < 0.7 and not found[:, layout.placed()].all(1).any():
            return threshold, first
    raise AssertionError("no threshold makes some image tokens sinks")


def occluded(
    run: Runner, tensors: dict[str, Tensor], facts: dict, embedded: Tensor, plain: Tensor, image: Tensor, colours: list
) -> None:
    """Windows of each display, hidden in the picture's pixels or among the decoder's image tokens."""
    case, layout, whole = run.case, run.case.layout, tensors["log_probabilities"]
    assert torch.equal(run.of_pictures(case.pictures), whole), "an empty window hides something"
    maps, empty = {"pixels": [], "tokens": []}, []
    for number, display in enumerate(layout.displays()):
        assert display.frame == 0
        picture = case.pictures[display.picture]
        cells = pixel_cells(display.grid, picture)
        centres = attribution.token_cells(layout, display)
        lost, windows = {"pixels": [], "tokens": []}, attribution.windows(display.grid)
        for w, window in enumerate(windows):
            where = np.isin(cells, window)
            if not where.any():
                empty.append([number, w])
                lost["pixels"].append(torch.zeros_like(whole))
                lost["tokens"].append(torch.zeros_like(whole))
                continue
            changed = list(case.pictures)
            changed[display.picture] = attribution.filled(picture, where, colours[display.picture])
            lost["pixels"].append(whole - run.of_pictures(changed))
            hidden = image[torch.from_numpy(np.isin(centres, window))]
            with torch.no_grad():
                lost["tokens"].append(whole - run.log_probabilities(embedded.index_put((hidden,), plain[hidden])))
        for way, values in lost.items():
            count = display.grid.columns * display.grid.rows
            maps[way].append(attribution.occlusion(torch.stack(values), windows, count))
    for way, values in maps.items():
        tensors[f"occlusion_{way}"] = torch.cat(values, 1)
    facts["occlusion"] = {"window": 2, "stride": 2, "withoutPixels": empty}


def pixel_cells(grid: Grid, picture: np.ndarray) -> np.ndarray:
    """The cells of its pixels, where rounding must not decide."""
    height, width = picture.shape[:2]
    cells = attribution.pixel_cells(grid, width, height)
    slightly = dataclasses.replace(grid, left=grid.left - 1e-7 * grid.width, top=grid.top - 1e-7 * grid.height)
    assert np.array_equal(cells, attribution.pixel_cells(slightly, width, height)), "rounding puts a pixel into a cell"
    return cells


def tops(run: Runner, tensors: dict[str, Tensor], facts: dict, colours: list, skipped: dict[str, list[int]]) -> None:
    """The answer's probabilities with the language map's highest tenth alone, and without it."""
    case, layout = run.case, run.case.layout
    displays = layout.displays()
    own = [pixel_cells(display.grid, case.pictures[display.picture]) for display in displays]
    counts = [display.grid.columns * display.grid.rows for display in displays]
    pixels = [int((cells == c).sum()) for cells, count in zip(own, counts, strict=True) for c in range(count)]
    on_display = tensors["language"] @ layout.onto_displays()
    tensors["language_display"] = on_display
    chosen, only, without = [], [], []
    for step, values in enumerate(on_display):
        top = attribution.top_cells(values, pixels)
        ordered = values[torch.tensor(pixels) > 0].sort(descending=True).values
        if narrow(ordered, len(top)):
            skipped.setdefault("faithfulness", []).append(step)
        alone, others = list(case.pictures), list(case.pictures)
        first = 0
        for display, cells, count in zip(displays, own, counts, strict=True):
            inside = np.isin(cells, [c - first for c in top if first <= c < first + count])
            i = display.picture
            alone[i] = attribution.filled(case.pictures[i], ~inside, colours[i])
            others[i] = attribution.filled(case.pictures[i], inside, colours[i])
            first += count
        chosen.append(top)
        only.append(run.of_pictures(alone)[step].exp())
        without.append(run.of_pictures(others)[step].exp())
    tensors["probabilities_only"], tensors["probabilities_without"] = torch.stack(only), torch.stack(without)
    tensors["faithfulness"] = tensors["probabilities_only"] - tensors["probabilities_without"]
    facts["topCells"] = chosen
    facts["cellsWithPixels"] = sum(count > 0 for count in pixels)


def check_tensors(case: Case, tensors: dict[str, Tensor]) -> None:
    """Everything is finite, and what should sum to 1 does."""
    for name, values in tensors.items():
        assert name.endswith("_entropies") or values.isfinite().all(), name
        if name.startswith(("language", "vlm_visualizer", "relative", "rollout", "value_norm", "tam")) and name != "tam_unsmoothed":
            torch.testing.assert_close(values.sum(-1), torch.ones(len(values), dtype=torch.float64))
        if values.dim() == 2 and values.shape[1] == len(case.layout.tokens) and "sinks" not in name:
            assert not values[:, ~case.layout.placed()].any(), name


def check_rounding(case: Case, tensors: dict[str, Tensor], facts: dict) -> dict[str, float]:
    """The same with much of the network in float64: what was chosen stays, and values move by what is returned."""
    others, other_facts = compute(case, copy.deepcopy(case.model).double())
    ours, theirs = ({k: v for k, v in f.items() if k != "integratedGradients"} for f in (facts, other_facts))
    assert ours == theirs, f"{case.root.name}: rounding decides"
    moved = {}
    for name, values in tensors.items():
        if values.is_floating_point():
            finite = values.isfinite()
            moved[name] = float(((others[name] - values)[finite].abs().max() if finite.any() else 0) / values[finite].abs().max())
    return moved


def written(value, depth: int = 0) -> str:
    """JSON with what is deep in it on one line."""
    if not isinstance(value, dict) or depth:
        return json.dumps(value, ensure_ascii=False)
    lines = [f"  {json.dumps(name)}: {written(item, depth + 1)}" for name, item in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def make(case: Case) -> None:
    """Write attribution.json and attribution.safetensors beside the golden."""
    tensors, facts = compute(case, case.model)
    check_tensors(case, tensors)
    moved = check_rounding(case, tensors, facts)
    stored = {name: values.to(torch.uint8) if values.dtype == torch.bool else values for name, values in tensors.items()}
    stored = {name: values.float() if values.is_floating_point() else values for name, values in stored.items()}
    save_file({name: values.contiguous() for name, values in stored.items()}, case.root / "attribution.safetensors")
    facts["integratedGradients"] = {k: [round(v, 5) for v in vs] for k, vs in facts["integratedGradients"].items()}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (case.root / "attribution.json").write_text(written(facts | {"versions": versions}) + "\n", encoding="utf-8")
    size = sum((case.root / f"attribution.{ending}").stat().st_size for ending in ("json", "safetensors"))
    worst = sorted(moved, key=moved.get)[-3:]
    lower = facts["sinks"][1]
    print(
        f"{case.root.name}: {len(case.answer)} tokens, {len(case.layout.tokens)} image tokens, {size / 1024:.0f} KB, "
        f"skipped {facts['skipped']}, lower sinks {lower['threshold']} in {lower['dimensions']} "
        f"{tensors['sinks_lower'].sum(1).tolist()}, heads {facts['localizationHeads']}, "
        f"finite entropies {tensors['localization_heads_entropies'].isfinite().sum((1, 2)).tolist()} "
        f"(0: {(tensors['localization_heads_entropies'] == 0).sum((1, 2)).tolist()}), "
        f"gradients {facts['integratedGradients']}, rounding moves "
        + ", ".join(f"{name} {moved[name]:.1g}" for name in worst)
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
