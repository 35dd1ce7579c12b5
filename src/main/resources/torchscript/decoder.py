# LLaMA-like decoder with grouped-query attention. G = H / KV, the queries that share a key head.
# Caches per layer: [KV, longest sequence, C].


# Queries [H, Q, C] of x [Q, D]; writes its keys and values into the caches from `start` on.
def queries(x: Tensor, w: __torch__.weights.Layer, cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, start: int, eps: float, half_block: int) -> Tensor:
  n = x.size(0)
  kv_heads = keys.size(0)
  h = __torch__.ops.rms_norm(x, w.input_layernorm, eps)
  qkv = __torch__.ops.projected(h, w.qkv_proj, half_block).reshape([n, -1, keys.size(-1)]).transpose(0, 1)
  heads = qkv.size(0) - 2 * kv_heads
  rotated = __torch__.ops.rope(qkv[:heads + kv_heads], cos[start:start + n], sin[start:start + n])
  keys[:, start:start + n].copy_(rotated[heads:])
  values[:, start:start + n].copy_(qkv[heads + kv_heads:])
  return rotated[:heads]


# Everything behind the attention, in place: x [Q, D], attended [Q, H * C] -> [Q, D].
def finish(x: Tensor, attended: Tensor, w: __torch__.weights.Layer, eps: float, half_block: int) -> Tensor:
  x = x.add_(__torch__.ops.projected(attended, w.o_proj, half_block))
  # Some rows at a time, since what lies between is several times as wide; but all at once by
  # weights that are widened on the way.
  parts = x.chunk(2 if w.gate_up_proj.scales.numel() == 0 and len(w.gate_up_proj.half) == 0 else 1)
  for i in range(len(parts)):
    h = __torch__.ops.rms_norm(parts[i], w.post_attention_layernorm, eps)
    gate, up = __torch__.ops.projected(h, w.gate_up_proj, half_block).chunk(2, -1)
    parts[i].add_(__torch__.ops.projected(torch.silu(gate).mul_(up), w.down_proj, half_block))
  return x


# Attention of one query per head, q [H, 1, C], over the first n cached keys: [KV, G, n].
def row_weights(q: Tensor, keys: Tensor, n: int) -> Tensor:
  grouped = q.reshape([keys.size(0), -1, q.size(-1)])
  if keys.dtype == 15 and keys.is_cpu:
    # All of the cache, and keys by queries: of a part of it, or the other way round, PyTorch makes
    # a copy of the keys first, which takes five times as long.
    products = torch.matmul(keys, grouped.to(15).transpose(-2, -1))[:, :n]
    scores = products.transpose(-2, -1).to(6).mul_(q.size(-1) ** -0.5)
  else:
    scores = __torch__.ops.attention_scores(grouped, keys[:, :n])
  return torch.softmax(scores, -1)


# The values that one query attends to: weights [KV, G, n] by the first n cached values.
def row_values(weights: Tensor, values: Tensor) -> Tensor:
  n = weights.size(-1)
  if values.dtype == 15 and values.is_cpu:
    # By the whole cache: of a part of it, PyTorch makes a copy first.
    padded = torch.zeros([weights.size(0), weights.size(1), values.size(1)], dtype=values.dtype, device=values.device)
    padded[:, :, :n].copy_(weights)
    h = torch.matmul(padded, values)
  else:
    h = torch.matmul(weights.to(values.dtype), values[:, :n])
  return h


# What is recorded of one query's weights [L, H, n]: their mean over heads first..last,
# [L, n]. With each = [start of the image, its end, end of the prompt] also what each of these heads
# has on the image tokens, [L, H, P], and its sums on the first token, on the rest of the prompt's
# text and behind the prompt, [3, L, H].
def recorded(weights: Tensor, first: int, last: int, each: List[int]) -> List[Tensor]:
  rows = weights[:, first:last + 1]
  result = [rows.mean([1])]
  if len(each) > 0:
    text = rows[:, :, 1:each[0]].sum([-1]) + rows[:, :, each[1]:each[2]].sum([-1])
    rest = torch.stack([rows[:, :, 0], text, rows[:, :, each[2]:].sum([-1])], 0)
    result = result + [rows[:, :, each[0]:each[1]].contiguous(), rest]
  return result


# One layer over the whole prompt, in place: x [N, D]. The last row's weights go to rows [H, N], the
# head mean of all rows is added to total [N, N], unless these have no elements; the attention to
# the first token is dropped from total on request. What outlives a layer is the caller's: an array
# made here would lie amid what the layer frees, and keep its place from being used again. Of the
# final layer nothing but the last row is ever read, so only that one is computed.
def prefill(x: Tensor, w: __torch__.weights.Layer, cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, eps: float, half_block: int, first: int, last: int, keep_first: bool, rows: Tensor, total: Tensor, final: bool) -> Tensor:
  n = x.size(0)
  q = __torch__.decoder.queries(x, w, cos, sin, keys, values, 0, eps, half_block)
  mask = torch.full([n, n], -inf, dtype=6, device=x.device).triu(1)
  if total.numel() == 0:
    last = first - 1
    if final:
      q = q[:, -1:]
      mask = mask[-1:]
  sums = torch.zeros_like(total)
  attended, last_rows = __torch__.ops.attend(q, keys[:, :n], values[:, :n], mask, first, last, sums, not x.is_cpu)
  if total.numel() > 0:
    sums.div_(last + 1 - first)
    if not keep_first:
      # The first query sees nothing but the first token, so it keeps it.
      later = sums[1:]
      later[:, 0].fill_(0)
      later.div_(later.sum([-1], True))
    total.add_(sums)
  if rows.numel() > 0:
    rows.copy_(last_rows)
  if final:
    x = x[-1:]
    attended = attended[-1:]
  return __torch__.decoder.finish(x, attended, w, eps, half_block)


# All layers over one token: x [1, D] -> x [1, D], and what is recorded of the layers in
# first_layer..last_layer (nothing if last_layer < first_layer).
def step(x: Tensor, layers: List[__torch__.weights.Layer], cos: Tensor, sin: Tensor, caches: List[List[Tensor]], start: int, eps: float, first_layer: int, last_layer: int, first_head: int, last_head: int, each: List[int]) -> List[Tensor]:
  rows = annotate(List[Tensor], [])
  for i in range(len(layers)):
    w = layers[i]
    keys = caches[i][0]
    values = caches[i][1]
    q = __torch__.decoder.queries(x, w, cos, sin, keys, values, start, eps, 0)
    weights = __torch__.decoder.row_weights(q, keys, start + 1)
    h = __torch__.decoder.row_values(weights, values)
    x = __torch__.decoder.finish(x, h.reshape([1, -1]).to(x.dtype), w, eps, 0)
    if i >= first_layer and i <= last_layer:
      rows.append(weights.flatten(0, 1))
  recorded = annotate(List[Tensor], [])
  if len(rows) > 0:
    recorded = __torch__.decoder.recorded(torch.stack(rows, 0), first_head, last_head, each)
  return [x] + recorded


# The most likely next token of the last row of x: its id, its probability, and the logits [V].
def next_token(x: Tensor, norm: Tensor, lm_head: __torch__.weights.Projection, eps: float) -> List[Tensor]:
  h = __torch__.ops.rms_norm(x[-1:], norm, eps)
  logits = __torch__.ops.projected(h, lm_head, 0).squeeze(0)
  best = torch.argmax(logits)
  return [best, torch.softmax(logits, -1)[best], logits]
