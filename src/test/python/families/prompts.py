"""Prompts as the chat templates of each family's checkpoints make them.

Those templates belong to their checkpoints and are not kept here. A system text is in a prompt where its checkpoints
were trained with one.
"""

import make_goldens

HELPFUL = (
    "You are a helpful language and vision assistant. You are able to understand the visual content that the user "
    "provides, and assist the user with a variety of tasks using natural language."
)

# (before the pictures, each picture, after the question); the question goes between the last two.
TEMPLATES = {
    "vicuna_v1": ("USER: ", "{}\n", " ASSISTANT:"),
    "vicuna_v1+system": (make_goldens.SYSTEM + " USER: ", "{}\n", " ASSISTANT:"),
    "mistral": ("[INST] ", "{}\n", " [/INST]"),
    "chatml": ("<|im_start|>user\n", "{}\n", "<|im_end|>\n<|im_start|>assistant\n"),
    "chatml+system": (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
        "{}\n",
        "<|im_end|>\n<|im_start|>assistant\n",
    ),
    "yi+system": (
        "<|im_start|>system\nAnswer the questions.<|im_end|><|im_start|>user\n",
        "{}\n",
        "<|im_end|><|im_start|>assistant\n",
    ),
    "interleave": ("<|im_start|>user\n", "{}", "<|im_end|><|im_start|>assistant"),
    "llama_3+system": (
        f"<|start_header_id|>system<|end_header_id|>\n\n{HELPFUL}<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\n",
        "{}\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "llama_3": (
        "<|start_header_id|>user<|end_header_id|>\n\n",
        "{}\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "smolvlm": ("<|im_start|>User:", "{}", "<end_of_utterance>\nAssistant:"),
}


def prompt(template: str, question: str, pictures: list[str]) -> str:
    before, picture, after = TEMPLATES[template]
    return before + "".join(picture.format(text) for text in pictures) + question + after
