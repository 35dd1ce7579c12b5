"""Write a training checkpoint as a Hugging Face folder, with transformers' own writers."""

import argparse
import os
import tempfile

import torch
from transformers import GenerationConfig

from model import build_model
from tokens import build_processor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    processor = build_processor()
    model = build_model(processor.tokenizer).bfloat16()
    state = torch.load(arguments.checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    print(f"trained on {state['seen']} pictures")
    tokenizer = processor.tokenizer
    model.generation_config = GenerationConfig(
        do_sample=False, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    os.makedirs(arguments.folder, exist_ok=True)
    beside = os.path.dirname(os.path.abspath(arguments.folder))
    with tempfile.TemporaryDirectory(dir=beside) as part:
        model.save_pretrained(part)
        processor.save_pretrained(part)
        for name in sorted(os.listdir(part)):
            os.chmod(os.path.join(part, name), 0o644)
            os.replace(os.path.join(part, name), os.path.join(arguments.folder, name))
            print(name, os.path.getsize(os.path.join(arguments.folder, name)))


if __name__ == "__main__":
    main()
