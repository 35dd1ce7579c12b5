"""Write down where Qwen2.5-VL places the tokens of videos whose frames are some seconds apart.

    python src/test/python/make_interval_goldens.py

Writes resources/golden/intervals.json: for each case the positions of all tokens of a prompt on the three axes, by
get_rope_index of transformers 4.57.6, and the position that the answer begins at.

transformers 4.57.6 cuts the seconds of a pair of frames to whole ones before it multiplies them by tokens_per_second,
so that frames less than half a second apart all stand at one time. Qwen's training code and later versions (pull
request 48669) cut behind the product. Here the source of get_rope_index is changed in this one place; "as_is" says
whether it gives the same without the change, and must where the seconds are whole.
"""

import inspect
import json
import textwrap
from types import SimpleNamespace

import torch
import transformers
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as qwen

from make_goldens import GOLDEN

IMAGE, VIDEO, START, END, TEXT = 1, 2, 3, 4, 5
MERGE, PAIR = 2, 2
BEFORE, BEHIND = 3, 4

# Seconds between two frames, frames, rows and columns of tokens, tokens per second.
CASES = [
    (seconds, frames, rows, columns, per_second)
    for per_second in (2, 25)
    for frames, rows, columns in ((4, 2, 3), (7, 4, 3), (16, 1, 2))
    for seconds in (0.5, 1, 2.5, 30, 600, 0.04, 0.1, 0.25, 0.35, 0.6, 0.75, 1 / 3, 1.7, 12.3)
]

CAST = "second_per_grid_t, dtype=range_tensor.dtype, device"


def late() -> callable:
    """get_rope_index without the early cut."""
    source = textwrap.dedent(inspect.getsource(qwen.Qwen2_5_VLModel.get_rope_index))
    assert source.count(CAST) == 1
    scope = dict(vars(qwen))
    exec(source.replace(CAST, "second_per_grid_t, dtype=torch.float32, device"), scope)
    return scope["get_rope_index"]


def positions(rule, ids: list[int], grid: list[int], seconds: float, per_second: int) -> list[list[int]]:
    vision = SimpleNamespace(spatial_merge_size=MERGE, tokens_per_second=per_second)
    config = SimpleNamespace(
        vision_config=vision, image_token_id=IMAGE, video_token_id=VIDEO, vision_start_token_id=START
    )
    fps = 1 / seconds
    # As Qwen2_5_VLProcessor has it, whose list becomes a tensor.
    pairs = torch.tensor([PAIR / fps])
    found, delta = rule(
        SimpleNamespace(config=config),
        torch.tensor([ids]),
        video_grid_thw=torch.tensor([grid]),
        second_per_grid_ts=pairs,
        attention_mask=torch.ones(1, len(ids)),
    )
    return found[:, 0].tolist() + [[delta.item() + len(ids)]]


def case(seconds: float, frames: int, rows: int, columns: int, per_second: int) -> dict:
    pairs = (frames + 1) // PAIR
    ids = [TEXT] * BEFORE + [START] + [VIDEO] * (pairs * rows * columns) + [END] + [TEXT] * BEHIND
    given = (ids, [pairs, rows * MERGE, columns * MERGE], seconds, per_second)
    time, row, column, (following,) = positions(late(), *given)
    as_is = positions(qwen.Qwen2_5_VLModel.get_rope_index, *given) == [time, row, column, [following]]
    assert as_is or (2 * seconds) % 1 != 0
    return {
        "seconds": seconds,
        "frames": frames,
        "rows": rows,
        "columns": columns,
        "tokens_per_second": per_second,
        "as_is": as_is,
        "time": time,
        "row": row,
        "column": column,
        "next": following,
    }


def main() -> None:
    assert transformers.__version__ == "4.57.6"
    cases = [case(*values) for values in CASES]
    text = ",\n".join(json.dumps(one) for one in cases)
    (GOLDEN / "intervals.json").write_text('{"before": %d, "behind": %d, "cases": [\n%s\n]}\n' % (BEFORE, BEHIND, text))
    print(len(cases), "cases,", sum(one["as_is"] for one in cases), "the same as is")


if __name__ == "__main__":
    main()
