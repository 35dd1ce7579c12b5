"""The decoder as trained: the LLaMA layers over a picture and its questions, in few operations."""

import torch


def turn(x, cosine, sine):
    """Rotary position embedding."""
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat((-second, first), -1) * sine


def decoder_states(language, x, cosine, sine, bias, first):
    """The final states of the positions from `first` on; bias is added to attention logits."""
    batch, tokens, width = x.shape
    cosine, sine = cosine[:, None], sine[:, None]
    for index, layer in enumerate(language.layers):
        attention = layer.self_attn
        split = (batch, tokens, -1, attention.head_dim)
        normed = layer.input_layernorm(x)
        query, key, value = (
            projection(normed).view(split).transpose(1, 2)
            for projection in (attention.q_proj, attention.k_proj, attention.v_proj))
        query, key = turn(query, cosine, sine) * attention.scaling, turn(key, cosine, sine)
        rows = bias
        if index == len(language.layers) - 1:
            query, rows, x = query[:, :, first:], bias[:, :, first:], x[:, first:]
        pattern = (query @ key.transpose(-1, -2) + rows).softmax(-1)
        mixed = (pattern @ value).transpose(1, 2).reshape(batch, -1, width)
        x = x + attention.o_proj(mixed)
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return language.norm(x)
