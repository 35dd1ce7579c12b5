"""The vision tower as trained: its features up to the layer that LLaVA uses, and dense labels."""

import torch
import torch.nn.functional as F
from torch import nn

from model import POSITION_DIMS
from pictures import GRID
from vocabulary import COLOURS, MAX_ITEMS, PLACES, SHAPES, WORDS

LETTER_LAYER = 3  # letters are asked for after this many layers already
CLASSES = (MAX_ITEMS, len(WORDS), len(SHAPES), len(COLOURS), len(PLACES))
NAMES = ("ordinal", "word", "shape", "colour", "place")


def embed(tower, images):
    return tower.pre_layrnorm(tower.embeddings(images))


def attention_pattern(attention, x):
    """The attention of one layer, heads first: batch x heads x tokens x tokens."""
    batch, tokens, width = x.shape
    heads = attention.num_heads
    split = (batch, tokens, heads, width // heads)
    query = (attention.q_proj(x) * (width // heads) ** -0.5).view(split).transpose(1, 2)
    key = attention.k_proj(x).view(split).permute(0, 2, 3, 1)
    return (query @ key).softmax(-1)


def layer_forward(layer, x, pattern=None):
    """One layer; with a fixed pattern (heads x tokens x tokens) queries and keys are unused."""
    attention = layer.self_attn
    normed = layer.layer_norm1(x)
    value = attention.v_proj(normed)
    batch, tokens, width = value.shape
    heads = attention.num_heads
    if pattern is None:
        pattern = attention_pattern(attention, normed)
        mixed = pattern @ value.view(batch, tokens, heads, -1).transpose(1, 2)
        mixed = mixed.transpose(1, 2).reshape(batch, tokens, width)
    else:
        value = value.view(batch, tokens, heads, -1).permute(2, 1, 0, 3).reshape(heads, tokens, -1)
        mixed = torch.bmm(pattern, value).view(heads, tokens, batch, -1)
        mixed = mixed.permute(2, 1, 0, 3).reshape(batch, tokens, width)
    x = x + attention.out_proj(mixed)
    hidden = layer.mlp.fc1(layer.layer_norm2(x))
    return x + layer.mlp.fc2(hidden * torch.sigmoid(1.702 * hidden))


def features(tower, images, patterns=None):
    """Patch states after LETTER_LAYER layers and at the layer before the last, and their size.

    With fixed patterns the class token, to which no patch then attends, is left out. The size is
    the mean square outside the position dims, summed over layers: kept small, so that the
    positions that queries and keys read are not drowned by the layer norms.
    """
    x = embed(tower, images)
    if patterns is not None:
        x = x[:, 1:]
    early, size = None, 0
    for index, layer in enumerate(tower.encoder.layers[:-1]):
        x = layer_forward(layer, x, None if patterns is None else patterns[index])
        size = size + x[..., POSITION_DIMS:].float().square().mean()
        if index + 1 == LETTER_LAYER:
            early = x
    skip = 1 if patterns is None else 0
    return early[:, skip:], x[:, skip:], size


@torch.no_grad()
def fixed_patterns(tower, images):
    """The mean attention between patches at the start, as constants for the first stage."""
    x = embed(tower, images)
    patterns = []
    for layer in tower.encoder.layers[:-1]:
        pattern = attention_pattern(layer.self_attn, layer.layer_norm1(x)).mean(0)[:, 1:, 1:]
        patterns.append(pattern / pattern.sum(-1, keepdim=True))
        x = layer_forward(layer, x)
    return patterns


class DenseHeads(nn.Module):
    """Linear readers of the patch states, used in training only."""

    def __init__(self, width):
        super().__init__()
        self.early = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * 27))
        self.late = nn.Sequential(nn.LayerNorm(width),
                                  nn.Linear(width, 2 * 27 + sum(n + 1 for n in CLASSES)))

    def forward(self, early, late):
        late = self.late(late)
        letters, rest = late[..., :54], late[..., 54:]
        return self.early(early), letters, rest.split([n + 1 for n in CLASSES], -1)


def balanced(logits, target):
    """Cross-entropy in which objects and background count alike, and the accuracy on objects."""
    logits, target = logits.flatten(0, -2).float(), target.flatten()
    losses = F.cross_entropy(logits, target, reduction="none")
    inside = target > 0
    right = (logits.argmax(-1) == target)[inside].float().mean()
    loss = losses[inside].mean() + 0.5 * losses[~inside].mean()
    return loss, right


def dense_loss(heads, early, late, letters, labels):
    """Loss of all dense labels, and the accuracies by name."""
    batch = letters.shape[0]
    # Two letters per patch: batch x rows x columns x 2.
    letters = letters.view(batch, GRID * GRID, 2)
    shape = (batch, GRID * GRID, 2, 27)
    early_letters, late_letters, groups = heads(early, late)
    loss, right = balanced(early_letters.reshape(shape), letters)
    total, scores = loss, {"early letter": right}
    loss, scores["letter"] = balanced(late_letters.reshape(shape), letters)
    total = total + 0.5 * loss
    for index, name in enumerate(NAMES):
        loss, scores[name] = balanced(groups[index], labels[:, index].reshape(batch, -1))
        total = total + (2 if name == "word" else 1) * loss
    return total, scores
