"""Qwen-VL, the first: features of 256 learned queries that look at the patches; a vocabulary of tiktoken's.

transformers lacks it. Written from what vLLM (qwen_vl.py, qwen.py, resampler.py) and the model's repository on the hub
(configuration_qwen.py, tokenization_qwen.py, qwen_generation_utils.py, visual.py, modeling_qwen.py) say, without using
their code. It is put together from transformers' Qwen2 decoder, which computes the same, PyTorch's MultiheadAttention
and tiktoken. docs/models.md says how far it was compared with the authors' own code.
"""

import base64
import json
import math
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import tiktoken
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional
from transformers import Qwen2Config, Qwen2ForCausalLM

from families import switches
from families.family import Family, patch_attention
from families.layout import Gathered, Grid
from families.spec import Spec, draw, text_sizes, vision_sizes
from families.words import SPLIT, byte_level, split
from make_goldens import write_json

CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|extra_{i}|>" for i in range(205))]
SPOKEN = ["<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>"]  # parts of an answer
PICTURE = ["<img>", "</img>", "<imgpad>"]
STORED_POSITIONS = 16  # in a row of the tower's table
HEAD = 128  # numbers of a head of the resampler
EPS = 1e-6
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


class Tokens:
    """qwen.tiktoken: a token and its rank a line. Special tokens have the ids behind."""

    def __init__(self, file: Path):
        lines = [line.split() for line in file.read_bytes().splitlines()]
        self.ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
        specials = [*CONTROL, *SPOKEN, *PICTURE]
        self.specials = {token: len(self.ranks) + i for i, token in enumerate(specials)}
        self.encoding = tiktoken.Encoding(
            "Qwen", pat_str=SPLIT % "", mergeable_ranks=self.ranks, special_tokens=self.specials
        )
        self.eos_token_id = self.pad_token_id = self.specials["<|endoftext|>"]
        self.bos_token_id = None
        self.all_special_ids = [*self.specials.values()]

    def __len__(self) -> int:
        return self.encoding.n_vocab

    def get_added_vocab(self) -> dict[str, int]:
        return self.specials

    def encode(self, text: str) -> list[int]:
        """With special tokens wherever they stand."""
        return self.encoding.encode(unicodedata.normalize("NFC", text), allowed_special="all")

    def decode(self, ids: list[int], skip_special_tokens: bool = False) -> str:
        """What names objects and places stays in an answer."""
        kept = {self.specials[token] for token in SPOKEN} | {*self.ranks.values()}
        return self.encoding.decode([i for i in ids if not skip_special_tokens or i in kept])


def write_words(folder: Path) -> Tokens:
    """A tiny vocabulary, whose merges were learned in the order of their ranks."""
    vocabulary = json.loads(byte_level(split("")).to_str())["model"]["vocab"]
    file = folder / "qwen.tiktoken"
    written = sorted(vocabulary.items(), key=lambda item: item[1])
    file.write_text("".join(f"{base64.b64encode(raw(token)).decode()} {rank}\n" for token, rank in written))
    return Tokens(file)


def raw(token: str) -> bytes:
    """GPT-2's letters for bytes: those that can be printed are themselves, the others count on from U+0100."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    letters = {chr(byte): byte for byte in plain} | {chr(256 + i): byte for i, byte in enumerate(others)}
    return bytes(letters[letter] for letter in token)


def stretched(table: torch.Tensor, side: int) -> torch.Tensor:
    """A square table of positions [n * n, D] over side * side patches, by PyTorch's bicubic filter."""
    n = math.isqrt(len(table))
    if n == side:
        return table
    square = table.unflatten(0, (n, n)).permute(2, 0, 1)[None]
    return functional.interpolate(square, (side, side), mode="bicubic")[0].permute(1, 2, 0).flatten(0, 1)


def places(side: int, width: int) -> torch.Tensor:
    """Sines and cosines of the column, then of the row, a quarter of the width each: [side * side, width]."""
    frequencies = 10000.0 ** -(torch.arange(width // 4) / (width // 4))
    angles = torch.arange(side)[:, None] * frequencies
    axis = torch.cat([angles.sin(), angles.cos()], 1)
    columns, rows = axis.expand(side, -1, -1), axis[:, None].expand(-1, side, -1)
    return torch.cat([columns, rows], -1).flatten(0, 1)


def attention(width: int, heads: int) -> nn.MultiheadAttention:
    return nn.MultiheadAttention(width, heads, batch_first=True)


class Block(nn.Module):
    def __init__(self, width: int, inner: int, heads: int):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(width, EPS), nn.LayerNorm(width, EPS)
        self.attention = attention(width, heads)
        self.upper, self.lower = nn.Linear(width, inner), nn.Linear(inner, width)
        self.act = nn.GELU()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.norm_1(x)
        attended, weights = self.attention(h, h, h, need_weights=True)
        x = x + attended
        return x + self.lower(self.act(self.upper(self.norm_2(x)))), weights


class Resampler(nn.Module):
    def __init__(self, width: int, inner: int, queries: int):
        super().__init__()
        self.side = math.isqrt(queries)
        self.queries = nn.Parameter(torch.zeros(queries, width))
        self.places = nn.Parameter(places(self.side, width), requires_grad=False)
        self.narrow = nn.Linear(inner, width, bias=False)
        self.norm_keys, self.norm_queries = nn.LayerNorm(width, EPS), nn.LayerNorm(width, EPS)
        self.attention = attention(width, width // HEAD)

    def forward(self, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """[B, P, Dv] -> [B, K, D], and what each query looked at: [B, K, P]."""
        values = self.norm_keys(self.narrow(patches))
        keys = values + stretched(self.places, math.isqrt(patches.shape[1]))
        queries = self.norm_queries(self.queries) + self.places
        return self.attention(queries.expand(len(patches), -1, -1), keys, values, need_weights=True)


class Model(nn.Module):
    def __init__(self, text: Qwen2Config, vision: dict, queries: int, image: int):
        super().__init__()
        width, inner, heads = vision["hidden_size"], vision["intermediate_size"], vision["num_attention_heads"]
        self.decoder = Qwen2ForCausalLM._from_config(text, attn_implementation="eager")
        self.patches = nn.Conv2d(3, width, vision["patch_size"], vision["patch_size"], bias=False)
        self.positions = nn.Parameter(torch.zeros(STORED_POSITIONS**2, width))
        self.norm_before = nn.LayerNorm(width, EPS)
        self.blocks = nn.ModuleList(Block(width, inner, heads) for _ in range(vision["num_hidden_layers"]))
        self.resampler = Resampler(text.hidden_size, width, queries)
        self.norm_after = nn.LayerNorm(text.hidden_size, EPS)
        self.projection = nn.Parameter(torch.zeros(text.hidden_size, text.hidden_size))
        self.image = image

    def get_output_embeddings(self):
        return self.decoder.get_output_embeddings()

    @property
    def lm_head(self) -> nn.Linear:
        return self.get_output_embeddings()

    def see(self, crops: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """[B, P, Dv] and each layer's attention [B, P, P]."""
        x = self.patches(crops)
        x = x.flatten(2).transpose(1, 2) + stretched(self.positions, x.shape[-1])
        x, attentions = self.norm_before(x), []
        for block in self.blocks:
            x, weights = block(x)
            attentions.append(weights)
        return x, attentions

    def pool(self, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features, gathered = self.resampler(seen)
        return (self.norm_after(features) @ self.projection).flatten(0, 1), gathered

    def forward(self, input_ids, pixel_values=None, **others):
        if pixel_values is None:
            return self.decoder(input_ids=input_ids, **others)
        embedded = self.decoder.get_input_embeddings()(input_ids)
        embedded[input_ids == self.image] = self.pool(self.see(pixel_values)[0])[0]
        return self.decoder(inputs_embeds=embedded, **others)

    def stored(self) -> dict[str, torch.Tensor]:
        """By the names and in the forms of the published files."""
        stored = {"lm_head.weight": self.decoder.lm_head.weight, "transformer.wte.weight": self.decoder.model.embed_tokens.weight}
        stored["transformer.ln_f.weight"] = self.decoder.model.norm.weight
        for i, layer in enumerate(self.decoder.model.layers):
            qkv = [layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj]
            own = {
                "ln_1.weight": layer.input_layernorm.weight,
                "attn.c_attn.weight": torch.cat([part.weight for part in qkv]),
                "attn.c_attn.bias": torch.cat([part.bias for part in qkv]),
                "attn.c_proj.weight": layer.self_attn.o_proj.weight,
                "ln_2.weight": layer.post_attention_layernorm.weight,
                "mlp.w1.weight": layer.mlp.up_proj.weight,  # the gate, on which silu acts, is the second
                "mlp.w2.weight": layer.mlp.gate_proj.weight,
                "mlp.c_proj.weight": layer.mlp.down_proj.weight,
            }
            stored |= {f"transformer.h.{i}.{name}": weight for name, weight in own.items()}
        visual = {"conv1.weight": self.patches.weight, "positional_embedding": self.positions, "proj": self.projection}
        visual |= both("ln_pre", self.norm_before) | both("ln_post", self.norm_after)
        for i, block in enumerate(self.blocks):
            own = both("ln_1", block.norm_1) | both("ln_2", block.norm_2) | both("attn.out_proj", block.attention.out_proj)
            own |= both("mlp.c_fc", block.upper) | both("mlp.c_proj", block.lower)
            own["attn.in_proj.weight"] = by_heads(block.attention.in_proj_weight, block.attention.num_heads)
            own["attn.in_proj.bias"] = by_heads(block.attention.in_proj_bias, block.attention.num_heads)
            visual |= {f"transformer.resblocks.{i}.{name}": weight for name, weight in own.items()}
        pool = self.resampler
        own = {"query": pool.queries, "pos_embed": pool.places, "kv_proj.weight": pool.narrow.weight}
        own |= both("ln_q", pool.norm_queries) | both("ln_kv", pool.norm_keys)
        own |= {f"attn.{name}": weight for name, weight in pool.attention.named_parameters()}
        visual |= {f"attn_pool.{name}": weight for name, weight in own.items()}
        return stored | {f"transformer.visual.{name}": weight for name, weight in visual.items()}


@torch.no_grad()
def add(model: Model, module: str, change: torch.Tensor) -> None:
    """Add to a matrix that is known by its stored name, in the order of its stored rows."""
    parts = module.split(".")
    if parts[1] == "visual":
        own = model.blocks[int(parts[4])].attention
        assert parts[5:] == ["attn", "in_proj"]
        own.in_proj_weight += change.unflatten(0, (own.num_heads, 3, -1)).transpose(0, 1).flatten(0, 2)
        return
    layer = model.decoder.model.layers[int(parts[2])]
    qkv = [layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj]
    changed = {
        "attn.c_attn": qkv,
        "attn.c_proj": [layer.self_attn.o_proj],
        "mlp.w1": [layer.mlp.up_proj],
        "mlp.w2": [layer.mlp.gate_proj],
    }[".".join(parts[3:])]
    for matrix, own in zip(changed, change.chunk(len(changed)), strict=True):
        matrix.weight += own


def both(name: str, module: nn.Module) -> dict[str, torch.Tensor]:
    return {f"{name}.weight": module.weight, f"{name}.bias": module.bias}


def by_heads(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of all queries, all keys and all values -> query, key and value of each head together."""
    return rows.unflatten(0, (3, heads, -1)).transpose(0, 1).flatten(0, 2)


COMMON = {"words": "qwen2", "decoder": "qwen2", "tower": "qwen-vl", "feature_layer": -1, "dtype": torch.float16}
TEXT = {"hidden_size": 128, "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 32}
VISION = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 2}


class QwenVL(Family):
    image_token = "<picture>"  # what it becomes counts the pictures
    specs = [
        Spec(
            "qwen-vl-one", "What is in the picture?", [(61, 36)], "qwen3-vl", side=6, patch=4, text=TEXT, vision=VISION,
            options={"queries": 16}, seed=12, **COMMON,
        ),
        # As many patches as queries, so that no place of keys is stretched.
        Spec(
            "qwen-vl-two", "Which of them is brighter?", [(30, 43), (20, 18)], "qwen2-vl+system", side=4, patch=5,
            text=TEXT, vision=VISION | {"num_attention_heads": 4}, options={"queries": 16, "gain": 2}, seed=15,
            **COMMON,
        ),
        Spec(
            "qwen-vl-heads", "Where is the red square?", [(50, 50)], "qwen3-vl", side=5, patch=4,
            text=TEXT | {"hidden_size": 256, "head_dim": 64, "num_hidden_layers": 1, "intermediate_size": 32},
            vision=VISION, options={"queries": 9, "gain": 3}, seed=4, **COMMON,
        ),
        # As published: 256 queries, and the tower's positions as they are stored.
        Spec(
            "qwen-vl-numbers", "How many blobs can you see?", [(37, 80)], "qwen2-vl+system", side=16, patch=2,
            text=TEXT | {"rms_norm_eps": 0.02, "rope_theta": 300.0}, vision=VISION | {"num_hidden_layers": 2},
            options={"gain": 2}, seed=10, **COMMON,
        ),
    ]  # fmt: skip

    def queries(self, spec: Spec) -> int:
        return spec.options.get("queries", 256)

    # Weights and configuration.

    def checkpoint(self, spec: Spec, folder: Path) -> tuple:
        tokens = write_words(folder)
        sizes = text_sizes(spec, tokens)
        text = Qwen2Config(**{name: value for name, value in sizes.items() if name != "head_dim"})
        vision = vision_sizes(spec)
        model = Model(text, vision, self.queries(spec), tokens.specials["<imgpad>"]).eval()
        self.draw(spec, model, tokens)
        with torch.no_grad():
            for weight in model.parameters():
                weight.copy_(weight.to(spec.dtype).float())
        stored = {name: weight.detach().to(spec.dtype).contiguous() for name, weight in model.stored().items()}
        save_file(stored, folder / "model.safetensors", {"format": "pt"})
        write_json(folder / "config.json", self.described(spec, text, vision, tokens))
        # As published.
        ends = {"chat_format": "chatml", "eos_token_id": tokens.eos_token_id, "pad_token_id": tokens.eos_token_id}
        write_json(folder / "generation_config.json", ends | {"max_window_size": 6144, "do_sample": True, "top_k": 0, "top_p": 0.3})
        write_json(folder / "tokenizer_config.json", {"model_max_length": 8192, "tokenizer_class": "QWenTokenizer"})
        eos = [tokens.specials[token] for token in CONTROL[:3]]
        return model, SimpleNamespace(tokenizer=tokens, image_processor=SimpleNamespace(image_mean=MEAN, image_std=STD)), eos

    def described(self, spec: Spec, text: Qwen2Config, vision: dict, tokens: Tokens) -> dict:
        ratio = vision["intermediate_size"] / vision["hidden_size"]
        visual = {
            "heads": vision["num_attention_heads"],
            "image_size": spec.image_size,
            "image_start_id": tokens.specials["<img>"],
            "layers": vision["num_hidden_layers"],
            "mlp_ratio": round(ratio + 5e-5, 4),
            "output_dim": text.hidden_size,
            "patch_size": spec.patch,
            "width": vision["hidden_size"],
        } | ({"n_queries": spec.options["queries"]} if "queries" in spec.options else {})
        return {
            "architectures": ["QWenLMHeadModel"],
            "attn_dropout_prob": 0.0,
            "bf16": False,
            "emb_dropout_prob": 0.0,
            "fp16": True,
            "fp32": False,
            "hidden_size": text.hidden_size,
            "initializer_range": 0.02,
            "intermediate_size": 2 * text.intermediate_size,
            "kv_channels": text.hidden_size // text.num_attention_heads,
            "layer_norm_epsilon": text.rms_norm_eps,
            "max_position_embeddings": 8192,
            "model_type": "qwen",
            "no_bias": True,
            "num_attention_heads": text.num_attention_heads,
            "num_hidden_layers": text.num_hidden_layers,
            "onnx_safe": None,
            "rotary_emb_base": text.rope_theta,
            "rotary_pct": 1.0,
            "scale_attn_weights": True,
            "seq_length": 2048,
            "tie_word_embeddings": False,
            "tokenizer_type": "QWenTokenizer",
            "torch_dtype": "float16",
            "use_cache": True,
            "use_dynamic_ntk": True,
            "use_flash_attn": "auto",
            "use_logn_attn": True,
            "visual": visual,
            "vocab_size": text.vocab_size,
        }

    @torch.no_grad()
    def draw(self, spec: Spec, model: Model, tokens: Tokens) -> None:
        """Attention far from even, norms aware of their eps, GELU where its formulas differ; few values, for a small file."""
        draw(model, spec, tokens)
        generator = torch.Generator().manual_seed(100 + spec.seed)

        def noise(shape) -> torch.Tensor:
            return torch.randn(shape, generator=generator)

        for module in (*(block.attention for block in model.blocks), model.resampler.attention):
            width = module.embed_dim
            module.in_proj_weight.copy_(noise(module.in_proj_weight.shape) / width**0.5)
            module.in_proj_weight[: 2 * width] *= spec.options.get("gain", 2.5) if width < HEAD else 2
            module.in_proj_bias.copy_(0.3 * noise(module.in_proj_bias.shape))
        for block in model.blocks:
            block.upper.bias.sub_(2)
            block.lower.weight *= 6
        model.patches.weight *= 0.1
        model.positions.copy_(0.04 * noise(model.positions.shape))
        pool = model.resampler
        pool.queries.copy_(0.02 * noise(pool.queries.shape))
        pool.places.copy_(places(pool.side, pool.queries.shape[1]))
        pool.narrow.weight *= 0.04
        pool.attention.out_proj.weight *= 0.05
        pool.attention.out_proj.bias *= 0.05
        model.projection.copy_(noise(model.projection.shape) / model.projection.shape[0] ** 0.5)
        for name, weight in model.named_parameters():
            if weight.ndim > 1 and name != "resampler.places":
                step = weight.std() / 8
                weight.copy_((weight / step).round() * step)

    # What the model is given.

    def image_id(self, tokenizer: Tokens, token: str) -> int:
        return tokenizer.specials["<imgpad>"]

    def inputs(self, spec: Spec, processor, text: str, pictures: list) -> dict:
        """A picture has a number; between its marks, all places are features, whatever ids of a path stood there."""
        for i in range(len(pictures)):
            marks = f"Picture {i + 1}: <img>{'<imgpad>' * self.queries(spec)}</img>\n"
            text = text.replace(self.image_token, marks, 1)
        size = (spec.image_size, spec.image_size)
        values = [np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BICUBIC)) for picture in pictures]
        pixels = (torch.from_numpy(np.stack(values)).permute(0, 3, 1, 2) / 255).float()
        mean, std = (torch.tensor(values)[:, None, None] for values in (MEAN, STD))
        return {"input_ids": torch.tensor([processor.tokenizer.encode(text)]), "pixel_values": (pixels - mean) / std}

    def decoder(self, model: Model):
        return model.decoder.model

    def tower(self, model: Model, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen, attentions = model.see(crops)
        return seen, patch_attention([weights[:, None] for weights in attentions], 0)

    def features(self, model: Model, seen: torch.Tensor, layout: Gathered) -> torch.Tensor:
        """The layout learns of it where the queries looked."""
        features, layout.gathered = model.pool(seen)
        return features

    def layout(self, spec: Spec, sizes: list[tuple[int, int]]) -> Gathered:
        layout = Gathered(sizes, spec.side**2)
        for i, (width, height) in enumerate(sizes):
            view = layout.view(i, "picture", Grid.over(0, 0, width, height, spec.side, spec.side))
            layout.crops += 1
            for _ in range(self.queries(spec)):
                layout.token(view, -1, {})
        return layout

    def markers(self, ids: torch.Tensor, image: torch.Tensor, placed: torch.Tensor, tokenizer: Tokens) -> torch.Tensor:
        """From each "Picture 1: " to </img>, the features apart; line ends between belong to the text."""
        last = (ids == tokenizer.specials["</img>"]).nonzero()[-1, 0]
        first = next(i for i in range(len(ids)) if tokenizer.decode(ids[i:].tolist()).startswith("Picture 1: <img>"))
        line = tokenizer.encode("\n")[0]
        return torch.tensor([i for i in range(first, last + 1) if i not in image and ids[i] != line])

    def tensors(self, spec: Spec, model: Model, inputs: dict, layout: Gathered, image: torch.Tensor) -> dict:
        """What each token was gathered from, which is not the same of all, and not everything."""
        gathered = layout.gathered.flatten(0, 1)
        entropy = -(gathered * gathered.log()).sum(-1) / math.log(gathered.shape[-1])
        assert entropy.mean() < 0.95 and gathered.std(0).mean() > 0.1 / gathered.shape[-1], f"{spec.name}: even attention"
        return {"gathered": gathered}

    # Ways to disobey.

    def switches(self, spec: Spec, model: Model) -> dict:
        chosen = switches.of_decoder(spec, self.decoder) | OF_TOWER
        if spec.side != STORED_POSITIONS:
            chosen |= {"filter of the tower's positions": nearest_positions}
        if model.resampler.attention.num_heads > 1:
            chosen |= {"heads of the resampler": one_head}
        return chosen


def in_parts(model: Model) -> None:
    """in_proj read as all queries, all keys and all values."""
    for block in model.blocks:
        heads = block.attention.num_heads
        block.attention.in_proj_weight.copy_(by_heads(block.attention.in_proj_weight, heads))
        block.attention.in_proj_bias.copy_(by_heads(block.attention.in_proj_bias, heads))


def other_gate(model: Model) -> None:
    for layer in model.decoder.model.layers:
        layer.mlp.gate_proj, layer.mlp.up_proj = layer.mlp.up_proj, layer.mlp.gate_proj


def nearest_positions(model: Model) -> None:
    side = 16
    rows = functional.interpolate(model.positions.T.unflatten(1, (side, side))[None], (side // 2, side // 2), mode="bilinear")
    model.positions = nn.Parameter(rows[0].flatten(1).T.contiguous())


def other_positions(model: Model) -> None:
    """Those of columns for those of rows."""
    side = math.isqrt(len(model.positions))
    model.positions.copy_(model.positions.unflatten(0, (side, side)).transpose(0, 1).flatten(0, 1).clone())


def activation(model: Model) -> None:
    for block in model.blocks:
        block.act = nn.GELU("tanh")


def no_norm_before(model: Model) -> None:
    model.norm_before = nn.Identity()


def no_norm_after(model: Model) -> None:
    model.norm_after = nn.Identity()


def eps(model: Model) -> None:
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-5


def no_places(model: Model) -> None:
    model.resampler.places.zero_()


def other_places(model: Model) -> None:
    width = model.resampler.places.shape[1]
    model.resampler.places.copy_(model.resampler.places.roll(width // 2, 1).clone())


def one_head(model: Model) -> None:
    model.resampler.attention.num_heads, model.resampler.attention.head_dim = 1, model.resampler.attention.embed_dim


def other_side(model: Model) -> None:
    model.projection.copy_(model.projection.T.clone())


OF_TOWER = {
    "order of the tower's q, k, v": in_parts,
    "gate of the decoder": other_gate,
    "rows and columns of positions": other_positions,
    "tower's activation": activation,
    "norm before the tower": no_norm_before,
    "norm behind the resampler": no_norm_after,
    "eps of layer norms": eps,
    "places of queries and keys": no_places,
    "rows and columns of places": other_places,
    "side of the projection": other_side,
}
