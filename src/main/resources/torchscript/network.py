# The methods that Java calls. Weights, caches and tables are arguments: the module owns nothing.
class Network(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool


  # An uninitialised weight; ops.py tells the numbers of data types.
  def empty(self: __torch__.Network, shape: List[int], dtype: int, like: Tensor) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=like.device)

  def zeros(self: __torch__.Network, shape: List[int], like: Tensor) -> Tensor:
    return torch.zeros(shape, dtype=like.dtype, device=like.device)

  def on_cpu(self: __torch__.Network, x: Tensor) -> Tensor:
    return x.cpu()

  # The first row, which lies where the whole does.
  def start(self: __torch__.Network, x: Tensor) -> Tensor:
    return x[:1] if x.dim() > 0 else x

  # Copies rows into a weight, converting them to its type.
  def fill(self: __torch__.Network, weight: Tensor, start: int, rows: Tensor) -> Tensor:
    return weight[start:start + rows.size(0)].copy_(rows)

  # The same with a low-rank change: rows + scale * b a, with b [rows, r] and a [r, in], in float32.
  def fill_changed(self: __torch__.Network, weight: Tensor, start: int, rows: Tensor, b: Tensor, a: Tensor, scale: float) -> Tensor:
    change = torch.matmul(b.to(6), a.to(6)) * scale
    return weight[start:start + rows.size(0)].copy_(rows.to(6) + change)

  def fill_columns(self: __torch__.Network, weight: Tensor, start: int, columns: Tensor) -> Tensor:
    return weight[:, start:start + columns.size(1)].copy_(columns)

  def quantise(self: __torch__.Network, form: str, w: Tensor, group: int) -> List[Tensor]:
    return __torch__.ops.quantise(form, w, group)

  def transposed(self: __torch__.Network, weight: Tensor) -> Tensor:
    return weight.transpose(0, 1).contiguous()

  def pack(self: __torch__.Network, weight: Tensor) -> Tensor:
    return __torch__.packed.pack(weight)

  def packing_works(self: __torch__.Network, like: Tensor) -> Tensor:
    return __torch__.ops.packing_works(like)

  def projection(self: __torch__.Network, form: str, weight: Tensor, scales: Tensor, bias: Tensor) -> __torch__.weights.Projection:
    return __torch__.weights.Projection(form, weight, scales, bias)

  def norm(self: __torch__.Network, weight: Tensor, bias: Tensor) -> __torch__.weights.Norm:
    return __torch__.weights.Norm(weight, bias)

  def tower_embeddings(self: __torch__.Network, patch_embedding: Tensor, patch_bias: Tensor, class_embedding: Tensor, position_embedding: Tensor, pre_layrnorm: __torch__.weights.Norm) -> __torch__.weights.TowerEmbeddings:
    return __torch__.weights.TowerEmbeddings(patch_embedding, patch_bias, class_embedding, position_embedding, pre_layrnorm)

  # What a GPU embeds patches with, for a test on the CPU.
  def patches(self: __torch__.Network, pixel_values: Tensor, patch_embedding: Tensor) -> Tensor:
    return __torch__.vit.patches(pixel_values, patch_embedding)

  def tower_layer(self: __torch__.Network, layer_norm1: __torch__.weights.Norm, qkv_proj: __torch__.weights.Projection, out_proj: __torch__.weights.Projection, attention_scale: Tensor, layer_norm2: __torch__.weights.Norm, fc1: __torch__.weights.Projection, fc2: __torch__.weights.Projection, mlp_scale: Tensor) -> __torch__.weights.TowerLayer:
    return __torch__.weights.TowerLayer(layer_norm1, qkv_proj, out_proj, attention_scale, layer_norm2, fc1, fc2, mlp_scale)

  def tower_options(self: __torch__.Network, heads: int, act: str, eps: float, before: int, gated: bool) -> __torch__.weights.TowerOptions:
    return __torch__.weights.TowerOptions(heads, act, eps, before, gated)

  def layer(self: __torch__.Network, input_layernorm: Tensor, qkv_proj: __torch__.weights.Projection, qk_norm: Tensor, o_proj: __torch__.weights.Projection, attention_norm: Tensor, post_attention_layernorm: Tensor, gate_up_proj: __torch__.weights.Projection, down_proj: __torch__.weights.Projection, mlp_norm: Tensor) -> __torch__.weights.Layer:
    return __torch__.weights.Layer(input_layernorm, qkv_proj, qk_norm, o_proj, attention_norm, post_attention_layernorm, gate_up_proj, down_proj, mlp_norm)

  # Of norms that all heads share, [C] each -> [H + KV, 1, C]; queries multiplied by a scale.
  def qk_norm(self: __torch__.Network, q_norm: Tensor, k_norm: Tensor, heads: int, kv_heads: int, scale: float) -> Tensor:
    return torch.cat([(q_norm * scale).repeat([heads, 1, 1]), k_norm.repeat([kv_heads, 1, 1])], 0)

  def head(self: __torch__.Network, norm: Tensor, lm_head: __torch__.weights.Projection) -> __torch__.weights.Head:
    return __torch__.weights.Head(norm, lm_head)

  def layer_options(self: __torch__.Network, eps: float, half_block: int, act: str) -> __torch__.weights.LayerOptions:
    return __torch__.weights.LayerOptions(eps, half_block, act)

  def cache(self: __torch__.Network, keys: Tensor, values: Tensor) -> __torch__.weights.Cache:
    return __torch__.weights.Cache(keys, values)

  # The same with values [KV, C, longest sequence] in memory.
  def column_cache(self: __torch__.Network, keys: Tensor, values: Tensor) -> __torch__.weights.Cache:
    return __torch__.weights.Cache(keys, values.transpose(1, 2))

  def copy_cache(self: __torch__.Network, source: __torch__.weights.Cache, target: __torch__.weights.Cache, n: int) -> Tensor:
    return __torch__.decoder.copy_cache(source, target, n)

  def clear_cache(self: __torch__.Network, cache: __torch__.weights.Cache, n: int) -> Tensor:
    return __torch__.decoder.clear_cache(cache, n)

  def divided(self: __torch__.Network, total: Tensor, count: int) -> Tensor:
    return total / count

  # The first n rows and columns of a matrix.
  def corner(self: __torch__.Network, matrix: Tensor, n: int) -> Tensor:
    return matrix[:n, :n].clone()

  # Puts them into the corner of a larger one.
  def put_corner(self: __torch__.Network, matrix: Tensor, corner: Tensor) -> Tensor:
    n = corner.size(0)
    return matrix[:n, :n].copy_(corner)

  def rotary(self: __torch__.Network, cos: Tensor, sin: Tensor) -> __torch__.weights.Rotary:
    return __torch__.weights.Rotary(cos, sin, torch.empty([0]))

  def layer_tables(self: __torch__.Network, cos: Tensor, sin: Tensor, seen: Tensor) -> __torch__.weights.Rotary:
    return __torch__.weights.Rotary(cos, sin, seen)

  def recording(self: __torch__.Network, first_layer: int, last_layer: int, first_head: int, last_head: int, keep_first: bool, image: Tensor, text: Tensor) -> __torch__.weights.Recording:
    return __torch__.weights.Recording(first_layer, last_layer, first_head, last_head, keep_first, image, text)

  def projected(self: __torch__.Network, x: Tensor, p: __torch__.weights.Projection, half_block: int) -> Tensor:
    return __torch__.ops.projected(x, p, half_block)

  def int4_half_block(self: __torch__.Network, like: Tensor) -> Tensor:
    return __torch__.ops.int4_half_block(like)

  def float32(self: __torch__.Network, x: Tensor) -> Tensor:
    return x.to(6)

  def embed_picture(self: __torch__.Network, pixel_values: Tensor, w: __torch__.weights.TowerEmbeddings, options: __torch__.weights.TowerOptions) -> Tensor:
    return __torch__.vit.embed(pixel_values, w, options)

  def embed_blocks(self: __torch__.Network, pixel_values: Tensor, w: __torch__.weights.TowerEmbeddings, m: int, rows: Tensor, shares: Tensor) -> Tensor:
    return __torch__.vit.embed_blocks(pixel_values, w, m, rows, shares)

  # With the attention of all heads added to total [N, N], or to nothing if that has no elements.
  def vision_layer(self: __torch__.Network, x: Tensor, w: __torch__.weights.TowerLayer, options: __torch__.weights.TowerOptions, tables: __torch__.weights.Rotary, ends: List[int], total: Tensor) -> Tensor:
    return __torch__.vit.layer(x, w, options, tables, ends, total)

  def move_block_attention(self: __torch__.Network, weights: Tensor, total: Tensor, m: int) -> Tensor:
    return __torch__.vit.move_block_attention(weights, total, m)

  # Rows and columns of x [K, K] in another order.
  def reordered(self: __torch__.Network, x: Tensor, order: Tensor) -> Tensor:
    return x.index_select(0, order).index_select(1, order)

  # Puts y [k, l] into the first columns of rows of x, from `start` on.
  def put_block(self: __torch__.Network, x: Tensor, start: int, y: Tensor) -> Tensor:
    return x[start:start + y.size(0), :y.size(1)].copy_(y)

  def normed(self: __torch__.Network, x: Tensor, norm: __torch__.weights.Norm, eps: float) -> Tensor:
    return __torch__.ops.norm(x, norm, eps)

  def beside(self: __torch__.Network, parts: List[Tensor]) -> Tensor:
    return torch.cat(parts, 1)

  def columns(self: __torch__.Network, x: Tensor, start: int, count: int) -> Tensor:
    return x[:, start:start + count]

  # Adds rows [n, D] to those of x [N, D] in the places [n].
  def add_rows(self: __torch__.Network, x: Tensor, places: Tensor, rows: Tensor) -> Tensor:
    return x.index_add_(0, places, rows)

  def resampler(self: __torch__.Network, query: Tensor, pos_embed: Tensor, kv_proj: __torch__.weights.Projection, ln_q: __torch__.weights.Norm, ln_kv: __torch__.weights.Norm, q_proj: __torch__.weights.Projection, k_proj: __torch__.weights.Projection, v_proj: __torch__.weights.Projection, out_proj: __torch__.weights.Projection, ln_post: __torch__.weights.Norm, proj: Tensor) -> __torch__.weights.Resampler:
    return __torch__.weights.Resampler(query, pos_embed, kv_proj, ln_q, ln_kv, q_proj, k_proj, v_proj, out_proj, ln_post, proj)

  def resampled(self: __torch__.Network, patches: Tensor, w: __torch__.weights.Resampler, before: int, side: int, heads: int, eps: float) -> List[Tensor]:
    return __torch__.connector.resampled(patches, w, before, side, heads, eps)

  def stretched(self: __torch__.Network, table: Tensor, before: int, side: int) -> Tensor:
    return __torch__.connector.stretched(table, before, side)

  # Rows of query, key and value of each head together -> all queries, all keys, all values.
  def by_parts(self: __torch__.Network, rows: Tensor, heads: int) -> Tensor:
    n = rows.size(0)
    return rows.reshape([heads, 3, n // (3 * heads), -1]).transpose(0, 1).reshape(rows.size()).contiguous()

  def merged(self: __torch__.Network, features: Tensor, m: int) -> Tensor:
    return __torch__.connector.merged(features, m)

  def move_patch_attention(self: __torch__.Network, weights: Tensor, total: Tensor, options: __torch__.weights.TowerOptions) -> Tensor:
    return __torch__.vit.move_patch_attention(weights, total, options)

  def tower_features(self: __torch__.Network, x: Tensor, norm: __torch__.weights.Norm, options: __torch__.weights.TowerOptions) -> Tensor:
    return __torch__.vit.features(x, norm, options)

  def project(self: __torch__.Network, features: Tensor, layers: List[__torch__.weights.Projection], act: str) -> Tensor:
    return __torch__.connector.project(features, layers, act)

  def spread(self: __torch__.Network, features: Tensor, patches: Tensor, weights: Tensor) -> Tensor:
    return __torch__.connector.spread(features, patches, weights)

  def joined(self: __torch__.Network, features: Tensor, patches: Tensor) -> Tensor:
    return __torch__.connector.joined(features, patches)

  # Puts rows [n, D], or the same row [1, D] again and again, into the places [n] of x [N, D].
  def put_rows(self: __torch__.Network, x: Tensor, places: Tensor, rows: Tensor) -> Tensor:
    return x.index_copy_(0, places, rows.expand([places.size(0), -1]))

  def rows_at(self: __torch__.Network, x: Tensor, places: Tensor) -> Tensor:
    return x.index_select(0, places)

  def attend(self: __torch__.Network, q: Tensor, k: Tensor, v: Tensor, causal: bool, seen: Tensor, first: int, last: int, total: Tensor, together: bool) -> List[Tensor]:
    return __torch__.ops.attend(q, k, v, causal, seen, first, last, total, together)

  def narrow_attend(self: __torch__.Network, q: Tensor, k: Tensor, v: Tensor, seen: Tensor, first: int, last: int, total: Tensor) -> List[Tensor]:
    return __torch__.ops.narrow_attend(q, k.to(15), v.to(15), seen, first, last, total)

  def rms_norm(self: __torch__.Network, x: Tensor, weight: Tensor, options: __torch__.weights.LayerOptions) -> Tensor:
    return __torch__.ops.rms_norm(x, weight, options.eps)

  def at(self: __torch__.Network, x: Tensor, index: int) -> Tensor:
    return x[index]

  def rows(self: __torch__.Network, x: Tensor, start: int, count: int) -> Tensor:
    return x[start:start + count]

  # x by a number as the type of an array holds it.
  def scaled(self: __torch__.Network, x: Tensor, factor: float, like: Tensor) -> Tensor:
    return x.mul_(torch.full([], factor, dtype=like.dtype, device=x.device).to(6))

  def gated(self: __torch__.Network, gate_up: Tensor, options: __torch__.weights.LayerOptions) -> Tensor:
    return __torch__.decoder.gated(gate_up, options.act)

  def add_number(self: __torch__.Network, x: Tensor, number: float) -> Tensor:
    return x.add_(number)

  def add(self: __torch__.Network, x: Tensor, y: Tensor) -> Tensor:
    return x.add_(y)

  # Puts x [M, K] by a matrix [count, K], whose weights lie in w one after the other, into the columns of
  # y [M, N] from `start` on.
  def put_product(self: __torch__.Network, y: Tensor, start: int, x: Tensor, w: Tensor, count: int) -> Tensor:
    matrix = w[:count * x.size(1)].reshape([count, x.size(1)])
    return y[:, start:start + count].copy_(torch.linear(x.to(w.dtype), matrix, None))

  # What a product with widened weights lacks: int8's scales, and the bias.
  def scale_and_add_bias(self: __torch__.Network, y: Tensor, p: __torch__.weights.Projection) -> Tensor:
    if p.form == "int8":
      y = y.mul_(p.scales)
    return y.add_(p.bias) if p.bias.numel() > 0 else y

  # layer: which of rows [L, H, N] this one fills.
  def prompt_attention(self: __torch__.Network, qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, options: __torch__.weights.LayerOptions, recording: __torch__.weights.Recording, rows: Tensor, layer: int, total: Tensor, wanted: int) -> Tensor:
    if rows.numel() > 0:
      rows = rows[layer]
    return __torch__.decoder.prompt_attention(qkv, qk_norm, tables, cache, start, options, recording, rows, total, wanted)

  # prompt_attention in pieces around the row kernel's products, for a few rows: queries [H, Q, C] of the
  # last rows or, for 0, of all, weights of products with keys [H, Q, K], and of [H, Q, C] the last rows or
  # all, [Q, H * C].
  def few_queries(self: __torch__.Network, qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, options: __torch__.weights.LayerOptions, wanted: int) -> Tensor:
    q = __torch__.decoder.rotated(qkv, qk_norm, tables, cache, start, options.eps)
    if wanted > 0:
      q = q[:, -wanted:]
    return q.contiguous()

  def few_weights(self: __torch__.Network, scores: Tensor, c: int, tables: __torch__.weights.Rotary, recording: __torch__.weights.Recording, rows: Tensor, layer: int, total: Tensor) -> Tensor:
    if rows.numel() > 0:
      rows = rows[layer]
    return __torch__.decoder.few_weights(scores, c ** -0.5, tables.seen, recording, rows, total)

  def few_attended(self: __torch__.Network, attended: Tensor, wanted: int) -> Tensor:
    if wanted > 0:
      attended = attended[:, -wanted:]
    return attended.transpose(0, 1).flatten(1)

  def replayed_weights(self: __torch__.Network, qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, options: __torch__.weights.LayerOptions) -> Tensor:
    return __torch__.replay.weights(qkv, qk_norm, tables, cache, start, options)

  def matrix_rows(self: __torch__.Network, p: __torch__.weights.Projection, ids: Tensor, half_block: int) -> Tensor:
    return __torch__.replay.matrix_rows(p, ids, half_block)

  # Adds a layer's to y [T, S], of heads first..last: see replay.py. norm behind attention, or none.
  def add_value_logits(self: __torch__.Network, y: Tensor, weights: Tensor, cache: __torch__.weights.Cache, rows: Tensor, o: __torch__.weights.Projection, norm: Tensor, first: int, last: int, options: __torch__.weights.LayerOptions) -> Tensor:
    s = weights.size(2)
    values = cache.values[:, :s]
    c = values.size(2)
    if norm.numel() > 0:
      rows = rows * __torch__.replay.norm_scale(weights, values, o, norm, options)
    u = torch.matmul(rows, __torch__.replay.matrix(o, options.half_block)[:, first * c:last * c + c])
    some = weights[first:last + 1]
    group = weights.size(0) // values.size(0)
    return y.add_(__torch__.replay.value_logits(some, values.repeat_interleave(group, 0)[first:last + 1], u))

  def value_norms(self: __torch__.Network, weights: Tensor, cache: __torch__.weights.Cache, o: __torch__.weights.Projection, norm: Tensor, first: int, last: int, half_block: int) -> Tensor:
    values = cache.values[:, :weights.size(2)]
    matrix = __torch__.replay.matrix(o, half_block)
    if norm.numel() > 0:
      matrix = matrix * norm.unsqueeze(1)
    return __torch__.replay.value_norms(weights, values, matrix, first, last)

  def rolled(self: __torch__.Network, rows: Tensor, attention: Tensor) -> Tensor:
    return __torch__.replay.rolled(rows, attention)

  def beyond(self: __torch__.Network, x: Tensor, rows: Tensor, options: __torch__.weights.LayerOptions, threshold: float) -> Tensor:
    return __torch__.replay.beyond(x, rows, options.eps, threshold)

  # y [T, S] by each row's scale.
  def scaled_rows(self: __torch__.Network, y: Tensor, x: Tensor, options: __torch__.weights.LayerOptions) -> Tensor:
    return y.mul_(__torch__.replay.scale(x, options.eps).unsqueeze(1))

  def multiply(self: __torch__.Network, x: Tensor, y: Tensor) -> Tensor:
    return x * y

  # What rows of the final norm [S, D] share with rows of the output matrix [U, D], [S, U].
  def similarity(self: __torch__.Network, x: Tensor, rows: Tensor) -> Tensor:
    return torch.relu(torch.matmul(x, rows.transpose(0, 1)))

  def log_probabilities(self: __torch__.Network, logits: Tensor, ids: Tensor) -> Tensor:
    return __torch__.replay.log_probabilities(logits, ids)

  def whole_matrix(self: __torch__.Network, p: __torch__.weights.Projection, half_block: int) -> Tensor:
    return __torch__.replay.matrix(p, half_block)

  def bias(self: __torch__.Network, p: __torch__.weights.Projection) -> Tensor:
    return p.bias

  # To be called with gradients on: see gradients.py and Torch.java. The states behind a layer [S, D] and,
  # for gradients [T, S, D] by them, those by its input x [S, D]. tanh_gelu has elements if that is the gate's
  # activation, not silu.
  def layer_gradients(self: __torch__.Network, gradients: Tensor, x: Tensor, norm: Tensor, qkv: Tensor, qkv_bias: Tensor, qk_norm: Tensor, o: Tensor, o_bias: Tensor, cos: Tensor, sin: Tensor, seen: Tensor, attention_norm: Tensor, post_norm: Tensor, gate_up: Tensor, gate_up_bias: Tensor, down: Tensor, down_bias: Tensor, mlp_norm: Tensor, tanh_gelu: Tensor, eps: Tensor) -> List[Tensor]:
    e = float(eps)
    act = "gelu_pytorch_tanh" if tanh_gelu.numel() > 0 else "silu"
    torch.set_grad_enabled(True)
    leaf = x.clone().requires_grad_(True)
    tables = __torch__.weights.Rotary(cos.clone(), sin.clone(), seen)
    taken = __torch__.gradients.attended(leaf, norm.clone(), qkv.clone(), qkv_bias.clone(), qk_norm.clone(), o.clone(), o_bias.clone(), tables, e)
    h = leaf + __torch__.gradients.added(taken, attention_norm.clone(), e)
    made = __torch__.gradients.gated(h, post_norm.clone(), gate_up.clone(), gate_up_bias.clone(), down.clone(), down_bias.clone(), act, e)
    y = h + __torch__.gradients.added(made, mlp_norm.clone(), e)
    found = annotate(List[Tensor], [y.detach()])
    for t in range(gradients.size(0)):
      found.append(__torch__.gradients.gradient(y, leaf, gradients[t].clone()))
    torch.set_grad_enabled(False)
    return found

  # Gradients of ln p of the answer's tokens, ids [T], by the states x [S, D] behind the last layer, of which
  # row rows[t] predicts the t-th: [T, D].
  def answer_gradients(self: __torch__.Network, x: Tensor, rows: Tensor, ids: Tensor, norm: Tensor, lm_head: Tensor, bias: Tensor, eps: Tensor) -> Tensor:
    torch.set_grad_enabled(True)
    leaf = x.index_select(0, rows).clone().requires_grad_(True)
    h = __torch__.gradients.rms_norm(leaf, norm.clone(), float(eps))
    logits = __torch__.gradients.linear(h, lm_head.clone(), bias.clone())
    told = torch.log_softmax(logits, -1).gather(1, ids.clone().unsqueeze(1)).squeeze(1)
    found = __torch__.gradients.gradient(told, leaf, torch.ones_like(told))
    torch.set_grad_enabled(False)
    return found

  # Gradients [T, D], each at its row of S, [T, S, D].
  def at_rows(self: __torch__.Network, gradients: Tensor, rows: Tensor, s: int) -> Tensor:
    all = torch.zeros([gradients.size(0), s, gradients.size(1)], dtype=6, device=gradients.device)
    for t in range(gradients.size(0)):
      all[t, int(rows[t])].copy_(gradients[t])
    return all

  def stacked(self: __torch__.Network, rows: List[Tensor]) -> Tensor:
    return torch.stack(rows, 0)

  # Adds to y [T, K] what the change [K, D] of image tokens' features adds by the gradients [T, S, D] at their
  # places.
  def add_change(self: __torch__.Network, y: Tensor, gradients: Tensor, places: Tensor, change: Tensor, share: float) -> Tensor:
    return y.add_((gradients.index_select(1, places) * change).sum([-1]), alpha=share)

  def difference(self: __torch__.Network, a: Tensor, b: Tensor) -> Tensor:
    return a - b

  # a + share * (b - a).
  def between(self: __torch__.Network, a: Tensor, b: Tensor, share: float) -> Tensor:
    return a + (b - a) * share

  def eye(self: __torch__.Network, n: int, like: Tensor) -> Tensor:
    return torch.eye(n, dtype=6, device=like.device)

  # What of a decoding step is not the row kernel's: it is written into arrays that are there, where the
  # kernel looks for it. x and y [1, D].
  def row_begin(self: __torch__.Network, x: Tensor, y: Tensor, embedding: Tensor) -> Tensor:
    y.zero_()
    return x.copy_(embedding)

  # gated [1, I], where the kernel does not know the activation.
  def row_gated(self: __torch__.Network, gate_up: Tensor, options: __torch__.weights.LayerOptions, gated: Tensor) -> Tensor:
    return gated.copy_(__torch__.decoder.gated(gate_up, options.act))

  # Zeros for the first n of weights [H, longest sequence].
  def row_unseen(self: __torch__.Network, weights: Tensor, n: int) -> Tensor:
    return weights[:, :n].zero_()

  # q [H, 1, C].
  def row_rotated(self: __torch__.Network, qkv: Tensor, qk_norm: Tensor, tables: __torch__.weights.Rotary, cache: __torch__.weights.Cache, start: int, options: __torch__.weights.LayerOptions, q: Tensor) -> Tensor:
    return q.copy_(__torch__.decoder.rotated(qkv, qk_norm, tables, cache, start, options.eps))

  # Of weights [more than L, H, longest sequence] the first n of the first L.
  def row_recorded(self: __torch__.Network, weights: Tensor, layers: int, n: int, recording: __torch__.weights.Recording) -> List[Tensor]:
    return __torch__.decoder.recorded(weights[:layers, :, :n], recording)

  def recorded(self: __torch__.Network, weights: Tensor, recording: __torch__.weights.Recording) -> List[Tensor]:
    return __torch__.decoder.recorded(weights, recording)

  # Of logits [1, V]; they are copied, since the row kernel writes the next ones over them.
  def best(self: __torch__.Network, logits: Tensor) -> List[Tensor]:
    return __torch__.decoder.best(logits.squeeze(0).clone())

  # One decoding step: the token's embedding [1, D], its place -> what next_token gives, then what is
  # recorded.
  def decode(self: __torch__.Network, x: Tensor, layers: List[__torch__.weights.Layer], head: __torch__.weights.Head, tables: List[__torch__.weights.Rotary], caches: List[__torch__.weights.Cache], start: int, options: __torch__.weights.LayerOptions, recording: __torch__.weights.Recording) -> List[Tensor]:
    seen = __torch__.decoder.step(x, layers, tables, caches, start, options, recording)
    return __torch__.decoder.next_token(seen[0], head, options) + seen[1:]
