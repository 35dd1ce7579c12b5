"""The bundled checkpoint in other families' clothes: tiles as in LLaVA-NeXT, two pictures as in LLaVA-NeXT-Interleave.

Both keep the tower, the projector, the decoder and the tokenizer of the LLaVA that is bundled. "next" gains the vector
of the line ends (image_newline) and tiles of 128 pixels; "interleave" is the same checkpoint with more room, asked about
two pictures at once.
"""

import random
from dataclasses import dataclass

import torch
from transformers import (AutoTokenizer, CLIPImageProcessor, LlavaConfig, LlavaForConditionalGeneration, LlavaNextConfig,
                          LlavaNextForConditionalGeneration, LlavaNextImageProcessor, LlavaNextProcessor, LlavaProcessor)

import pages
from pictures import GRID, PATCH, SIZE, SPLITS, Picture, make_picture, pad_to_square
from vocabulary import QUESTIONS, WHAT, answer

KINDS = ("next", "interleave")
PINPOINTS = [[SIZE, 2 * SIZE], [2 * SIZE, SIZE], [2 * SIZE, 2 * SIZE]]  # height, width
LONGEST = 2048  # tokens; the bundled checkpoint was trained on 512


@dataclass
class Sample:
    """One or two pictures; their questions with answers."""
    pictures: list
    asked: list


def small_page(number):
    """A page whose letters are legible at 256 pixels, not at the 128 of one view."""
    try:
        pages.MODEL_SIZE = 2 * SIZE
        image, items, boxes, letters = pages.make_page(f"small {number}")
    finally:
        pages.MODEL_SIZE = SIZE
    return Picture("page", image, items, boxes, letters)


def picture_of(what, number):
    return small_page(number) if what == "small page" else make_picture(what, number)


def sample(kind, whats, number):
    """The sample of a number; two pictures have neighbouring numbers."""
    shown = [picture_of(what, 2 * number + i) for i, what in enumerate(whats)]
    if kind == "next":
        return Sample(shown, [(q, answer(q, shown[0].kind, shown[0].items)) for q in QUESTIONS])
    return Sample(shown, [(WHAT, " ".join(answer(WHAT, p.kind, p.items) for p in shown))])


def training_sample(kind, number):
    rng = random.Random(f"wrapped {kind} {number}")
    whats = ["small page", "small page", "page", "cells"] if kind == "next" else ["page", "cells"]
    return sample(kind, rng.choices(whats, k=1 if kind == "next" else 2), SPLITS["train"] + number)


def prompt(question, pictures):
    return "USER: " + "<image>\n" * pictures + f"{question} ASSISTANT:"


def build(kind, folder, dtype=torch.float32, attention="eager"):
    """The wrapped model and its processor, from a LLaVA checkpoint or one that was wrapped before."""
    classes = {"next": LlavaNextForConditionalGeneration, "interleave": LlavaForConditionalGeneration}
    config = LlavaConfig.from_pretrained(folder).to_dict()
    wrapped = config.get("model_type") == "llava_next" or config["text_config"]["max_position_embeddings"] == LONGEST
    config["text_config"]["max_position_embeddings"] = LONGEST
    if kind == "next":
        for name in ("model_type", "architectures"):
            config.pop(name, None)
        config = LlavaNextConfig(**config | {"image_grid_pinpoints": PINPOINTS})
    else:
        config = LlavaConfig(**config)
    model = classes[kind].from_pretrained(folder, config=config, dtype=dtype, attn_implementation=attention)
    if kind == "next" and not wrapped:
        embeddings = model.get_input_embeddings().weight
        model.model.image_newline.data = torch.randn(
            embeddings.shape[1], generator=torch.Generator().manual_seed(1)).to(dtype) * embeddings.std()
    tokenizer = AutoTokenizer.from_pretrained(folder, model_max_length=LONGEST)
    common = dict(tokenizer=tokenizer, patch_size=PATCH, vision_feature_select_strategy="default",
                  num_additional_image_tokens=1)
    crop = dict(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    if kind == "next":
        images = LlavaNextImageProcessor(image_grid_pinpoints=PINPOINTS, **crop)
        return model, LlavaNextProcessor(image_processor=images, **common)
    return model, LlavaProcessor(image_processor=CLIPImageProcessor(**crop), **common)


def inputs(kind, processor, pictures, question):
    images = [p.image if kind == "next" else pad_to_square(p.image)[0] for p in pictures]
    return processor(images=images, text=prompt(question, len(images)), return_tensors="pt")


def grid(columns, rows, left, top, width, height):
    """Cells of a view row by row as x0, y0, x1, y1 in pixels of the picture."""
    return [(left + c * width, top + r * height, left + (c + 1) * width, top + (r + 1) * height)
            for r in range(rows) for c in range(columns)]


def overview_cells(picture):
    width, height = picture.image.size
    return grid(GRID, GRID, 0, 0, width / GRID, height / GRID)


def tile_cells(picture, processor):
    """Cells of the joined tiles with None for line ends: transformers 4.57.6, pack_image_features and unpad_image."""
    from transformers.models.llava_next.image_processing_llava_next import select_best_resolution
    width, height = picture.image.size
    full_height, full_width = select_best_resolution((height, width), processor.image_processor.image_grid_pinpoints)
    rows, columns = full_height // PATCH, full_width // PATCH
    scale = min(full_width / width, full_height / height)
    top, left = 0, 0
    if width / height > columns / rows:
        top = (rows - int(round(height * (columns / width), 7))) // 2
    else:
        left = (columns - int(round(width * (rows / height), 7))) // 2
    pad_x = (full_width - min(-(-width * full_height // height), full_width)) // 2
    pad_y = (full_height - min(-(-height * full_width // width), full_height)) // 2
    cell, kept = PATCH / scale, columns - 2 * left
    cells = grid(kept, rows - 2 * top, (left * PATCH - pad_x) / scale, (top * PATCH - pad_y) / scale, cell, cell)
    lines = [cells[i:i + kept] + [None] for i in range(0, len(cells), kept)]
    return [place for line in lines for place in line]


def square_cells(picture):
    """Cells of a picture padded to a square."""
    side = max(picture.image.size)
    _, left, top = pad_to_square(picture.image)
    return grid(GRID, GRID, -left, -top, side / GRID, side / GRID)


def places(kind, processor, pictures):
    """(picture, cell or None) of every image token."""
    if kind == "next":
        return [(0, c) for c in overview_cells(pictures[0]) + tile_cells(pictures[0], processor)]
    return [(i, c) for i, picture in enumerate(pictures) for c in square_cells(picture)]
