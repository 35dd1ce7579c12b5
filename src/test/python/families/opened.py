"""A golden's model again, with the inputs that its golden was made of."""

import tempfile
from pathlib import Path

from PIL import Image

from families import golden, prompts
from families.family import Family
from families.spec import Spec


def reopened(families: list[Family], name: str):
    """The model of float32 that the checkpoint of a golden holds, its family, spec, processor and pictures."""
    family, spec = next((f, s) for f in families for s in f.specs if s.name == name)
    root = golden.ROOT / name
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "checkpoint"
        folder.mkdir()
        model, processor, _ = family.checkpoint(spec, folder)
        for file in folder.glob("*.safetensors"):
            assert file.read_bytes() == (root / "checkpoint" / file.name).read_bytes(), f"{name} is another one"
    pictures = [Image.open(root / f"picture-{i + 1}.png") for i in range(len(spec.pictures))]
    return family, spec, model.eval(), processor, pictures


def inputs(family: Family, spec: Spec, processor, pictures: list, question: str) -> dict:
    """What the model takes for a question about some pictures."""
    token = family.video_token if spec.video else family.image_token
    text = prompts.prompt(spec.template, question, [token] * (1 if spec.video else len(pictures)))
    return dict(family.inputs(spec, processor, text, pictures))


def opened(families: list[Family], name: str):
    """The model of float32 that the checkpoint of a golden holds, its family and its inputs."""
    family, spec, model, processor, pictures = reopened(families, name)
    return family, model, inputs(family, spec, processor, pictures, spec.question)
