"""Whether several pictures in one pass take less time each than one after the other, on this CPU.

    python src/test/python/measure_batches.py [--repeats 7]

One layer of LLaVA-1.5-7B's vision tower and one of its decoder, in bfloat16: 577 patches and 608 tokens of 1, 2 and 4
pictures at once; and the decoder's layer for one new token of each of them, behind 608. The sizes take turns, the
figures are medians of milliseconds per picture. A layer's matrices are new each time they are read, as in a model whose
weights are larger than the caches.
"""

import argparse
import statistics
import time

import torch
import torch.nn.functional as F

BATCHES = (1, 2, 4)


class Layer:
    """Self-attention and an MLP of two or three matrices, without norms."""

    def __init__(self, width: int, inner: int, heads: int, gated: bool, copies: int):
        self.heads, self.gated = heads, gated
        shapes = [(3 * width, width), (width, width), ((2 if gated else 1) * inner, width), (width, inner)]
        self.copies = [[torch.randn(shape).mul(0.02).bfloat16() for shape in shapes] for _ in range(copies)]
        self.turn = 0

    def __call__(self, x: torch.Tensor, keys=None, values=None) -> torch.Tensor:
        self.turn = (self.turn + 1) % len(self.copies)
        qkv, out, up, down = self.copies[self.turn]
        batch, n, width = x.shape
        q, k, v = F.linear(x, qkv).view(batch, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if keys is not None:
            k, v = torch.cat([keys, k], 2), torch.cat([values, v], 2)
        scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).float().softmax(-1)
        x = x + F.linear((scores.bfloat16() @ v).transpose(1, 2).flatten(2), out)
        h = F.linear(x, up)
        h = F.silu(h[..., : h.shape[-1] // 2]) * h[..., h.shape[-1] // 2 :] if self.gated else F.gelu(h)
        return x + F.linear(h, down)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    tower, decoder = Layer(1024, 4096, 16, False, 8), Layer(4096, 11008, 32, True, 3)
    cached = {b: torch.randn(b, 32, 608, 128).bfloat16() for b in BATCHES}
    steps = {
        "tower's layer, 577 patches": lambda b: tower(torch.randn(b, 577, 1024).bfloat16()),
        "decoder's layer, 608 tokens": lambda b: decoder(torch.randn(b, 608, 4096).bfloat16()),
        "decoder's layer, one more token": lambda b: decoder(torch.randn(b, 1, 4096).bfloat16(), cached[b], cached[b]),
    }
    print(f"{torch.get_num_threads()} threads; ms per picture\n")
    print("| | " + " | ".join(f"{b} at once" for b in BATCHES) + " |\n| --- |" + " --- |" * len(BATCHES))
    for name, step in steps.items():
        times = {b: [] for b in BATCHES}
        for _ in range(repeats + 1):
            for b in BATCHES:
                start = time.perf_counter()
                step(b)
                times[b].append((time.perf_counter() - start) * 1000 / b)
        print(f"| {name} | " + " | ".join(f"{statistics.median(times[b][1:]):.2f}" for b in BATCHES) + " |")


if __name__ == "__main__":
    main()
