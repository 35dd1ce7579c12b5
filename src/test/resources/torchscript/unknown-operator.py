def pack(weight: Tensor) -> Tensor:
  return ops.nobody.knows_this(weight)


def linear(x: Tensor, weight: Tensor) -> Tensor:
  return x
