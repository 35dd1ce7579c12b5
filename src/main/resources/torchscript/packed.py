# What PyTorch offers on some processors only. Where it cannot, unpacked.py stands in.


# bfloat16 matrices in the blocks that oneDNN multiplies: up to a third faster for one row and a
# half for many, because a plain matrix is laid out anew at each product.
# [N, K] bfloat16 -> the same, opaque but for its shape and type.
def pack(weight: Tensor) -> Tensor:
  return ops.mkldnn._reorder_linear_weight(weight, None)


# x [M, K] bfloat16 by a packed matrix [N, K] -> [M, N] bfloat16.
def linear(x: Tensor, weight: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(x, weight, None, "none", annotate(List[Optional[number]], []), "")


# A matrix in float16 that FBGEMM multiplies with float32: each weight is widened in a register.
class Half(NamedTuple):
  matrix : __torch__.torch.classes.quantized.LinearPackedParamsBase


# [N, K] float32 whose values float16 can hold.
def half(weight: Tensor) -> __torch__.packed.Half:
  return __torch__.packed.Half(ops.quantized.linear_prepack_fp16(weight, None))


# x [M, K] float32 -> [M, N] float32.
def half_linear(x: Tensor, weight: __torch__.packed.Half) -> Tensor:
  return ops.quantized.linear_dynamic_fp16(x, weight.matrix)


# Whether a matrix in half gives what the plain one does, [].
def halves_work(like: Tensor) -> Tensor:
  w = torch.arange(4096, dtype=6, device=like.device).reshape([64, 64]).remainder(17.0)
  x = torch.ones([1, 64], dtype=6, device=like.device)
  return (__torch__.packed.half_linear(x, __torch__.packed.half(w)) == torch.linear(x, w, None)).all()
