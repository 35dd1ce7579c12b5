"""Change the small files of a golden checkpoint, and write down what transformers then makes of a picture and a question.

    python src/test/python/make_settings_goldens.py

Writes resources/golden/settings.json: for each case the changes, and the pixel values (each 61st), prompt ids, answer
and probabilities. The checkpoint is that of llama-mha, the picture that of llama-crop-eos.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
import transformers
from PIL import Image
from transformers import AutoProcessor, LlavaForConditionalGeneration

from make_goldens import GOLDEN
from vlm_visualizer import expand2square

QUESTION = "Where is the cell?"
TOKENS = 10
STEP = 61

# Changes by file; None removes a file or a key. A key with a dot is inside of an object.
GENERATION = {
    "plain": {},
    "sampling": {"do_sample": True, "temperature": 0.2, "top_k": 1, "top_p": 0.5},
    "penalty": {"repetition_penalty": 1.5},
    "reward": {"repetition_penalty": 0.6},
    "no-repeat-1": {"no_repeat_ngram_size": 1},
    "reward-no-repeat-2": {"repetition_penalty": 0.6, "no_repeat_ngram_size": 2},
    "reward-no-repeat-3": {"repetition_penalty": 0.6, "no_repeat_ngram_size": 3},
    "suppress": {"suppress_tokens": [262, 289]},
    "begin-suppress": {"begin_suppress_tokens": [262, 289]},
    "eos": {"eos_token_id": "fourth"},
    "min-new": {"eos_token_id": "fourth", "min_new_tokens": 5},
    "min-length": {"eos_token_id": "fourth", "min_length": 51},
    "min-length-unused": {"eos_token_id": "fourth", "min_length": 51, "min_new_tokens": 0},
}
ADDED = "added_tokens_decoder"
CASES = {name: {"generation_config.json": changes} for name, changes in GENERATION.items()} | {
    "config-alone": {
        "generation_config.json": None,
        "config.json": {
            "repetition_penalty": 1.5,
            "text_config.repetition_penalty": 0.6,
            "text_config.no_repeat_ngram_size": 2,
            "eos_token_id": "fourth",
        },
    },
    "eos-at-the-top": {"generation_config.json": None, "config.json": {"eos_token_id": "fourth"}},
    "eos-of-text": {"generation_config.json": None, "config.json": {"text_config.eos_token_id": "fourth"}},
    "tied-by-text": {"config.json": {"text_config.tie_word_embeddings": True}},
    "tied-at-the-top": {"config.json": {"tie_word_embeddings": True}},
    "no-bos": {"tokenizer_config.json": {"add_bos_token": False}},
    "eos-behind": {"tokenizer_config.json": {"add_eos_token": True}},
    "bos-other": {"tokenizer_config.json": {"bos_token": "</s>"}},
    "no-class": {"tokenizer_config.json": {"tokenizer_class": None, "add_bos_token": False}},
    "no-tokenizer-config": {"tokenizer_config.json": None, "special_tokens_map.json": None},
    "generic-class": {
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": False, "add_eos_token": True
        }
    },
    "no-post-processor": {"tokenizer.json": {"post_processor": None}},
    "tokens-in-config-alone": {"tokenizer.json": {"added_tokens": [0, 1, 2]}},
    "no-normalize": {"preprocessor_config.json": {"do_normalize": False}},
    "no-rescale": {"preprocessor_config.json": {"do_rescale": False}},
    "neither": {"preprocessor_config.json": {"do_normalize": False, "do_rescale": False}},
    "other-factor": {"preprocessor_config.json": {"rescale_factor": 0.01, "image_mean": [0.5, 0.4, 0.3]}},
    "no-crop": {"preprocessor_config.json": {"do_center_crop": False, "crop_size": None}},
    "sizes-as-numbers": {"preprocessor_config.json": {"size": 28, "crop_size": 28}},
    "size-as-sides": {"preprocessor_config.json": {"size": {"height": 28, "width": 28}}},
    "transformers-5": {
        "preprocessor_config.json": None,
        "processor_config.json": {
            "image_processor": {
                "image_processor_type": "CLIPImageProcessor",
                "do_normalize": False,
                "size": {"shortest_edge": 28},
                "crop_size": {"height": 28, "width": 28},
            }
        },
    },
}


def change(folder: Path, changes: dict, ids: list[int]) -> dict:
    """Apply the changes; return them with "fourth" replaced by the id of that token of the plain answer."""
    applied = {}
    for file, keys in changes.items():
        if keys is None:
            (folder / file).unlink()
            applied[file] = None
            continue
        content = json.loads((folder / file).read_text())
        applied[file] = {}
        for key, value in keys.items():
            if file == "tokenizer.json" and key == "added_tokens":
                value = [token for token in content[key] if token["id"] in value]
            value = ids[3] if value == "fourth" else value
            applied[file][key] = value
            *outer, inner = key.split(".")
            at = content[outer[0]] if outer else content
            at.pop(inner, None)
            if value is not None:
                at[inner] = value
        (folder / file).write_text(json.dumps(content))
    return applied


@torch.no_grad()
def run(changes: dict, ids: list[int]) -> dict:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "checkpoint"
        shutil.copytree(GOLDEN / "llama-mha" / "checkpoint", folder)
        applied = change(folder, changes, ids)
        processor = AutoProcessor.from_pretrained(folder)
        model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    source = Image.open(GOLDEN / "llama-crop-eos" / "picture.png")
    padded = expand2square(source, tuple(int(255 * m) for m in processor.image_processor.image_mean))
    text = f"USER: <image>\n{QUESTION} ASSISTANT:"
    inputs = processor(images=padded, text=text, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    inputs["pixel_values"] = inputs["pixel_values"].float()
    out = model.generate(
        **inputs, do_sample=False, max_new_tokens=TOKENS, return_dict_in_generate=True, output_logits=True,
        output_scores=True,
    )
    answer = out.sequences[0, inputs["input_ids"].shape[1] :].tolist()
    logits, scores = torch.cat(out.logits), torch.cat(out.scores)
    best, second = scores.topk(2).values.unbind(-1)
    assert (best - second).min() > 1e-3, "narrow choice"
    return {
        "changes": applied,
        "pixels": inputs["pixel_values"].flatten()[::STEP].tolist(),
        "promptIds": inputs["input_ids"][0].tolist(),
        "generatedIds": answer,
        "probabilities": logits.softmax(-1)[range(len(answer)), answer].tolist(),
    }


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    plain = run({}, [])
    cases = []
    for name, changes in CASES.items():
        case = {"name": name} | run(changes, plain["generatedIds"])
        for key in ("pixels", "promptIds", "generatedIds", "probabilities"):
            if name != "plain" and case[key] == plain[key]:
                case[key] = None  # as in the plain case
        print(len(plain["promptIds"]), name, [key for key, value in case.items() if value is None], case["generatedIds"])
        cases.append(case)
    golden = {"question": QUESTION, "tokens": TOKENS, "step": STEP, "cases": cases}
    text = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"')
    (GOLDEN / "settings.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
