# Shared pieces. Shape letters: N tokens, D hidden, H heads, Q queries, K keys, C size of a head.
# Data types by number: 0 uint8, 1 int8, 3 int32, 6 float32, 11 bool, 15 bfloat16.
#
# Whatever the type of the matrices, activations between them, norms and biases are float32: that
# costs next to nothing and halves the error of bfloat16.


# x [M, K] by a matrix [N, K] in any of its forms -> [M, N]. For many rows, widening a quantised matrix
# and multiplying is faster than the integer kernels; of int4, that needs the half_block.
def projected(x: Tensor, p: __torch__.weights.Projection, half_block: int) -> Tensor:
  w = p.weight
  if p.form == "widened":
    y = __torch__.ops.float32_linear(x, w)
  elif p.form == "int4":
    if half_block > 0 and x.size(0) > 192 and w.size(0) % 64 == 0:
      y = __torch__.ops.widened_linear(x, p, half_block)
    else:
      group = x.size(-1) // p.scales.size(0)
      y = torch._weight_int4pack_mm_for_cpu(x.to(15), w, group, p.scales).to(x.dtype)
  elif p.form == "bfloat16":
    y = __torch__.packed.packed_linear(x, w)
  elif p.form == "int8":
    if x.size(0) > 16 or not w.is_cpu:
      y = __torch__.packed.narrow_linear(x, w) * p.scales
    else:
      y = torch._weight_int8pack_mm(x.to(15), w, p.scales).to(x.dtype)
  elif p.form == "int4_groups":
    y = __torch__.ops.widened_linear(x, p, half_block)
  else:
    y = torch.linear(x.to(w.dtype), w, None).to(x.dtype)
  if p.bias.numel() > 0:
    y = y + p.bias
  return y


# x [M, K] float32 by a matrix [N, K] of another type, widened some 16 MB at a time: all at once would be
# hundreds.
def float32_linear(x: Tensor, w: Tensor) -> Tensor:
  y = torch.empty([x.size(0), w.size(0)], dtype=6, device=x.device)
  step = max(64, 4194304 // x.size(1))
  for start in range(0, w.size(0), step):
    y[:, start:start + step].copy_(torch.linear(x, w[start:start + step].to(6), None))
  return y


# Per row: w ~ q * scale with q in -127..127. [N, K] -> [N, K] int8, [N] bfloat16.
def quantise_int8(w: Tensor) -> List[Tensor]:
  scales = (w.abs().amax([1]) / 127.0).clamp_min(1e-30).to(15)
  q = torch.round(w / scales.to(6).unsqueeze(1)).clamp(-127, 127)
  return [q.to(1), scales]


# Per group of columns: w ~ (q - 8) * scale + zero with q in 0..15.
# [N, K] -> q [N, K / group, group] int32, scales and zeros [N, K / group, 2] bfloat16.
def int4(w: Tensor, group: int) -> List[Tensor]:
  grouped = w.reshape([w.size(0), -1, group])
  low = grouped.amin([2])
  scale = ((grouped.amax([2]) - low) / 15.0).clamp_min(1e-30).to(15)
  zero = (low + scale.to(6) * 8.0).to(15)
  q = torch.round((grouped - zero.to(6).unsqueeze(2)) / scale.to(6).unsqueeze(2)) + 8.0
  return [q.clamp(0, 15).to(3), torch.stack([scale, zero], 2)]


# For PyTorch's kernel on the CPU: packed [N, K / 2] uint8, scales and zeros [K / group, N, 2].
# Packing goes by blocks of 64 rows, so that row chunks of a multiple of 64 can be packed apart.
def quantise_int4(w: Tensor, group: int) -> List[Tensor]:
  q, scales = __torch__.ops.int4(w, group)
  return [torch._convert_weight_to_int4pack_for_cpu(q.reshape(w.size()), 2), scales.transpose(0, 1).contiguous()]


# For devices without that kernel: [N, K / group, group / 2] uint8, two neighbours in a byte.
def group_int4(w: Tensor, group: int) -> List[Tensor]:
  q, scales = __torch__.ops.int4(w, group)
  low, high = q.to(0).reshape([q.size(0), q.size(1), -1, 2]).unbind(3)
  return [low + high * 16, scales]


# A matrix in the form of a quantised Projection, and its scales.
def quantise(form: str, w: Tensor, group: int) -> List[Tensor]:
  if form == "int8":
    made = __torch__.ops.quantise_int8(w)
  elif form == "int4":
    made = __torch__.ops.quantise_int4(w, group)
  else:
    made = __torch__.ops.group_int4(w, group)
  return made


# What group_int4 made -> [N, K] bfloat16. addcmul rounds once in place of twice, but takes a CPU three
# times as long.
def widen_groups(weight: Tensor, scales: Tensor) -> Tensor:
  halves = [torch.bitwise_and(weight, 15), torch.bitwise_right_shift(weight, 4)]
  q = torch.stack(halves, 3).to(15).flatten(2, 3).sub_(8)
  scale, zero = scales.unsqueeze(2).unbind(3)
  if weight.is_cpu:
    w = q.mul_(scale).add_(zero)
  else:
    w = torch.addcmul(zero, q, scale)
  return w.flatten(1, 2)


# The integers in blocks [N, K / 2] -> [N, K] bfloat16. In a block of 2 h rows, a byte holds a
# column's values of row i and, in its high half, of row i + h: h is 32 for AVX-512, 16 for AVX2.
def block_integers(weight: Tensor, h: int) -> Tensor:
  columns = weight.size(1) * 2
  blocks = weight.reshape([-1, columns, h]).transpose(1, 2).contiguous()
  q = torch.empty([blocks.size(0), 2, h, columns], dtype=15, device=weight.device)
  q[:, 0].copy_(torch.bitwise_and(blocks, 15))
  q[:, 1].copy_(torch.bitwise_right_shift(blocks, 4))
  return q.reshape([-1, columns])


# What quantise_int4 made -> [N, K] bfloat16.
def widen_blocks(weight: Tensor, scales: Tensor, half_block: int) -> Tensor:
  scale, zero = scales.transpose(0, 1).contiguous().unsqueeze(2).unbind(3)
  q = __torch__.ops.block_integers(weight, half_block).reshape([weight.size(0), scales.size(0), -1])
  return q.sub_(8).mul_(scale).add_(zero).flatten(1, 2)


# x [M, K] by the int4 matrix, widened some 16 MB at a time: all at once would be hundreds.
def widened_linear(x: Tensor, p: __torch__.weights.Projection, half_block: int) -> Tensor:
  weight = p.weight
  scales = p.scales
  y = torch.empty([x.size(0), weight.size(0)], dtype=x.dtype, device=x.device)
  step = max(64, 8388608 // x.size(1) // 64 * 64)
  for start in range(0, weight.size(0), step):
    rows = weight[start:start + step]
    if p.form == "int4_groups":
      w = __torch__.ops.widen_groups(rows, scales[start:start + step])
    else:
      w = __torch__.ops.widen_blocks(rows, scales[:, start:start + step], half_block)
    y[:, start:start + step].copy_(__torch__.packed.narrow_linear(x, w))
  return y


# Whether a packed matrix gives what the plain one does, [].
def packing_works(like: Tensor) -> Tensor:
  w = torch.arange(4096, dtype=6, device=like.device).reshape([64, 64]).remainder(17.0).to(15)
  x = torch.ones([1, 64], dtype=6, device=like.device)
  y = __torch__.packed.packed_linear(x, __torch__.packed.pack(w))
  return (y == torch.linear(x.to(15), w, None).to(6)).all()


# Half the rows of a block in which PyTorch packs int4 here, which depends on the processor, or 0 if
# block_integers cannot read it, [].
def int4_half_block(like: Tensor) -> Tensor:
  i = torch.arange(128, dtype=3, device=like.device).unsqueeze(1)
  j = torch.arange(64, dtype=3, device=like.device).unsqueeze(0)
  q = (i * 7 + j * 3 + i * j) % 16
  packed = torch._convert_weight_to_int4pack_for_cpu(q, 2)
  half_block = 0
  for h in [16, 32]:
    if bool((__torch__.ops.block_integers(packed, h) == q.to(15)).all()):
      half_block = h
  return torch.full([], half_block, dtype=4)


# One without a bias is an RMS norm.
def norm(x: Tensor, w: __torch__.weights.Norm, eps: float) -> Tensor:
  if w.bias.numel() > 0:
    y = torch.layer_norm(x, [x.size(-1)], w.weight, w.bias, eps)
  else:
    y = __torch__.ops.rms_norm(x, w.weight, eps)
  return y


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  return (x * torch.rsqrt((x * x).mean([-1], True) + eps)).mul_(weight)


def activation(x: Tensor, name: str) -> Tensor:
  if name == "quick_gelu":
    y = torch.sigmoid(x * 1.702).mul_(x)
  elif name == "gelu":
    y = torch.gelu(x)
  elif name == "gelu_pytorch_tanh":
    y = torch.gelu(x, approximate="tanh")
  elif name == "silu":
    y = torch.silu(x)
  else:
    raise AssertionError("unknown activation")
  return y


# Rotates [H, Q, C] by rows of the tables, [Q, C], whose halves are equal.
def rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = x.size(-1) // 2
  y = x * cos
  y[:, :, :half].addcmul_(x[:, :, half:], sin[:, :half], value=-1.0)
  y[:, :, half:].addcmul_(x[:, :, :half], sin[:, half:])
  return y


# Scaled dot products, [.., Q, C] x [.., K, C] -> [.., Q, K] float32. Scaled in transformers'
# order, after the product, so that float32 results agree to the last digits.
def attention_scores(q: Tensor, k: Tensor) -> Tensor:
  return torch.matmul(q.to(k.dtype), k.transpose(-2, -1)).to(6).mul_(q.size(-1) ** -0.5)


# Which keys [n] rows do not see, seen [2, Q] as weights.Rotary has it -> [Q, n].
def unseen(n: int, seen: Tensor) -> Tensor:
  place = torch.arange(n, device=seen.device)
  return (place < seen[0].unsqueeze(1)).logical_or_(place >= seen[1].unsqueeze(1))


# Hides from scores [.., Q, n], of the last Q of n tokens, the keys that these do not see; seen as
# weights.Rotary has it.
def hide(scores: Tensor, seen: Tensor) -> Tensor:
  q = scores.size(-2)
  n = scores.size(-1)
  if seen.numel() > 0:
    scores.masked_fill_(__torch__.ops.unseen(n, seen[:, n - q:n]), -inf)
  else:
    scores[:, :, n - q:].add_(torch.full([q, q], -inf, dtype=6, device=scores.device).triu(1))
  return scores


# Attention of q [H, Q, C], the last Q of K tokens, over k and v [KV, K, C]: the attended values
# [Q, H * C] and the last query's weights [H, K]. causal: a query sees no key behind its own, or what seen
# tells, if that has elements. The weights of heads first..last are added to total [Q, K] on the way. All in
# float32.
#
# Some queries at a time, so that what lies between does not grow with the square of the tokens, and
# that causal blocks need no keys behind their end. Half a million scores: of shorter blocks, threads
# that share a core with others wait for each other. together: all heads at once, for GPUs. A CPU
# takes a head at a time, which stays in its cache: faster than PyTorch's fused attention. Towers in
# bfloat16 have vit.attend, prompts narrow_attend.
def attend(q: Tensor, k: Tensor, v: Tensor, causal: bool, seen: Tensor, first: int, last: int, total: Tensor, together: bool) -> List[Tensor]:
  n = k.size(1)
  before = n - q.size(1)
  group = q.size(0) // k.size(0)
  heads = q.size(0) if together else 1
  block = min(max(128, 524288 // n), q.size(1))
  hidden = torch.full([block, block], -inf, dtype=6, device=q.device).triu(1)
  attended = torch.empty([q.size(1), q.size(0), v.size(-1)], dtype=q.dtype, device=q.device)
  last_rows = torch.empty([q.size(0), n], dtype=6, device=q.device)
  for head in range(0, q.size(0), heads):
    to = head + heads
    keys = k[head // group:(to - 1) // group + 1].to(6)
    values = v[head // group:(to - 1) // group + 1].to(6)
    if together and group > 1:
      keys = keys.repeat_interleave(group, 0)
      values = values.repeat_interleave(group, 0)
    for start in range(0, q.size(1), block):
      end = min(start + block, q.size(1))
      stop = before + end if causal else n
      if seen.numel() > 0:
        stop = int(seen[1, before + end - 1])
      scores = __torch__.ops.attention_scores(q[head:to, start:end], keys[:, :stop])
      if seen.numel() > 0:
        scores.masked_fill_(__torch__.ops.unseen(stop, seen[:, before + start:before + end]), -inf)
      elif causal:
        scores[:, :, before + start:].add_(hidden[:end - start, :end - start])
      weights = torch.softmax(scores, -1)
      attended[start:end, head:to].copy_(torch.matmul(weights, values[:, :stop]).transpose(0, 1))
      if end == q.size(1):
        last_rows[head:to].copy_(weights[:, -1])
      some = weights[max(first - head, 0):max(last + 1 - head, 0)]
      if some.numel() > 0:
        total[start:end, :stop].add_(some.squeeze(0) if some.size(0) == 1 else some.sum([0]))
  return [attended.flatten(1), last_rows]


# Keys and queries for scores in bfloat16, which rounds by size: k [KV, K, C], q [H, Q, C] -> queries
# [H, Q, C + 1], keys [KV, C + 1, K]. Scores are made small where it counts, by what softmax does not see:
# keys are centred (J. Zhang et al., SageAttention, 2024, section 4.2), and of each query's scores 2.5 of
# their standard deviations are taken, by one more column, so that those of large weights are near 0.
def narrow_scores(q: Tensor, k: Tensor) -> List[Tensor]:
  group = q.size(0) // k.size(0)
  wide = k.to(6)
  keys = wide.sub_(wide.mean([1], True)).mul_(q.size(-1) ** -0.5).to(15)
  squares = torch.matmul(keys.transpose(-2, -1), keys)
  q = q.to(15)
  rows = q.reshape([k.size(0), group * q.size(1), q.size(2)])
  variance = (torch.matmul(rows, squares) * rows).sum([-1], True, dtype=6).div_(k.size(1))
  shift = variance.clamp_min_(0.0).sqrt_().mul_(-2.5).to(15).reshape([q.size(0), q.size(1), 1])
  keys = torch.cat([keys, torch.ones_like(keys[:, :, :1])], -1).transpose(-2, -1)
  return [torch.cat([q, shift], -1), keys]


# attend in bfloat16, causal, for processors that multiply it: v [KV, K, C] bfloat16. The last query's
# weights are float32's.
def narrow_attend(q: Tensor, k: Tensor, v: Tensor, seen: Tensor, first: int, last: int, total: Tensor) -> List[Tensor]:
  n = k.size(1)
  before = n - q.size(1)
  group = q.size(0) // k.size(0)
  block = min(256, q.size(1))
  hidden = torch.full([block, block], -inf, dtype=15).triu(1)
  queries, keys = __torch__.ops.narrow_scores(q, k)
  attended = torch.empty([q.size(1), q.size(0), v.size(-1)], dtype=q.dtype)
  for head in range(q.size(0)):
    values = v[head // group].contiguous()
    for start in range(0, q.size(1), block):
      end = min(start + block, q.size(1))
      stop = int(seen[1, before + end - 1]) if seen.numel() > 0 else before + end
      scores = torch.matmul(queries[head, start:end], keys[head // group, :, :stop])
      if seen.numel() > 0:
        scores.masked_fill_(__torch__.ops.unseen(stop, seen[:, before + start:before + end]), -inf)
      else:
        scores[:, before + start:].add_(hidden[:end - start, :end - start])
      weights = torch.softmax(scores, -1)
      attended[start:end, head].copy_(torch.matmul(weights, values[:stop]))
      if head >= first and head <= last:
        total[start:end, :stop].add_(weights)
  grouped = q[:, -1].reshape([k.size(0), group, -1])
  scores = torch.matmul(grouped * (q.size(-1) ** -0.5), k.to(6).transpose(-2, -1))
  if seen.numel() > 0:
    scores.masked_fill_(__torch__.ops.unseen(n, seen[:, n - 1:n]), -inf)
  return [attended.flatten(1), torch.softmax(scores, -1).flatten(0, 1)]
