"""What the small files of published checkpoints say, for checkpoints of true size whose weights are not theirs.

Sizes and settings are those of the hub's config.json and preprocessor_config.json (HuggingFaceTB/SmolVLM-256M-Instruct,
llava-hf/llava-onevision-qwen2-0.5b-ov-hf, llava-hf/llava-v1.6-mistral-7b-hf), written down as facts.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing
from transformers import (
    CLIPVisionConfig,
    Idefics3Config,
    LlavaNextConfig,
    LlavaOnevisionConfig,
    MistralConfig,
    Qwen2Config,
    SiglipVisionConfig,
)

CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
HALF = [0.5, 0.5, 0.5]

SMOLVLM_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}"
    "{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
ONEVISION_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + ' '}}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{{ '\n' + content['text'] }}{% endfor %}{{'<|im_end|>'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
MISTRAL_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' }}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] }}{% endfor %}"
    "{{ ' [/INST]' }}{% endif %}{% endfor %}"
)

# SmolLM2's own 17 special tokens are part of its vocabulary of 49152; these come behind it.
SMOLVLM_TOKENS = [
    "<global-img>",
    *[f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)],
    "<fake_token_around_image>",
    "<image>",
    *[f"<|reserved_special_token_{i}|>" for i in range(88)],
    "<end_of_utterance>",
]


@dataclass
class HubModel:
    """One published size: the configuration, and the small files beside the weights."""

    config: object
    tokenizer: Tokenizer
    generation: dict
    preprocessor: dict
    processor: dict
    template: str
    tokenizer_config: dict
    # prefixes in transformers' state_dict and in the file
    names: list = field(default_factory=list)

    def write_small_files(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save(str(folder / "tokenizer.json"))
        config = self.config.to_dict() | {"transformers_version": "4.46.0", "torch_dtype": "bfloat16"}
        config.pop("dtype", None)
        for part in ("text_config", "vision_config"):
            config[part].pop("dtype", None)
            config[part]["torch_dtype"] = "bfloat16"
        for name, content in {
            "config": config,
            "generation_config": self.generation,
            "preprocessor_config": self.preprocessor,
            "processor_config": self.processor,
            "tokenizer_config": self.tokenizer_config,
            "chat_template": {"chat_template": self.template},
        }.items():
            (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")

    def stored(self, name: str) -> str:
        for ours, theirs in self.names:
            if name.startswith(ours):
                return theirs + name[len(ours) :]
        return name


def gpt2_tokenizer(vocabulary: dict, merges: list, split: pre_tokenizers.PreTokenizer, special: list) -> Tokenizer:
    """A byte-level BPE; special tokens that the vocabulary lacks get the ids behind it."""
    tokenizer = Tokenizer(BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer


def filled(pieces: list, size: int) -> dict:
    """A vocabulary of a true size: the pieces, then words that no text makes."""
    return {piece: i for i, piece in enumerate(pieces + [f"unused_{i}" for i in range(size - len(pieces))])}


def smolvlm_256m(tokenizer: Tokenizer | None = None) -> HubModel:
    if tokenizer is None:
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        tokenizer = gpt2_tokenizer(
            filled(special + alphabet, 49152), [], pre_tokenizers.Digits(individual_digits=True), special + SMOLVLM_TOKENS
        )
    return HubModel(
        config=Idefics3Config(
            architectures=["Idefics3ForConditionalGeneration"],
            image_token_id=49190,
            pad_token_id=2,
            scale_factor=4,
            vocab_size=49280,
            text_config=dict(
                model_type="llama", vocab_size=49280, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
                num_attention_heads=9, num_key_value_heads=3, head_dim=64, rms_norm_eps=1e-5, rope_theta=100000.0,
                max_position_embeddings=8192, bos_token_id=1, eos_token_id=2, pad_token_id=2, tie_word_embeddings=False,
            ),
            vision_config=dict(
                hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, image_size=512,
                patch_size=16, hidden_act="gelu_pytorch_tanh", layer_norm_eps=1e-6,
            ),
        ),
        tokenizer=tokenizer,
        generation={"bos_token_id": 1, "eos_token_id": 49279, "pad_token_id": 2},
        preprocessor={
            "image_processor_type": "Idefics3ImageProcessor", "processor_class": "Idefics3Processor",
            "do_convert_rgb": True, "do_image_splitting": True, "do_normalize": True, "do_pad": True,
            "do_rescale": True, "do_resize": True, "image_mean": HALF, "image_std": HALF,
            "max_image_size": {"longest_edge": 512}, "resample": 1, "rescale_factor": 1 / 255,
            "size": {"longest_edge": 2048},
        },
        processor={"image_seq_len": 64, "processor_class": "Idefics3Processor"},
        template=SMOLVLM_TEMPLATE,
        tokenizer_config={
            "tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False, "bos_token": "<|im_start|>",
            "eos_token": "<end_of_utterance>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>",
            "clean_up_tokenization_spaces": False, "model_max_length": 16384, "processor_class": "Idefics3Processor",
            "truncation_side": "left", "additional_special_tokens":
                ["<fake_token_around_image>", "<image>", "<end_of_utterance>"],
        },
    )


def onevision_05b() -> HubModel:
    qwen_split = pre_tokenizers.Split(
        Regex(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        ),
        "isolated",
    )
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"]
    tokenizer = gpt2_tokenizer(filled(sorted(pre_tokenizers.ByteLevel.alphabet()), 151643), [], qwen_split, special)
    tokenizer.normalizer = normalizers.NFC()
    sides = range(384, 2305, 384)
    pinpoints = [[height, width] for height in sides for width in sides]
    return HubModel(
        config=LlavaOnevisionConfig(
            architectures=["LlavaOnevisionForConditionalGeneration"],
            image_token_index=151646, video_token_index=151647, image_grid_pinpoints=pinpoints,
            vision_aspect_ratio="anyres_max_9", vision_feature_layer=-1, vision_feature_select_strategy="full",
            projector_hidden_act="gelu", tie_word_embeddings=False,
            text_config=Qwen2Config(
                vocab_size=152000, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
                num_attention_heads=14, num_key_value_heads=2, max_position_embeddings=32768, rms_norm_eps=1e-6,
                rope_theta=1000000.0, tie_word_embeddings=True, bos_token_id=151643, eos_token_id=151645,
            ),
            vision_config=SiglipVisionConfig(
                hidden_size=1152, intermediate_size=4304, num_hidden_layers=26, num_attention_heads=16, image_size=384,
                patch_size=14, vision_use_head=False,
            ),
        ),
        tokenizer=tokenizer,
        generation={"bos_token_id": 151643, "eos_token_id": 151645, "pad_token_id": 151643},
        preprocessor={
            "image_processor_type": "LlavaOnevisionImageProcessor", "processor_class": "LlavaOnevisionProcessor",
            "do_convert_rgb": True, "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
            "image_grid_pinpoints": pinpoints, "image_mean": HALF, "image_std": HALF, "resample": 3,
            "rescale_factor": 1 / 255, "size": {"height": 384, "width": 384},
        },
        processor={
            "processor_class": "LlavaOnevisionProcessor", "image_token": "<image>", "video_token": "<video>",
            "num_image_tokens": 729, "vision_aspect_ratio": "anyres_max_9", "vision_feature_select_strategy": "full",
        },
        template=ONEVISION_TEMPLATE,
        tokenizer_config={
            "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
            "clean_up_tokenization_spaces": False, "model_max_length": 32768,
            "processor_class": "LlavaOnevisionProcessor",
        },
        names=LLAVA_NAMES,
    )


def next_mistral_7b() -> HubModel:
    pieces = ["<unk>", "<s>", "</s>", *[f"<0x{i:02X}>" for i in range(256)], "▁",
              *[chr(i) for i in range(0x21, 0x7F)]]
    tokenizer = Tokenizer(BPE(filled(pieces, 32000), [], unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in ["<unk>", "<s>", "</s>", "<image>", "<pad>"]]
    )
    pinpoints = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
    return HubModel(
        config=LlavaNextConfig(
            architectures=["LlavaNextForConditionalGeneration"],
            image_token_index=32000, image_grid_pinpoints=pinpoints, vision_feature_layer=-2,
            vision_feature_select_strategy="default", projector_hidden_act="gelu", tie_word_embeddings=False,
            text_config=MistralConfig(
                vocab_size=32064, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
                num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=32768, rms_norm_eps=1e-5,
                rope_theta=1000000.0, sliding_window=None, tie_word_embeddings=False,
            ),
            vision_config=CLIPVisionConfig(
                hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, image_size=336,
                patch_size=14, projection_dim=768, vocab_size=32000,
            ),
        ),
        tokenizer=tokenizer,
        generation={"bos_token_id": 1, "eos_token_id": 2},
        preprocessor={
            "image_processor_type": "LlavaNextImageProcessor", "processor_class": "LlavaNextProcessor",
            "aspect_ratio_setting": "anyres", "crop_size": {"height": 336, "width": 336}, "do_center_crop": True,
            "do_convert_rgb": True, "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
            "image_grid_pinpoints": pinpoints, "image_mean": CLIP_MEAN, "image_std": CLIP_STD, "resample": 3,
            "rescale_factor": 1 / 255, "size": {"shortest_edge": 336},
        },
        processor={
            "processor_class": "LlavaNextProcessor", "patch_size": 14, "vision_feature_select_strategy": "default",
            "image_token": "<image>",
        },
        template=MISTRAL_TEMPLATE,
        tokenizer_config={
            "tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>",
            "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "legacy": True,
            "clean_up_tokenization_spaces": False, "processor_class": "LlavaNextProcessor",
        },
        names=LLAVA_NAMES,
    )


# As most files on the hub are stored.
LLAVA_NAMES = [
    ("model.language_model.", "language_model.model."),
    ("lm_head.", "language_model.lm_head."),
    ("model.vision_tower.", "vision_tower."),
    ("model.multi_modal_projector.", "multi_modal_projector."),
    ("model.image_newline", "image_newline"),
]

HUB_MODELS = {
    "smolvlm-256m": smolvlm_256m,
    "llava-onevision-0.5b": onevision_05b,
    "llava-next-mistral-7b": next_mistral_7b,
}
