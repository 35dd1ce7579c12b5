# LLaMA-like decoder with grouped-query attention. G = H / KV, the queries that share a key head.


# Queries [H, Q, C] of what the projections gave, qkv [Q, (H + 2 KV) * C]; writes its keys and values
# into the cache from `start` on. qk_norm as in Layer.
def rotated(qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, eps: float) -> Tensor:
  n = qkv.size(0)
  kv_heads = cache.keys.size(0)
  qkv = qkv.reshape([n, -1, cache.keys.size(-1)]).transpose(0, 1)
  heads = qkv.size(0) - 2 * kv_heads
  rotated = qkv[:heads + kv_heads]
  if qk_norm.numel() > 0:
    rotated = __torch__.ops.rms_norm(rotated, qk_norm, eps)
  rotated = __torch__.ops.rope(rotated, tables.cos[start:start + n], tables.sin[start:start + n])
  cache.keys[:, start:start + n].copy_(rotated[heads:])
  cache.values[:, start:start + n].copy_(qkv[heads + kv_heads:])
  return rotated[:heads]


# What the MLP's two upper matrices gave, one beside the other, [Q, 2 I] -> [Q, I].
def gated(gate_up: Tensor, act: str) -> Tensor:
  gate, up = gate_up.chunk(2, -1)
  return __torch__.ops.activation(gate, act).mul_(up)


# What attention or MLP add, normed if there is a norm.
def added(y: Tensor, norm: Tensor, eps: float) -> Tensor:
  return __torch__.ops.rms_norm(y, norm, eps) if norm.numel() > 0 else y


# Attention of one query per head, q [H, 1, C], over the first n cached keys: [KV, G, n].
def row_weights(q: Tensor, keys: Tensor, seen: Tensor, n: int) -> Tensor:
  grouped = q.reshape([keys.size(0), -1, q.size(-1)])
  if keys.dtype == 15 and keys.is_cpu:
    # All of the cache, and keys by queries: of a part of it, or the other way round, PyTorch makes
    # a copy of the keys first, which takes five times as long.
    products = torch.matmul(keys, grouped.to(15).transpose(-2, -1))[:, :n]
    scores = products.transpose(-2, -1).to(6).mul_(q.size(-1) ** -0.5)
  else:
    scores = __torch__.ops.attention_scores(grouped, keys[:, :n])
  if seen.numel() > 0:
    scores.masked_fill_(__torch__.ops.unseen(n, seen[:, n - 1:n]), -inf)
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


# What is recorded of one query's weights [L, H, n]: their mean over heads, [L, n]. If each head is
# recorded by itself, also what each has on the image tokens, [L, H, P], and its sums on the first
# token, on the rest of the prompt's text and behind the prompt, [3, L, H].
def recorded(weights: Tensor, recording: __torch__.weights.Recording) -> List[Tensor]:
  rows = weights[:, recording.first_head:recording.last_head + 1]
  result = [rows.mean([1])]
  if recording.image.numel() > 0:
    n = recording.text.size(0)
    text = torch.matmul(rows[:, :, :n], recording.text)
    rest = torch.stack([rows[:, :, 0], text, rows[:, :, n:].sum([-1])], 0)
    result = result + [rows.index_select(2, recording.image), rest]
  return result


# Copies the first n tokens' keys and values.
def copy_cache(source: __torch__.weights.Cache, target: __torch__.weights.Cache, n: int) -> Tensor:
  target.values[:, :n].copy_(source.values[:, :n])
  return target.keys[:, :n].copy_(source.keys[:, :n])


# Zeros from token n on, as in a new cache: row_values multiplies by what is there.
def clear_cache(cache: __torch__.weights.Cache, n: int) -> Tensor:
  cache.values[:, n:].zero_()
  return cache.keys[:, n:].zero_()


# A layer's attention of the prompt's rows from `start` on: qkv [Q, (H + 2 KV) * C] -> [Q, H * C]. The
# last row's weights go to rows [H, N], the head mean of all rows is added to total [N, N], unless these have no
# elements; the attention to the first token is dropped from total on request. What outlives a layer is
# the caller's: an array made here would lie amid what the layer frees, and keep its place from being
# used again. Of the final layer some last rows are read, mostly one, so only these are given; 0 for all.
def prompt_attention(qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, options: __torch__.weights.LayerOptions, recording: __torch__.weights.Recording, rows: Tensor, total: Tensor, wanted: int) -> Tensor:
  n = start + qkv.size(0)
  q = __torch__.decoder.rotated(qkv, qk_norm, tables, cache, start, options.eps)
  last = recording.last_head
  if total.numel() == 0:
    last = recording.first_head - 1
    if wanted > 0:
      q = q[:, -wanted:]
  else:
    total = total[start:n, :n]
  sums = torch.zeros_like(total)
  keys = cache.keys[:, :n]
  values = cache.values[:, :n]
  # Of few queries, float32 takes no time to speak of.
  if keys.dtype == 15 and keys.is_cpu and q.size(1) >= 256 and __torch__.packed.tower_type() == 15:
    attended, last_rows = __torch__.ops.narrow_attend(q, keys, values, tables.seen, recording.first_head, last, sums)
  else:
    attended, last_rows = __torch__.ops.attend(q, keys, values, True, tables.seen, recording.first_head, last, sums, not qkv.is_cpu)
  if total.numel() > 0:
    __torch__.decoder.add_mean(sums, start, recording, total)
  if rows.numel() > 0:
    rows.copy_(last_rows)
  return attended[-wanted:] if wanted > 0 else attended


# Adds to total [Q, K] what the heads' attention of the rows from `start` on sums up to; on request without
# that to the first token.
def add_mean(sums: Tensor, start: int, recording: __torch__.weights.Recording, total: Tensor) -> Tensor:
  sums.div_(recording.last_head + 1 - recording.first_head)
  if not recording.keep_first:
    # The first query sees nothing but the first token, so it keeps it.
    later = sums[1 if start == 0 else 0:]
    later[:, 0].fill_(0)
    later.div_(later.sum([-1], True))
  return total.add_(sums)


# prompt_attention's weights of a few rows: products with keys [H, Q, K], of the last Q of K tokens, become
# weights.
def few_weights(scores: Tensor, scale: float, seen: Tensor, recording: __torch__.weights.Recording, rows: Tensor, total: Tensor) -> Tensor:
  q = scores.size(1)
  n = scores.size(2)
  __torch__.ops.hide(scores.mul_(scale), seen)
  scores.copy_(torch.softmax(scores, -1))
  if total.numel() > 0:
    heads = scores[recording.first_head:recording.last_head + 1]
    __torch__.decoder.add_mean(heads.sum([0]), n - q, recording, total[n - q:n, :n])
  if rows.numel() > 0:
    rows.copy_(scores[:, -1])
  return scores


# All layers over one token: x [1, D] -> x [1, D], and what is recorded.
def step(x: Tensor, layers: List[__torch__.weights.Layer], tables: List[__torch__.weights.Rotary], caches: List[__torch__.weights.Cache], start: int, options: __torch__.weights.LayerOptions, recording: __torch__.weights.Recording) -> List[Tensor]:
  rows = annotate(List[Tensor], [])
  for i in range(len(layers)):
    w = layers[i]
    cache = caches[i]
    h = __torch__.ops.rms_norm(x, w.input_layernorm, options.eps)
    qkv = __torch__.ops.projected(h, w.qkv_proj, options.half_block)
    q = __torch__.decoder.rotated(qkv, w.qk_norm, tables[i], cache, start, options.eps)
    weights = __torch__.decoder.row_weights(q, cache.keys, tables[i].seen, start + 1)
    h = __torch__.decoder.row_values(weights, cache.values).reshape([1, -1]).to(x.dtype)
    y = __torch__.ops.projected(h, w.o_proj, options.half_block)
    x = x.add_(__torch__.decoder.added(y, w.attention_norm, options.eps))
    h = __torch__.ops.rms_norm(x, w.post_attention_layernorm, options.eps)
    h = __torch__.decoder.gated(__torch__.ops.projected(h, w.gate_up_proj, options.half_block), options.act)
    y = __torch__.ops.projected(h, w.down_proj, options.half_block)
    x = x.add_(__torch__.decoder.added(y, w.mlp_norm, options.eps))
    if i >= recording.first_layer and i <= recording.last_layer:
      rows.append(weights.flatten(0, 1))
  recorded = annotate(List[Tensor], [])
  if len(rows) > 0:
    recorded = __torch__.decoder.recorded(torch.stack(rows, 0), recording)
  return [x] + recorded


# The most likely token by the logits [V]: its id, its probability, the logits, and the ids and
# probabilities of the likeliest, itself among them, falling.
def best(logits: Tensor) -> List[Tensor]:
  id = torch.argmax(logits)
  probabilities = torch.softmax(logits, -1)
  _, ids = torch.topk(logits, min(6, logits.size(0)), -1, True, True)
  return [id, probabilities[id], logits, ids, probabilities[ids]]


# The most likely token behind the last row of x.
def next_token(x: Tensor, head: __torch__.weights.Head, options: __torch__.weights.LayerOptions) -> List[Tensor]:
  h = __torch__.ops.rms_norm(x[-1:], head.norm, options.eps)
  return __torch__.decoder.best(__torch__.ops.projected(h, head.lm_head, 0).squeeze(0))
