"""Ways to say which image tokens made each token of an answer, written for reading rather than for speed.

    python src/test/python/attribution.py      # checks each function on numbers computed by hand

Letters used in shapes: N prompt tokens (pictures expanded to their image tokens), T tokens of the answer, S = N + T - 1
tokens that are read (the answer's last is predicted, never read), L decoder layers, H heads with C values each (of
grouped queries, each head has its group's keys and values), D hidden size, V words, K image tokens, C cells of all
display grids, one after another.

The *row* of a token of the answer is the one that predicted it. An image token without a place, such as a newline, has
0 in every map. All is computed in float64 from what the network gives in float32. What is to be divided by a sum of 0
stays 0. Layers and heads are left out by leaving them out of the arguments.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from families.layout import Grid, Layout, View

SINK = 20.0  # times a row's root mean square
SINK_LAYER = 2  # the first layer whose input may have sinks, from 0


@dataclass
class Seen:
    """What one pass over a sequence leaves behind, in float64."""

    attentions: list[Tensor]  # L of [H, S, S]
    values: list[Tensor]  # L of [H, S, C], with their bias
    outputs: list[Tensor]  # L of [H, D, C], each head's columns of o_proj
    scales: list[Tensor]  # L of [S, D], by which a norm behind o_proj multiplies what it is given; ones without one
    inputs: list[Tensor]  # L of [S, D], the residual stream before each layer
    last: Tensor  # [S, D], the same behind the last layer
    normalised: Tensor  # [S, D], the same behind the final norm
    gamma: Tensor  # [D], the final norm's weight
    eps: float  # of the norms
    head: Tensor  # [V, D]
    logits: Tensor  # [S, V]

    def log_probabilities(self, answer: list[int]) -> Tensor:
        """[T], the answer's last token being predicted by the last row."""
        return log_probabilities(self.logits, answer)


def log_probabilities(logits: Tensor, answer: list[int]) -> Tensor:
    """[S, V] -> [T]"""
    return logits[-len(answer) :].double().log_softmax(-1).gather(1, torch.tensor(answer)[:, None])[:, 0]


@torch.no_grad()
def observe(decoder, lm_head, embedded: Tensor) -> Seen:
    """One pass of transformers' decoder over embeddings [S, D], watched by hooks."""
    values, inputs, scales, last, hooks = [], [], [], [], []

    def scale(norm):
        return lambda module, args, out: scales.append(norm_scale(norm, out[0].double()))

    for layer in decoder.layers:
        hooks.append(layer.self_attn.o_proj.register_forward_hook(scale(norm_behind(layer))))
        hooks.append(layer.register_forward_pre_hook(lambda module, args: inputs.append(args[0][0])))
        hooks.append(watched(layer.self_attn, values))
    hooks.append(decoder.norm.register_forward_pre_hook(lambda module, args: last.append(args[0][0])))
    out = decoder(inputs_embeds=embedded[None], use_cache=False, output_attentions=True)
    for hook in hooks:
        hook.remove()
    normalised = out.last_hidden_state[0]
    heads, size = out.attentions[0].shape[1], decoder.layers[0].self_attn.head_dim
    projections = [layer.self_attn.o_proj.weight for layer in decoder.layers]
    return Seen(
        attentions=[attention[0].double() for attention in out.attentions],
        values=[grouped(v.unflatten(1, (-1, size)).transpose(0, 1), heads).double() for v in values],
        outputs=[weight.unflatten(1, (heads, size)).transpose(0, 1).double() for weight in projections],
        scales=scales,
        inputs=[x.double() for x in inputs],
        last=last[0].double(),
        normalised=normalised.double(),
        gamma=gain(decoder.norm),
        eps=epsilon(decoder.norm),
        head=lm_head.weight.double(),
        logits=lm_head(normalised).double(),
    )


def norm_behind(layer):
    """The norm between o_proj and the residual stream, which layers with four norms have."""
    return layer.post_attention_layernorm if hasattr(layer, "pre_feedforward_layernorm") else None


def norm_scale(norm, x: Tensor) -> Tensor:
    """By which an RMS norm multiplies rows [S, D]: [S, D]."""
    if norm is None:
        return torch.ones_like(x)
    return gain(norm) / (x.square().mean(-1, keepdim=True) + epsilon(norm)).sqrt()


def gain(norm) -> Tensor:
    """What an RMS norm multiplies by in the end: [D]. Gemma stores how far that is from 1."""
    return norm.weight.double() + (1 if type(norm).__name__.startswith("Gemma") else 0)


def epsilon(norm) -> float:
    return norm.eps if hasattr(norm, "eps") else norm.variance_epsilon


def watched(attention, values: list[Tensor]):
    """A hook that adds an attention's values [S, G * C]; where one matrix makes all three, they are its last columns."""
    if hasattr(attention, "v_proj"):
        return attention.v_proj.register_forward_hook(lambda module, args, out: values.append(out[0]))
    own = attention.num_key_value_heads * attention.head_dim
    return attention.qkv_proj.register_forward_hook(lambda module, args, out: values.append(out[0][:, -own:]))


def grouped(values: Tensor, heads: int) -> Tensor:
    """Those of groups [G, S, C] -> those of heads [H, S, C]; the heads of a group are neighbours."""
    return values.repeat_interleave(heads // len(values), 0)


def scaled(values: Tensor) -> Tensor:
    """[n] divided by its sum."""
    total = values.sum()
    return values / total if total != 0 else torch.zeros_like(values)


def on_image(values: Tensor, image: Tensor, layout: Layout) -> Tensor:
    """[S] -> [K], 0 for tokens without a place."""
    return values[image] * layout.placed()


# Attention --------------------------------------------------------------------------------------------------------


def attention(attentions: list[Tensor], row: int, keep_first: bool = False, sunk: Tensor | None = None) -> Tensor:
    """The attention of one row to all tokens: [S].

    Per layer the mean over heads, without the first token, divided by its sum; then the mean over layers. sunk
    [L, S]: what else is dropped.
    """
    layers = []
    for l, heads in enumerate(attentions):
        mean = heads[:, row].mean(0)
        if not keep_first:
            mean[0] = 0
        if sunk is not None:
            mean[sunk[l]] = 0
        layers.append(scaled(mean))
    return torch.stack(layers).mean(0)


def language(attentions: list[Tensor], row: int, image: Tensor, layout: Layout, **dropped) -> Tensor:
    """[K]"""
    return scaled(on_image(attention(attentions, row, **dropped), image, layout))


def relative(here: Tensor, general: Tensor, image: Tensor, general_image: Tensor, layout: Layout) -> Tensor:
    """Attention [S] divided by that [S'] of the last row of a prompt that asks for a general description: [K]."""
    ours, theirs = on_image(here, image, layout), on_image(general, general_image, layout)
    eps = 0.1 * float(np.median(theirs[layout.placed()].numpy()))
    return scaled(layout.placed() * ours / (theirs + eps))


def rollout(attentions: list[Tensor], row: int, image: Tensor, layout: Layout) -> Tensor:
    """[K]"""
    identity = torch.eye(attentions[0].shape[-1], dtype=torch.float64)
    rolled = identity
    for heads in attentions:
        rolled = (heads.mean(0) + identity) / 2 @ rolled
    return scaled(on_image(rolled[row], image, layout))


# Localization heads -----------------------------------------------------------------------------------------------


def localization_heads(rows: Tensor, layout: Layout, k: int = 3) -> tuple[Tensor, list[tuple[int, int]]]:
    """Attention [L, H, K] of one row to image tokens -> the map [K] and the heads, as (layer, head), that made it.

    The heads are in the order in which they are taken: by entropy, then by attention to the picture.
    """
    rows = rows * layout.placed()
    attended = rows.sum(-1)
    entropies = kept_entropies(rows, layout)
    heads = [(l, h) for l in range(rows.shape[0]) for h in range(rows.shape[1])]  # which is the order of ties
    finite = sorted((head for head in heads if math.isfinite(entropies[head])), key=lambda head: entropies[head])
    others = sorted((head for head in heads if not math.isfinite(entropies[head])), key=lambda head: -attended[head])
    chosen = (finite + others)[:k]
    return scaled(sum(rows[head] for head in chosen)), chosen


def kept_entropies(rows: Tensor, layout: Layout) -> Tensor:
    """[L, H, K] -> [L, H]: infinite for heads that are not kept, or without anything that stands out."""
    attended = rows.sum(-1)
    ordered = attended.flatten().sort().values
    bar = ordered[elbow(ordered)]
    entropies = torch.full(attended.shape, math.inf, dtype=torch.float64)
    for head in (attended >= bar).nonzero().tolist():
        entropies[tuple(head)] = entropy(rows[tuple(head)], layout)
    return entropies


def elbow(ordered: Tensor) -> int:
    """Where rising numbers are farthest from the line between their first and last: the first such index."""
    n = len(ordered)
    line = ordered[0] + (ordered[-1] - ordered[0]) * torch.arange(n, dtype=torch.float64) / max(1, n - 1)
    return int((ordered - line).abs().argmax())


def standing_out(row: Tensor, layout: Layout) -> Tensor:
    """How far attention [K] is above its mean over placed tokens: [K]."""
    return (row - row[layout.placed()].mean()).relu() * layout.placed()


def entropy(row: Tensor, layout: Layout, bar: float = 0.001) -> float:
    """Of how the attention [K] that stands out is shared among connected parts of the views' grids."""
    masses = [mass for grid in on_grids(standing_out(row, layout), layout) for mass in components(grid, bar)]
    shares = [mass / sum(masses) for mass in masses]
    return -sum(p * math.log(p) for p in shares) if shares else math.inf


def on_grids(values: Tensor, layout: Layout) -> list[np.ndarray]:
    """[K] -> [rows, columns] of each view."""
    grids = [np.zeros((view.grid.rows, view.grid.columns)) for view in layout.views]
    for value, token in zip(values.tolist(), layout.tokens, strict=True):
        if token is not None:
            grids[token[0]].flat[token[1]] = value
    return grids


def from_grids(grids: list[np.ndarray], layout: Layout) -> Tensor:
    """The way back: [K]."""
    values = [0.0 if token is None else grids[token[0]].flat[token[1]] for token in layout.tokens]
    return torch.tensor(values, dtype=torch.float64)


def components(grid: np.ndarray, bar: float) -> list[float]:
    """The sums of the parts above the bar, cells that touch at a corner being connected."""
    rows, columns = grid.shape
    left = {(r, c) for r in range(rows) for c in range(columns) if grid[r, c] > bar}
    sums = []
    while left:
        border, total = [min(left)], 0.0
        left.remove(border[0])
        while border:
            r, c = border.pop()
            total += grid[r, c]
            near = {(r + i, c + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            border += sorted(near)
        sums.append(total)
    return sums


# Values -----------------------------------------------------------------------------------------------------------


def logit_attribution(seen: Seen, row: int, word: int, image: Tensor, layout: Layout) -> Tensor:
    """What image tokens, through the values that the row takes from them, add to the word's logit: [K]."""
    towards = seen.gamma * seen.head[word] / (seen.last[row].square().mean() + seen.eps).sqrt()
    parts = sum(moved(seen, l, row) @ towards for l in range(len(seen.attentions)))
    return on_image(parts, image, layout)


def value_norm(seen: Seen, row: int, image: Tensor, layout: Layout, keep_first: bool = False) -> Tensor:
    """Attention weighed by the length of what it moves: [K]."""
    layers = []
    for l in range(len(seen.attentions)):
        lengths = moved(seen, l, row).norm(dim=-1)
        if not keep_first:
            lengths[0] = 0
        layers.append(scaled(lengths))
    return scaled(on_image(torch.stack(layers).mean(0), image, layout))


def moved(seen: Seen, l: int, row: int) -> Tensor:
    """What one layer's attention adds to a row of the residual stream, token by token: [S, D]."""
    made = torch.einsum("hs,hsc,hdc->sd", seen.attentions[l][:, row], seen.values[l], seen.outputs[l])
    return made * seen.scales[l][row]


# Token activation maps --------------------------------------------------------------------------------------------


def earlier(ids: list[int], behind: int, n: int, step: int, predicting: bool = False) -> list[tuple[int, int]]:
    """(position, word) of the text before token `step` of the answer, `behind` being where the text starts.

    The position is where a token is read. If `predicting`, that of a token of the answer is the one that predicted it,
    and the prompt's last is left out: so no position counts that predicted this very token.
    """
    if predicting:
        return [(p, ids[p]) for p in range(behind, n - 1)] + [(p - 1, ids[p]) for p in range(n, n + step)]
    return [(p, ids[p]) for p in range(behind, n + step)]


def tam(
    normalised: Tensor, head: Tensor, word: int, text: list[tuple[int, int]], image: Tensor, layout: Layout
) -> Tensor:
    """How much image tokens are like the word, beyond what earlier words explain: [K].

    normalised [S, D]; text: (position, word) of the tokens behind the pictures that come before this one. Each counts
    as much as its position calls for the word.
    """
    own = uncovered(normalised, head, word, text, image, layout)
    return scaled(from_grids([rank_gaussian(grid) for grid in on_grids(own, layout)], layout))


def uncovered(
    normalised: Tensor, head: Tensor, word: int, text: list[tuple[int, int]], image: Tensor, layout: Layout
) -> Tensor:
    """The map before it is smoothed and scaled: [K]."""

    def raw(word: int) -> Tensor:
        return on_image((normalised @ head[word]).relu(), image, layout)

    own, others = raw(word), torch.zeros(len(image), dtype=torch.float64)
    weights = 0.0
    for position, other in text:
        if other != word:
            weight = (normalised[position] @ head[word]).relu()
            others += weight * raw(other)
            weights += weight
    if weights > 0:
        others /= weights
    square = others @ others
    return (own - (own @ others / square if square > 0 else 0) * others).relu()


def rank_gaussian(grid: np.ndarray) -> np.ndarray:
    """Each cell: the mean of its 3 x 3 neighbours, weighed by how far in rank they are from the median."""
    padded = np.pad(grid, 1, mode="reflect")
    ranks = np.arange(-4, 5)
    filtered = grid.copy()
    for r, c in np.ndindex(*grid.shape):
        window = np.sort(padded[r : r + 3, c : c + 3], axis=None)
        if window[0] < window[-1]:
            sigma = window.std() / window.mean()  # of the whole window, divided by n
            weights = np.exp(-(ranks**2) / (2 * sigma**2))
            filtered[r, c] = (weights * window).sum() / weights.sum()
    return filtered


# Sinks ------------------------------------------------------------------------------------------------------------


def by_rms(x: Tensor, eps: float) -> Tensor:
    """Rows [S, D] divided by their root mean squares."""
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt()


def sinks(
    inputs: list[Tensor], eps: float, image: Tensor, threshold: float = SINK, first: int = SINK_LAYER
) -> tuple[Tensor, list[int]]:
    """Image tokens that draw attention as the first token does: [L, K], and the dimensions that tell."""
    sizes = [by_rms(x, eps).abs() for x in inputs]
    dimensions = sorted({d for x in sizes[first:] for d in (x[0] > threshold).nonzero()[:, 0].tolist()})
    found = torch.zeros(len(inputs), len(image), dtype=torch.bool)
    for l in range(first, len(inputs)):
        if dimensions:
            found[l] = sizes[l][image][:, dimensions].amax(-1) > threshold
    return found, dimensions


def among_all(found: Tensor, image: Tensor, length: int) -> Tensor:
    """Sinks [L, K] -> [L, S]."""
    everywhere = torch.zeros(len(found), length, dtype=torch.bool)
    everywhere[:, image] = found
    return everywhere


# Other pictures ---------------------------------------------------------------------------------------------------


def median_colour(picture: np.ndarray) -> list[int]:
    """[height, width, 3] -> of each channel the median, of an even count the greater one."""
    flat = np.sort(picture.reshape(-1, 3), axis=0)
    return flat[len(flat) // 2].tolist()


def filled(picture: np.ndarray, where: np.ndarray, colour: list[int]) -> np.ndarray:
    """The picture with the pixels `where` [height, width] in one colour."""
    changed = picture.copy()
    changed[where] = colour
    return changed


def cell_at(grid: Grid, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The cell of each point, or -1; a point on an edge, or a millionth of a cell before it, is in the cell behind."""
    column = np.floor((x - grid.left) / grid.width + 1e-6).astype(int)
    row = np.floor((y - grid.top) / grid.height + 1e-6).astype(int)
    inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    return np.where(inside, row * grid.columns + column, -1)


def pixel_cells(grid: Grid, width: int, height: int) -> np.ndarray:
    """The cell in which the centre of each pixel lies, or -1: [height, width]."""
    return cell_at(grid, *np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5))


def token_cells(layout: Layout, display: View) -> np.ndarray:
    """The cell of one display in which the centre of each image token lies, or -1: [K]."""
    cells = []
    for token in layout.tokens:
        cell = -1
        if token is not None:
            view = layout.views[token[0]]
            left, top, right, bottom = view.grid.edges(token[1])
            if (view.picture, view.frame) == (display.picture, display.frame):
                cell = int(cell_at(display.grid, np.array((left + right) / 2), np.array((top + bottom) / 2)))
        cells.append(cell)
    return np.array(cells)


def windows(grid: Grid, size: int = 2, stride: int = 2) -> list[list[int]]:
    """The cells of each window, row by row."""
    across = [range(left, min(left + size, grid.columns)) for left in range(0, grid.columns, stride)]
    down = [range(top, min(top + size, grid.rows)) for top in range(0, grid.rows, stride)]
    return [[r * grid.columns + c for r in rows for c in columns] for rows in down for columns in across]


def occlusion(lost: Tensor, windows: list[list[int]], cells: int) -> Tensor:
    """What log probabilities lost with each window [W, T] -> the mean over the windows on each cell [T, cells]."""
    values = torch.zeros(lost.shape[1], cells, dtype=torch.float64)
    for cell in range(cells):
        covering = [w for w, window in enumerate(windows) if cell in window]
        if covering:
            values[:, cell] = lost[covering].mean(0)
    return values


def top_cells(values: Tensor, pixels: list[int]) -> list[int]:
    """The cells of the highest tenth [C], of those that hold pixels; of equal ones the first."""
    cells = [c for c, count in enumerate(pixels) if count > 0]
    return sorted(sorted(cells, key=lambda c: (-float(values[c]), c))[: math.ceil(len(cells) / 10)])


def integrated_gradients(of: Callable[[Tensor], Tensor], features: Tensor, plain: Tensor, steps: int = 8) -> Tensor:
    """Along the line from the plain picture's features [K, D] to the picture's; of: [K, D] -> [T]. [T, K]"""
    total = 0.0
    for i in range(steps):
        at = (plain + (i + 0.5) / steps * (features - plain)).requires_grad_()
        total = total + torch.stack([torch.autograd.grad(value, at, retain_graph=True)[0] for value in of(at)]).double()
    return ((features.double() - plain.double()) * total / steps).sum(-1)


# Checks -----------------------------------------------------------------------------------------------------------


def toy(rows: int, columns: int, newline: bool = False) -> Layout:
    """One view with cells of 10 x 10 pixels, and a newline behind it."""
    layout = Layout([(10 * columns, 10 * rows)], rows * columns)
    layout.plain(0, "picture", Grid.over(0, 0, 10 * columns, 10 * rows, columns, rows))
    if newline:
        layout.newline()
    return layout


def f64(*values) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def close(found, expected) -> None:
    expected = torch.as_tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(torch.as_tensor(found, dtype=torch.float64), expected, atol=1e-12, rtol=1e-9)


def check_attention() -> None:
    # Two layers of two heads, the row sees the first token, three image tokens (the last a newline) and itself.
    first = [[0.5, 0.1, 0.2, 0.1, 0.1], [0.3, 0.3, 0.0, 0.1, 0.3]]  # mean 0.4, 0.2, 0.1, 0.1, 0.2
    second = [[0.2, 0.0, 0.4, 0.2, 0.2], [0.0, 0.4, 0.2, 0.2, 0.2]]  # mean 0.1, 0.2, 0.3, 0.2, 0.2
    layers = [torch.zeros(2, 5, 5, dtype=torch.float64) for _ in range(2)]
    layers[0][:, 4], layers[1][:, 4] = f64(*first), f64(*second)
    image, layout = torch.tensor([1, 2, 3]), toy(1, 2, newline=True)
    # Without the first token 2 1 1 2 of 6 and 2 3 2 2 of 9; their mean in 36ths: (12 6 6 12 + 8 12 8 8) / 2.
    close(attention(layers, 4), f64(0, 10, 9, 7, 10) / 36)
    close(language(layers, 4, image, layout), f64(10, 9, 0) / 19)
    # With it: 4 2 1 1 2 and 1 2 3 2 2 of 10.
    close(language(layers, 4, image, layout, keep_first=True), f64(4, 4, 0) / 8)
    # The first image token is a sink in the second layer: 0 3 2 2 of 7; in 42nds (14 7 7 14 + 0 18 12 12) / 2.
    sunk = among_all(torch.tensor([[False, False, False], [True, False, False]]), image, 5)
    close(attention(layers, 4, sunk=sunk), f64(0, 14, 25, 19, 26) / 84)
    # Median 0.3 of 0.2 and 0.4: eps 0.03; 0.46 / 0.23 = 2 and 0.43 / 0.43 = 1.
    close(relative(f64(0, 0.46, 0.43, 0.1), f64(0, 0.2, 0.4, 0.4), image, image, layout), f64(2, 1, 0) / 3)

    # Half of each layer and half of the identity: 1 0 0, 1/4 3/4 0, 0 1/4 3/4, twice: row 2 is 1/16, 6/16, 9/16.
    one = f64([[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]])
    close(rollout([one, one], 2, torch.tensor([0, 1]), toy(1, 2)), f64(1, 6) / 7)
    # The first layer 1/2 (A + I) with A = 1 0, 1 0, the second with A = 1 0, 0 1: row 1 of I (1/2 1/2) is 1/2 1/2.
    close(rollout([f64([[1, 0], [1, 0]]), f64([[1, 0], [0, 1]])], 1, torch.tensor([0, 1]), toy(1, 2)), f64(1, 1) / 2)


def check_heads() -> None:
    # The line 0.1, 0.3667, 0.6333, 0.9 is 0, 0.1667, 0.3333, 0 away.
    assert elbow(f64(0.1, 0.2, 0.3, 0.9)) == 2
    # 0, 1, 2, 3 is 0, 1, 1, 0 away from 0, 0, 3, 3: the first of both.
    assert elbow(f64(0, 0, 3, 3)) == 1
    assert elbow(f64(5)) == 0
    # Two parts: 3 and 4 touch at a corner, 1 is alone.
    assert components(np.array([[3, 0, 0], [0, 4, 0], [0, 0, 0], [1, 0, 0.5]]), 0.5) == [7, 1]
    # Mean 1/4 over eight cells: 5/4 and 1/4 are left, far apart (3/2 in all), shares 5/6 and 1/6.
    row = f64(1.5, 0, 0, 0, 0, 0, 0, 0.5, 0.7)  # the newline's counts for nothing
    close(entropy(row, toy(2, 4, newline=True)), -(5 / 6 * math.log(5 / 6) + 1 / 6 * math.log(1 / 6)))
    assert entropy(f64(1, 1), toy(1, 2)) == math.inf
    # Sums 0.2, 0.3, 0.9, 0.9, 0.8, 0.1. Sorted 0.1 0.2 0.3 0.8 0.9 0.9, the line 0.1 0.26 0.42 0.58 0.74 0.9 is
    # 0 0.06 0.12 0.22 0.16 0 away: 0.8 and more is kept. Above the mean: (0, 2) has two parts, (1, 0) is even and has
    # none, (1, 1) has one. So (1, 1), (0, 2), and of the others (1, 0) with the largest sum.
    rows = torch.zeros(2, 3, 3, dtype=torch.float64)
    rows[0, 0, 0], rows[0, 1, 1], rows[1, 2, 2] = 0.2, 0.3, 0.1
    rows[0, 2], rows[1, 0], rows[1, 1] = f64(0.4, 0.1, 0.4), f64(0.3, 0.3, 0.3), f64(0.7, 0.1, 0)
    found, chosen = localization_heads(rows, toy(1, 3))
    assert chosen == [(1, 1), (0, 2), (1, 0)]
    close(found, f64(1.4, 0.5, 0.7) / 2.6)
    # Equal entropies: the lower layer, then the lower head.
    even = f64([[0.1, 0.4], [0.4, 0.1]], [[0.4, 0.1], [0.1, 0.4]])
    assert localization_heads(even, toy(1, 2))[1] == [(0, 0), (0, 1), (1, 0)]


def check_values() -> None:
    # Two heads of one value each; the first writes along x, the second along y.
    heads = torch.zeros(2, 3, 3, dtype=torch.float64)
    heads[:, 2] = f64([0.5, 0.25, 0.25], [0.25, 0.5, 0.25])
    values = f64([[1], [12], [0]], [[1], [8], [4]])
    outputs = f64([[1], [0]], [[0], [1]])
    last = f64([0, 0], [0, 0], [6, 8])  # mean square 50
    gamma, head = f64(2, 1), f64([9, 9], [5, -10])
    ones = torch.ones_like(last)
    seen = Seen([heads], [values], [outputs], [ones], [], last, last, gamma, 14.0, head, last)
    image, layout = torch.tensor([1, 2]), toy(1, 2)
    # Moved: (0.5, 0.25), (3, 4), (0, 1). Word 1: gamma w = (10, -10), divided by sqrt(50 + 14) = 8.
    close(moved(seen, 0, 2), f64([0.5, 0.25], [3, 4], [0, 1]))
    close(logit_attribution(seen, 2, 1, image, layout), f64(-10, -10) / 8)
    close(value_norm(seen, 2, image, layout), f64(5, 1) / 6)
    # A norm behind attention that doubles y: (0.5, 0.5), (3, 8), (0, 2).
    seen.scales = [f64([1, 2], [1, 2], [1, 2])]
    close(logit_attribution(seen, 2, 1, image, layout), f64(30 - 80, -20) / 8)
    seen.scales = [ones, ones]
    # Two equal layers but that the second moves (4, 3) and 0 instead: 5/6 1/6 and 1 0.
    seen.attentions, seen.outputs = [heads, heads], [outputs, outputs]
    seen.values = [values, f64([[0], [16], [0]], [[0], [6], [0]])]
    close(value_norm(seen, 2, image, layout), f64(11, 1) / 12)
    # Kept, the first token's 5**0.5 / 4 counts in the first layer's sum alone.
    total = 6 + 5**0.5 / 4
    close(value_norm(seen, 2, image, layout, keep_first=True), f64(5 / total + 1, 1 / total) / (6 / total + 1))
    assert grouped(f64([[1]], [[2]]), 4).flatten().tolist() == [1, 1, 2, 2]
    # Rows of logits (0, ln 3): the probabilities 1/4 and 3/4.
    close(log_probabilities(f64([9, 9], [0, math.log(3)], [0, math.log(3)]), [0, 1]).exp(), f64(0.25, 0.75))


def check_tam() -> None:
    # Words 0 and 1 along x and y; the image tokens are (4, 1), (3, 3), (-1, 2); then two words of text.
    normalised = f64([4, 1], [3, 3], [-1, 2], [2, 5], [1, 0])
    head = f64([1, 0], [0, 1], [1, 1])
    image, layout = torch.tensor([0, 1, 2]), toy(1, 3)
    # Word 0: (4, 3, 0). Text: word 1 at 3 with weight 2, word 2 at 4 with weight 1, word 0 is its own.
    # Word 1's map (1, 3, 2), word 2's (5, 6, 1); (2 (1, 3, 2) + (5, 6, 1)) / 3 = (7, 12, 5) / 3.
    # s = 3 (28 + 36) / (49 + 144 + 25) = 192 / 218; s J = (448, 768, 320) / 218; left: (424, -114, -320) / 218.
    text = [(3, 1), (4, 2), (4, 0)]
    close(uncovered(normalised, head, 0, text, image, layout), f64(424 / 218, 0, 0))
    close(uncovered(normalised, head, 0, [(4, 0)], image, layout), f64(4, 3, 0))
    # A line of three cells 2, 0, 0 repeats up and down; reflected to the sides, the first sees 0 2 0, the middle
    # 2 0 0, the last 0 0 0. Three of nine are 2: mean 2 / 3, std 2 sqrt(2) / 3, sigma sqrt(2), so weights
    # exp(-rank^2 / 4), and the ranks of the three are 2, 3 and 4.
    weights = [math.exp(-(r**2) / 4) for r in range(-4, 5)]
    share = sum(weights[6:]) / sum(weights)
    close(rank_gaussian(np.array([[2.0, 0, 0]])), [[2 * share, 2 * share, 0]])
    close(tam(normalised, head, 0, text, image, layout), f64(1, 1, 0) / 2)
    # The prompt is 7 8 9, its text 8 9, the answer 5 6 4: before its third token.
    assert earlier([7, 8, 9, 5, 6], 1, 3, 2) == [(1, 8), (2, 9), (3, 5), (4, 6)]
    assert earlier([7, 8, 9, 5, 6], 1, 3, 2, predicting=True) == [(1, 8), (2, 5), (3, 6)]
    assert rank_gaussian(np.full((2, 2), 0.3)).tolist() == [[0.3, 0.3], [0.3, 0.3]]


def check_sinks() -> None:
    # Rows of four numbers. Before layer 2, the first token is (0, 6, 0, 0): root mean square 3, so 2 at dimension 1.
    quiet = f64([1, 1, 1, 1], [0, 9, 0, 0], [1, 1, 1, 1])
    loud = f64([0, 6, 0, 0], [1, -7, 1, 1], [5, 0, 0, 0])
    # Image token 1 has 7 / sqrt(52 / 4) = 1.94 there, image token 2 has 0 and is loud in another dimension.
    image = torch.tensor([1, 2])
    found, dimensions = sinks([quiet, quiet, loud], 0.0, image, threshold=1.9)
    assert found.tolist() == [[False, False], [False, False], [True, False]] and dimensions == [1]
    assert not sinks([quiet, quiet, loud], 0.0, image, threshold=1.99)[0].any()
    assert not sinks([quiet, quiet, loud], 0.0, image)[0].any()
    # The dimension counts in every layer: 9 / 4.5 = 2 before layer 1.
    found, _ = sinks([quiet, quiet, loud], 0.0, image, threshold=1.9, first=1)
    assert found.tolist() == [[False, False], [True, False], [True, False]]
    close(by_rms(f64([3, 4]), 12.5), f64([0.6, 0.8]))


def check_pictures() -> None:
    # Two rows of two pixels: of 10 20 30 40 the third.
    picture = np.array([[[10, 1, 0], [40, 1, 0]], [[30, 2, 0], [20, 2, 9]]], dtype=np.uint8)
    assert median_colour(picture) == [30, 2, 0]
    assert filled(picture, np.array([[True, False], [False, False]]), [7, 8, 9])[0].tolist() == [[7, 8, 9], [40, 1, 0]]
    # Cells 1.5 pixels wide from -1 on: 0.5 is on the edge of the second, 1.5 in it, 2.5 in the third.
    assert pixel_cells(Grid(3, 1, -1, 0, 1.5, 1), 4, 1).tolist() == [[1, 1, 2, -1]]
    assert pixel_cells(Grid(3, 1, -1, 0, 1.5 + 1e-9, 1), 4, 1).tolist() == [[1, 1, 2, -1]]
    assert windows(Grid(3, 2, 0, 0, 1, 1)) == [[0, 1, 3, 4], [2, 5]]
    assert windows(Grid(3, 1, 0, 0, 1, 1), 2, 1) == [[0, 1], [1, 2], [2]]
    close(occlusion(f64([4], [2], [0]), [[0, 1], [1, 2], [2]], 3), f64([4, 3, 1]))
    # Eleven of twelve cells hold pixels: two of them, 5 being the first of equals and 1 without pixels.
    values = f64(0, 9, 3, 0, 0, 4, 0, 0, 0, 4, 1, 4)
    assert top_cells(values, [1, 0] + [1] * 10) == [5, 9]
    # An overview of one cell over 2 x 2 tiles has its centre on their common corner: in the last of them.
    layout = toy(2, 2, newline=True)
    layout.plain(0, "overview", Grid.over(0, 0, 20, 20, 1, 1))
    assert token_cells(layout, layout.displays()[0]).tolist() == [0, 1, 2, 3, -1, 3]


def check_gradients() -> None:
    # x^2 from 1 to 3 by its middle sums is exact: 8. And 5 y.
    features, plain = f64([3, 0], [0, 2]), f64([1, 0], [0, 0])
    found = integrated_gradients(lambda e: torch.stack([e[0, 0] ** 2, 5 * e[1, 1]]), features, plain)
    close(found, f64([8, 0], [0, 10]))


if __name__ == "__main__":
    for check in (check_attention, check_heads, check_values, check_tam, check_sinks, check_pictures, check_gradients):
        check()
    print("all as computed by hand")
