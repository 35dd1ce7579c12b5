# LLaVA's projector: linear layers with an activation between each two,
# [P, D of the tower] -> [P, D of the decoder]. LLaVA-1.5 has two layers; without any, features pass.
# Weights: weight and bias of each layer in turn.


def project(features: Tensor, w: List[Tensor], act: str) -> Tensor:
  h = features
  for i in range(len(w) // 2):
    if i > 0:
      h = __torch__.ops.activation(h, act)
    h = __torch__.ops.linear(h, w[2 * i], w[2 * i + 1])
  return h
