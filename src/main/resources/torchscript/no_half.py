# What half.py offers, where PyTorch has no FBGEMM: nothing works.


class Half(NamedTuple):
  matrix : Tensor


def half(weight: Tensor) -> __torch__.half.Half:
  return __torch__.half.Half(weight)


def half_linear(x: Tensor, weight: __torch__.half.Half) -> Tensor:
  return torch.linear(x, weight.matrix, None)


def halves_work(like: Tensor) -> Tensor:
  return torch.zeros([], dtype=11, device=like.device)
