# For processors that multiply bfloat16 fast; unpacked.py is for all other devices.


# A bfloat16 matrix in the blocks that oneDNN multiplies: up to a third faster for one row and a
# half for many, because a plain matrix is laid out anew at each product.
# [N, K] bfloat16 -> the same, opaque but for its shape and type.
def pack(weight: Tensor) -> Tensor:
  return ops.mkldnn._reorder_linear_weight(weight, None)


# x [M, K] float32 by a packed matrix [N, K] -> [M, N] float32.
def packed_linear(x: Tensor, weight: Tensor) -> Tensor:
  y = ops.mkldnn._linear_pointwise(x.to(15), weight, None, "none", annotate(List[Optional[number]], []), "")
  return y.to(x.dtype)


# The type that a vision tower computes in between packed matrices: such a processor multiplies
# attention's scores five times as fast in bfloat16.
def tower_type() -> int:
  return 15


# x [M, K] bfloat16 by a packed matrix [N, K] -> [M, N] bfloat16. The bias and gelu, "none" or "tanh"
# or "" for no gelu, act on the sums before they are rounded.
def tower_linear(x: Tensor, weight: Tensor, bias: Tensor, gelu: str) -> Tensor:
  some = annotate(Optional[Tensor], None)
  if bias.numel() > 0:
    some = bias
  attr = "gelu" if len(gelu) > 0 else "none"
  return ops.mkldnn._linear_pointwise(x, weight, some, attr, annotate(List[Optional[number]], []), gelu)


# x [M, K] float32 by a matrix [N, K] of a type that bfloat16 can hold -> [M, N] float32.
def narrow_linear(x: Tensor, weight: Tensor) -> Tensor:
  return torch.linear(x.to(15), weight.to(15), None).to(x.dtype)
