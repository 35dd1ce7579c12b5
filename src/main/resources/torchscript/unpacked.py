# What packed.py offers, where PyTorch or the processor cannot pack.


def pack(weight: Tensor) -> Tensor:
  return weight


def linear(x: Tensor, weight: Tensor) -> Tensor:
  return torch.linear(x, weight, None)


class Half(NamedTuple):
  matrix : Tensor


def half(weight: Tensor) -> __torch__.packed.Half:
  return __torch__.packed.Half(weight)


def half_linear(x: Tensor, weight: __torch__.packed.Half) -> Tensor:
  return torch.linear(x, weight.matrix, None)


def halves_work(like: Tensor) -> Tensor:
  return torch.zeros([], dtype=11, device=like.device)
