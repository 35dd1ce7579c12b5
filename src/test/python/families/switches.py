"""Ways to disobey a setting, to show that a checkpoint would notice: each changes a model in place."""

import torch
from torch import nn


def of_tower(spec) -> dict:
    def layer(model):
        model.config.vision_feature_layer = -3 - spec.feature_layer

    def patch_bias(model):
        embeddings(model).patch_embedding.bias.zero_()

    def activation(model):
        for module in model.modules():
            if type(module).__name__ in ("CLIPMLP", "SiglipMLP", "Idefics3VisionMLP", "SmolVLMVisionMLP"):
                module.activation_fn = nn.GELU()

    def eps(model):
        for module in model.modules():
            if isinstance(module, nn.LayerNorm):
                module.eps = 1e-6

    chosen = {"feature layer": layer, "tower's activation": activation}
    if spec.tower != "clip":
        chosen["bias of patches"] = patch_bias
    if "layer_norm_eps" in spec.vision:
        chosen["eps of the tower's norms"] = eps
    return chosen


def embeddings(model) -> nn.Module:
    return next(module for name, module in model.named_modules() if name.endswith("vision_model.embeddings"))


def of_decoder(spec, decoder) -> dict:
    def no_bias(model):
        for layer in decoder(model).layers:
            for projection in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj):
                projection.bias.zero_()

    def no_norm(model):
        for layer in decoder(model).layers:
            layer.self_attn.q_norm = nn.Identity()
            layer.self_attn.k_norm = nn.Identity()

    def unit_norm(model):
        for layer in decoder(model).layers:
            layer.self_attn.q_norm.weight.fill_(1)
            layer.self_attn.k_norm.weight.fill_(1)

    def plain_rope(model):
        turn(decoder(model), decoder(model).config.rope_theta)

    def usual_theta(model):
        turn(decoder(model), 10000.0)

    def eps(model):
        for module in decoder(model).modules():
            if hasattr(module, "variance_epsilon"):
                module.variance_epsilon = 1e-6

    chosen = {}
    if spec.decoder == "qwen2":
        chosen["bias of q, k, v"] = no_bias
    if spec.decoder == "qwen3":
        chosen |= {"norms of q and k": no_norm, "weights of the norms of q and k": unit_norm}
    if "rope_scaling" in spec.text:
        chosen["rope scaling"] = plain_rope
    elif "rope_theta" in spec.text:
        chosen["rope theta"] = usual_theta
    if "rms_norm_eps" in spec.text:
        chosen["eps of the decoder's norms"] = eps
    return chosen


def turn(decoder, theta: float) -> None:
    """Plain rotary positions."""
    config = decoder.config
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    decoder.rotary_emb.inv_freq = theta ** -(torch.arange(0, size, 2).float() / size)
    decoder.rotary_emb.attention_scaling = 1.0


def no_newline(model) -> None:
    model.model.image_newline.zero_()
