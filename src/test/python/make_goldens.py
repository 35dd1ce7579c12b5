"""Write tiny random LLaVA checkpoints and, for each, what the plugin should compute from it.

    python src/test/python/make_goldens.py [NAME ...]

Everything is seeded: two runs on one machine write the same bytes. See README.md for what is written.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    AutoProcessor,
    CLIPImageProcessor,
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlamaTokenizerFast,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    MistralConfig,
)

import vlm_visualizer as reference

GOLDEN = Path(__file__).resolve().parent.parent / "resources" / "golden"

SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions."
)

# The checkpoints hold none of these: without one, the plugin takes that of the decoder's kind.
VICUNA_TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'system' %}{{ message.content[0].text + ' ' }}"
    "{% else %}{{ message.role.upper() + ': ' }}"
    "{% for part in message.content %}{{ '<image>\n' if part.type == 'image' else part.text + ' ' }}{% endfor %}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
MISTRAL_TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'user' %}{{ '[INST] ' }}"
    "{% for part in message.content %}{{ '<image>\n' if part.type == 'image' else part.text }}{% endfor %}"
    "{{ ' [/INST]' }}{% else %}{{ ' ' + message.content[0].text }}{% endif %}{% endfor %}"
)

# Stored names, as (prefix in transformers' state_dict, prefix in the file); what no entry matches keeps its name.
NAMES = {
    "old": [
        ("model.language_model.", "language_model.model."),
        ("lm_head.", "language_model.lm_head."),
        ("model.vision_tower.", "vision_tower."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
    ],
    "new": [],
    "qwen": [("model.language_model.", "model."), ("model.visual.", "visual.")],
    "new-flat": [("model.vision_tower.vision_model.", "model.vision_tower.")],
}
# transformers 4.57 reads "old" and "new" by itself; "new-flat" is what later versions write.
READ_FLAT = {r"^model\.vision_tower\.(?!vision_model\.)": "model.vision_tower.vision_model."}


@dataclass
class Spec:
    """One checkpoint."""

    name: str
    seed: int
    picture: tuple[int, int]  # width, height
    question: str
    names: str = "old"
    dtype: torch.dtype = torch.float32
    shards: int = 1
    mistral: bool = False
    text: dict | None = None  # what differs from text_config() below
    tied: bool = False
    system: str | None = None
    fit: str = "pad"
    patch: int = 7
    grid: int = 4
    vision: dict | None = None  # what differs from vision_config() below
    vision_feature_layer: int = -2
    tokens: int = 8
    gain: float = 2.0  # of queries, keys and logits: 1 is what training begins with, 2 is far from uniform
    stop_at: int | None = None  # declare the id of this generated token (from 1) an end-of-sequence id

    @property
    def image_size(self) -> int:
        return self.patch * self.grid


SPECS = [
    Spec("llama-mha", 1, (56, 56), "What is in the picture?"),
    Spec(
        "llama-gqa-sharded", 1, (97, 40), "Where is the red square?",
        names="new", shards=3, text={"num_key_value_heads": 2}, vision={"hidden_size": 28},
    ),
    Spec(
        "mistral-gqa-bfloat16", 1, (37, 90), "Is the cell round?",
        dtype=torch.bfloat16, shards=2, mistral=True, text={"num_key_value_heads": 2, "head_dim": 12},
    ),
    Spec(
        "llama-tied-system", 2, (64, 50), "How many blobs can you see?",
        names="new-flat", dtype=torch.bfloat16, tied=True, system=SYSTEM, vision={"hidden_act": "gelu"},
    ),
    Spec(
        "llama-crop-eos", 1, (81, 46), "Describe the image.",
        dtype=torch.bfloat16, fit="crop", tokens=12, stop_at=4,
    ),
    Spec(
        "llama-float16", 1, (45, 61), "Wie groß ist die Zelle? Ποῦ; 细胞",
        dtype=torch.float16, text={"rope_theta": 1e6, "rms_norm_eps": 1e-6}, vision_feature_layer=-1,
        patch=5, grid=6,
    ),
    Spec(
        "llama-layers", 2, (60, 60), "Is there one or are there two?",
        dtype=torch.bfloat16, names="new", vision={"num_hidden_layers": 4},
        text={"num_hidden_layers": 4, "attention_bias": True, "mlp_bias": True},
    ),
    Spec(
        "llama-wide", 1, (50, 70), "What is in the image?",
        dtype=torch.bfloat16, gain=1.0, vision={"hidden_size": 64, "intermediate_size": 128},
        text={"hidden_size": 128, "intermediate_size": 192, "num_hidden_layers": 3},
    ),
]

CORPUS = [
    *[SYSTEM] * 6,
    "USER: What is in the picture? ASSISTANT: There is a red square and a green circle.",
    "USER: Where is the cell? ASSISTANT: The cell is at the left of the image.",
    "[INST] Describe the image. [/INST] The image shows two round blobs on a dark background.",
    "The nucleus is bright and the membrane is thin.",
    "How many objects are there? There are three objects, one large and two small.",
    "A picture of a cat sitting on a mat next to a window.",
    "Is the cell round? Yes, the cell is round.",
    "The assistant answers the questions of the human in detail.",
    "The light comes from the right, so the shadow is on the left.",
    "Can you see the line? No, there is noise everywhere.",
    "This figure shows the intensity over time.",
    "Two dogs run over the grass while the sun sets.",
    "Wie viele Zellen sind im Bild? Im Bild sind zwei Zellen.",
]


def tokenizer() -> LlamaTokenizerFast:
    """A tokenizer built like Llama 2's: byte-fallback BPE over "▁"-marked text without pre-tokenizer; 384 ids."""
    trained = Tokenizer(BPE())
    trained.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trained.train_from_iterator(CORPUS, BpeTrainer(vocab_size=382 - 259, show_progress=False))
    learned = json.loads(trained.to_str())["model"]

    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += sorted(learned["vocab"], key=learned["vocab"].get)
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
    fast.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    specials = ["<unk>", "<s>", "</s>", "<image>", "<pad>"]
    fast.add_special_tokens([AddedToken(special, normalized=False, special=True) for special in specials])
    return LlamaTokenizerFast(
        tokenizer_object=fast,
        legacy=False,
        add_bos_token=True,
        pad_token="<pad>",
        extra_special_tokens={"image_token": "<image>"},
        clean_up_tokenization_spaces=False,
        model_max_length=512,
    )


def text_config(spec: Spec, ids: dict[str, int]) -> LlamaConfig | MistralConfig:
    """Rows of the vocabulary beyond the tokenizer's are padding, as in LLaVA."""
    settings = {
        "vocab_size": len(ids) + 8,
        "hidden_size": 32,
        "intermediate_size": 40,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "bos_token_id": ids["<s>"],
        "eos_token_id": ids["</s>"],
        "pad_token_id": ids["<pad>"],
        "tie_word_embeddings": spec.tied,
    } | (spec.text or {})
    return MistralConfig(**settings, sliding_window=None) if spec.mistral else LlamaConfig(**settings)


def vision_config(spec: Spec) -> CLIPVisionConfig:
    settings = {
        "hidden_size": 24,
        "intermediate_size": 36,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "image_size": spec.image_size,
        "patch_size": spec.patch,
        "hidden_act": "quick_gelu",
    } | (spec.vision or {})
    return CLIPVisionConfig(**settings)


@torch.no_grad()
def build(spec: Spec, ids: dict[str, int]) -> LlavaForConditionalGeneration:
    """A model with random weights: attention far from uniform, clear winners among the logits, no zero biases."""
    config = LlavaConfig(
        vision_config=vision_config(spec),
        text_config=text_config(spec, ids),
        image_token_index=ids["<image>"],
        image_seq_length=spec.grid**2,
        vision_feature_layer=spec.vision_feature_layer,
        vision_feature_select_strategy="default",
        projector_hidden_act="gelu",
        pad_token_id=ids["<pad>"],
        tie_word_embeddings=spec.tied,
        dtype=spec.dtype,
    )
    model = LlavaForConditionalGeneration(config)
    generator = torch.Generator().manual_seed(spec.seed)
    for name, weight in sorted(model.named_parameters()):
        noise = torch.randn(weight.shape, generator=generator)
        if "norm" in name and name.endswith("weight") or "layrnorm.weight" in name:
            weight.copy_(1 + 0.1 * noise)
        elif name.endswith("bias"):
            weight.copy_(0.2 * noise)
        elif "embed" in name and "patch" not in name:
            # Small where the embeddings are also the logits' weights, or each token would choose itself again.
            weight.copy_(0.3 * noise if spec.tied else noise)
        else:
            gain = spec.gain if "q_proj" in name or "k_proj" in name or "lm_head" in name else 1.0
            weight.copy_(gain * noise / weight[0].numel() ** 0.5)
    # Bytes and specials weigh less, so that most of what is generated can be read.
    readable = torch.tensor([259 <= i < ids["<image>"] for i in range(config.text_config.vocab_size)])
    model.lm_head.weight[~readable] *= 0.6
    return model


def save_weights(model: LlavaForConditionalGeneration, spec: Spec, folder: Path) -> dict[str, torch.Tensor]:
    """Write the weights in the stored type and names, and return them as float32 under transformers' names."""
    state = {name: weight.to(spec.dtype).contiguous() for name, weight in model.state_dict().items()}
    if spec.tied:
        del state["lm_head.weight"]
    stored = {}
    for name, weight in state.items():
        prefix, replacement = next(((p, r) for p, r in NAMES[spec.names] if name.startswith(p)), ("", ""))
        stored[replacement + name.removeprefix(prefix)] = weight

    size = sum(weight.nbytes for weight in stored.values())
    shards = [{} for _ in range(spec.shards)]
    done = 0
    for name, weight in stored.items():
        shards[done * spec.shards // size][name] = weight
        done += weight.nbytes
    if spec.shards == 1:
        save_file(stored, folder / "model.safetensors", {"format": "pt"})
    else:
        files = [f"model-{i + 1:05}-of-{spec.shards:05}.safetensors" for i in range(spec.shards)]
        for file, shard in zip(files, shards):
            save_file(shard, folder / file, {"format": "pt"})
        weight_map = {name: file for file, shard in zip(files, shards) for name in shard}
        index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(weight_map.items()))}
        write_json(folder / "model.safetensors.index.json", index)
    return {name: weight.float() for name, weight in state.items()}


def load(model_class, spec, folder: Path, expected: dict[str, torch.Tensor]):
    """Read the folder back with transformers, in float32 with eager attention, and compare the weights."""
    model, info = model_class.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation="eager",
        key_mapping=READ_FLAT if spec.names == "new-flat" else None,
        output_loading_info=True,
    )
    assert not any(info.values()), info
    state = model.state_dict()
    assert all(torch.equal(state[name], weight) for name, weight in expected.items())
    assert (model.lm_head.weight is model.get_input_embeddings().weight) == spec.tied
    return model.eval()


def picture(size: tuple[int, int], seed: int) -> Image.Image:
    """Gradients, a red square, a green disc, stripes and some noise."""
    width, height = size
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    base = np.stack([70 + 90 * x, 60 + 120 * y, 160 - 100 * x * y], axis=-1)
    image = Image.fromarray(base.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0.08 * width, 0.1 * height, 0.36 * width, 0.45 * height], fill=(225, 30, 25))
    draw.ellipse([0.5 * width, 0.3 * height, 0.88 * width, 0.8 * height], fill=(20, 190, 60))
    for i in range(4):
        top = (0.6 + 0.1 * i) * height
        draw.rectangle([0.1 * width, top, 0.4 * width, top + 0.04 * height], fill=(255, 255, 255))
    noise = random.integers(-12, 13, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def prompt(spec: Spec) -> str:
    if spec.mistral:
        return f"[INST] <image>\n{spec.question} [/INST]"
    system = f"{spec.system} " if spec.system else ""
    return f"{system}USER: <image>\n{spec.question} ASSISTANT:"


def messages(spec: Spec) -> list[dict]:
    """The same prompt as messages for the chat template."""
    user = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": spec.question}]}
    system = {"role": "system", "content": [{"type": "text", "text": spec.system}]}
    return [system, user] if spec.system else [user]


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def check(spec: Spec, model: LlavaForConditionalGeneration, inputs: dict, run: reference.Generation, eos: list[int]):
    """Decoding with a cache equals one pass over everything, transformers' generate agrees, and no id won narrowly."""
    n = inputs["input_ids"].shape[1]
    everything = torch.cat([inputs["input_ids"], torch.tensor([run.ids[:-1]], dtype=torch.long)], dim=1)
    with torch.no_grad():
        whole = model(input_ids=everything, pixel_values=inputs["pixel_values"], output_attentions=True)
    attentions = torch.cat(whole.attentions)
    torch.testing.assert_close(run.logits, whole.logits[0, n - 1 :], atol=1e-4, rtol=0)
    torch.testing.assert_close(run.prefill, attentions[:, :, :n, :n], atol=1e-5, rtol=0)
    for t, row in enumerate(run.rows):
        torch.testing.assert_close(row, attentions[:, :, n - 1 + t, : n + t], atol=1e-5, rtol=0)

    generated = model.generate(
        **inputs, do_sample=False, max_new_tokens=spec.tokens, return_dict_in_generate=True, output_attentions=True
    )
    assert generated.sequences[0, n:].tolist() == run.ids
    for row, step in zip(run.rows, generated.attentions, strict=True):
        torch.testing.assert_close(row, torch.cat(step)[:, :, -1], atol=1e-5, rtol=0)

    best, second = run.logits.topk(2).values.unbind(-1)
    assert (best - second).min() > 1e-3, f"{spec.name}: narrow choice"
    assert (run.ids[-1] in eos) == (spec.stop_at is not None)
    assert not set(run.ids[:-1]) & set(eos)
    assert len(set(run.ids)) > len(run.ids) // 2, f"{spec.name}: repeats itself"
    assert 3 <= min(run.ids) and max(run.ids) < model.config.image_token_id, f"{spec.name}: special id"


def make(spec: Spec) -> None:
    """Write GOLDEN/NAME."""
    root = GOLDEN / spec.name
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "checkpoint"
    folder.mkdir(parents=True)

    # The checkpoint.
    size = spec.image_size
    LlavaProcessor(
        CLIPImageProcessor(size={"shortest_edge": size}, crop_size={"height": size, "width": size}),
        tokenizer(),
        patch_size=spec.patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    ).save_pretrained(folder)
    processor = AutoProcessor.from_pretrained(folder, use_fast=False)
    words = processor.tokenizer
    model = build(spec, words.get_vocab())
    model.config.architectures = ["LlavaForConditionalGeneration"]
    model.config.save_pretrained(folder)
    model = load(LlavaForConditionalGeneration, spec, folder, save_weights(model, spec, folder))

    # The inputs.
    source = picture(spec.picture, spec.seed)
    source.save(root / "picture.png")
    mean = tuple(int(255 * m) for m in processor.image_processor.image_mean)
    fitted = reference.expand2square(source, mean) if spec.fit == "pad" else source
    text = prompt(spec)
    template = MISTRAL_TEMPLATE if spec.mistral else VICUNA_TEMPLATE
    assert processor.apply_chat_template(messages(spec), chat_template=template, add_generation_prompt=True) == text
    inputs = processor(images=fitted, text=text, return_tensors="pt")
    input_ids, pixel_values = inputs["input_ids"], inputs["pixel_values"]
    image = (input_ids[0] == model.config.image_token_id).nonzero()[:, 0]
    start, count = int(image[0]), len(image)
    assert count == spec.grid**2 and int(image[-1]) == start + count - 1
    unexpanded = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids
    expanded = [i for token in unexpanded for i in [token] * (count if token == model.config.image_token_id else 1)]
    assert words(text).input_ids == unexpanded and input_ids[0].tolist() == expanded

    # The generation.
    eos = [words.eos_token_id]
    seen = {"input_ids": input_ids, "pixel_values": pixel_values}
    if spec.stop_at:
        free = reference.greedy(model, seen, set(eos), spec.tokens)
        eos.append(free.ids[spec.stop_at - 1])
    special = {"bos_token_id": words.bos_token_id, "pad_token_id": words.pad_token_id}
    GenerationConfig(**special, eos_token_id=eos if spec.stop_at else eos[0]).save_pretrained(folder)
    model.generation_config = GenerationConfig.from_pretrained(folder)
    run = reference.greedy(model, seen, set(eos), spec.tokens)
    check(spec, model, inputs, run, eos)

    # The vision tower.
    tower, layer = model.model.vision_tower, spec.vision_feature_layer
    with torch.no_grad():
        vision = tower(pixel_values, output_hidden_states=True, output_attentions=True)
        features = vision.hidden_states[layer][0, 1:]
        projected = model.model.multi_modal_projector(features)
    vision_attentions = torch.cat(vision.attentions).mean(1)
    selected = len(vision_attentions) + layer

    n = input_ids.shape[1]
    tensors = {
        "pixel_values": pixel_values[0],
        "input_ids": input_ids[0],
        "vision_features": features,
        "projected": projected,
    } | attention_tensors(run, vision_attentions, selected, start, count)
    on_image = tensors["ratio"]
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, root / "golden.safetensors")

    write_json(
        root / "golden.json",
        {
            "name": spec.name,
            "question": spec.question,
            "system": spec.system,
            "prompt": text,
            "promptIds": unexpanded,
            "promptPieces": words.convert_ids_to_tokens(unexpanded),
            "promptDecoded": words.decode(unexpanded, skip_special_tokens=True),
            "fit": spec.fit,
            "fill": mean,
            "maxNewTokens": spec.tokens,
            "eosIds": eos,
            "imageTokenStart": start,
            "imageTokenCount": count,
            "generatedIds": run.ids,
            "generatedPieces": words.convert_ids_to_tokens(run.ids),
            "generatedStrings": [words.decode([i]) for i in run.ids],
            "generatedText": words.decode(run.ids, skip_special_tokens=True),
            "stopped": "eos" if run.ids[-1] in eos else "length",
            "names": spec.names.split("-")[0],
            "flatVisionNames": spec.names == "new-flat",
            "tied": spec.tied,
            "dtype": str(spec.dtype).removeprefix("torch."),
            "visionFeatureLayer": layer,
            "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        },
    )
    print(f"{spec.name}: {n} + {len(run.ids)} tokens, {words.convert_ids_to_tokens(run.ids)}, ratio {on_image.mean():.2f}")


def attention_tensors(
    run: reference.Generation, vision_attentions: torch.Tensor, selected: int, start: int, count: int
) -> dict[str, torch.Tensor]:
    """All that is made from a generation, the image's tokens being start..start + count.

    vision_attentions [Lv, P + 1, P + 1] (head means); selected is the layer whose output the projector reads.
    """
    n, t = run.prefill.shape[-1], len(run.ids)
    tokens = [reference.token_attention(row) for row in run.rows]
    keep = [reference.token_attention(row, keep_first=True) for row in run.rows]
    on_image = torch.stack([a[start : start + count] for a in tokens])
    language = reference.normalised(on_image)
    tensors = {
        "vision_attentions": vision_attentions,
        "prefill_attentions": run.prefill.mean(1),
        "attention_rows": torch.stack([padded(row, n + t) for row in run.rows]),
        "logits": run.logits,
        "probabilities": run.logits.softmax(-1).max(-1).values,
        "generated_ids": torch.tensor(run.ids),
        "token_attention": torch.stack([padded(a, n + t) for a in tokens]),
        "token_attention_keep": torch.stack([padded(a, n + t) for a in keep]),
        "ratio": on_image.sum(-1),
        "ratio_keep": torch.stack([a[start : start + count].sum() for a in keep]),
        "map": language @ reference.vision_attention(vision_attentions, 0, selected),
        "map_selected": language @ reference.vision_attention(vision_attentions, selected, selected),
        "map_language": language,
        "matrix": reference.attention_matrix(run.prefill, tokens),
    }
    for name in ("vision_attentions", "prefill_attentions", "token_attention", "map", "map_selected", "map_language"):
        sums = tensors[name].sum(-1)
        torch.testing.assert_close(sums, torch.ones_like(sums), atol=1e-5, rtol=0)
    torch.testing.assert_close(tensors["matrix"].sum(-1), torch.ones(n + t), atol=1e-5, rtol=0)
    assert not tensors["matrix"][1:].triu(1).any()
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    return tensors


def padded(tensor: torch.Tensor, length: int) -> torch.Tensor:
    """Zeros appended to the last dimension."""
    return torch.nn.functional.pad(tensor, (0, length - tensor.shape[-1]))


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    chosen = sys.argv[1:] or [spec.name for spec in SPECS]
    for spec in SPECS:
        if spec.name in chosen:
            make(spec)


if __name__ == "__main__":
    main()
