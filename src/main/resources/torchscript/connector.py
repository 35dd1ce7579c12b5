# From features of patches to features of image tokens. P patches of all crops, K image tokens,
# m patches of a token at most.


# Linear layers with an activation between each two: [P, D of the tower] -> [P, D of the decoder].
def project(features: Tensor, layers: List[__torch__.weights.Projection], act: str) -> Tensor:
  h = features
  for i in range(len(layers)):
    if i > 0:
      h = __torch__.ops.activation(h, act)
    h = __torch__.ops.projected(h, layers[i], 0)
  return h


# Weighted sums of patches: features [P, D], patches and weights [K, m] -> [K, D].
def spread(features: Tensor, patches: Tensor, weights: Tensor) -> Tensor:
  y = features.index_select(0, patches[:, 0]).mul_(weights[:, :1])
  for i in range(1, patches.size(1)):
    y.addcmul_(features.index_select(0, patches[:, i]), weights[:, i:i + 1])
  return y


# Each m patches that lie one after another joined: [K * m, D] -> [K, m * D].
def merged(features: Tensor, m: int) -> Tensor:
  return features.reshape([-1, m * features.size(1)])


# Patches joined, in their order: features [P, D], patches [K, m] -> [K, m * D].
def joined(features: Tensor, patches: Tensor) -> Tensor:
  return features.index_select(0, patches.flatten()).reshape([patches.size(0), patches.size(1) * features.size(1)])


# A table of positions in a square of `before` a side, stretched to one of `side`: [before^2, D] -> [side^2, D]
# float32.
def stretched(table: Tensor, before: int, side: int) -> Tensor:
  square = table.to(6).reshape([1, before, before, -1]).permute([0, 3, 1, 2])
  if before != side:
    square = torch.upsample_bicubic2d(square, [side, side], False, None, None)
  return square.permute([0, 2, 3, 1]).reshape([side * side, -1])


# Learned queries, in a square of `before` a side, attend to the patches of a crop [P, D of the tower], in one of
# `side`: features [K, D of the decoder] and where each looked, mean over heads [K, P].
def resampled(patches: Tensor, w: __torch__.weights.Resampler, before: int, side: int, heads: int, eps: float) -> List[Tensor]:
  values = __torch__.ops.norm(__torch__.ops.projected(patches, w.kv_proj, 0), w.ln_kv, eps)
  keys = values + __torch__.connector.stretched(w.pos_embed, before, side)
  queries = __torch__.ops.norm(w.query.to(6), w.ln_q, eps) + w.pos_embed.to(6)
  q = __torch__.connector.by_heads(__torch__.ops.projected(queries, w.q_proj, 0), heads)
  k = __torch__.connector.by_heads(__torch__.ops.projected(keys, w.k_proj, 0), heads)
  v = __torch__.connector.by_heads(__torch__.ops.projected(values, w.v_proj, 0), heads)
  total = torch.zeros([q.size(1), k.size(1)], dtype=6, device=q.device)
  all = torch.zeros([0], dtype=6, device=q.device)
  attended = __torch__.ops.attend(q, k, v, False, all, 0, heads - 1, total, not q.is_cpu)[0]
  found = __torch__.ops.norm(__torch__.ops.projected(attended, w.out_proj, 0), w.ln_post, eps)
  return [torch.matmul(found.to(w.proj.dtype), w.proj).to(6), total / heads]


# [N, D] -> [H, N, C].
def by_heads(x: Tensor, heads: int) -> Tensor:
  return x.reshape([x.size(0), heads, -1]).transpose(0, 1)
