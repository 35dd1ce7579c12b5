"""What the small files of published checkpoints say, for checkpoints of true size whose weights are not theirs.

Sizes and settings are those of the hub's config.json and preprocessor_config.json (HuggingFaceTB/SmolVLM-256M-Instruct,
llava-hf/llava-onevision-qwen2-0.5b-ov-hf, llava-hf/llava-v1.6-mistral-7b-hf, Qwen/Qwen2.5-VL-3B-Instruct,
Qwen/Qwen3-VL-2B-Instruct), written down as facts.
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
    Qwen2_5_VLConfig,
    Qwen2Config,
    Qwen3VLConfig,
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

QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# Behind a vocabulary of 151643; image_pad is 151655.
QWEN_VL_TOKENS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>",
    *[f"<|{mark}|>" for name in ("object_ref", "box", "quad", "vision") for mark in (name + "_start", name + "_end")],
    "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
]

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
    # config.json, where it is not what transformers would write today
    published: dict | None = None

    def write_small_files(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save(str(folder / "tokenizer.json"))
        config = self.published or self.nested_config()
        for name, content in {
            "config": config,
            "generation_config": self.generation,
            "preprocessor_config": self.preprocessor,
            "processor_config": self.processor,
            "tokenizer_config": self.tokenizer_config,
            "chat_template": {"chat_template": self.template} if self.template else {},
        }.items():
            if content:
                (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")

    def nested_config(self) -> dict:
        config = self.config.to_dict() | {"transformers_version": "4.46.0", "torch_dtype": "bfloat16"}
        config.pop("dtype", None)
        for part in ("text_config", "vision_config"):
            config[part].pop("dtype", None)
            config[part]["torch_dtype"] = "bfloat16"
        return config

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


def qwen_tokenizer(special: list) -> Tokenizer:
    split = pre_tokenizers.Split(Regex(QWEN_SPLIT), "isolated")
    tokenizer = gpt2_tokenizer(filled(sorted(pre_tokenizers.ByteLevel.alphabet()), 151643), [], split, special)
    tokenizer.normalizer = normalizers.NFC()
    return tokenizer


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
    tokenizer = qwen_tokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"])
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


QWEN_IDS = {
    "vision_start_token_id": 151652, "vision_end_token_id": 151653, "image_token_id": 151655, "video_token_id": 151656,
}


def qwen_vl(config_class: type, published: dict, preprocessor: dict, names: list) -> HubModel:
    return HubModel(
        config=config_class(**published),
        published=published | {"torch_dtype": "bfloat16"},
        tokenizer=qwen_tokenizer(QWEN_VL_TOKENS),
        generation={"bos_token_id": 151643, "eos_token_id": [151645, 151643], "pad_token_id": 151643},
        preprocessor=preprocessor | {"patch_size": published["vision_config"]["patch_size"], "merge_size": 2,
                                     "temporal_patch_size": 2},
        processor={},
        template="",
        tokenizer_config={
            "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
            "clean_up_tokenization_spaces": False, "model_max_length": 131072,
        },
        names=names,
    )


def qwen25_vl_3b() -> HubModel:
    """config.json is flat: the decoder's settings beside the tower's object."""
    published = QWEN_IDS | {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", "hidden_act": "silu",
        "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36, "num_attention_heads": 16,
        "num_key_value_heads": 2, "vocab_size": 151936, "max_position_embeddings": 128000, "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
        "use_sliding_window": False, "sliding_window": 32768, "max_window_layers": 70, "tie_word_embeddings": True,
        "bos_token_id": 151643, "eos_token_id": 151645,
        "vision_config": {
            "depth": 32, "hidden_act": "silu", "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
            "in_chans": 3, "out_hidden_size": 2048, "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2,
            "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2,
        },
    }
    preprocessor = {
        "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2_5_VLProcessor",
        "min_pixels": 3136, "max_pixels": 12845056, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
    }
    names = [("model.visual.", "visual."), ("model.language_model.", "model.")]
    return qwen_vl(Qwen2_5_VLConfig, published, preprocessor, names)


def qwen3_vl_2b() -> HubModel:
    published = QWEN_IDS | {
        "architectures": ["Qwen3VLForConditionalGeneration"], "model_type": "qwen3_vl", "tie_word_embeddings": True,
        "text_config": {
            "model_type": "qwen3_vl_text", "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 6144,
            "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
            "vocab_size": 151936, "max_position_embeddings": 262144, "rms_norm_eps": 1e-6, "rope_theta": 5000000,
            "rope_scaling": {"mrope_interleaved": True, "mrope_section": [24, 20, 20], "rope_type": "default"},
            "attention_bias": False, "tie_word_embeddings": True, "bos_token_id": 151643, "eos_token_id": 151645,
        },
        "vision_config": {
            "model_type": "qwen3_vl", "depth": 24, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 1024,
            "intermediate_size": 4096, "num_heads": 16, "in_channels": 3, "out_hidden_size": 2048, "patch_size": 16,
            "spatial_merge_size": 2, "temporal_patch_size": 2, "num_position_embeddings": 2304,
            "deepstack_visual_indexes": [5, 11, 17],
        },
    }  # fmt: skip
    preprocessor = {
        "image_processor_type": "Qwen2VLImageProcessorFast", "processor_class": "Qwen3VLProcessor",
        "size": {"longest_edge": 16777216, "shortest_edge": 65536}, "image_mean": HALF, "image_std": HALF,
    }
    return qwen_vl(Qwen3VLConfig, published, preprocessor, [])


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
    "qwen2.5-vl-3b": qwen25_vl_3b,
    "qwen3-vl-2b": qwen3_vl_2b,
}
