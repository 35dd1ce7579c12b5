# The decoder in operations that PyTorch differentiates, a layer at a time: the others write into caches.
# What comes in was made while gradients were switched off, which PyTorch does not keep for the way back:
# each is cloned first. S all tokens of a sequence, T answer tokens whose gradients are taken.


# x by a matrix [N, K] and a bias [N], or none.
def linear(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
  y = torch.matmul(x, w.transpose(0, 1))
  return y + bias if bias.numel() > 0 else y


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  return x * torch.rsqrt((x * x).mean([-1], True) + eps) * weight


# [H, S, C] by the first rows of the tables.
def rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  first, second = x.chunk(2, -1)
  s = x.size(1)
  return x * cos[:s] + torch.cat([-second, first], -1) * sin[:s]


def added(y: Tensor, norm: Tensor, eps: float) -> Tensor:
  return __torch__.gradients.rms_norm(y, norm, eps) if norm.numel() > 0 else y


# What a layer adds to x [S, D] by attending, and then by its MLP.
def attended(x: Tensor, norm: Tensor, qkv: Tensor, qkv_bias: Tensor, qk_norm: Tensor, o: Tensor, o_bias: Tensor, tables: __torch__.weights.Rotary, eps: float) -> Tensor:
  s = x.size(0)
  c = tables.cos.size(1)
  heads = o.size(1) // c
  kv_heads = (qkv.size(0) // c - heads) // 2
  h = __torch__.gradients.rms_norm(x, norm, eps)
  all = __torch__.gradients.linear(h, qkv, qkv_bias).reshape([s, -1, c]).transpose(0, 1)
  rotated = all[:heads + kv_heads]
  if qk_norm.numel() > 0:
    rotated = __torch__.gradients.rms_norm(rotated, qk_norm, eps)
  rotated = __torch__.gradients.rope(rotated, tables.cos, tables.sin)
  keys = rotated[heads:].repeat_interleave(heads // kv_heads, 0)
  values = all[heads + kv_heads:].repeat_interleave(heads // kv_heads, 0)
  hidden = __torch__.ops.hide(torch.zeros([1, s, s], dtype=6, device=x.device), tables.seen)
  scores = torch.matmul(rotated[:heads], keys.transpose(1, 2)) * (c ** -0.5) + hidden
  mixed = torch.matmul(torch.softmax(scores, -1), values).transpose(0, 1).flatten(1)
  return __torch__.gradients.linear(mixed, o, o_bias)


def gated(x: Tensor, norm: Tensor, gate_up: Tensor, gate_up_bias: Tensor, down: Tensor, down_bias: Tensor, act: str, eps: float) -> Tensor:
  h = __torch__.gradients.rms_norm(x, norm, eps)
  gate, up = __torch__.gradients.linear(h, gate_up, gate_up_bias).chunk(2, -1)
  return __torch__.gradients.linear(__torch__.ops.activation(gate, act) * up, down, down_bias)


# The gradient of y by x, given that of something by y.
def gradient(y: Tensor, x: Tensor, given: Tensor) -> Tensor:
  found = torch.grad([y], [x], annotate(List[Optional[Tensor]], [given]), True)[0]
  if found is None:
    raise AssertionError("no gradient")
  else:
    result = found
  return result
