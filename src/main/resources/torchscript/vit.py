# Vision towers like CLIP, SigLIP, InternVL's and Qwen's. N tokens: CLIP's class token, then the P patches row by row,
# or block by block.


# The convolution of [1, 3, S, S] with a patch embedding [D, 3, p, p] -> [P, D] float32, as a product of
# matrices: on GPUs, a convolution takes TF32, with 10 bits of each number, and a product does not.
def patches(pixel_values: Tensor, patch_embedding: Tensor) -> Tensor:
  patch = patch_embedding.size(-1)
  side = pixel_values.size(-1) // patch
  whole = pixel_values.squeeze(0)[:, :side * patch, :side * patch]
  rows = whole.reshape([3, side, patch, side, patch]).permute([1, 3, 0, 2, 4]).reshape([side * side, -1])
  return __torch__.vit.embedded(rows, patch_embedding)


# Patches' pixels [P, all of one] by a patch embedding [D, ...] -> [P, D] float32.
def embedded(rows: Tensor, patch_embedding: Tensor) -> Tensor:
  if patch_embedding.dtype == 15:
    y = __torch__.packed.narrow_linear(rows, patch_embedding.flatten(1))
  else:
    y = torch.linear(rows.to(patch_embedding.dtype), patch_embedding.flatten(1), None).to(6)
  return y


# [t, 3, H, W] -> [P, D]: m x m patches of a block one after another, row by row, as the blocks are. A still
# picture, t = 1, stands for all T frames of a patch embedding [D, 3, T, p, p]. Of the table of positions, where
# there is one, each patch takes rows [P, 4] by their shares [P, 4].
def embed_blocks(pixel_values: Tensor, w: __torch__.weights.TowerEmbeddings, m: int, rows: Tensor, shares: Tensor) -> Tensor:
  frames = w.patch_embedding.size(2)
  p = w.patch_embedding.size(-1)
  whole = pixel_values.expand([frames, -1, -1, -1])
  height = whole.size(2) // (p * m)
  width = whole.size(3) // (p * m)
  cells = whole.reshape([frames, 3, height, m, p, width, m, p]).permute([2, 5, 3, 6, 1, 0, 4, 7])
  x = __torch__.vit.embedded(cells.reshape([height * width * m * m, -1]), w.patch_embedding)
  if w.patch_bias.numel() > 0:
    x = x + w.patch_bias
  if rows.numel() > 0:
    x = x + __torch__.connector.spread(w.position_embedding.to(6), rows, shares)
  return x


# [1, 3, S, S] -> [N, D].
def embed(pixel_values: Tensor, w: __torch__.weights.TowerEmbeddings, options: __torch__.weights.TowerOptions) -> Tensor:
  if pixel_values.is_cpu:
    patch = w.patch_embedding.size(-1)
    cells = torch.conv2d(pixel_values.to(w.patch_embedding.dtype), w.patch_embedding, None, [patch, patch]).to(6)
    x = cells.squeeze(0).flatten(1).transpose(0, 1)
  else:
    x = __torch__.vit.patches(pixel_values, w.patch_embedding)
  if w.patch_bias.numel() > 0:
    x = x + w.patch_bias
  if w.class_embedding.numel() > 0:
    x = torch.cat([w.class_embedding.reshape([1, -1]), x], 0)
  x = x + w.position_embedding.reshape(x.size())
  if w.pre_layrnorm.weight.numel() > 0:
    x = __torch__.ops.norm(x, w.pre_layrnorm, options.eps)
  return x


# The type between the matrices of a layer: of few tokens, float32 takes no time to speak of.
def between(x: Tensor, w: __torch__.weights.TowerLayer) -> int:
  return __torch__.packed.tower_type() if w.qkv_proj.form == "bfloat16" and x.size(0) >= 256 else 6


# x [M, K] by a matrix [N, K] -> [M, N] in x's type.
def projected(x: Tensor, p: __torch__.weights.Projection) -> Tensor:
  if x.dtype == 15:
    y = __torch__.packed.tower_linear(x, p.weight, p.bias, "")
  else:
    y = __torch__.ops.projected(x, p, 0)
  return y


# The same with an activation behind it.
def activated(x: Tensor, p: __torch__.weights.Projection, act: str) -> Tensor:
  if x.dtype == 15 and act == "gelu":
    y = __torch__.packed.tower_linear(x, p.weight, p.bias, "none")
  elif x.dtype == 15 and act == "gelu_pytorch_tanh":
    y = __torch__.packed.tower_linear(x, p.weight, p.bias, "tanh")
  else:
    y = __torch__.ops.activation(__torch__.vit.projected(x, p).to(6), act).to(x.dtype)
  return y


# ops.attend in bfloat16, for processors that multiply it: q, k, v [H, N, C] -> [N, H * C]. Some queries at a
# time, for the cache: all scores of 5,000 patches would be new memory from the system at every step.
def attend(q: Tensor, k: Tensor, v: Tensor, total: Tensor) -> Tensor:
  queries, keys = __torch__.ops.narrow_scores(q, k)
  attended = torch.empty_like(v)
  n = q.size(1)
  block = min(max(256, 524288 // n), n)
  for head in range(q.size(0)):
    for start in range(0, n, block):
      end = min(start + block, n)
      weights = torch.softmax(torch.matmul(queries[head, start:end], keys[head]), -1)
      attended[head, start:end].copy_(torch.matmul(weights, v[head]))
      if total.numel() > 0:
        total[start:end].add_(weights)
  return attended.transpose(0, 1).flatten(1)


# Attention of q, k, v [H, N, C] within windows that end at these places, or, without any, of all -> [N, H * C]
# in the type of v; of few tokens in float32. The attention of all heads is added to total [N, N] unless that
# has no elements.
def attend_within(q: Tensor, k: Tensor, v: Tensor, ends: List[int], total: Tensor) -> Tensor:
  last = q.size(0) - 1 if total.numel() > 0 else -1
  all = torch.empty([0])
  if len(ends) > 0:
    parts = annotate(List[Tensor], [])
    start = 0
    for i in range(len(ends)):
      end = ends[i]
      some = total[start:end, start:end] if total.numel() > 0 else total
      parts.append(__torch__.ops.attend(q[:, start:end].to(6), k[:, start:end].to(6), v[:, start:end], False, all, 0, last, some, True)[0])
      start = end
    attended = torch.cat(parts, 0).to(v.dtype)
  elif v.dtype == 15:
    attended = __torch__.vit.attend(q, k, v, total)
  else:
    attended = __torch__.ops.attend(q, k, v, False, all, 0, last, total, not v.is_cpu)[0]
  return attended


# What a layer adds to each channel in its own measure, if it has one.
def scaled(y: Tensor, scale: Tensor) -> Tensor:
  return y * scale if scale.numel() > 0 else y


# What the MLP adds, [N, D] -> [N, D]. With a gate, fc1 is the gate's matrix above the other.
def mlp(h: Tensor, w: __torch__.weights.TowerLayer, options: __torch__.weights.TowerOptions) -> Tensor:
  if options.gated:
    gate, up = __torch__.vit.projected(h, w.fc1).to(6).chunk(2, -1)
    inner = __torch__.ops.activation(gate, options.act).mul_(up).to(h.dtype)
  else:
    inner = __torch__.vit.activated(h, w.fc1, options.act)
  return __torch__.vit.projected(inner, w.fc2)


# [N, D] -> [N, D]; queries and keys are rotated by tables, unless these have no elements. ends, total: see
# attend_within.
def layer(x: Tensor, w: __torch__.weights.TowerLayer, options: __torch__.weights.TowerOptions, tables: __torch__.weights.Rotary, ends: List[int], total: Tensor) -> Tensor:
  type = __torch__.vit.between(x, w)
  h = __torch__.ops.norm(x, w.layer_norm1, options.eps).to(type)
  shape = [x.size(0), 3, options.heads, -1]
  if type == 15:
    bias = w.qkv_proj.bias.clone()
    if tables.cos.numel() == 0:
      # Softmax does not see a bias of keys; rounded with them, it would cost them digits.
      keys = bias.size(0) // 3
      bias[keys:2 * keys].zero_()
    qkv = __torch__.packed.tower_linear(h, w.qkv_proj.weight, bias, "").reshape(shape)
    q, k, v = qkv.permute([1, 2, 0, 3]).contiguous().unbind(0)
  else:
    qkv = __torch__.vit.projected(h, w.qkv_proj).reshape(shape)
    q, k, v = qkv.permute([1, 2, 0, 3]).unbind(0)
  if tables.cos.numel() > 0:
    q = __torch__.ops.rope(q.to(6), tables.cos, tables.sin)
    k = __torch__.ops.rope(k.to(6), tables.cos, tables.sin)
  attended = __torch__.vit.attend_within(q, k, v, ends, total)
  x = x.add_(__torch__.vit.scaled(__torch__.vit.projected(attended, w.out_proj), w.attention_scale))
  # Some rows at a time, since what lies between is four times as wide.
  parts = x.chunk(1 if type == 15 else 2)
  for i in range(len(parts)):
    h = __torch__.ops.norm(parts[i], w.layer_norm2, options.eps).to(type)
    parts[i].add_(__torch__.vit.scaled(__torch__.vit.mlp(h, w, options), w.mlp_scale))
  return x


# [N, D] behind the layers -> [P, D], normed if there is a norm.
def features(x: Tensor, norm: __torch__.weights.Norm, options: __torch__.weights.TowerOptions) -> Tensor:
  x = x[options.before:]
  if norm.weight.numel() > 0:
    x = __torch__.ops.norm(x, norm, options.eps)
  return x


# Patch-to-patch attention of one layer, moved to total: class row and column dropped, rows
# renormalised. weights [N, N] are zeros afterwards, total [P, P].
def move_patch_attention(weights: Tensor, total: Tensor, options: __torch__.weights.TowerOptions) -> Tensor:
  patches = weights[options.before:, options.before:]
  total.addcdiv_(patches, patches.sum([-1], True))
  weights.zero_()
  return total


# The same between blocks of m patches, [K, K]: what the patches of a block attend to, their mean, and of what
# they attend to the sum over a block's patches.
def move_block_attention(weights: Tensor, total: Tensor, m: int) -> Tensor:
  k = total.size(0)
  blocks = weights.reshape([k, m, k, m]).sum([3])
  total.add_((blocks / blocks.sum([-1], True)).mean([1]))
  weights.zero_()
  return total
