"""Writes a LLaMA of 7 billion random weights, 3.8 GB, as llama.cpp's llama-quantize lays out Q4_0: the last matrix is
Q6_K. It has no tokenizer; llama-bench needs none.

    python src/test/python/random_gguf.py FILE
"""

import sys

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter

WIDTH, INNER, LAYERS, HEADS, VOCABULARY = 4096, 11008, 32, 32, 32064
Q4_0, Q6_K = GGMLQuantizationType.Q4_0, GGMLQuantizationType.Q6_K
WEIGHTS = {Q4_0: 32, Q6_K: 256}  # in a block
BYTES = {Q4_0: 18, Q6_K: 210}
RANDOM = np.random.default_rng(1)


def half(number: float) -> np.ndarray:
    return np.frombuffer(np.float16(number).tobytes(), np.uint8)


def matrix(kind, rows: int, columns: int) -> np.ndarray:
    """Random nibbles under scales that keep activations finite."""
    blocks = RANDOM.integers(0, 256, (rows, columns // WEIGHTS[kind], BYTES[kind]), dtype=np.uint8)
    if kind == Q4_0:
        blocks[:, :, :2] = half(0.004)
    else:
        blocks[:, :, 192:208] = 8
        blocks[:, :, 208:] = half(0.0002)
    return blocks.reshape(rows, -1)


def tensors():
    """Names, kinds (None is a norm in float32), rows and columns."""
    yield "token_embd.weight", Q4_0, VOCABULARY, WIDTH
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", None, WIDTH, 0
        for name in ("q", "k", "v", "output"):
            yield f"{block}attn_{name}.weight", Q4_0, WIDTH, WIDTH
        yield block + "ffn_norm.weight", None, WIDTH, 0
        yield block + "ffn_gate.weight", Q4_0, INNER, WIDTH
        yield block + "ffn_up.weight", Q4_0, INNER, WIDTH
        yield block + "ffn_down.weight", Q4_0, WIDTH, INNER
    yield "output_norm.weight", None, WIDTH, 0
    yield "output.weight", Q6_K, VOCABULARY, WIDTH


def main() -> None:
    writer = GGUFWriter(sys.argv[1], "llama")
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(VOCABULARY)
    writer.add_file_type(2)
    writer.add_tokenizer_model("no_vocab")
    for name, kind, rows, columns in tensors():
        if kind is None:
            writer.add_tensor_info(name, (rows,), np.float32, 4 * rows)
        else:
            stored = (rows, columns // WEIGHTS[kind] * BYTES[kind])
            writer.add_tensor_info(name, stored, np.uint8, stored[0] * stored[1], raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, kind, rows, columns in tensors():
        writer.write_tensor_data(np.ones(rows, np.float32) if kind is None else matrix(kind, rows, columns))
    writer.close()


if __name__ == "__main__":
    main()
