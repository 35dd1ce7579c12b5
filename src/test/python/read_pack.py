"""Reads packs of results as docs/batch.md says, and checks that all ways agree: read_pack.py [PACK...].

Not part of the build. Checked with zarr 2.18.7 (numcodecs 0.15.2) and zarr 3.1.6, both with tifffile 2026.3.3.
"""

import csv
import io
import json
import sys
import zipfile

import numpy
import tifffile
import zarr

TINY = "src/test/resources/packs/part-0001.zip"


def read(path):
    """Returns the number of pictures."""
    group = zarr.open_group(zarr.storage.ZipStore(path, mode="r"), mode="r")
    assert group.attrs["vlm_visualizer_pack"] == 1
    count = 0
    with zipfile.ZipFile(path) as pack:
        assert pack.testzip() is None
        for name in pack.namelist():
            if name.endswith("/run.json"):
                check(group, pack, name.removesuffix("/run.json"))
                count += 1
    return count


def check(group, pack, picture):
    run = json.loads(pack.read(f"{picture}/run.json"))
    assert group[picture].attrs.asdict() == run
    tokens = pack.read(f"{picture}/tokens.csv").decode()
    rows = list(csv.DictReader(io.StringIO(tokens, newline="")))
    assert len(rows) == len(run["tokens"])
    for file in run["files"]:
        if file.startswith("patches"):
            maps = group[f"{picture}/{file.removesuffix('.tif')}"]
            stack = tifffile.imread(io.BytesIO(pack.read(f"{picture}/{file}")))
            assert maps.dtype == numpy.float32 and maps.shape[0] == len(rows)
            assert numpy.array_equal(maps[:], stack.reshape(maps.shape))
            print(f"{picture}: {file} {maps.shape}, sums {maps[:].sum(axis=(1, 2)).round(4)}")


if __name__ == "__main__":
    for pack_path in sys.argv[1:] or [TINY]:
        print(f"{pack_path}: {read(pack_path)} pictures, by zarr {zarr.__version__} and tifffile {tifffile.__version__}")
