"""Render known chat templates with transformers, and write down what they make.

    python src/test/python/make_template_goldens.py FOLDER

FOLDER holds NAME.jinja, a chat template each, as checkpoints of that name have it. None is kept here: of a template,
resources/golden/templates.json has the SHA-256, and the prompts that it makes. Those of other names stay there.
"""

import hashlib
import json
import sys
from pathlib import Path

from jinja2.exceptions import TemplateError
from transformers.utils.chat_template_utils import render_jinja_template

GOLDEN = Path(__file__).resolve().parent.parent / "resources" / "golden"

QUESTION = "What is in the image?"
EARLIER = [("What is it?", "A page."), ("What does it say?", "Apple, banana.")]
THOUGHT = [("What is it?", "It is white.\nSo\n</think>\n\nA page."), ("What does it say?", "Two words,")]

# What the plugin puts in front of the prompts that begin so, if it is asked to keep a system text.
SYSTEM = {
    "USER: ": "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions.",
    "<|im_start|>": "You are a helpful assistant.",
}
NO_SYSTEM = ("internvl3", "internvl3-line-ends", "qwen3-vl-instruct", "qwen3-vl-thinking")  # None is put in front of these.


def rendered(jinja: str, messages: list[dict]) -> str:
    # Of these templates, Gemma's alone says where its tokenizer's first token goes.
    own = {"bos_token": "<bos>"} if "<start_of_turn>" in jinja else {}
    texts, _ = render_jinja_template([messages], chat_template=jinja, add_generation_prompt=True, **own)
    return texts[0]


def content(jinja: str, text: str, pictures: int = 0) -> str | list[dict]:
    """What a message holds: Phi-3-V's template wants one text, with each picture's number on a line of its own."""
    if "'<|' + message['role']" in jinja:
        return "".join(f"<|image_{i + 1}|>\n" for i in range(pictures)) + text
    return [{"type": "image"}] * pictures + [{"type": "text", "text": text}]


def render(jinja: str, system: str | None = None, pictures: int = 1) -> str:
    user = {"role": "user", "content": content(jinja, QUESTION, pictures)}
    messages = [user]
    if system:
        messages.insert(0, {"role": "system", "content": [{"type": "text", "text": system}]})
    return rendered(jinja, messages)


def conversation(jinja: str, earlier: list[tuple[str, str]]) -> str:
    turns = []
    for question, answer in earlier:
        turns.append({"role": "user", "content": content(jinja, question, 0 if turns else 1)})
        turns.append({"role": "assistant", "content": content(jinja, answer)})
    turns.append({"role": "user", "content": content(jinja, QUESTION)})
    return rendered(jinja, turns)


def answered(jinja: str, answer: str) -> str:
    turns = [
        {"role": "user", "content": content(jinja, QUESTION, 1)},
        {"role": "assistant", "content": content(jinja, answer)},
    ]
    rendered, _ = render_jinja_template([turns], chat_template=jinja)
    return rendered[0]


def main() -> None:
    golden = json.loads((GOLDEN / "templates.json").read_text(encoding="utf-8"))
    entries = {entry["name"]: entry for entry in golden["templates"]}
    known_by_hash = {entry["sha256"] for entry in entries.values()}
    for file in sorted(Path(sys.argv[1]).glob("*.jinja")):
        jinja = file.read_text(encoding="utf-8").removesuffix("\n")
        prompt = render(jinja)
        sha256 = hashlib.sha256(jinja.encode()).hexdigest()
        if sha256 in known_by_hash and file.stem not in entries:
            continue  # by another name
        known_by_hash.add(sha256)
        begin = next((begin for begin in SYSTEM if prompt.startswith(begin) and file.stem not in NO_SYSTEM), None)
        try:
            with_system = render(jinja, SYSTEM[begin]) if begin else ""
        except TemplateError:
            with_system = ""
        # Some have no place for a system text, and take its words for the assistant's; others say it twice.
        known = with_system.startswith((SYSTEM["USER: "], "<|im_start|>system"))
        known = known and with_system.count(SYSTEM[begin]) == 1
        entries[file.stem] = {
            "name": file.stem,
            "sha256": sha256,
            "prompt": prompt,
            "promptOfTwo": render(jinja, pictures=2),
            "promptWithSystem": with_system if known else None,
            "promptOfConversation": conversation(jinja, EARLIER),
        }
        if prompt.endswith("<think>\n"):
            entries[file.stem]["promptBehindThoughts"] = conversation(jinja, THOUGHT)
            entries[file.stem]["answered"] = [answered(jinja, answer) for _, answer in THOUGHT]
    golden = {"question": QUESTION, "earlier": EARLIER, "thought": THOUGHT}
    golden["templates"] = [entries[name] for name in sorted(entries)]
    text = json.dumps(golden, indent=2, ensure_ascii=False) + "\n"
    (GOLDEN / "templates.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
