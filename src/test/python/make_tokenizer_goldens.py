"""Train a tiny tokenizer of each kind, built of the same parts in the same order as the real ones, and write down the
ids that transformers gives for texts that are hard to get right.

    python src/test/python/make_tokenizer_goldens.py

Writes resources/golden/tokenizers/KIND/: tokenizer.json, tokenizer_config.json and cases.json.
"""

import json
import shutil
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import AutoTokenizer
from transformers.models.idefics3.processing_idefics3 import get_image_prompt_string

GOLDEN = Path(__file__).resolve().parent.parent / "resources" / "golden" / "tokenizers"

TEXTS = [
    "", " ", "   ", "\n", "\n\n", " \n \n", "\t", "\r\n", "What is in the image?", " What is in the image?",
    "  two spaces", "trailing  ", "Don't we'll they'RE I'm it's he'd you've", "0 1 12 123 1234 12345678", "3.14159e-10",
    "10µm ×63 ½ ²", "cells\ncells\n\ncells", "cells \n  cells\r\n\r\ncells", "naïve café", "nai\u0308ve cafe\u0301",
    "Ünïcödé ÀÉÎÕÜ ß ſ", "細胞はどこですか。", "细胞在哪里？", "세포는 어디에 있습니까", "где клетки?", "أين الخلايا؟",
    "😀", "👩‍🔬🔬 cells 🧫", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "e\u0301\u0302\u0303", "\u00a0nbsp\u2003em\u3000wide", "\u200bzero\u200dwidth",
    "?!...---", "(a)[b]{c}<d>", "a_b-c.d/e\\f", "http://x.org/a?b=c&d=1", "x=1;y=2;\n\tif (x<y) {}\n",
    "<|im_end|>", "a<|im_end|>b", "<|endoftext|>", "<end_of_utterance>", "<|eot_id|> x", "</s>", "<s>", "<unk>",
    "<row_1_col_2>", "< image>", "<|im_start|>user\nWhat?<|im_end|>\n<|im_start|>assistant\n",
    "\u0000\u0001\u007f\u0085", "▁a ▁ ▁▁", "Ġa Ċ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", " ' s 't", "I'S I'Ll 'D",
]

CORPUS = [text * 2 for text in TEXTS if "<" not in text] + [
    "What is in the image? The image shows cells, and the cells are in the middle of the image. " * 20,
    "How many cells are there? There are 12 cells, 345 nuclei and 6 mitochondria. I don't know; it's what they're like. " * 20,
]

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"


def split(digits: str) -> pre_tokenizers.PreTokenizer:
    pattern = Regex(CONTRACTIONS + digits + REST)
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, "isolated"), bytes_only])


def train(tokenizer: Tokenizer, tokens: list[str], first: list[str]) -> Tokenizer:
    """With the tokens behind the vocabulary, as in the real ones, or in front of it."""
    bytes_of_all = pre_tokenizers.ByteLevel.alphabet() if tokenizer.pre_tokenizer else []
    trainer = BpeTrainer(
        vocab_size=420, show_progress=False, initial_alphabet=sorted(bytes_of_all), special_tokens=first
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in tokens])
    return tokenizer


def qwen2() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = split("\\p{N}")
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    train(tokenizer, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"], [])
    config = {"tokenizer_class": "Qwen2Tokenizer", "bos_token": None, "eos_token": "<|im_end|>"}
    config |= {"pad_token": "<|endoftext|>", "unk_token": None, "add_prefix_space": False, "errors": "replace"}
    return tokenizer, config | {"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}


def smolvlm() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(BPE())
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    rows = [f"<row_{row}_col_{column}>" for row in (1, 2, 3) for column in (1, 2, 3)]
    pictures = ["<global-img>", *rows, "<fake_token_around_image>", "<image>", "<end_of_utterance>"]
    train(tokenizer, pictures, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    config = {"tokenizer_class": "GPT2Tokenizer", "bos_token": "<|im_start|>", "eos_token": "<end_of_utterance>"}
    config |= {"pad_token": "<|im_end|>", "unk_token": "<|endoftext|>", "add_prefix_space": False}
    extra = {"end_of_utterance_token": "<end_of_utterance>", "fake_image_token": "<fake_token_around_image>"}
    extra |= {"global_image_token": "<global-img>", "image_token": "<image>"}
    return tokenizer, config | {"extra_special_tokens": extra, "vocab_size": 49152}


def llama3() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = split("\\p{N}{1,3}")
    tokenizer.decoder = decoders.ByteLevel()
    tokens = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    train(tokenizer, [*tokens, "<image>", "<end_of_utterance>"], [])
    bos = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    around = processors.TemplateProcessing(
        single=f"{bos[0]}:0 $A:0", pair=f"{bos[0]}:0 $A:0 {bos[0]}:1 $B:1", special_tokens=[bos]
    )
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), around])
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": bos[0], "eos_token": "<|eot_id|>"}
    return tokenizer, config | {"clean_up_tokenization_spaces": True}


def yi() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    first = ["<unk>", "<|startoftext|>", "<|endoftext|>", *[f"<0x{byte:02X}>" for byte in range(256)]]
    tokenizer = train(tokenizer, [], first)
    # Bytes are pieces like others there.
    kept = json.loads(tokenizer.to_str())
    kept["added_tokens"] = kept["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(kept))
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in ("<|im_start|>", "<|im_end|>", "<image>")]
    )
    parts = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    tokenizer.decoder = decoders.Sequence(parts)
    config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<|startoftext|>", "eos_token": "<|im_end|>"}
    config |= {"unk_token": "<unk>", "pad_token": "<unk>", "add_bos_token": False, "add_eos_token": False}
    return tokenizer, config | {"legacy": True, "sp_model_kwargs": {}}


def gemma3() -> tuple[Tokenizer, dict]:
    tokenizer = Tokenizer(BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    first = ["<pad>", "<eos>", "<bos>", "<unk>", *[f"<0x{byte:02X}>" for byte in range(256)]]
    tokenizer = train(tokenizer, [], first)
    # Bytes are pieces like others there, and lines are found whole.
    kept = json.loads(tokenizer.to_str())
    kept["added_tokens"] = kept["added_tokens"][:4]
    tokenizer = Tokenizer.from_str(json.dumps(kept))
    tokenizer.add_tokens([AddedToken("\n" * count, special=False, normalized=False) for count in range(1, 5)])
    names = ["<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>"]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in names])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    config = {"tokenizer_class": "GemmaTokenizer", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>"}
    config |= {"unk_token": "<unk>", "add_bos_token": True, "add_eos_token": False, "sp_model_kwargs": None}
    extra = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}
    return tokenizer, config | {"extra_special_tokens": extra, "image_token": "<image_soft_token>"}


def picture_texts(kind: str) -> list[list[str]]:
    if kind == "smolvlm":
        tiled = get_image_prompt_string(2, 3, 4, "<fake_token_around_image>", "<image>", "<global-img>")
        single = get_image_prompt_string(0, 0, 4, "<fake_token_around_image>", "<image>", "<global-img>")
        return [[tiled], [single], [single, tiled]]
    if kind == "gemma3":
        picture = "\n\n<start_of_image>" + "<image_soft_token>" * 4 + "<end_of_image>\n\n"
        return [[picture], [picture, picture]]
    return [["<image>" * 5], ["<image>" * 3, "<image>" * 2]]


# Prompts of the plugin's templates: their names, and what stands before, between and behind pictures.
PROMPTS = {
    "qwen2": [("CHATML", "<|im_start|>user\n", "\n", "Where is 細胞?<|im_end|>\n<|im_start|>assistant\n")],
    "smolvlm": [("SMOLVLM", "<|im_start|>User:", "", "Where is 細胞?<end_of_utterance>\nAssistant:")],
    "llama3": [
        ("LLAMA_3", "<|start_header_id|>user<|end_header_id|>\n\n", "\n", "Where is 細胞?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"),
        ("IDEFICS3", "<|begin_of_text|>User:", "", "Where is 細胞?<end_of_utterance>\nAssistant:"),
    ],
    "gemma3": [("GEMMA3", "<bos><start_of_turn>user\n", "", "Where is 細胞?<end_of_turn>\n<start_of_turn>model\n")],
    "yi": [("CHATML_DIRECT", "<|im_start|>user\n", "\n", "Where is 細胞?<|im_end|><|im_start|>assistant\n")],
}


def make(kind: str, tokenizer: Tokenizer, config: dict) -> None:
    folder = GOLDEN / kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    content = json.loads(tokenizer.to_str())
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    words = AutoTokenizer.from_pretrained(folder)
    cases = []
    for text in TEXTS:
        ids = words(text).input_ids
        decoded = words.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        cases.append({"text": text, "ids": ids, "decoded": decoded})
    prompts = []
    for template, before, between, behind in PROMPTS[kind]:
        for pictures in picture_texts(kind):
            text = before + "".join(picture + between for picture in pictures) + behind
            # As ProcessorMixin.apply_chat_template does.
            bos = words.bos_token is not None and text.startswith(words.bos_token)
            ids = words(text, add_special_tokens=not bos).input_ids
            prompts.append({"template": template, "pictures": pictures, "ids": ids})
    image = words.convert_tokens_to_ids("<image_soft_token>" if kind == "gemma3" else "<image>")
    known = {"class": type(words).__name__, "image": image, "size": len(words)}
    known |= {"question": "Where is 細胞?", "texts": cases, "prompts": prompts}
    (folder / "cases.json").write_text(json.dumps(known).replace("}, ", "},\n") + "\n")
    print(kind, known["class"], known["size"], len(cases))


if __name__ == "__main__":
    for built in (qwen2, smolvlm, llama3, yi, gemma3):
        make(built.__name__, *built())
