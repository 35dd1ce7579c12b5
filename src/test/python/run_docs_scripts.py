"""Runs the Python lines of docs/scripts.md by PyImageJ, as they stand there.

    python -m pip install pyimagej==1.8.0
    ./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/test-classpath
    python src/test/python/run_docs_scripts.py        # with a Java, 21 or newer, in JAVA_HOME or PATH

PyImageJ is the whole of it, and so is this plugin. ImageJ2 is not on Maven Central: net.imagej.ImageJ and LegacyService
of src/test/java stand for it, with ImageJ 1.54p, SciJava and the tests' FijiLike. So no conversion of images
(ij.py.from_java) and no macro (ij.py.run_macro) can be run here.
"""

import contextlib
import io
import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from unittest import mock

import scyjava

# imglyb, which PyImageJ converts images with, would fetch a jar of its own and start with its classes.
with mock.patch("scyjava.when_jvm_starts"):
    import imglyb  # noqa: F401
scyjava.config.endpoints.clear()

ROOT = Path(__file__).resolve().parents[3]
QUESTION = "What is in the image?"


def fiji(folder: Path) -> Path:
    """A folder laid out like a Fiji: the plugin, and all jars of the tests."""
    for name in ("jars", "plugins"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "target/vlm-visualizer.jar", folder / "plugins")
    for jar in (ROOT / "target/test-classpath").read_text().split(os.pathsep):
        shutil.copy(jar, folder / "jars")
    classes = ROOT / "target/test-classes"
    with zipfile.ZipFile(folder / "jars/stand-in.jar", "w") as jar:
        for package in ("net/imagej", "org/vlmvisualizer/imagej"):
            for file in sorted((classes / package).rglob("*.class")):
                jar.write(file, file.relative_to(classes))
    return folder


def data(folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(ROOT / "src/main/resources/demo-images/page.png", folder)
    return folder


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs/scripts.md").read_text(), re.DOTALL)


def printed(lines: str, names: dict) -> list[str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(lines, "docs/scripts.md", "exec"), names)
    return out.getvalue().splitlines()


def check(folder: Path) -> None:
    start, ask = blocks()
    places = {"/opt/Fiji": str(fiji(folder / "fiji")), "/data": str(data(folder / "data"))}
    for place, here in places.items():
        start, ask = start.replace(place, here), ask.replace(place, here)
    for option in (f"-Duser.home={folder}", f"-DDJL_CACHE_DIR={Path.home() / '.djl.ai'}"):
        scyjava.config.add_option(option)
    names: dict = {}
    printed(start, names)

    lines = printed(ask, names)
    assert [line.split()[0] for line in lines] == ["The", "page", "says", "apple", "banana", "cherry", ".", "</s>"], lines
    maps = names["maps"]
    assert maps.shape == (8, 16, 16) and maps.dtype == "float32", maps
    assert abs(maps.sum(axis=(1, 2)) - 1).max() < 1e-5, maps.sum(axis=(1, 2))
    for line, one in zip(lines, maps):
        share, highest = map(float, line.split()[1:])
        assert 0 < share < 1 and highest == one.max(), line
    print("\n".join(lines))

    try:
        printed(ask.replace(QUESTION, " "), names)
    except RuntimeError as refused:
        assert str(refused).startswith("Expected a question about the picture, "), refused
        print(refused)
    else:
        raise AssertionError("An empty question was not refused.")


with tempfile.TemporaryDirectory() as made:
    check(Path(made))
