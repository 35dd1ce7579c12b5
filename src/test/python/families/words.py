"""Tiny tokenizers of the kinds that decoders come with, trained on the corpus of make_goldens.py."""

import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    GemmaTokenizerFast,
    GPT2TokenizerFast,
    LlamaTokenizerFast,
    PreTrainedTokenizerFast,
    Qwen2TokenizerFast,
)

import make_goldens

LEARNED = 56  # pieces beside the 256 bytes

# As in Qwen2's and LLaMA-3's tokenizer.json: digits one by one, or by threes.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_level(pre_tokenizer, normalizer=None, ignore_merges: bool = False) -> Tokenizer:
    """BPE over bytes written as GPT-2 does."""
    trained = Tokenizer(BPE())
    if normalizer:
        trained.normalizer = normalizer
    trained.pre_tokenizer = pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = BpeTrainer(vocab_size=256 + LEARNED, initial_alphabet=alphabet, show_progress=False)
    trained.train_from_iterator(make_goldens.CORPUS, trainer)
    model = json.loads(trained.to_str())["model"]
    fast = Tokenizer(BPE(model["vocab"], [tuple(merge) for merge in model["merges"]], ignore_merges=ignore_merges))
    if normalizer:
        fast.normalizer = normalizer
    fast.pre_tokenizer = pre_tokenizer
    fast.decoder = decoders.ByteLevel()
    return fast


def split(digits: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT % digits), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def with_specials(fast: Tokenizer, specials: list[str]) -> Tokenizer:
    fast.add_special_tokens([AddedToken(special, normalized=False, special=True) for special in specials])
    return fast


NAMES = ["input_ids", "attention_mask"]
COMMON = {"clean_up_tokenization_spaces": False, "model_max_length": 4096}


def qwen2(images: bool = True) -> Qwen2TokenizerFast:
    fast = byte_level(split(""), normalizers.NFC())
    fast.post_processor = processors.ByteLevel(trim_offsets=False)
    with_specials(fast, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + (["<image>", "<video>"] if images else []))
    tokens = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None, "unk_token": None}
    return Qwen2TokenizerFast(tokenizer_object=fast, **tokens, **(IMAGES if images else {}), **COMMON)


def qwen2_vl() -> Qwen2TokenizerFast:
    """With the special tokens of Qwen2-VL and its successors."""
    fast = byte_level(split(""), normalizers.NFC())
    fast.post_processor = processors.ByteLevel(trim_offsets=False)
    marks = [f"<|{name}|>" for name in ("vision_start", "vision_end", "vision_pad", "image_pad", "video_pad")]
    with_specials(fast, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *marks])
    tokens = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None, "unk_token": None}
    return Qwen2TokenizerFast(tokenizer_object=fast, **tokens, additional_special_tokens=marks, **COMMON)


def internvl() -> Qwen2TokenizerFast:
    """With the special tokens that InternVL adds to Qwen2's."""
    fast = byte_level(split(""), normalizers.NFC())
    fast.post_processor = processors.ByteLevel(trim_offsets=False)
    marks = [f"<{name}>" for name in ("img", "/img", "IMG_CONTEXT", "quad", "/quad", "ref", "/ref", "box", "/box")]
    with_specials(fast, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *marks, "<video>"])
    tokens = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None, "unk_token": None}
    named = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    return Qwen2TokenizerFast(
        tokenizer_object=fast, **tokens, additional_special_tokens=marks, extra_special_tokens=named, **COMMON
    )


def llama3() -> PreTrainedTokenizerFast:
    fast = byte_level(split("{1,3}"), ignore_merges=True)
    marks = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    with_specials(fast, ["<|begin_of_text|>", "<|end_of_text|>", *marks, "<image>", "<pad>"])
    begin = "<|begin_of_text|>"
    fast.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single=f"{begin} $A",
                pair=f"{begin} $A {begin}:1 $B:1",
                special_tokens=[(begin, fast.token_to_id(begin))],
            ),
        ]
    )
    tokens = {"bos_token": begin, "eos_token": "<|eot_id|>", "pad_token": "<pad>", "model_input_names": NAMES}
    return PreTrainedTokenizerFast(tokenizer_object=fast, **tokens, extra_special_tokens=IMAGE, **COMMON)


def smollm() -> GPT2TokenizerFast:
    digits = pre_tokenizers.Digits(individual_digits=True)
    fast = byte_level(pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)]))
    tiles = [f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)]
    marks = ["<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>"]
    with_specials(fast, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *marks, *tiles])
    tokens = {"bos_token": "<|im_start|>", "eos_token": "<end_of_utterance>", "pad_token": "<|im_end|>"}
    return GPT2TokenizerFast(tokenizer_object=fast, **tokens, unk_token="<|endoftext|>", **COMMON)


def llama2() -> LlamaTokenizerFast:
    """LLaMA 2's and Mistral's; <video> is there for LLaVA-NeXT-Video."""
    fast = make_goldens.tokenizer().backend_tokenizer
    with_specials(fast, ["<video>"])
    tokens = {"legacy": False, "add_bos_token": True, "pad_token": "<pad>"}
    return LlamaTokenizerFast(tokenizer_object=fast, **tokens, **IMAGES, **COMMON)


def gemma3() -> GemmaTokenizerFast:
    """Byte-fallback BPE over "▁"-marked text; several line breaks in a row are one token."""
    trained = Tokenizer(BPE())
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trained.train_from_iterator(make_goldens.CORPUS, BpeTrainer(vocab_size=123, show_progress=False))
    learned = json.loads(trained.to_str())["model"]

    specials = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<start_of_turn>", "<end_of_turn>"]
    breaks = ["\n" * count for count in range(1, 9)]
    marks = ["<start_of_image>", "<end_of_image>"]
    pieces = specials + breaks + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += sorted(learned["vocab"], key=learned["vocab"].get) + marks
    fast = Tokenizer(
        BPE(
            {piece: i for i, piece in enumerate(pieces)},
            [tuple(merge) for merge in learned["merges"]],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    fast.normalizer = trained.normalizer
    fast.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    fast.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    with_specials(fast, specials)
    fast.add_tokens([AddedToken(line_breaks, normalized=False, special=False) for line_breaks in breaks])
    with_specials(fast, [*marks, "<image_soft_token>"])
    named = {"boi_token": marks[0], "eoi_token": marks[1], "image_token": "<image_soft_token>"}
    return GemmaTokenizerFast(tokenizer_object=fast, extra_special_tokens=named, **COMMON)


def phi3() -> LlamaTokenizerFast:
    """LLaMA 2's with Phi-3's special tokens, some of which take the white space behind them away."""
    fast = make_goldens.tokenizer().backend_tokenizer
    for name in ("endoftext", "assistant", "end", "user", "image"):
        strips = name in ("end", "image")
        fast.add_special_tokens([AddedToken(f"<|{name}|>", rstrip=strips, normalized=False, special=True)])
    tokens = {"eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
    return LlamaTokenizerFast(tokenizer_object=fast, legacy=False, add_bos_token=True, **tokens, **COMMON)


IMAGE = {"image_token": "<image>"}
IMAGES = {"extra_special_tokens": {"image_token": "<image>", "video_token": "<video>"}}

KINDS = {
    "qwen2": qwen2,
    "qwen2-vl": qwen2_vl,
    "internvl": internvl,
    "llama3": llama3,
    "smollm": smollm,
    "llama2": llama2,
    "gemma3": gemma3,
    "llama2-phi3": phi3,
}
