"""A golden's model again, with the inputs that its golden was made of."""

import tempfile
from pathlib import Path

from PIL import Image

from families import golden, prompts
from families.family import Family


def opened(families: list[Family], name: str):
    """The model of float32 that the checkpoint of a golden holds, its family and its inputs."""
    family, spec = next((f, s) for f in families for s in f.specs if s.name == name)
    root = golden.ROOT / name
    with tempfile.TemporaryDirectory() as folder:
        model, processor, _ = family.checkpoint(spec, Path(folder))
        for file in Path(folder).glob("*.safetensors"):
            assert file.read_bytes() == (root / "checkpoint" / file.name).read_bytes(), f"{name} is another one"
    pictures = [Image.open(root / f"picture-{i + 1}.png") for i in range(len(spec.pictures))]
    token = family.video_token if spec.video else family.image_token
    text = prompts.prompt(spec.template, spec.question, [token] * (1 if spec.video else len(pictures)))
    return family, model.eval(), dict(family.inputs(spec, processor, text, pictures))
