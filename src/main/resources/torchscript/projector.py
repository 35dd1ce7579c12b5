# LLaVA's projector: linear layers with an activation between each two,
# [P, D of the tower] -> [P, D of the decoder]. LLaVA-1.5 has two layers; without any, features pass.


def project(features: Tensor, layers: List[__torch__.weights.Projection], act: str) -> Tensor:
  h = features
  for i in range(len(layers)):
    if i > 0:
      h = __torch__.ops.activation(h, act)
    h = __torch__.ops.projected(h, layers[i], 0)
  return h
