"""The second model: a plain CLIP tower, a projector and a LLaMA decoder."""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

from data import FACTS
from pictures import GRID, PATCH, SIZE
from tower import embed, layer_forward

WIDTH, HEADS = 192, 6
VISION_LAYERS = 6  # LLaVA uses the first five
# Spread of the embeddings at the start (transformers: 0.02 for both). Random positions as large as
# what is seen; with 0.02 the tower did not learn where things are.
POSITION, PATCHES = 1.0, 0.04


def build_model(tokenizer):
    """Weights as transformers starts them, but for embeddings and the decoder's copying heads."""
    vision = CLIPVisionConfig(
        hidden_size=WIDTH, intermediate_size=512, image_size=SIZE, patch_size=PATCH,
        num_hidden_layers=VISION_LAYERS, num_attention_heads=HEADS, projection_dim=WIDTH,
        hidden_act="quick_gelu")
    special = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id,
               "pad_token_id": tokenizer.pad_token_id}
    text = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=384, num_hidden_layers=4,
        num_attention_heads=HEADS, num_key_value_heads=HEADS, max_position_embeddings=512,
        initializer_range=0.07, **special)
    config = LlavaConfig(
        vision_config=vision, text_config=text, vision_feature_layer=-2,
        vision_feature_select_strategy="default", projector_hidden_act="gelu",
        image_seq_length=GRID * GRID, image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        **special)
    model = LlavaForConditionalGeneration(config)
    with torch.no_grad():
        embeddings = model.model.vision_tower.vision_model.embeddings
        embeddings.position_embedding.weight.normal_(std=POSITION)
        embeddings.patch_embedding.weight.normal_(std=PATCHES)
        projector = model.model.multi_modal_projector
        for linear in (projector.linear_1, projector.linear_2):
            linear.weight.normal_(std=linear.in_features ** -0.5)
        for layer in model.model.language_model.layers:
            layer.self_attn.o_proj.weight.copy_(layer.self_attn.v_proj.weight.T)
    return model


def features(tower, images):
    """The states of class token and patches after three layers and at the layer LLaVA uses."""
    x = embed(tower, images)
    states = []
    for index, layer in enumerate(tower.encoder.layers[:-1]):
        x = layer_forward(layer, x)
        if index in (2, len(tower.encoder.layers) - 2):
            states.append(x)
    return states

WEIGHTS = {"shape": 3, "shape, colour": 2}  # what is learned slowly counts for more


class Tellers(nn.Module):
    """Linear readers of the facts, used in training only.

    A patch's readers are pooled by log-sum-exp: some patch must know of what is there, but which
    one is not said. The class token has readers of its own.
    """

    def __init__(self):
        super().__init__()
        count = sum(FACTS.values())
        self.letters = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, FACTS["letter"]))
        self.patches = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, count))
        self.whole = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, count))
        for part in (self.letters, self.patches):
            nn.init.constant_(part[1].bias, -6)
        nn.init.constant_(self.whole[1].bias, -2)

    def forward(self, early, late):
        return (self.letters(early[:, 1:]).float().logsumexp(1),
                self.patches(late[:, 1:]).float().logsumexp(1),
                self.whole(late[:, 0]).float())


def told_loss(tellers, states, wanted):
    """Loss of telling the facts, and how well each kind of fact is told."""
    letters, patches, whole = tellers(*states)
    spans = list(FACTS.values())
    truth = dict(zip(FACTS, wanted.split(spans, 1)))

    def loss(logits, target):
        return F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / len(logits)

    total = 0.5 * loss(letters, truth["letter"])
    scores = {}
    for name, some, all_ in zip(FACTS, patches.split(spans, 1), whole.split(spans, 1)):
        target = truth[name]
        total = total + WEIGHTS.get(name, 1) * (loss(some, target) + 0.5 * loss(all_, target))
        has = target.any(1)
        # How much likelier what is there is told than what is not.
        some, target = some.detach()[has].sigmoid(), target[has] > 0
        if has.any():
            scores[name] = some[target].mean() - some[~target].mean()
    return total / 10, scores
