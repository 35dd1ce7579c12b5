"""The attention maps of the reference method and its variants, and where they point."""

import numpy as np
import torch

from pictures import GRID, PATCH

OVERLAP, CENTRE = "overlap", "centre"


def language_weights(attentions, rows, image):
    """Weights over the image tokens: layers x (heads + 1) x rows x patches.

    attentions: per layer heads x tokens x tokens of one sequence; rows: positions whose next token
    is explained; image: mask of the image tokens. The last "head" is the mean of all heads. The
    entry of the first token is dropped before each layer's weights are made to sum to one.
    """
    weights = torch.stack([torch.cat((layer, layer.mean(0, keepdim=True)))[:, rows]
                           for layer in attentions]).double()
    weights[..., 0] = 0
    weights = weights / weights.sum(-1, keepdim=True)
    return weights[..., image]


def vision_weights(attentions):
    """Layers x patches x patches: head means without the class token, rows summing to one."""
    weights = torch.stack([layer.mean(0)[1:, 1:] for layer in attentions]).double()
    return weights / weights.sum(-1, keepdim=True)


def variants(language, vision):
    """All variants by name: (decoder layers, decoder heads, vision layers) -> rows x patches."""
    layers, heads = language.shape[0], language.shape[1] - 1
    spans = [(a, b) for a in range(layers) for b in range(a, layers)]
    picks = [(span, "mean", language[span[0]:span[1] + 1, heads].mean(0)) for span in spans]
    picks += [((layer, layer), str(head), language[layer, head])
              for layer in range(layers) for head in range(heads)]
    sights = [("none", None), ("all", vision.mean(0))]
    sights += [(str(index), layer) for index, layer in enumerate(vision)]
    maps = {}
    for (first, last), head, weights in picks:
        weights = weights / weights.sum(-1, keepdim=True)
        for sight, matrix in sights:
            if head != "mean" and sight not in ("none", "all"):
                continue
            maps[f"decoder layers {first}-{last}, heads {head}, vision {sight}"] = (
                weights if matrix is None else weights @ matrix)
    return maps


def reference_name(layers):
    return f"decoder layers 0-{layers - 1}, heads mean, vision all"


def points_inside(patch, box, rule):
    """Whether a patch overlaps a box (or has its centre in it); boxes in model pixels."""
    left, top = patch % GRID * PATCH, patch // GRID * PATCH
    x0, y0, x1, y1 = box
    if rule == CENTRE:
        x, y = left + PATCH / 2, top + PATCH / 2
        return x0 <= x <= x1 and y0 <= y <= y1
    return left < x1 and left + PATCH > x0 and top < y1 and top + PATCH > y0


def chance(box, rule):
    """The share of patches that count as inside."""
    return np.mean([points_inside(patch, box, rule) for patch in range(GRID * GRID)])
