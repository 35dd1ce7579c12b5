"""Where image tokens lie in the source pictures, and maps of attention to them.

Letters used in shapes: K image tokens (newlines among them), B crops that the tower sees, P patches of a crop,
C cells of all display grids, T generated tokens. Coordinates are continuous source pixels: pixel i covers [i, i + 1).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True)
class Grid:
    """Equal cells, row by row, of width * height source pixels each, from (left, top) on."""

    columns: int
    rows: int
    left: float
    top: float
    width: float
    height: float

    @staticmethod
    def over(left: float, top: float, width: float, height: float, columns: int, rows: int) -> "Grid":
        """A rectangle of the picture, shared out."""
        return Grid(columns, rows, left, top, width / columns, height / rows)

    def covering(self, width: int, height: int) -> "Grid":
        """With whole cells added until a picture of this size is covered; a millionth of a cell may be left over."""
        before = max(0, math.ceil(self.left / self.width - 1e-6))
        above = max(0, math.ceil(self.top / self.height - 1e-6))
        after = max(0, math.ceil((width - self.left) / self.width - self.columns - 1e-6))
        below = max(0, math.ceil((height - self.top) / self.height - self.rows - 1e-6))
        return Grid(
            before + self.columns + after,
            above + self.rows + below,
            self.left - before * self.width,
            self.top - above * self.height,
            self.width,
            self.height,
        )

    def edges(self, cell: int) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        row, column = divmod(cell, self.columns)
        left, top = self.left + column * self.width, self.top + row * self.height
        return left, top, left + self.width, top + self.height


@dataclass(frozen=True)
class View:
    """A grid of image tokens over one picture, or over one frame of it."""

    picture: int
    frame: int
    name: str
    grid: Grid


@dataclass
class Layout:
    """Image tokens in their order; `spread` makes each of them of patches, with weights that sum to 1."""

    sizes: list[tuple[int, int]]  # width, height of each picture
    patches: int  # P
    views: list[View] = field(default_factory=list)
    tokens: list[tuple[int, int] | None] = field(default_factory=list)  # view and cell; None for a newline
    weights: list[dict[int, float]] = field(default_factory=list)  # of each token, by crop * P + patch
    crops: int = 0

    def view(self, picture: int, name: str, grid: Grid, frame: int = 0) -> int:
        self.views.append(View(picture, frame, name, grid))
        return len(self.views) - 1

    def token(self, view: int, cell: int, weights: dict[int, float]) -> None:
        self.tokens.append((view, cell))
        self.weights.append(weights)

    def newline(self) -> None:
        self.tokens.append(None)
        self.weights.append({})

    def plain(self, picture: int, name: str, grid: Grid, frame: int = 0) -> None:
        """A view of the next crop, its patches being the tokens."""
        view = self.view(picture, name, grid, frame)
        for cell in range(grid.columns * grid.rows):
            self.token(view, cell, {self.crops * self.patches + cell: 1.0})
        self.crops += 1

    def all_patches(self) -> int:
        """Of all crops."""
        return self.crops * self.patches

    def spread(self) -> torch.Tensor:
        """[K, B * P]"""
        matrix = torch.zeros(len(self.tokens), self.all_patches(), dtype=torch.float64)
        for k, weights in enumerate(self.weights):
            for patch, weight in weights.items():
                matrix[k, patch] = weight
        return matrix

    def placed(self) -> torch.Tensor:
        """[K], which tokens have a place."""
        return torch.tensor([token is not None for token in self.tokens])

    def displays(self) -> list[View]:
        """For each picture and frame one grid: its only view's, or the finest view's extended over the picture."""
        frames: dict[tuple[int, int], list[View]] = {}
        for view in self.views:
            frames.setdefault((view.picture, view.frame), []).append(view)
        displays = []
        for (picture, frame), views in frames.items():
            finest = min(views, key=lambda view: view.grid.width * view.grid.height).grid  # the first of equals
            grid = finest if len(views) == 1 else finest.covering(*self.sizes[picture])
            displays.append(View(picture, frame, "display", grid))
        return displays

    def onto_displays(self) -> torch.Tensor:
        """[K, C]: the share of each token's rectangle that lies in each cell of the display grids, one after another."""
        columns = []
        for display in self.displays():
            for cell in range(display.grid.columns * display.grid.rows):
                columns.append([self._share(token, display, cell) for token in self.tokens])
        return torch.tensor(columns, dtype=torch.float64).T

    def _share(self, token: tuple[int, int] | None, display: View, cell: int) -> float:
        if token is None:
            return 0.0
        view = self.views[token[0]]
        if (view.picture, view.frame) != (display.picture, display.frame):
            return 0.0
        left, top, right, bottom = view.grid.edges(token[1])
        other = display.grid.edges(cell)
        across = min(right, other[2]) - max(left, other[0])
        down = min(bottom, other[3]) - max(top, other[1])
        return max(0.0, across) * max(0.0, down) / (view.grid.width * view.grid.height)


@dataclass
class Ragged(Layout):
    """Crops differ in size: patches are counted on from crop to crop, and P is 0."""

    patches: int = 0
    counted: int = 0

    def all_patches(self) -> int:
        return self.counted

    def merged(self, picture: int, name: str, grid: Grid, frame: int = 0) -> None:
        """A view of the next crop, whose tokens are four patches each, one token's after another's."""
        view = self.view(picture, name, grid, frame)
        for cell in range(grid.columns * grid.rows):
            self.token(view, cell, {self.counted + 4 * cell + i: 0.25 for i in range(4)})
        self.counted += 4 * grid.columns * grid.rows
        self.crops += 1


@dataclass
class Gathered(Layout):
    """Tokens without a place of their own: each was gathered from all patches of its crop, one crop per view."""

    gathered: torch.Tensor | None = None  # [B, K of a crop, P], rows that sum to 1; known once pictures were seen

    def onto_displays(self) -> torch.Tensor:
        return torch.block_diag(*self.gathered.double())


def weighted_cells(layout: Layout, on_image: torch.Tensor, vision: Iterable[torch.Tensor]) -> torch.Tensor:
    """`weighted_map` on the display grids, [T, C]. What tokens were gathered from stays on patches."""
    if isinstance(layout, Gathered):
        through = torch.block_diag(*(attention.double() for attention in vision))
        return language_map(layout, on_image) @ layout.onto_displays() @ through
    return weighted_map(layout, on_image, vision) @ layout.onto_displays()


def language_map(layout: Layout, on_image: torch.Tensor) -> torch.Tensor:
    """Attention [T, K] to image tokens -> [T, K] that sums to 1 over those with a place and is 0 on the others."""
    return normalised(on_image.double() * layout.placed())


def weighted_map(layout: Layout, on_image: torch.Tensor, vision: Iterable[torch.Tensor]) -> torch.Tensor:
    """The same passed on through the tower: vision B times [P, P], rows that sum to 1 -> [T, K].

    m[l] = sum_k a[k] sum_p S[k, p] sum_q V[p, q] S[l, q] / sum_l' S[l', q]: attention to a token goes to the patches
    it is made of, from these to those they looked at, and from each patch to the tokens made of it. Patches of which
    no token is made keep nothing.
    """
    spread = layout.spread()
    shares = spread / spread.sum(0).clamp_min(1e-30)
    through = torch.block_diag(*(attention.double() for attention in vision))
    return normalised(language_map(layout, on_image) @ spread @ through @ shares.T)


def normalised(rows: torch.Tensor) -> torch.Tensor:
    return rows / rows.sum(-1, keepdim=True)
