# Where PyTorch has no FBGEMM, no_half.py stands in.


# A matrix in float16 that FBGEMM multiplies with float32: each weight is widened in a register.
class Half(NamedTuple):
  matrix : __torch__.torch.classes.quantized.LinearPackedParamsBase


# [N, K] float32 whose values float16 can hold.
def half(weight: Tensor) -> __torch__.half.Half:
  return __torch__.half.Half(ops.quantized.linear_prepack_fp16(weight, None))


# x [M, K] float32 -> [M, N] float32.
def half_linear(x: Tensor, weight: __torch__.half.Half) -> Tensor:
  return ops.quantized.linear_dynamic_fp16(x, weight.matrix)


# Whether a matrix in half gives what the plain one does, [].
def halves_work(like: Tensor) -> Tensor:
  w = torch.arange(4096, dtype=6, device=like.device).reshape([64, 64]).remainder(17.0)
  x = torch.ones([1, 64], dtype=6, device=like.device)
  return (__torch__.half.half_linear(x, __torch__.half.half(w)) == torch.linear(x, w, None)).all()
