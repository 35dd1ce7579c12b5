# bfloat16 matrices in the blocks that oneDNN multiplies: up to a third faster for one row and a
# half for many, because a plain matrix is laid out anew at each product. Where PyTorch was built
# without oneDNN, unpacked.py stands in.


# [N, K] bfloat16 -> the same, opaque but for its shape and type.
def pack(weight: Tensor) -> Tensor:
  return ops.mkldnn._reorder_linear_weight(weight, None)


# x [M, K] bfloat16 by a packed matrix [N, K] -> [M, N] bfloat16.
def linear(x: Tensor, weight: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(x, weight, None, "none", annotate(List[Optional[number]], []), "")
