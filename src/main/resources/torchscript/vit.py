# Vision towers like CLIP and SigLIP. N tokens: CLIP's class token, then the P patches row by row.


# The convolution of [1, 3, S, S] with a patch embedding [D, 3, p, p] -> [P, D] float32, as a product of
# matrices: on GPUs, a convolution takes TF32, with 10 bits of each number, and a product does not.
def patches(pixel_values: Tensor, patch_embedding: Tensor) -> Tensor:
  patch = patch_embedding.size(-1)
  side = pixel_values.size(-1) // patch
  whole = pixel_values.squeeze(0)[:, :side * patch, :side * patch]
  rows = whole.reshape([3, side, patch, side, patch]).permute([1, 3, 0, 2, 4]).reshape([side * side, -1])
  if patch_embedding.dtype == 15:
    y = __torch__.packed.narrow_linear(rows, patch_embedding.flatten(1))
  else:
    y = torch.linear(rows.to(patch_embedding.dtype), patch_embedding.flatten(1), None).to(6)
  return y


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
    x = torch.cat([w.class_embedding.unsqueeze(0), x], 0)
  x = x + w.position_embedding
  if w.pre_layrnorm.weight.numel() > 0:
    x = __torch__.ops.layer_norm(x, w.pre_layrnorm, options.eps)
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


# ops.attend in bfloat16, for processors that multiply it: q, k, v [H, N, C] -> [N, H * C].
def attend(q: Tensor, k: Tensor, v: Tensor, total: Tensor) -> Tensor:
  queries, keys = __torch__.ops.narrow_scores(q, k)
  attended = torch.empty_like(v)
  for head in range(q.size(0)):
    weights = torch.softmax(torch.matmul(queries[head], keys[head]), -1)
    attended[head].copy_(torch.matmul(weights, v[head]))
    if total.numel() > 0:
      total.add_(weights)
  return attended.transpose(0, 1).flatten(1)


# [N, D] -> [N, D]; the attention of all heads is added to total [N, N] unless that has
# no elements.
def layer(x: Tensor, w: __torch__.weights.TowerLayer, options: __torch__.weights.TowerOptions, total: Tensor) -> Tensor:
  type = __torch__.vit.between(x, w)
  h = __torch__.ops.layer_norm(x, w.layer_norm1, options.eps).to(type)
  shape = [x.size(0), 3, options.heads, -1]
  if type == 15:
    # Softmax does not see a bias of keys; rounded with them, it would cost them digits.
    bias = w.qkv_proj.bias.clone()
    keys = bias.size(0) // 3
    bias[keys:2 * keys].zero_()
    qkv = __torch__.packed.tower_linear(h, w.qkv_proj.weight, bias, "").reshape(shape)
    q, k, v = qkv.permute([1, 2, 0, 3]).contiguous().unbind(0)
    attended = __torch__.vit.attend(q, k, v, total)
  else:
    qkv = __torch__.vit.projected(h, w.qkv_proj).reshape(shape)
    q, k, v = qkv.permute([1, 2, 0, 3]).unbind(0)
    last = options.heads - 1 if total.numel() > 0 else -1
    attended = __torch__.ops.attend(q, k, v, False, 0, last, total, not x.is_cpu)[0]
  x = x.add_(__torch__.vit.projected(attended, w.out_proj))
  # Some rows at a time, since what lies between is four times as wide.
  parts = x.chunk(1 if type == 15 else 2)
  for i in range(len(parts)):
    h = __torch__.ops.layer_norm(parts[i], w.layer_norm2, options.eps).to(type)
    parts[i].add_(__torch__.vit.projected(__torch__.vit.activated(h, w.fc1, options.act), w.fc2))
  return x


# [N, D] behind the layers -> [P, D], normed if there is a norm.
def features(x: Tensor, norm: __torch__.weights.Norm, options: __torch__.weights.TowerOptions) -> Tensor:
  x = x[options.before:]
  if norm.weight.numel() > 0:
    x = __torch__.ops.layer_norm(x, norm, options.eps)
  return x


# Patch-to-patch attention of one layer, moved to total: class row and column dropped, rows
# renormalised. weights [N, N] are zeros afterwards, total [P, P].
def move_patch_attention(weights: Tensor, total: Tensor, options: __torch__.weights.TowerOptions) -> Tensor:
  patches = weights[options.before:, options.before:]
  total.addcdiv_(patches, patches.sum([-1], True))
  weights.zero_()
  return total
