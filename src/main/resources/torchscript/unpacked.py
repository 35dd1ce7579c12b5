# What packed.py offers, for GPUs and for processors that cannot multiply bfloat16.


def pack(weight: Tensor) -> Tensor:
  return weight


# For many rows, such a processor widens the matrix: PyTorch's way round in bfloat16 takes four to
# seven times as long.
def narrow_linear(x: Tensor, weight: Tensor) -> Tensor:
  if x.is_cpu and x.size(0) > 16:
    y = __torch__.ops.float32_linear(x, weight)
  else:
    y = torch.linear(x.to(15), weight.to(15), None).to(x.dtype)
  return y


def packed_linear(x: Tensor, weight: Tensor) -> Tensor:
  return __torch__.packed.narrow_linear(x, weight)


# Towers compute in float32 here, so tower_linear is not called.
def tower_type() -> int:
  return 6


def tower_linear(x: Tensor, weight: Tensor, bias: Tensor, gelu: str) -> Tensor:
  raise AssertionError("no bfloat16 between matrices")
