"""The model: a small LLaVA whose vision tower starts out as a convolutional network.

Every attention head of a freshly made tower looks at one neighbour of its patch (Cordonnier et
al. 2020, "On the relationship between self-attention and convolutional layers"): the position
embeddings are sines and cosines kept in dimensions of their own, and the query is the position
rotated by the wanted offset. All of it is ordinary weights that go on learning.
"""

import math

import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

from pictures import GRID, PATCH, SIZE

VISION_WIDTH, VISION_HEADS, VISION_LAYERS = 192, 6, 7
FREQUENCIES = 6  # per axis; sine and cosine each: 24 of the 32 dimensions of a head
POSITION_DIMS = 4 * FREQUENCIES
AMPLITUDE = 20.0  # of the position, so large that layer norms hardly depend on the content
SHARPNESS = 18.0
NEAR = [(-1, 0), (1, 0), (0, -1), (0, 1)]
# Offsets (columns, rows) of the six heads of each layer; "rows" and "line" look far.
OFFSETS = [
    NEAR + [(-2, 0), (2, 0)],
    NEAR + [(-2, 0), (2, 0)],
    NEAR + [(-3, 0), (3, 0)],
    NEAR + [(-2, 0), "above"],
    [(-1, 0), (1, 0), (-3, 0), (3, 0), "above", "before"],
    [(-1, 0), (1, 0), (-2, 0), (2, 0), "above", "before"],
    NEAR + [(-2, 0), (2, 0)],
]


def frequencies():
    return math.pi * (torch.arange(FREQUENCIES) + 0.5) / (FREQUENCIES + 0.5)


def axis_code(positions):
    """Cosines and sines of positions along one axis, interleaved."""
    angles = positions[:, None] * frequencies()
    return torch.stack((angles.cos(), angles.sin()), -1).flatten(1)


def head_query(offset):
    """Matrix from the position dims to a query that matches the keys at an offset."""
    matrix = torch.zeros(POSITION_DIMS, POSITION_DIMS)
    for axis in range(2):
        for index, frequency in enumerate(frequencies()):
            start = 2 * (axis * FREQUENCIES + index)
            if isinstance(offset, str):
                # The slowest wave only: a broad look at the rows above, or to the left on the row.
                weight = {"above": (0, 0.25 * (index == 0)),
                          "before": (0.25 * (index == 0), 0.6)}[offset][axis]
                turn = {"above": (0, -8), "before": (-6, 0)}[offset][axis] * frequency
            else:
                weight, turn = 1.0, offset[axis] * frequency
            cosine, sine = math.cos(turn), math.sin(turn)
            matrix[start:start + 2, start:start + 2] = weight * torch.tensor(
                [[cosine, -sine], [sine, cosine]])
    return matrix


@torch.no_grad()
def start_as_convolution(tower):
    """Set the position embeddings and the queries and keys of a CLIP tower as said above."""
    content = slice(POSITION_DIMS, VISION_WIDTH)
    embeddings = tower.embeddings
    rows, columns = torch.meshgrid(torch.arange(GRID), torch.arange(GRID), indexing="ij")
    code = torch.cat((axis_code(columns.flatten()), axis_code(rows.flatten())), 1)
    table = embeddings.position_embedding.weight
    table.zero_()
    table[1:, :POSITION_DIMS] = code * AMPLITUDE
    embeddings.class_embedding.zero_()
    patch = embeddings.patch_embedding.weight
    patch.normal_(std=0.8 / math.sqrt(patch[0].numel()))
    # Filters that ignore brightness learn letters sooner: take out each filter's mean.
    patch[content] -= 0.8 * patch[content].mean(dim=(2, 3), keepdim=True)
    patch[:POSITION_DIMS] = 0
    spread = math.sqrt((code[0] * AMPLITUDE).square().sum() / VISION_WIDTH)
    tower.pre_layrnorm.weight.fill_(spread)
    head = VISION_WIDTH // VISION_HEADS
    for offsets, layer in zip(OFFSETS, tower.encoder.layers):
        layer.layer_norm1.weight[content] = spread
        layer.layer_norm2.weight[content] = spread
        attention = layer.self_attn
        for projection in (attention.q_proj, attention.k_proj):
            projection.weight.normal_(std=0.002)
            projection.bias.zero_()
        attention.v_proj.weight.normal_(std=VISION_WIDTH ** -0.5)
        attention.v_proj.weight[:, :POSITION_DIMS] *= 0.1
        attention.out_proj.weight.normal_(std=0.4 * VISION_WIDTH ** -0.5)
        layer.mlp.fc1.weight.normal_(std=VISION_WIDTH ** -0.5)
        layer.mlp.fc1.weight[:, :POSITION_DIMS] *= 0.3
        layer.mlp.fc2.weight.normal_(std=0.4 * layer.mlp.fc2.in_features ** -0.5)
        attention.out_proj.weight[:POSITION_DIMS] = 0
        layer.mlp.fc2.weight[:POSITION_DIMS] = 0
        # A normed position has length sqrt(VISION_WIDTH); logits are divided by sqrt(head).
        scale = math.sqrt(SHARPNESS * math.sqrt(head) / (VISION_WIDTH / (2 * FREQUENCIES)))
        for index, offset in enumerate(offsets):
            block = slice(index * head, index * head + POSITION_DIMS)
            attention.q_proj.weight[block, :POSITION_DIMS] = scale * head_query(offset)
            attention.k_proj.weight[block, :POSITION_DIMS] = scale * torch.eye(POSITION_DIMS)


@torch.no_grad()
def start_language(model):
    """Projector and decoder: unit gain; values and outputs transposed, so that heads copy."""
    projector = model.model.multi_modal_projector
    for linear in (projector.linear_1, projector.linear_2):
        linear.weight.normal_(std=linear.in_features ** -0.5)
    # The tower does not norm its output: without this, the position drowns what is seen there.
    projector.linear_1.weight[:, :POSITION_DIMS] *= 0.03
    for layer in model.model.language_model.layers:
        layer.self_attn.o_proj.weight.copy_(layer.self_attn.v_proj.weight.T)


def build_model(tokenizer):
    vision = CLIPVisionConfig(
        hidden_size=VISION_WIDTH, intermediate_size=2 * VISION_WIDTH, image_size=SIZE,
        patch_size=PATCH, num_hidden_layers=VISION_LAYERS, num_attention_heads=VISION_HEADS,
        projection_dim=VISION_WIDTH, hidden_act="quick_gelu")
    text = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=192, intermediate_size=512, num_hidden_layers=3,
        num_attention_heads=6, num_key_value_heads=6, max_position_embeddings=512,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, initializer_range=0.07)
    config = LlavaConfig(
        vision_config=vision, text_config=text, vision_feature_layer=-2,
        vision_feature_select_strategy="default", projector_hidden_act="gelu",
        image_seq_length=GRID * GRID, image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id)
    model = LlavaForConditionalGeneration(config)
    start_as_convolution(model.model.vision_tower.vision_model)
    start_language(model)
    return model
