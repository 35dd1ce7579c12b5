"""Write what transformers' processors make of pictures of many sizes, to check a port of them.

    python src/test/python/make_picture_goldens.py

Qwen2-VL's (and Qwen2.5-VL's, which are the same) and Qwen3-VL's are in a file of their own, pictures-qwen.json,
InternVL's in pictures-internvl.json, and Phi-3-V's, which transformers does not have, as families/phi3_v.py makes them,
in pictures-phi3.json.

Pictures are made by a formula, so that only checksums of pixel values need to be kept; features of patches are their
numbers, so that the features of image tokens show which patches they are made of. The slow image processors are
used by class; videos have only torchvision's.
"""

import functools
import math
import re
import types
import zlib
from fractions import Fraction

import numpy as np
import torch
import torchvision
import transformers
from PIL import Image
from transformers import (
    GotOcr2ImageProcessor,
    Idefics3ImageProcessor,
    InternVLVideoProcessor,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaNextVideoVideoProcessor,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    SiglipImageProcessor,
    SmolVLMImageProcessor,
)
from transformers.image_processing_utils import select_best_resolution
from transformers.models.got_ocr2.image_processing_got_ocr2 import get_optimal_tiled_canvas
from transformers.models.idefics3.modeling_idefics3 import Idefics3Connector
from transformers.models.idefics3.processing_idefics3 import get_image_prompt_string
from transformers.models.internvl.modeling_internvl import InternVLModel
from transformers.models.llava_next.modeling_llava_next import LlavaNextModel
from transformers.models.llava_next_video.modeling_llava_next_video import LlavaNextVideoPooler
from transformers.models.llava_onevision.modeling_llava_onevision import LlavaOnevisionModel
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize
from transformers.models.qwen3_vl.video_processing_qwen3_vl import smart_resize as smart_resize_video

from families import phi3_v
from make_goldens import GOLDEN, write_json

SIZES = [
    (1, 1), (1, 2), (2, 1), (3, 3), (2, 7), (13, 5), (28, 28), (97, 40), (37, 90), (200, 150), (150, 200), (256, 256),
    (335, 337), (336, 336), (337, 335), (384, 384), (385, 383), (400, 600), (512, 512), (513, 511), (640, 480),
    (480, 640), (672, 336), (336, 672), (672, 672), (1008, 336), (336, 1008), (1024, 1024), (1000, 333), (333, 1000),
    (1920, 1080), (1080, 1920), (1333, 777), (2304, 2304), (4000, 3000), (5000, 300), (300, 5000), (5000, 1), (1, 5000),
    (6000, 4500),
]  # fmt: skip
# Of these the pixel values and the patches of each token are checked, with small tiles.
SMALL_SIZES = [(1, 1), (13, 5), (28, 28), (97, 40), (37, 90), (200, 151), (90, 7), (5, 60), (30, 91)]

# Thin ones, at most 200 : 1 or refused, and such as are just at a limit or right between two multiples.
QWEN_SIZES = SIZES + [
    (3, 400), (400, 3), (1, 200), (200, 1), (201, 1), (1, 201), (2000, 10), (2010, 10), (5, 999), (5, 1001), (8000, 41),
    (14, 14), (42, 70), (70, 42), (98, 126), (56, 56), (55, 57), (13, 15), (1792, 7168), (1792, 7182), (1001, 1002),
    (1000, 1004), (4096, 4096), (4097, 4095), (3584, 3584), (16, 48), (80, 112), (10000, 10000), (12, 1300), (1300, 12),
]  # fmt: skip
QWEN_SMALL_SIZES = SMALL_SIZES + [(240, 4), (3, 400), (36, 44), (64, 64)]
QWEN_FRAMES = [2, 3, 4, 5, 7, 9]
# patch, least and most pixels: as published, the code's own, and tiny ones.
QWEN2_LIMITS = [(14, 3136, 12845056), (14, 56 * 56, 28 * 28 * 1280), (4, 256, 4096)]
QWEN3_LIMITS = [(16, 65536, 16777216), (4, 1024, 8192)]

# Pictures of InternVL that fill half of a grid of tiles to the pixel, which is not enough.
HALF_SIZES = [(2048, 588), (588, 2048), (1024, 882), (882, 1024), (1008, 896), (896, 1008)]
SMALL_HALF_SIZES = [(36, 32), (108, 32), (54, 48), (36, 64), (18, 80)]  # with tiles of 24 pixels
INTERNVL = {"size": 448, "patch_size": 14, "min_patches": 1, "max_patches": 12}
SMALL_INTERNVL = {"size": 24, "patch_size": 4, "min_patches": 1, "max_patches": 12}
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}

PHI3_TILES = [1, 4, 9, 16]

NEXT_PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
SMALL = {"size": 28, "patch_size": 7, "pinpoints": [[28, 56], [56, 28], [56, 56], [84, 28], [28, 84]]}
# A tile's side is no multiple of a patch's, as that of SigLIP is none.
SMALL_ONEVISION = {
    "size": 30, "patch_size": 7, "max_tiles": 2,
    "pinpoints": [[30 * i, 30 * j] for i in range(1, 5) for j in range(1, 5)],
}  # fmt: skip
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


def pixels(width: int, height: int, seed: int) -> np.ndarray:
    """Noise that is black or white often, [height, width, 3]."""
    x = (np.arange(width * height * 3, dtype=np.uint64) + np.uint64(seed * 7919)) * np.uint64(2654435761)
    x &= np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(15)
    x = x * np.uint64(2246822519) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(13)
    values = (x & np.uint64(1023)).astype(np.int64) - 384
    return np.clip(values, 0, 255).astype(np.uint8).reshape(height, width, 3)


def checksums(crops) -> list[int]:
    """Of each crop's float32 values, [3, S, S]."""
    return [zlib.crc32(np.ascontiguousarray(crop, dtype="<f4").tobytes()) for crop in crops]


def run(text: str) -> str:
    """Runs of image tokens as a number: <image>*64."""
    return re.sub(r"(<image>)+", lambda m: f"<image>*{len(m[0]) // len('<image>')}", text)


def numbers(crops: int, patches: int) -> torch.Tensor:
    """The number of each patch as its feature, [crops, patches, 1]."""
    return torch.arange(crops * patches, dtype=torch.float32).view(crops, patches, 1)


def rounded(features: torch.Tensor) -> str:
    return " ".join(f"{float(value):.7g}" for value in features.flatten())


def model(spec: dict) -> types.SimpleNamespace:
    vision = types.SimpleNamespace(image_size=spec["size"], patch_size=spec["patch_size"])
    return types.SimpleNamespace(
        config=types.SimpleNamespace(vision_config=vision, image_grid_pinpoints=spec["pinpoints"])
    )


def count(processor, spec: dict, width: int, height: int) -> int:
    side = spec["size"] // spec["patch_size"]
    processor.patch_size = spec["patch_size"]
    processor.num_image_tokens = side * side
    processor.num_additional_image_tokens = 0
    processor.vision_aspect_ratio = f"anyres_max_{spec.get('max_tiles', 9)}"
    processor.image_processor = types.SimpleNamespace(image_grid_pinpoints=spec["pinpoints"])
    return processor._get_number_of_features(height, width, spec["size"], spec["size"])


def tiled_counts(cls, spec: dict) -> dict:
    cases = []
    for width, height in SIZES:
        best = select_best_resolution((height, width), spec["pinpoints"])
        tokens = count(cls.__new__(cls), spec, width, height)
        cases.append({"width": width, "height": height, "best": list(best), "tokens": tokens})
    return {**spec, "cases": cases}


def tiled_pixels(image_processor, spec: dict, pack) -> dict:
    cases = []
    for i, (width, height) in enumerate(SMALL_SIZES):
        out = image_processor(pixels(width, height, i), input_data_format="channels_last", return_tensors="np")
        crops = out["pixel_values"][0]
        features = pack(numbers(len(crops), (spec["size"] // spec["patch_size"]) ** 2), torch.tensor([[height, width]]))
        cases.append({"width": width, "height": height, "checksums": checksums(crops), "features": rounded(features)})
    return {**spec, "cases": cases}


def next_pixels() -> dict:
    processor = LlavaNextImageProcessor(
        size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}, image_grid_pinpoints=SMALL["pinpoints"]
    )
    # It takes pictures of 1 or 3 rows for channels: it is told which they are wherever it asks.
    pad = processor.pad
    processor.pad = lambda image, padding, **k: pad(
        image, padding, **({"input_data_format": "channels_last", **k} if image.ndim == 3 else k)
    )

    def pack(features: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
        newline = torch.tensor([-1.0])
        return LlavaNextModel.pack_image_features(model(SMALL), [features], sizes, "full", newline)[0][0]

    return tiled_pixels(processor, SMALL, pack)


def onevision_pixels() -> dict:
    spec = SMALL_ONEVISION
    processor = LlavaOnevisionImageProcessor(
        size={"height": 30, "width": 30}, image_grid_pinpoints=spec["pinpoints"], image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )  # fmt: skip
    pad = processor.pad
    processor.pad = lambda image, padding, **k: pad(
        image, padding, **({"input_data_format": "channels_last", **k} if image.ndim == 3 else k)
    )

    def pack(features: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
        newline = torch.tensor([-1.0])
        aspect = f"anyres_max_{spec['max_tiles']}"
        return LlavaOnevisionModel.pack_image_features(model(spec), [features], sizes, newline, aspect)[0][0]

    return tiled_pixels(processor, spec, pack)


def idefics_text(rows: int, cols: int, tokens: int) -> str:
    return run(
        get_image_prompt_string(rows, cols, tokens, "<fake_token_around_image>", "<image>", "<global-img>")
    )


def idefics_counts(longest: int, size: int, patch: int, scale: int) -> dict:
    processor = SmolVLMImageProcessor(size={"longest_edge": longest}, max_image_size={"longest_edge": size})
    cases = []
    for width, height in SIZES:
        tiles, rows, cols = processor.get_number_of_image_patches(height, width, {})
        rows, cols = (rows, cols) if tiles > 1 else (0, 0)
        text = idefics_text(rows, cols, (size // patch // scale) ** 2)
        cases.append({"width": width, "height": height, "text": text})
    return {"longest_edge": longest, "size": size, "patch_size": patch, "scale_factor": scale, "cases": cases}


def idefics_pixels(cls, longest: int, size: int, patch: int, scale: int, tiled: bool) -> dict:
    processor = cls(
        size={"longest_edge": longest}, max_image_size={"longest_edge": size}, do_image_splitting=tiled
    )
    shuffle = types.SimpleNamespace(scale_factor=scale)
    cases = []
    for i, (width, height) in enumerate(SMALL_SIZES):
        out = processor(
            pixels(width, height, i), input_data_format="channels_last", return_row_col_info=True, return_tensors="np"
        )
        crops = out["pixel_values"][0]
        rows, cols = out["rows"][0][0], out["cols"][0][0]
        features = Idefics3Connector.pixel_shuffle(shuffle, numbers(len(crops), (size // patch) ** 2), scale)
        cases.append({
            "width": width, "height": height, "checksums": checksums(crops),
            "order": zlib.crc32(features.flatten().numpy().astype("<i4").tobytes()),
            "text": idefics_text(rows, cols, (size // patch // scale) ** 2),
        })  # fmt: skip
    return {
        "longest_edge": longest, "size": size, "patch_size": patch, "scale_factor": scale, "tiled": tiled,
        "cases": cases,
    }  # fmt: skip


def siglip() -> dict:
    processor = SiglipImageProcessor(size={"height": 30, "width": 30})
    cases = [
        {
            "width": w, "height": h,
            "checksums": checksums(processor(pixels(w, h, i), input_data_format="channels_last")["pixel_values"]),
        }
        for i, (w, h) in enumerate(SMALL_SIZES)
    ]  # fmt: skip
    return {"size": 30, "patch_size": 7, "cases": cases}


def frames(processor, size: int, pool) -> dict:
    """Checksums of frames in 8 bits before they are normalised, and the features of one frame."""
    cases = []
    for i, (width, height) in enumerate(SMALL_SIZES):
        video = torch.from_numpy(pixels(width, height, i)).permute(2, 0, 1)[None]
        out = processor(
            video, input_data_format="channels_first", do_rescale=False, do_normalize=False, return_tensors="pt"
        )["pixel_values_videos"][0, 0]
        cases.append({"width": width, "height": height, "checksums": checksums([out.numpy()])})
    side = size // 7
    return {"size": size, "patch_size": 7, "features": rounded(pool(numbers(1, side * side))), "cases": cases}


def next_frames() -> dict:
    processor = LlavaNextVideoVideoProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    vision = types.SimpleNamespace(image_size=28, patch_size=7, hidden_size=1)
    pooler = LlavaNextVideoPooler(
        types.SimpleNamespace(spatial_pool_mode="average", spatial_pool_stride=2, vision_config=vision)
    )
    return frames(processor, 28, pooler)


def onevision_frames() -> dict:
    processor = LlavaOnevisionVideoProcessor(size={"height": 35, "width": 35})
    spec = {"size": 35, "patch_size": 7, "pinpoints": []}
    return frames(processor, 35, lambda features: LlavaOnevisionModel.apply_pooling(model(spec), features))


def qwen_settings(patch: int, least: int, most: int) -> dict:
    return {"patch_size": patch, "merge_size": 2, "min_pixels": least, "max_pixels": most}


def resized(width: int, height: int, resize, *options) -> dict:
    """Height and width after resizing, or nothing if the picture is refused."""
    try:
        return {"width": width, "height": height, "resized": list(resize(height, width, *options))}
    except ValueError:
        return {"width": width, "height": height, "resized": None}


def qwen_counts(limits: tuple[int, int, int]) -> dict:
    patch, least, most = limits
    cases = []
    for width, height in QWEN_SIZES:
        case = resized(width, height, smart_resize, 2 * patch, least, most)
        if case["resized"]:
            processor = Qwen2VLImageProcessor(patch_size=patch, min_pixels=least, max_pixels=most)
            case["tokens"] = processor.get_number_of_image_patches(height, width, {}) // 4
            assert 4 * case["tokens"] * patch**2 == case["resized"][0] * case["resized"][1]
        cases.append(case)
    return qwen_settings(*limits) | {"cases": cases}


def qwen_crops(patches: np.ndarray, grid, side: int) -> np.ndarray:
    """[frames, 3, H, W], and the other way round what the order of patches is."""
    times, rows, columns = (int(count) for count in grid)
    blocks = patches.reshape(times, rows // 2, columns // 2, 2, 2, 3, 2, side, side)
    return blocks.transpose(0, 6, 5, 1, 3, 7, 2, 4, 8).reshape(2 * times, 3, rows * side, columns * side)


def qwen_order(rows: int, columns: int) -> int:
    """Of the patches' numbers, counted row by row, in the processor's order."""
    numbered = np.arange(rows * columns).reshape(rows // 2, 2, columns // 2, 2).transpose(0, 2, 1, 3)
    return zlib.crc32(np.ascontiguousarray(numbered, dtype="<i4").tobytes())


def qwen_pixels(limits: tuple[int, int, int], mean: list[float], std: list[float]) -> dict:
    patch, least, most = limits
    processor = Qwen2VLImageProcessor(
        patch_size=patch, min_pixels=least, max_pixels=most, image_mean=mean, image_std=std
    )
    cases = []
    for i, (width, height) in enumerate(QWEN_SMALL_SIZES):
        out = processor(pixels(width, height, i), input_data_format="channels_last", return_tensors="np")
        values, grid = out["pixel_values"], out["image_grid_thw"][0].tolist()
        crops = qwen_crops(values, grid, patch)
        assert np.array_equal(crops[0], crops[1])
        cases.append({
            "width": width, "height": height, "resized": list(crops.shape[2:]), "checksums": checksums(crops[:1]),
            "patches": checksums([values])[0], "order": qwen_order(*grid[1:]),
        })  # fmt: skip
    return qwen_settings(*limits) | {"mean": mean, "std": std, "cases": cases}


def qwen_frames(processor, limits: tuple[int, int, int]) -> dict:
    """Checksums of frames in 8 bits before they are normalised, of a video whose second frame is another picture."""
    cases = []
    for i, (width, height) in enumerate(QWEN_SMALL_SIZES):
        video = np.stack([pixels(width, height, i), pixels(width, height, i + 100)])
        case = {"width": width, "height": height, "resized": None}
        try:
            out = processor(
                torch.from_numpy(video).permute(0, 3, 1, 2), input_data_format="channels_first", do_sample_frames=False,
                do_rescale=False, do_normalize=False, return_tensors="pt",
            )  # fmt: skip
        except ValueError:
            cases.append(case)
            continue
        crops = qwen_crops(out["pixel_values_videos"].numpy(), out["video_grid_thw"][0], limits[0])
        cases.append(case | {"resized": list(crops.shape[2:]), "checksums": checksums(crops)})
    return qwen_settings(*limits) | {"cases": cases}


def qwen3_videos(limits: tuple[int, int, int]) -> dict:
    """The limits of Qwen3-VL's videos are those of all frames together."""
    patch, least, most = limits
    cases = []
    for frames in [1, *QWEN_FRAMES]:
        resize = functools.partial(smart_resize_video, frames)
        for width, height in QWEN_SIZES[::3]:
            cases.append({"frames": frames} | resized(width, height, resize, 2, 2 * patch, least, most))
    return qwen_settings(*limits) | {"cases": cases}


def qwen3_times() -> list[dict]:
    """The texts before pairs of frames."""
    processor = Qwen3VLProcessor.__new__(Qwen3VLProcessor)
    cases = []
    for fps in (0.5, 1.0, 2.0, 2.5, 4.0, 24.0, 30.0):
        for frames in (2, 7, 40):
            times = processor._calculate_timestamps(list(range(frames)), fps, 2)
            cases.append({"fps": fps, "frames": frames, "texts": [f"<{time:.1f} seconds>" for time in times]})
    return cases


def qwen_videos(cls, limits: tuple[int, int, int]):
    size = {"shortest_edge": limits[1], "longest_edge": limits[2]}
    return cls(size=size, patch_size=limits[0], temporal_patch_size=2, merge_size=2)


def make_qwen() -> None:
    small, standard = (4, 256, 4096), [0.5] * 3
    write_json(
        GOLDEN / "pictures-qwen.json",
        {
            "transformers": transformers.__version__,
            "torchvision": torchvision.__version__.split("+")[0],
            "qwen2-vl": {
                "counts": [qwen_counts(limits) for limits in QWEN2_LIMITS],
                "pixels": [qwen_pixels(small, MEAN, STD)],
                "frames": qwen_frames(qwen_videos(Qwen2VLVideoProcessor, small), small),
            },
            "qwen3-vl": {
                "counts": [qwen_counts(limits) for limits in QWEN3_LIMITS],
                "pixels": [qwen_pixels((6, 1024, 16384), standard, standard)],
                "frames": qwen_frames(qwen_videos(Qwen3VLVideoProcessor, small), small),
                "videos": [qwen3_videos(limits) for limits in ((16, 4096, 25165824), small)],
                "times": qwen3_times(),
            },
        },
    )


def between(spec: dict) -> list[tuple[int, int]]:
    """Sizes whose aspect ratio is right between those of two grids, of about half the area of each.

    Some of these are ties by the ratios, but not by the differences of doubles.
    """
    most = spec["max_patches"]
    grids = [(columns, rows) for columns in range(1, most + 1) for rows in range(1, most // columns + 1)]
    ratios = sorted({Fraction(*grid) for grid in grids})
    sizes = []
    for lower, upper in zip(ratios, ratios[1:]):
        width, height = ((lower + upper) / 2).as_integer_ratio()
        for tiles in sorted({columns * rows for columns, rows in grids if Fraction(columns, rows) in (lower, upper)}):
            times = math.isqrt(spec["size"] ** 2 * tiles // (2 * width * height))
            sizes += [(n * width, n * height) for n in (times, times + 1) if n > 0]
    return sizes


def internvl_grid(spec: dict, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of tiles."""
    return get_optimal_tiled_canvas(
        (height, width), (spec["size"], spec["size"]), spec["min_patches"], spec["max_patches"]
    )


def internvl_tokens(spec: dict, crops: int) -> int:
    return crops * (spec["size"] // spec["patch_size"] // 2) ** 2


def internvl_counts(spec: dict, sizes: list[tuple[int, int]]) -> dict:
    square = {"height": spec["size"], "width": spec["size"]}
    patches = {name: spec[name] for name in ("min_patches", "max_patches")}
    processor = GotOcr2ImageProcessor(size=square, crop_to_patches=True, **patches)
    cases = []
    for width, height in dict.fromkeys(sizes):
        columns, rows = internvl_grid(spec, width, height)
        tokens = internvl_tokens(spec, processor.get_number_of_image_patches(height, width, {}))
        cases.append({"width": width, "height": height, "columns": columns, "rows": rows, "tokens": tokens})
    return {**spec, "cases": cases}


def internvl_pixels(spec: dict, sizes: list[tuple[int, int]]) -> dict:
    square = {"height": spec["size"], "width": spec["size"]}
    patches = {name: spec[name] for name in ("min_patches", "max_patches")}
    processor = GotOcr2ImageProcessor(size=square, crop_to_patches=True, **patches, **IMAGENET)
    side, cases = spec["size"] // spec["patch_size"], []
    for i, (width, height) in enumerate(sizes):
        crops = processor(pixels(width, height, i), input_data_format="channels_last", return_tensors="np")[
            "pixel_values"
        ]
        columns, rows = internvl_grid(spec, width, height)
        features = InternVLModel.pixel_shuffle(None, numbers(len(crops), side * side).view(-1, side, side, 1), 0.5)
        cases.append({
            "width": width, "height": height, "columns": columns, "rows": rows, "checksums": checksums(crops),
            "order": zlib.crc32(features.flatten().numpy().astype("<i4").tobytes()),
            "tokens": internvl_tokens(spec, len(crops)),
        })  # fmt: skip
    return {**spec, "mean": IMAGENET["image_mean"], "std": IMAGENET["image_std"], "cases": cases}


def internvl_frames() -> dict:
    """Checksums of frames in 8 bits before they are normalised."""
    processor = InternVLVideoProcessor(size={"height": 24, "width": 24})
    cases = []
    for i, (width, height) in enumerate(SMALL_SIZES):
        video = torch.from_numpy(pixels(width, height, i)).permute(2, 0, 1)[None]
        out = processor(
            video, input_data_format="channels_first", do_rescale=False, do_normalize=False, return_tensors="pt"
        )["pixel_values_videos"][0, 0]
        cases.append({"width": width, "height": height, "checksums": checksums([out.numpy()])})
    return {"size": 24, "patch_size": 4, "cases": cases}


def make_internvl() -> None:
    few = INTERNVL | {"max_patches": 6}
    single = SMALL_INTERNVL | {"max_patches": 1}
    write_json(
        GOLDEN / "pictures-internvl.json",
        {
            "transformers": transformers.__version__,
            "torchvision": torchvision.__version__.split("+")[0],
            "counts": [
                internvl_counts(INTERNVL, QWEN_SIZES + HALF_SIZES + between(INTERNVL)),
                internvl_counts(few, SIZES + HALF_SIZES + between(few)),
            ],
            "pixels": [
                internvl_pixels(SMALL_INTERNVL, SMALL_SIZES + SMALL_HALF_SIZES),
                internvl_pixels(single, SMALL_SIZES[:4]),
            ],
            "frames": internvl_frames(),
        },
    )


def phi3_counts(most: int) -> dict:
    """Columns and rows of tiles, and where the picture lies on them; nothing if a side is lost."""
    cases = []
    for width, height in SIZES:
        place = phi3_v.Placed.of(width, height, most, 336)
        fits = min(place.width, place.height) > 0
        place = {
            "tiles": [place.columns, place.rows], "place": [place.left, place.top, place.width, place.height],
            "tokens": phi3_v.count(place, 12),
        } if fits else {"tiles": None}  # fmt: skip
        cases.append({"width": width, "height": height} | place)
    return {"size": 336, "patch_size": 14, "num_crops": most, "cases": cases}


def phi3_pixels(most: int) -> dict:
    """Checksums of tiles; overviews are no whole numbers before they are normalised."""
    cases = []
    for i, (width, height) in enumerate(SMALL_SIZES):
        picture = Image.fromarray(pixels(width, height, i))
        crops = phi3_v.seen(picture, phi3_v.Placed.of(width, height, most, 28)).numpy()
        cases.append({"width": width, "height": height, "checksums": checksums(crops[1:])})
    return {"size": 28, "patch_size": 7, "num_crops": most, "cases": cases}


def make_phi3() -> None:
    found = {"counts": [phi3_counts(most) for most in PHI3_TILES], "pixels": [phi3_pixels(most) for most in PHI3_TILES]}
    write_json(GOLDEN / "pictures-phi3.json", found)


def main() -> None:
    make_phi3()
    make_qwen()
    make_internvl()
    onevision = [[384 * i, 384 * j] for i in range(1, 7) for j in range(1, 7)]
    write_json(
        GOLDEN / "pictures.json",
        {
            "transformers": transformers.__version__,
            "torchvision": torchvision.__version__.split("+")[0],
            "siglip": siglip(),
            "llava-next": {
                "counts": tiled_counts(
                    LlavaNextProcessor, {"size": 336, "patch_size": 14, "pinpoints": NEXT_PINPOINTS}
                ),
                "pixels": next_pixels(),
            },
            "llava-onevision": {
                "counts": tiled_counts(
                    LlavaOnevisionProcessor, {"size": 384, "patch_size": 14, "pinpoints": onevision, "max_tiles": 9}
                ),
                "pixels": onevision_pixels(),
                "frames": onevision_frames(),
            },
            "idefics3": {
                "counts": [
                    idefics_counts(2048, 512, 16, 4),
                    idefics_counts(1536, 384, 14, 3),
                    idefics_counts(4 * 364, 364, 14, 2),
                ],
                "pixels": [
                    idefics_pixels(Idefics3ImageProcessor, 128, 32, 8, 2, True),
                    idefics_pixels(SmolVLMImageProcessor, 100, 36, 4, 3, True),
                    idefics_pixels(SmolVLMImageProcessor, 100, 36, 4, 3, False),
                ],
            },
            "llava-next-video": {"frames": next_frames()},
        },
    )


if __name__ == "__main__":
    main()
