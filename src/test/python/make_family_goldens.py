"""Write tiny random checkpoints of each model family and, for each, what the plugin should compute from it.

    python src/test/python/make_family_goldens.py [NAME ...]

Everything is seeded: two runs on one machine write the same bytes. See README.md for what is written.
"""

import json
import os
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
import transformers

from families import golden, idefics3
from families.gemma3 import Gemma3
from families.internvl import InternVL
from families.llava import Llava
from families.llava_next import LlavaNext
from families.llava_next_video import LlavaNextVideo
from families.llava_onevision import LlavaOnevision
from families.original import Original
from families.phi3_v import Phi3V
from families.qwen2_5_vl import Qwen2_5VL
from families.qwen2_vl import Qwen2VL
from families.qwen3_vl import Qwen3VL
from families.qwen_vl import QwenVL

FAMILIES = [
    Llava(), LlavaNext(), idefics3.Idefics3(), idefics3.SmolVLM(), LlavaOnevision(), LlavaNextVideo(), Original(),
    Qwen2VL(), Qwen2_5VL(), Qwen3VL(), InternVL(), Gemma3(), QwenVL(), Phi3V(),
]  # fmt: skip


def make_positions() -> None:
    """How the tower of Idefics3 numbers positions along an axis, for each type and number of patches."""
    types = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    sides = [*range(1, 41), 64, 70]
    numbers = {name: {side: idefics3.numbered_by_transformers(side, dtype) for side in sides} for name, dtype in types.items()}
    for name, dtype in types.items():
        for side in sides:
            assert idefics3.positions(side, dtype).tolist() == numbers[name][side]
    text = json.dumps(numbers).replace("}, ", "},\n").replace("], ", "],\n")
    (golden.ROOT / "idefics3-positions.json").write_text(text + "\n")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for family in FAMILIES:
        for spec in family.specs:
            if not sys.argv[1:] or spec.name in sys.argv[1:]:
                golden.make(family, spec)
    if not sys.argv[1:] or "positions" in sys.argv[1:]:
        make_positions()


if __name__ == "__main__":
    main()
