"""Write a tiny vocabulary in tiktoken's format, as Qwen and Qwen-VL have it, and the ids that tiktoken gives for texts.

    python src/test/python/make_tiktoken_goldens.py

Writes resources/golden/tiktoken/: qwen.tiktoken and cases.json. Special tokens and normalisation (NFC) are those of
families/qwen_vl.py.
"""

import base64
import json
import random

from families.qwen_vl import Tokens, raw
from make_goldens import GOLDEN
from make_tokenizer_goldens import TEXTS, qwen2

FOLDER = GOLDEN / "tiktoken"
PARTS = [
    *"aeinst 0129", "the", " image", "Cells", " cells", "'s", "12", "3.5", " ", "  ", "\n", "\r\n", "\t", "細胞", "は", "细",
    "세포", "ñ", "n\u0303", "é", "😀", "👩‍🔬", "🧫", "½", "²", "—", "…", "µm", "×", "(", ")", "?", "!", "_", "ﬁ", "ß", "И", "ع",
    "\u3000", "\u00a0", "<", ">", "|", "<img>", "</box>", "<ref>", "<|im_end|>", "<|extra_7|>",
]  # fmt: skip


def texts() -> list[str]:
    chosen = random.Random(1)
    return TEXTS + ["".join(chosen.choices(PARTS, k=chosen.randint(2, 14))) for _ in range(250)]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    vocabulary = json.loads(qwen2()[0].to_str())["model"]["vocab"]
    tokens = [raw(token) for token, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    # Whole, but never reached by joining two; and one that can be made of others in several ways.
    tokens += [" unreached".encode(), "細胞は".encode(), b"ese", b"eses"]
    lines = [f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(tokens)]
    (FOLDER / "qwen.tiktoken").write_text("".join(lines))
    words = Tokens(FOLDER / "qwen.tiktoken")
    cases = []
    for text in [*texts(), "an unreached end", "eseses ese", "細胞は"]:
        ids = words.encode(text)
        cases.append({"text": text, "ids": ids, "decoded": words.decode(ids, skip_special_tokens=True)})
    known = {"size": len(words), "specials": words.specials, "texts": cases}
    (FOLDER / "cases.json").write_text(json.dumps(known).replace("}, {", "},\n{") + "\n")
    print(len(cases), "texts,", len(tokens), "tokens")


if __name__ == "__main__":
    main()
