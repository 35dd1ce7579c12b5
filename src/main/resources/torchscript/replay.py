# What attribution methods read of a sequence whose tokens are all known. Shape letters as in ops.py; T the
# last rows of the sequence, those that predicted the answer's tokens; S all of its tokens.


# A matrix [N, K] in any of its forms, float32.
def matrix(p: __torch__.weights.Projection, half_block: int) -> Tensor:
  w = p.weight
  if p.form == "int8":
    y = w.to(6) * p.scales.to(6).unsqueeze(1)
  elif p.form == "int4_groups":
    y = __torch__.ops.widen_groups(w, p.scales).to(6)
  elif p.form == "int4" and half_block > 0:
    y = __torch__.ops.widen_blocks(w, p.scales, half_block).to(6)
  elif p.form == "int4":
    # Only its kernel knows how the integers lie.
    group = w.size(1) * 2 // p.scales.size(0)
    y = torch._weight_int4pack_mm_for_cpu(torch.eye(w.size(1) * 2, dtype=15), w, group, p.scales).to(6).transpose(0, 1)
  elif p.form == "bfloat16":
    y = __torch__.packed.packed_linear(torch.eye(w.size(1), dtype=6, device=w.device), w).transpose(0, 1)
  else:
    y = w.to(6)
  return y


# Some of its rows, [ids, K].
def matrix_rows(p: __torch__.weights.Projection, ids: Tensor, half_block: int) -> Tensor:
  none = torch.empty([0], dtype=6, device=p.weight.device)
  if p.form == "int8" or p.form == "int4_groups":
    y = __torch__.replay.matrix(__torch__.weights.Projection(p.form, p.weight.index_select(0, ids), p.scales.index_select(0, ids), none), 0)
  elif p.form == "int4" or p.form == "bfloat16":
    y = __torch__.replay.matrix(p, half_block).index_select(0, ids)
  else:
    y = p.weight.index_select(0, ids).to(6)
  return y


# The attention of the last T rows, [H, T, S], of what the projections gave of them, qkv [T, (H + 2 KV) * C].
def weights(qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, options: __torch__.weights.LayerOptions) -> Tensor:
  t = qkv.size(0)
  n = start + t
  q = __torch__.decoder.rotated(qkv, qk_norm, tables, cache, start, options.eps)
  keys = cache.keys[:, :n].to(6)
  scores = __torch__.ops.attention_scores(q.reshape([keys.size(0), -1, keys.size(2)]), keys).reshape([-1, t, n])
  return torch.softmax(__torch__.ops.hide(scores, tables.seen), -1)


# By what a norm behind attention multiplies what each of the last T rows takes of each token: the norm's
# weight [D] / root mean square of all that the row takes, [T, D]. weights [H, T, S], values [KV, S, C].
def norm_scale(weights: Tensor, values: Tensor, o: __torch__.weights.Projection, norm: Tensor, options: __torch__.weights.LayerOptions) -> Tensor:
  each = values.to(6).repeat_interleave(weights.size(0) // values.size(0), 0)
  taken = torch.matmul(weights, each).transpose(0, 1).flatten(1)
  y = __torch__.ops.projected(taken, o, options.half_block)
  return norm * __torch__.replay.scale(y, options.eps).unsqueeze(1)


# How much each token's values speak for each answer token's logit, by heads summed up: weights [H, T, S],
# values of as many heads, rows u [T, H * C] of the output matrix as each logit sees it -> [T, S].
def value_logits(weights: Tensor, values: Tensor, u: Tensor) -> Tensor:
  kv = values.size(0)
  t = weights.size(1)
  heads = u.reshape([t, weights.size(0), -1]).transpose(0, 1).reshape([kv, -1, values.size(2)])
  dots = torch.matmul(heads, values.to(6).transpose(1, 2)).reshape(weights.size())
  return dots.mul_(weights).sum([0])


# The length of what each row takes of each token: | sum_h A_h[t, j] O_h v_hj |, weights [H, T, S], values
# [KV, S, C], o [D, H * C], the first and last of the heads that count -> [T, S]. By the products of all
# pairs of heads, since the vectors themselves would be T times as many.
def value_norms(weights: Tensor, values: Tensor, o: Tensor, first: int, last: int) -> Tensor:
  group = weights.size(0) // values.size(0)
  c = values.size(2)
  s = weights.size(2)
  norms = torch.empty([weights.size(1), s], dtype=6, device=weights.device)
  count = last + 1 - first
  step = max(1, 8388608 // (count * o.size(0)))
  for start in range(0, s, step):
    end = min(start + step, s)
    made = torch.empty([end - start, count, o.size(0)], dtype=6, device=weights.device)
    for h in range(count):
      head = first + h
      made[:, h].copy_(torch.linear(values[head // group, start:end].to(6), o[:, head * c:head * c + c], None))
    pairs = torch.matmul(made, made.transpose(1, 2))
    rows = weights[first:last + 1, :, start:end].permute([2, 1, 0])
    squares = (torch.matmul(rows, pairs) * rows).sum([2])
    norms[:, start:end].copy_(squares.clamp_min_(0.0).sqrt_().transpose(0, 1))
  return norms


# One layer of rollout: rows [S, S] of the layers before, the layer's attention [S, S].
def rolled(rows: Tensor, attention: Tensor) -> Tensor:
  return torch.matmul(attention, rows).add_(rows).mul_(0.5)


# 1 / root mean square of each row, [T].
def scale(x: Tensor, eps: float) -> Tensor:
  return torch.rsqrt((x * x).mean([-1]) + eps)


# Of the states x [S, D] before a layer, where those of some rows lie beyond a threshold once each has unit
# root mean square: [found, 2], which of the rows and which dimension.
def beyond(x: Tensor, rows: Tensor, eps: float, threshold: float) -> Tensor:
  some = x.index_select(0, rows)
  z = some * __torch__.replay.scale(some, eps).unsqueeze(1)
  return torch.nonzero(z.abs() > threshold)


# Logits of all tokens for rows x [T, D], and of each the log probability of the answer's token [T].
def log_probabilities(logits: Tensor, ids: Tensor) -> Tensor:
  return torch.log_softmax(logits.to(6), -1).gather(1, ids.unsqueeze(1)).squeeze(1)
