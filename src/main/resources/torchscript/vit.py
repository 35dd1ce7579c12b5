# CLIP vision tower. N = P + 1: the class token, then the patches row by row.
# Layer weights: 0-1 layer_norm1, 2-3 qkv, 4-5 out_proj, 6-7 layer_norm2, 8-9 fc1, 10-11 fc2.


# [1, 3, S, S] -> [N, D]. Weights: patch, class, position, pre_layrnorm weight and bias.
def embed(pixel_values: Tensor, w: List[Tensor], eps: float) -> Tensor:
  patch = w[0].size(-1)
  cells = torch.conv2d(pixel_values.to(w[0].dtype), w[0], None, [patch, patch]).to(6)
  patches = cells.squeeze(0).flatten(1).transpose(0, 1)
  x = torch.cat([w[1].unsqueeze(0), patches], 0) + w[2]
  return __torch__.ops.layer_norm(x, w[3], w[4], eps)


# [N, D] -> [N, D]; the attention of all heads is added to total [N, N] unless that has
# no elements.
def layer(x: Tensor, w: List[Tensor], heads: int, act: str, eps: float, total: Tensor) -> Tensor:
  n = x.size(0)
  h = __torch__.ops.layer_norm(x, w[0], w[1], eps)
  qkv = __torch__.ops.linear(h, w[2], w[3]).reshape([n, 3, heads, -1])
  q, k, v = qkv.permute([1, 2, 0, 3]).unbind(0)
  none = torch.empty([0], dtype=6, device=x.device)
  last = heads - 1 if total.numel() > 0 else -1
  attended = __torch__.ops.attend(q, k, v, none, 0, last, total, not x.is_cpu)[0]
  x = x.add_(__torch__.ops.linear(attended, w[4], w[5]))
  # Some rows at a time, since what lies between is four times as wide.
  parts = x.chunk(2)
  for i in range(len(parts)):
    h = __torch__.ops.layer_norm(parts[i], w[6], w[7], eps)
    h = __torch__.ops.activation(__torch__.ops.linear(h, w[8], w[9]), act)
    parts[i].add_(__torch__.ops.linear(h, w[10], w[11]))
  return x


# Patch-to-patch attention of one layer, added to total: class row and column dropped, rows
# renormalised. weights [N, N], total [P, P].
def add_patch_attention(weights: Tensor, total: Tensor) -> Tensor:
  patches = weights[1:, 1:]
  return total.add_(patches / patches.sum([-1], True))
