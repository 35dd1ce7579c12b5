"""The attention formulas of VLM-Visualizer, written for reading rather than for speed.

Letters used in shapes: N prompt tokens (the image token expanded to P), T generated tokens, L decoder layers,
H decoder heads, P image patches, V vocabulary, Lv vision layers, S side of the square model input.

The *row* of a generated token is the query row that predicted it: the last prompt row for the first generated
token, and for each later one the row of the token generated just before it.
"""

from dataclasses import dataclass

import torch
from PIL import Image


def expand2square(picture: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """Centre the picture on a square of one colour, as LLaVA does before its CLIP preprocessing."""
    side = max(picture.size)
    square = Image.new("RGB", (side, side), colour)
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


@dataclass
class Generation:
    """What greedy decoding leaves behind."""

    ids: list[int]  # T, the end-of-sequence id included if it was generated
    logits: torch.Tensor  # [T, V], what the model says of each id
    scores: list[torch.Tensor]  # T tensors [V], what each id was chosen from: the logits after the penalty
    prefill: torch.Tensor  # [L, H, N, N], all rows of the prompt
    rows: list[torch.Tensor]  # T tensors [L, H, N + t], the row of each generated token


@torch.no_grad()
def greedy(model, inputs: dict, eos_ids: set[int], limit: int, penalty: float = 1.0) -> Generation:
    """Decode greedily with a key/value cache. inputs: what the model takes, input_ids [1, N] among it."""
    out = model(**inputs, use_cache=True, output_attentions=True)
    prefill = stacked(out.attentions)
    prompt = inputs["input_ids"][0].tolist()
    ids, logits, scores, rows = [], [], [], []
    while True:
        rows.append(stacked(out.attentions)[:, :, -1])
        logits.append(out.logits[0, -1])
        scores.append(penalised(logits[-1], prompt + ids, penalty))
        ids.append(int(scores[-1].argmax()))
        if ids[-1] in eos_ids or len(ids) == limit:
            return Generation(ids, torch.stack(logits), scores, prefill, rows)
        out = model(
            input_ids=torch.tensor([ids[-1:]]),
            cache_position=torch.tensor([out.past_key_values.get_seq_length()]),
            past_key_values=out.past_key_values,
            use_cache=True,
            output_attentions=True,
        )


def stacked(attentions: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """L tensors [1, H, q, n] -> [L, H, q, n], with zeros in front where a layer with a window has no keys any more."""
    longest = max(layer.shape[-1] for layer in attentions)
    return torch.cat([torch.nn.functional.pad(layer, (longest - layer.shape[-1], 0)) for layer in attentions])


def penalised(logits: torch.Tensor, seen: list[int], penalty: float) -> torch.Tensor:
    """Logits [V] of ids that were there already, divided by the penalty, or multiplied where they are negative."""
    if penalty == 1:
        return logits
    scores = logits.clone()
    for i in set(seen):
        scores[i] = logits[i] * penalty if logits[i] < 0 else logits[i] / penalty
    return scores


def normalised(rows: torch.Tensor) -> torch.Tensor:
    """Rows [..., n] scaled to sum 1."""
    return rows / rows.sum(-1, keepdim=True)


def token_attention(row: torch.Tensor, keep_first: bool = False) -> torch.Tensor:
    """Attention of one token to those before it: row [L, H, n] -> [n].

    Per layer the mean over heads, without the first token (BOS, which attracts attention that means nothing),
    normalised; then the mean over layers.
    """
    layers = row.mean(1)
    if not keep_first:
        layers[:, 0] = 0
    return normalised(layers).mean(0)


def vision_attention(attentions: torch.Tensor, first: int, last: int) -> torch.Tensor:
    """Attention among patches, averaged over the vision layers first..last (inclusive).

    attentions [Lv, P + 1, P + 1] (head means) -> [P, P]; the class token's row and column are dropped.
    """
    return normalised(attentions[first : last + 1, 1:, 1:]).mean(0)


def attention_matrix(prefill: torch.Tensor, tokens: list[torch.Tensor]) -> torch.Tensor:
    """Attention of every token of the conversation: prefill [L, H, N, N], T tensors [N + t] -> [N + T, N + T].

    Row i is the row that predicted token i, so it is zero from column i on. The first token was given, its row
    is [1, 0, ...]; the row of the second can only be the first token and keeps it.
    """
    prompt = prefill.mean(1)[:, :-1]
    prompt[:, 1:, 0] = 0
    prompt = normalised(prompt).mean(0)
    rows = [torch.ones(1), *prompt, *tokens]
    matrix = torch.zeros(len(rows), len(rows))
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    return matrix
