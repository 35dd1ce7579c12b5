"""Write what SmolLM2-135M says after 20 texts, for a comparison with the plugin.

    python src/test/python/make_smollm2_continuations.py FOLDER

FOLDER is what make_smollm2_checkpoint.py wrote. Greedy, 64 tokens each, computed in float32 by transformers with eager
attention. "texts" are continued without a picture; "questions" are asked about a picture as one view, which the model
cannot make sense of, through SmolVLM's chat template.
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoTokenizer, Idefics3ImageProcessor, Idefics3Processor
from transformers.models.idefics3.modeling_idefics3 import Idefics3VisionEmbeddings

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "resources" / "golden" / "smollm2.json"
PICTURE = "demo-images/page.png"  # of src/main/resources
QUESTIONS = ["What is a microscope?", "Write a short poem about the sea.", "Why is the sky blue?"]
TOKENS, LEAST = 64, 64


def plain_positions(self, pixel_values, patch_attention_mask):
    """Position i for patch i: what transformers' buckets come to in bfloat16, the type of the stored model."""
    patches = self.patch_embedding(pixel_values).flatten(2).transpose(1, 2)
    return patches + self.position_embedding.weight


def continuation(model, tokenizer, inputs) -> dict:
    ids = inputs["input_ids"]
    out = model.generate(
        **inputs, do_sample=False, max_new_tokens=TOKENS, output_logits=True, return_dict_in_generate=True
    )
    generated = out.sequences[0, ids.shape[1] :]
    top = torch.stack(out.logits)[:, 0].topk(2).values
    return {
        "input_ids": ids[0].tolist(),
        "generated_ids": generated.tolist(),
        "generated": tokenizer.decode(generated),
        "smallest_margin": round((top[:, 0] - top[:, 1]).min().item(), 5),  # of the first logit over the second
    }


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    Idefics3VisionEmbeddings.forward = plain_positions
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pictures = Idefics3ImageProcessor.from_pretrained(folder, do_image_splitting=False)
    template = json.loads((folder / "chat_template.json").read_text())["chat_template"]
    processor = Idefics3Processor(pictures, tokenizer, image_seq_len=64, chat_template=template)

    texts = (HERE / "smollm2_texts.txt").read_text(encoding="utf-8").rstrip("\n").split("\n---\n")
    continued = [{"text": t, **continuation(model, tokenizer, tokenizer(t, return_tensors="pt"))} for t in texts]
    short = [c["text"][:40] for c in continued if len(c["input_ids"]) < LEAST]
    if len(continued) != 20 or short:
        raise SystemExit(f"Expected 20 texts of at least {LEAST} tokens; too short: {short}")

    answered = []
    for question in QUESTIONS:
        picture = Image.open(HERE.parents[1] / "main" / "resources" / PICTURE).convert("RGB")
        message = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
        prompt = processor.apply_chat_template(message, add_generation_prompt=True)
        inputs = processor(text=prompt, images=[picture], return_tensors="pt")
        answered.append({"question": question, "picture": PICTURE, **continuation(model, tokenizer, inputs)})
    GOLDEN.write_text(
        json.dumps({"texts": continued, "questions": answered}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
