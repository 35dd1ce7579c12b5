# Vision towers like CLIP and SigLIP. N tokens: CLIP's class token, then the P patches row by row.


# [1, 3, S, S] -> [N, D].
def embed(pixel_values: Tensor, w: __torch__.weights.TowerEmbeddings, options: __torch__.weights.TowerOptions) -> Tensor:
  patch = w.patch_embedding.size(-1)
  cells = torch.conv2d(pixel_values.to(w.patch_embedding.dtype), w.patch_embedding, None, [patch, patch]).to(6)
  x = cells.squeeze(0).flatten(1).transpose(0, 1)
  if w.patch_bias.numel() > 0:
    x = x + w.patch_bias
  if w.class_embedding.numel() > 0:
    x = torch.cat([w.class_embedding.unsqueeze(0), x], 0)
  x = x + w.position_embedding
  if w.pre_layrnorm.weight.numel() > 0:
    x = __torch__.ops.layer_norm(x, w.pre_layrnorm, options.eps)
  return x


# [N, D] -> [N, D]; the attention of all heads is added to total [N, N] unless that has
# no elements.
def layer(x: Tensor, w: __torch__.weights.TowerLayer, options: __torch__.weights.TowerOptions, total: Tensor) -> Tensor:
  h = __torch__.ops.layer_norm(x, w.layer_norm1, options.eps)
  qkv = __torch__.ops.projected(h, w.qkv_proj, 0).reshape([x.size(0), 3, options.heads, -1])
  q, k, v = qkv.permute([1, 2, 0, 3]).unbind(0)
  last = options.heads - 1 if total.numel() > 0 else -1
  attended = __torch__.ops.attend(q, k, v, False, 0, last, total, not x.is_cpu)[0]
  x = x.add_(__torch__.ops.projected(attended, w.out_proj, 0))
  # Some rows at a time, since what lies between is four times as wide.
  parts = x.chunk(2)
  for i in range(len(parts)):
    h = __torch__.ops.layer_norm(parts[i], w.layer_norm2, options.eps)
    h = __torch__.ops.activation(__torch__.ops.projected(h, w.fc1, 0), options.act)
    parts[i].add_(__torch__.ops.projected(h, w.fc2, 0))
  return x


# [N, D] behind the layers -> [P, D], normed if there is a norm.
def features(x: Tensor, norm: __torch__.weights.Norm, options: __torch__.weights.TowerOptions) -> Tensor:
  x = x[options.before:]
  if norm.weight.numel() > 0:
    x = __torch__.ops.layer_norm(x, norm, options.eps)
  return x


# Patch-to-patch attention of one layer, added to total: class row and column dropped, rows
# renormalised. weights [N, N], total [P, P].
def add_patch_attention(weights: Tensor, total: Tensor, options: __torch__.weights.TowerOptions) -> Tensor:
  patches = weights[options.before:, options.before:]
  return total.add_(patches / patches.sum([-1], True))
