# LLaVA-1.5's two-layer projector: [P, D of the tower] -> [P, D of the decoder].
# Weights: linear_1 weight and bias, linear_2 weight and bias.


def project(features: Tensor, w: List[Tensor], act: str) -> Tensor:
  h = __torch__.ops.activation(__torch__.ops.linear(features, w[0], w[1]), act)
  return __torch__.ops.linear(h, w[2], w[3])
