"""What a tiny checkpoint is made of: its decoder, its tower and its random weights."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    CLIPVisionConfig,
    Gemma3TextConfig,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
    SiglipVisionConfig,
)

import make_goldens

DECODERS = {
    "llama": LlamaConfig,
    "mistral": MistralConfig,
    "qwen2": Qwen2Config,
    "qwen3": Qwen3Config,
    "gemma3": Gemma3TextConfig,
}


@dataclass
class Spec:
    """One checkpoint and one question."""

    name: str
    question: str
    pictures: list[tuple[int, int]]  # width, height; frames of one video if `video`
    template: str  # of prompts.py
    words: str  # of words.py
    decoder: str
    text: dict = field(default_factory=dict)  # what differs from text_config() below
    tower: str = "siglip"
    vision: dict = field(default_factory=dict)  # what differs from vision_config() below
    side: int = 4  # patches in a row
    patch: int = 7
    margin: int = 0  # pixels at the right and bottom that are in no patch
    feature_layer: int = -2
    names: str = "old"  # of make_goldens.NAMES
    dtype: torch.dtype = torch.bfloat16
    tied: bool = False
    video: bool = False
    options: dict = field(default_factory=dict)  # the family's own
    generation: dict = field(default_factory=dict)  # what generation_config.json has beside special tokens
    seed: int = 1
    tokens: int = 6

    @property
    def image_size(self) -> int:
        return self.side * self.patch + self.margin

    @property
    def strategy(self) -> str:
        """vision_feature_select_strategy: whether there is a class token to drop."""
        return "default" if self.tower == "clip" else "full"


def text_sizes(spec: Spec, words) -> dict:
    """Rows of the vocabulary beyond the tokenizer's are padding, as in the real ones."""
    return {
        "vocab_size": len(words) + 8,
        "hidden_size": 32,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5 if spec.decoder in ("llama", "mistral", "phi3") else 1e-6,
        "rope_theta": 10000.0,
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
        "tie_word_embeddings": spec.tied,
    } | spec.text


def text_config(spec: Spec, words):
    settings = text_sizes(spec, words)
    if spec.decoder == "qwen2" and "head_dim" not in spec.text:
        del settings["head_dim"]
    return DECODERS[spec.decoder](**settings, **({"sliding_window": None} if spec.decoder == "mistral" else {}))


def vision_sizes(spec: Spec) -> dict:
    """What the configurations of all towers have."""
    return {
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "image_size": spec.image_size,
        "patch_size": spec.patch,
    } | spec.vision


def vision_config(spec: Spec) -> CLIPVisionConfig | SiglipVisionConfig:
    if spec.tower == "clip":
        return CLIPVisionConfig(hidden_act="quick_gelu", **vision_sizes(spec))
    return SiglipVisionConfig(vision_use_head=False, **vision_sizes(spec))


@torch.no_grad()
def draw(model: torch.nn.Module, spec: Spec, words) -> None:
    """Random weights: attention far from uniform, clear winners among the logits, no zero biases, no unit norms."""
    generator = torch.Generator().manual_seed(spec.seed)
    for name, weight in sorted(model.named_parameters()):
        noise = torch.randn(weight.shape, generator=generator)
        if "q_norm" in name or "k_norm" in name:
            weight.copy_(1.6 + 0.3 * noise)
        elif ("norm" in name or "layrnorm" in name) and name.endswith("weight"):
            weight.copy_(1 + 0.2 * noise)
        elif name.endswith("fc1.bias") and spec.tower == "siglip":
            # Where the two formulas of GELU differ most from each other.
            weight.copy_(0.3 * noise - 2)
        elif name.endswith("bias"):
            weight.copy_(0.3 * noise)
        elif name.endswith("image_newline"):
            weight.copy_(noise)
        elif "embed" in name and "patch" not in name:
            # Small where the embeddings are also the logits' weights, or each token would choose itself again.
            weight.copy_(0.2 * noise if spec.tied else noise)
        else:
            gain = 2.0 if "q_proj" in name or "k_proj" in name or "lm_head" in name else 1.0
            gain = 3.0 if gain == 2.0 and "vision" in name else gain
            gain = 8.0 if "fc2" in name and spec.tower == "siglip" else gain
            weight.copy_(gain * noise / weight[0].numel() ** 0.5)
    # Bytes and specials weigh less, so that most of what is generated can be read.
    head = model.get_output_embeddings().weight
    first = words.convert_tokens_to_ids("<0xFF>") + 1 if spec.words in ("llama2", "llama2-phi3", "gemma3") else 256
    last = min(i for i in [*words.all_special_ids, *words.get_added_vocab().values(), len(words)] if i >= first)
    readable = torch.tensor([first <= i < last for i in range(len(head))])
    head[~readable] *= 0.7 if spec.tied else 0.5


def save(model: torch.nn.Module, spec: Spec, folder: Path) -> dict[str, torch.Tensor]:
    """Write the weights in the stored type and names, and return them as float32 under transformers' names."""
    state = {name: weight.to(spec.dtype).contiguous() for name, weight in model.state_dict().items()}
    if spec.tied:
        del state["lm_head.weight"]
    names = [*make_goldens.NAMES[spec.names]]
    if spec.names == "old":
        names.append(("model.image_newline", "image_newline"))
    stored = {}
    for name, weight in state.items():
        prefix, replacement = next(((p, r) for p, r in names if name.startswith(p)), ("", ""))
        stored[replacement + name.removeprefix(prefix)] = weight
    save_file(stored, folder / "model.safetensors", {"format": "pt"})
    return {name: weight.float() for name, weight in state.items()}
