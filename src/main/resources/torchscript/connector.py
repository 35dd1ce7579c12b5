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
