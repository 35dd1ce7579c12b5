# What the decoder's weights are handed over in.


# A matrix to multiply with, in one of three forms: as it is, possibly packed; quantised, with scales;
# or in half, with scales if it was scaled. What is not there has no elements.
class Projection(NamedTuple):
  weight : Tensor
  scales : Tensor
  bias : Tensor
  half : List[__torch__.half.Half]


# qkv and gate_up are matrices that read the same input, one below the other.
class Layer(NamedTuple):
  input_layernorm : Tensor
  qkv_proj : __torch__.weights.Projection
  o_proj : __torch__.weights.Projection
  post_attention_layernorm : Tensor
  gate_up_proj : __torch__.weights.Projection
  down_proj : __torch__.weights.Projection
