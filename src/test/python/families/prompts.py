"""Prompts as the chat templates of each family's checkpoints make them.

Those templates belong to their checkpoints and are not kept here. A system text is in a prompt where its checkpoints
were trained with one.
"""

import make_goldens

HELPFUL = (
    "You are a helpful language and vision assistant. You are able to understand the visual content that the user "
    "provides, and assist the user with a variety of tasks using natural language."
)

CHATML_USER, CHATML_END = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
LLAMA3_USER = "<|start_header_id|>user<|end_header_id|>\n\n"
LLAMA3_END = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"

# (before the pictures, behind each picture, between pictures and question, behind the question).
TEMPLATES = {
    "vicuna_v1": ("USER: ", "\n", "", " ASSISTANT:"),
    "vicuna_v1+system": (make_goldens.SYSTEM + " USER: ", "\n", "", " ASSISTANT:"),
    "mistral": ("[INST] ", "\n", "", " [/INST]"),
    "chatml": (CHATML_USER, "\n", "", CHATML_END),
    "chatml+system": (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" + CHATML_USER, "\n", "", CHATML_END,
    ),
    "chatml_direct+system": (
        "<|im_start|>system\nAnswer the questions.<|im_end|>" + CHATML_USER, "\n", "",
        "<|im_end|><|im_start|>assistant\n",
    ),
    "interleave": (CHATML_USER, "", "\n", CHATML_END),
    "onevision": ("<|im_start|>user ", "", "\n", "<|im_end|><|im_start|>assistant\n"),
    "llama_3": (LLAMA3_USER, "\n", "", LLAMA3_END),
    "llama_3+system": (
        f"<|start_header_id|>system<|end_header_id|>\n\n{HELPFUL}<|eot_id|>" + LLAMA3_USER, "\n", "", LLAMA3_END,
    ),
    "huatuo": ("<|user|>\n", "\n", "", "\n<|assistant|>\n"),
    "qwen2-vl+system": (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" + CHATML_USER, "", "", CHATML_END,
    ),
    "qwen3-vl": (CHATML_USER, "", "", CHATML_END),
    "gemma3": ("<start_of_turn>user\n", "", "", "<end_of_turn>\n<start_of_turn>model\n"),
    "phi3": ("<|user|>\n", "\n", "", "<|end|>\n<|assistant|>\n"),
    "smolvlm": ("<|im_start|>User:", "", "", "<end_of_utterance>\nAssistant:"),
}  # fmt: skip


def prompt(template: str, question: str, pictures: list[str]) -> str:
    before, behind, between, after = TEMPLATES[template]
    return before + "".join(picture + behind for picture in pictures) + between + question + after
