"""Render known chat templates with transformers, and write down what they make.

    python src/test/python/make_template_goldens.py FOLDER

FOLDER holds NAME.jinja, a chat template each, as checkpoints of that name have it. Neither is kept here: of a
template, resources/golden/templates.json has the SHA-256, and the prompts that it makes.
"""

import hashlib
import json
import sys
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

GOLDEN = Path(__file__).resolve().parent.parent / "resources" / "golden"

QUESTION = "What is in the image?"

# What the plugin puts in front of the prompts that begin so, if it is asked to keep a system text.
SYSTEM = {
    "USER: ": "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions.",
    "<|im_start|>": "You are a helpful assistant.",
}


def render(jinja: str, system: str | None = None) -> str:
    user = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}
    messages = [user]
    if system:
        messages.insert(0, {"role": "system", "content": [{"type": "text", "text": system}]})
    rendered, _ = render_jinja_template([messages], chat_template=jinja, add_generation_prompt=True)
    return rendered[0]


def main() -> None:
    entries = []
    for file in sorted(Path(sys.argv[1]).glob("*.jinja")):
        jinja = file.read_text(encoding="utf-8").removesuffix("\n")
        prompt = render(jinja)
        begin = next((begin for begin in SYSTEM if prompt.startswith(begin)), None)
        with_system = render(jinja, SYSTEM[begin]) if begin else ""
        # Some have no place for a system text, and take its words for the assistant's.
        known = with_system.startswith((SYSTEM["USER: "], "<|im_start|>system"))
        entries.append(
            {
                "name": file.stem,
                "sha256": hashlib.sha256(jinja.encode()).hexdigest(),
                "prompt": prompt,
                "promptWithSystem": with_system if known else None,
            }
        )
    golden = {"question": QUESTION, "templates": entries}
    text = json.dumps(golden, indent=2, ensure_ascii=False) + "\n"
    (GOLDEN / "templates.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
