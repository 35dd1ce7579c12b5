# What packed.py offers, for GPUs and for processors that cannot multiply bfloat16.


def pack(weight: Tensor) -> Tensor:
  return weight


# For many rows, such a processor widens the matrix, some 16 MB at a time: PyTorch's way round in
# bfloat16 takes four to seven times as long.
def narrow_linear(x: Tensor, weight: Tensor) -> Tensor:
  if not x.is_cpu or x.size(0) <= 16:
    y = torch.linear(x.to(15), weight.to(15), None).to(x.dtype)
  else:
    y = torch.empty([x.size(0), weight.size(0)], dtype=x.dtype, device=x.device)
    step = max(64, 4194304 // x.size(1))
    for start in range(0, weight.size(0), step):
      y[:, start:start + step].copy_(torch.linear(x, weight[start:start + step].to(6), None))
  return y


def packed_linear(x: Tensor, weight: Tensor) -> Tensor:
  return __torch__.packed.narrow_linear(x, weight)


# Towers compute in float32 here, so tower_linear is not called.
def tower_type() -> int:
  return 6


def tower_linear(x: Tensor, weight: Tensor, bias: Tensor, gelu: str) -> Tensor:
  raise AssertionError("no bfloat16 between matrices")
