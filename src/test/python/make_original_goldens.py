"""Write tiny LLaVA checkpoints in the original code's format and LoRA adapters, and what should be computed from them.

    python src/test/python/make_original_goldens.py [NAME ...]

The model is put together here from transformers' decoder and CLIP and a projector of its own; the splicing of picture
and text follows LLaVA 1.2 (mm_utils.py, llava_arch.py) without using its code. Adapters are merged by peft.
"""

import io
import json
import os
import random
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import peft
import sentencepiece
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPVisionModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaTokenizer,
    LlavaConfig,
    LlavaForConditionalGeneration,
    MistralConfig,
    MistralForCausalLM,
)

import vlm_visualizer as reference
from make_goldens import CORPUS, GOLDEN, Spec, attention_tensors, picture, vision_config, write_json

IMAGE = -200
IMAGE_TEXT = "<image>"


@dataclass
class Original:
    """One checkpoint."""

    name: str
    question: str
    projector: str = "mlp2x_gelu"
    dtype: torch.dtype = torch.float16
    binary: bool = True  # .bin, or else safetensors
    shards: int = 1
    inside: bool = True  # where the vision tower's weights are
    mistral: bool = False
    marks: bool = False  # mm_use_im_start_end
    legacy: bool = True
    vision: dict = field(default_factory=dict)
    seed: int = 1
    tokens: int = 8
    lora: dict | None = None  # LLaVA's own adapter on a text-only base, the projector trained as a whole
    hugging_face: bool = False  # lmms-finetune: a PEFT adapter on a LLaVA in Hugging Face format


SPECS = [
    Original("original-bin-inside", "What is in the picture?", shards=2),
    Original(
        "original-safetensors-beside", "Where is the  red square?\nLook!", "mlp3x_gelu",
        dtype=torch.bfloat16, binary=False, inside=False, marks=True,
    ),
    Original(
        "original-mistral-identity", "Is the cell round? Größe 细胞", "identity",
        inside=False, mistral=True, legacy=False, vision={"hidden_size": 32},
    ),
    Original(
        "original-lora", "How many blobs can you see?", "linear", inside=False,
        lora={
            "r": 4, "lora_alpha": 8, "lora_dropout": 0.05, "bias": "none",
            "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        },
    ),
    Original(
        "hugging-face-lora", "What is in the picture?", hugging_face=True, dtype=torch.bfloat16,
        lora={
            "r": 3, "lora_alpha": 6, "use_rslora": True, "lora_dropout": 0.1,
            "target_modules": ["q_proj", "v_proj", "down_proj", "fc1", "linear_1"],
            "modules_to_save": ["linear_2"],
        },
    ),
]  # fmt: skip

TEXTS = [
    "USER: ", "\nWhat is in the picture? ASSISTANT:", "[INST] ", "\nIs the cell round? [/INST]", "", " ", "  ", "\n", "\n\n",
    " leading", "trailing ", "two  spaces", "three   spaces", "      ", "a\tb", "tab\t\ttab", "mixed \n \n lines ", "▁", "▁a ▁ b",
    "Größe", "naïve café", "Ποῦ", "细胞", "細胞の核", "🔬🧫 two", "e\u0301 combining", "\u00a0nbsp\u00a0", "zero\u200bwidth", "\ufeffbom", "\x00\x01\x7f",
    "</s>", "a</s>b", " </s> b", "<s>x", "x <unk> y", "<0x0A>", "<image>", "<im_start>", "a<im_start>b", " <im_start> <im_end> x", "aaaaaaaaaaa", "the the the",
    "1234567890", "3.14e-5", "?!?!...", "ASSISTANT:ASSISTANT:", "lililililil", "pictureimagepicture", "'\"\\", "\r\n", "ﬁ ligature", "Ａ full width", "𝒜",
]  # fmt: skip


def train_tokenizer(folder: Path, legacy: bool, marks: bool) -> LlamaTokenizer:
    """A SentencePiece model with LLaMA's settings, and the files of a slow tokenizer around it."""
    written = io.BytesIO()  # a file's path would be stored in it
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS),
        model_writer=written,
        model_type="bpe",
        vocab_size=380,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        split_digits=True,
        allow_whitespace_only_pieces=True,
        character_coverage=0.9995,
        num_threads=1,
        minloglevel=2,
    )
    (folder / "tokenizer.model").write_bytes(written.getvalue())
    config = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "legacy": legacy}
    config |= {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False}
    write_json(folder / "tokenizer_config.json", config)
    if marks:
        write_json(folder / "added_tokens.json", {"<im_start>": 380, "<im_end>": 381})
    return LlamaTokenizer.from_pretrained(folder)


class Llava(nn.Module):
    """The original's modules under the original's names."""

    def __init__(self, spec: Original):
        super().__init__()
        common = {
            "vocab_size": 392, "hidden_size": 32, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2 if spec.mistral else 4, "max_position_embeddings": 512, "rms_norm_eps": 1e-5,
            "attn_implementation": "eager",
        }  # fmt: skip
        if spec.mistral:
            self.decoder = MistralForCausalLM(MistralConfig(**common, sliding_window=None))
        else:
            self.decoder = LlamaForCausalLM(LlamaConfig(**common))
        vision = vision_config(Spec(spec.name, spec.seed, (56, 56), spec.question, vision=spec.vision))
        vision._attn_implementation = "eager"
        self.tower = CLIPVisionModel(vision)
        self.projector = projector(spec.projector, vision.hidden_size, 32)
        self.config = self.decoder.config

    def features(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """[1, 3, S, S] -> [P, D of the tower]: the last layer but one, without the class token."""
        return self.tower(pixel_values, output_hidden_states=True).hidden_states[-2][0, 1:]

    def forward(self, input_ids, pixel_values=None, **settings):
        """The one -200 in input_ids [1, n] gives way to the picture's features."""
        if pixel_values is None:
            return self.decoder(input_ids=input_ids, **settings)
        at = input_ids[0].tolist().index(IMAGE)
        embed = self.decoder.get_input_embeddings()
        parts = [embed(input_ids[0, :at]), self.projector(self.features(pixel_values)), embed(input_ids[0, at + 1 :])]
        return self.decoder(inputs_embeds=torch.cat(parts)[None], **settings)

    def stored(self) -> dict[str, torch.Tensor]:
        """All weights but the tower's."""
        state = dict(self.decoder.state_dict())
        return state | {f"model.mm_projector.{name}": w for name, w in self.projector.state_dict().items()}


def projector(kind: str, size: int, hidden: int) -> nn.Module:
    if kind == "identity":
        return nn.Identity()
    if kind == "linear":
        return nn.Linear(size, hidden)
    layers = [nn.Linear(size, hidden)]
    for _ in range(int(kind[3]) - 1):
        layers += [nn.GELU(), nn.Linear(hidden, hidden)]
    return nn.Sequential(*layers)


@torch.no_grad()
def fill(model: nn.Module, spec: Original) -> None:
    """Seeded weights that the stored type holds exactly."""
    generator = torch.Generator().manual_seed(spec.seed)
    for name, weight in sorted(model.named_parameters()):
        noise = torch.randn(weight.shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            noise = 1 + 0.1 * noise
        elif name.endswith("bias"):
            noise = 0.2 * noise
        elif "embed" not in name or "patch" in name:
            noise = noise * (2.0 if "q_proj" in name or "k_proj" in name or "lm_head" in name else 1.0) / weight[0].numel() ** 0.5
        if "lm_head" in name:
            # Bytes and specials weigh less, so that what is generated can be read.
            noise[:259] *= 0.5
            noise[380:] *= 0.5
        weight.copy_(noise.to(spec.dtype).float())


def save(weights: dict[str, torch.Tensor], folder: Path, spec: Original, shards: int = 1, binary: bool | None = None) -> None:
    binary = spec.binary if binary is None else binary
    weights = {name: w.to(spec.dtype).contiguous() if w.is_floating_point() else w for name, w in weights.items()}
    stem, ending = ("pytorch_model", "bin") if binary else ("model", "safetensors")
    names = list(weights)
    files = [f"{stem}-{i + 1:05}-of-{shards:05}.{ending}" if shards > 1 else f"{stem}.{ending}" for i in range(shards)]
    for i, file in enumerate(files):
        part = {name: weights[name].clone() for name in names[i::shards]}
        torch.save(part, folder / file) if binary else save_file(part, folder / file, {"format": "pt"})
    if shards > 1:
        weight_map = {name: files[i % shards] for i, name in enumerate(names)}
        write_json(folder / f"{stem}.{ending}.index.json", {"metadata": {}, "weight_map": weight_map})


def write_tower(model: Llava, folder: Path, spec: Original) -> None:
    """A CLIP checkpoint: with a little of a text tower and the buffer of positions, or sizes alone."""
    folder.mkdir()
    size = model.tower.config.image_size
    vision = model.tower.config.to_dict() | {"model_type": "clip_vision_model"}
    write_json(folder / "config.json", {"model_type": "clip", "text_config": CLIPTextConfig().to_diff_dict(), "vision_config": vision})
    CLIPImageProcessor(size={"shortest_edge": size}, crop_size={"height": size, "width": size}).save_pretrained(folder)
    if not spec.inside:
        extra = {"logit_scale": torch.tensor(4.6), "text_model.final_layer_norm.bias": torch.zeros(4)}
        extra["vision_model.embeddings.position_ids"] = torch.arange(17)[None]
        save(model.tower.state_dict() | extra, folder, spec, binary=True)


def original_config(model: Llava, spec: Original) -> dict:
    config = {k: v for k, v in model.config.to_dict().items() if not k.startswith("_")}
    for key in ("vision_config", "architectures", "dtype"):
        config.pop(key, None)
    return config | {
        "model_type": "llava_mistral" if spec.mistral else ("llava" if spec.marks else "llava_llama"),
        "mm_vision_tower": "somewhere/tiny-clip",
        "mm_vision_select_layer": -2,
        "mm_vision_select_feature": "patch",
        "mm_projector_type": spec.projector,
        "mm_hidden_size": model.tower.config.hidden_size,
        "mm_use_im_start_end": spec.marks,
        "mm_use_im_patch_token": False,
        "image_aspect_ratio": "pad",
        "use_mm_proj": True,
        "tokenizer_model_max_length": 512,
        "tune_mm_mlp_adapter": False,
    }


def write_original(model: Llava, root: Path, spec: Original) -> None:
    folder = root / "checkpoint"
    write_json(folder / "config.json", original_config(model, spec))
    write_tower(model, root / "tiny-clip", spec)
    weights = model.stored()
    if spec.inside:
        weights |= {f"model.vision_tower.vision_tower.{name}": w for name, w in model.tower.state_dict().items()}
    if not spec.lora:
        save(weights, folder, spec, spec.shards)
        return
    base = root / "base"
    base.mkdir()
    write_json(base / "config.json", json.loads(model.config.to_json_string()))
    save(model.decoder.state_dict(), base, spec, binary=False)
    for file in ("tokenizer.model", "tokenizer_config.json"):
        shutil.move(folder / file, base / file)
    whole = {f"base_model.model.{name}": w.to(spec.dtype) for name, w in weights.items() if "mm_projector" in name}
    torch.save(whole, folder / "non_lora_trainables.bin")
    model.decoder = merged(model.decoder, folder, spec, safe=False)


def merged(model: nn.Module, folder: Path, spec: Original, safe: bool) -> nn.Module:
    """The model with a random adapter, which is saved and merged by peft."""
    adapted = peft.get_peft_model(model, peft.LoraConfig(base_model_name_or_path="base", **spec.lora))
    generator = torch.Generator().manual_seed(spec.seed + 1)
    with torch.no_grad():
        for name, weight in sorted(adapted.named_parameters()):
            if weight.requires_grad:
                weight.copy_((0.1 * torch.randn(weight.shape, generator=generator)).to(spec.dtype))
    adapted.peft_config["default"].base_model_name_or_path = "somewhere/base"
    adapted.save_pretrained(folder, safe_serialization=safe)
    # As trainers do that run in half precision; peft saves as wide as it computes.
    file = folder / ("adapter_model.safetensors" if safe else "adapter_model.bin")
    weights = load_file(file) if safe else torch.load(file)
    weights = {name: weight.to(spec.dtype) for name, weight in weights.items()}
    save_file(weights, file, {"format": "pt"}) if safe else torch.save(weights, file)
    (folder / "README.md").unlink(missing_ok=True)
    settings = json.loads((folder / "adapter_config.json").read_text())
    write_json(folder / "adapter_config.json", settings | {"target_modules": sorted(settings["target_modules"])})
    return adapted.merge_and_unload()


def hugging_face(model: Llava, root: Path, spec: Original) -> None:
    """The same weights as LlavaForConditionalGeneration, which is saved as the base and takes the adapter."""
    config = LlavaConfig(
        vision_config=model.tower.config.to_dict(),
        text_config=model.config.to_dict(),
        image_token_index=382,
        image_seq_length=16,
        attn_implementation="eager",
    )
    whole = LlavaForConditionalGeneration(config)
    copy_weights(model, whole)
    base = root / "base"
    base.mkdir()
    write_json(base / "config.json", json.loads(config.to_json_string()))
    save(whole.state_dict(), base, spec, binary=False)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(GOLDEN / "llama-mha" / "checkpoint" / file, base / file)
    whole = merged(whole, root / "checkpoint", spec, safe=True)
    model.decoder.load_state_dict(whole.model.language_model.state_dict(prefix="model.") | {"lm_head.weight": whole.lm_head.weight})
    model.tower.load_state_dict(whole.model.vision_tower.state_dict())
    for i, layer in ((0, whole.model.multi_modal_projector.linear_1), (2, whole.model.multi_modal_projector.linear_2)):
        model.projector[i].load_state_dict(layer.state_dict())


def copy_weights(model: Llava, whole: LlavaForConditionalGeneration) -> None:
    whole.model.language_model.load_state_dict({k.removeprefix("model."): v for k, v in model.decoder.state_dict().items() if k.startswith("model.")})
    whole.lm_head.load_state_dict({"weight": model.decoder.lm_head.weight})
    whole.model.vision_tower.load_state_dict(model.tower.state_dict())
    for i, layer in ((0, whole.model.multi_modal_projector.linear_1), (2, whole.model.multi_modal_projector.linear_2)):
        layer.load_state_dict(model.projector[i].state_dict())


def spliced(words: LlamaTokenizer, text: str) -> list[int]:
    """Ids of the text on either side of the picture, each tokenised by itself, BOS once, and -200 between."""
    before, after = (words(part).input_ids for part in text.split(IMAGE_TEXT))
    assert before[0] == after[0] == words.bos_token_id
    return before + [IMAGE] + after[1:]


def prompt(spec: Original) -> str:
    image = f"<im_start>{IMAGE_TEXT}<im_end>" if spec.marks else IMAGE_TEXT
    if spec.mistral:
        return f"[INST] {image}\n{spec.question} [/INST]"
    return f"USER: {image}\n{spec.question} ASSISTANT:"


def make(spec: Original) -> None:
    root = GOLDEN / spec.name
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "checkpoint"
    folder.mkdir(parents=True)
    text = prompt(spec)
    model = Llava(spec).eval()
    fill(model, spec)
    if spec.hugging_face:
        hugging_face(model, root, spec)
        words = transformers.AutoTokenizer.from_pretrained(root / "base")
        ids = [IMAGE if i == 382 else i for i in words(text).input_ids]
    else:
        words = train_tokenizer(folder, spec.legacy, spec.marks)
        ids = spliced(words, text)
        write_original(model, root, spec)
    model.eval()

    source = picture((56, 56), spec.seed)
    source.save(root / "picture.png")
    size = model.tower.config.image_size
    processor = CLIPImageProcessor(size={"shortest_edge": size}, crop_size={"height": size, "width": size})
    pixel_values = processor(source, return_tensors="pt").pixel_values
    run = reference.greedy(model, {"input_ids": torch.tensor([ids]), "pixel_values": pixel_values}, {2}, spec.tokens)
    best, second = run.logits.topk(2).values.unbind(-1)
    assert (best - second).min() > 1e-3, f"{spec.name}: narrow choice"
    with torch.no_grad():
        vision = model.tower(pixel_values, output_hidden_states=True, output_attentions=True)
        features = model.features(pixel_values)
        projected = model.projector(features)

    start, count = ids.index(IMAGE), len(features)
    image_id = 382 if spec.hugging_face else IMAGE
    expanded = ids[:start] + [image_id] * count + ids[start + 1 :]
    attentions = torch.cat(vision.attentions).mean(1)
    tensors = {
        "pixel_values": pixel_values[0],
        "input_ids": torch.tensor(expanded),
        "vision_features": features,
        "projected": projected,
    } | attention_tensors(run, attentions, len(attentions) - 2, start, count)
    save_file({name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}, root / "golden.safetensors")
    compare(model, spec, expanded, pixel_values, run)
    golden = {"name": spec.name, "question": spec.question, "system": None, "prompt": text, "maxNewTokens": spec.tokens}
    golden |= {"imageTokenStart": start, "generatedText": words.decode(run.ids, skip_special_tokens=True)}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}
    write_json(root / "golden.json", golden | {"generatedIds": run.ids, "versions": versions})
    print(f"{spec.name}: {len(expanded)} + {len(run.ids)} tokens, {words.convert_ids_to_tokens(run.ids)}")


@torch.no_grad()
def compare(model: Llava, spec: Original, expanded: list[int], pixel_values: torch.Tensor, run: reference.Generation) -> None:
    """The Hugging Face format of the same weights gives the same ids and attention."""
    if spec.projector != "mlp2x_gelu" or spec.mistral:
        return
    config = LlavaConfig(
        vision_config=model.tower.config.to_dict(), text_config=model.config.to_dict(), image_token_index=391, image_seq_length=16,
        attn_implementation="eager",
    )  # fmt: skip
    whole = LlavaForConditionalGeneration(config).eval()
    copy_weights(model, whole)
    ids = torch.tensor([[391 if i in (IMAGE, 382) else i for i in expanded]])
    other = reference.greedy(whole, {"input_ids": ids, "pixel_values": pixel_values}, {2}, spec.tokens)
    assert other.ids == run.ids
    torch.testing.assert_close(other.prefill, run.prefill, atol=1e-5, rtol=0)
    for ours, theirs in zip(run.rows, other.rows, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def make_texts() -> None:
    """Ids of the slow tokenizer for texts that are hard to get right."""
    root = GOLDEN / "sentencepiece"
    shutil.rmtree(root, ignore_errors=True)
    seeded = random.Random(1)
    alphabet = [*"  \n▁aeintshzé细", "the", " is", "ing", "</s>", "<im_end>"]
    texts = TEXTS + ["".join(seeded.choices(alphabet, k=seeded.randint(1, 30))) for _ in range(250)]
    for legacy in (True, False):
        folder = root / ("legacy" if legacy else "new")
        folder.mkdir(parents=True)
        words = train_tokenizer(folder, legacy, marks=True)
        cases = [json.dumps({"text": t, "ids": words(t).input_ids}) for t in texts]
        (folder / "cases.json").write_text("[" + ",\n".join(cases) + "]\n")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    for spec in SPECS:
        if not sys.argv[1:] or spec.name in sys.argv[1:]:
            make(spec)
    if not sys.argv[1:] or "sentencepiece" in sys.argv[1:]:
        make_texts()


if __name__ == "__main__":
    main()
