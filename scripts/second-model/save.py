"""Write a training checkpoint as a Hugging Face folder, in one move at the end."""

import argparse
import os
import shutil

import torch
from transformers import GenerationConfig

import settings  # noqa: F401
import tokens
from build import build_model
from talk import build_tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    processor = tokens.build_processor()
    processor.tokenizer = tokenizer = build_tokenizer()
    model = build_model(tokenizer).bfloat16()
    state = torch.load(arguments.checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    print(f"trained on {state['seen']} pictures, {sum(p.numel() for p in model.parameters())} "
          "parameters")
    model.generation_config = GenerationConfig(
        do_sample=False, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    folder = arguments.folder.rstrip("/")
    part, old = folder + ".part", folder + ".old"
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    model.save_pretrained(part)
    processor.save_pretrained(part)
    if os.path.exists(folder):
        os.rename(folder, old)
    os.rename(part, folder)
    shutil.rmtree(old, ignore_errors=True)
    for name in sorted(os.listdir(folder)):
        os.chmod(os.path.join(folder, name), 0o644)
        print(name, os.path.getsize(os.path.join(folder, name)))


if __name__ == "__main__":
    main()
