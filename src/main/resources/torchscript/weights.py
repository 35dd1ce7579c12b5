# What weights are handed over in. A tensor without elements stands for none, so that one type fits
# all models.


# A matrix to multiply with, and how it is held:
#   plain       [N, K], multiplied in its own type
#   widened     [N, K] in 16 bits, multiplied in float32
#   bfloat16    [N, K] bfloat16, laid out as packed.py has it
#   int8        [N, K] int8, scales [N] bfloat16
#   int4        [N, K / 2] uint8 for PyTorch's kernel on CPUs, scales and zeros [K / group, N, 2]
#   int4_groups [N, K / group, group / 2] uint8, scales and zeros [N, K / group, 2]
class Projection(NamedTuple):
  form : str
  weight : Tensor
  scales : Tensor
  bias : Tensor


class Norm(NamedTuple):
  weight : Tensor
  bias : Tensor


# A layer of a vision tower. qkv are matrices that read the same input, one below the other. What attention and
# MLP add is multiplied with the scales [D], if they have elements.
class TowerLayer(NamedTuple):
  layer_norm1 : __torch__.weights.Norm
  qkv_proj : __torch__.weights.Projection
  out_proj : __torch__.weights.Projection
  attention_scale : Tensor
  layer_norm2 : __torch__.weights.Norm
  fc1 : __torch__.weights.Projection
  fc2 : __torch__.weights.Projection
  mlp_scale : Tensor


# What a vision tower adds to its patches: the position's row, and a class token before them.
class TowerEmbeddings(NamedTuple):
  patch_embedding : Tensor
  patch_bias : Tensor
  class_embedding : Tensor
  position_embedding : Tensor
  pre_layrnorm : __torch__.weights.Norm


# before: tokens before the patches, 1 for a class token. gated: whether fc1 are a gate and what it acts on,
# one below the other.
class TowerOptions(NamedTuple):
  heads : int
  act : str
  eps : float
  before : int
  gated : bool


# A layer of the decoder; gate_up are stacked as qkv are. qk_norm, a weight for each head of queries
# and keys [H + KV, 1, C], is of Qwen3 and Gemma 3 only; attention_norm and mlp_norm, which act on what these
# add, of Gemma 3.
class Layer(NamedTuple):
  input_layernorm : Tensor
  qkv_proj : __torch__.weights.Projection
  qk_norm : Tensor
  o_proj : __torch__.weights.Projection
  attention_norm : Tensor
  post_attention_layernorm : Tensor
  gate_up_proj : __torch__.weights.Projection
  down_proj : __torch__.weights.Projection
  mlp_norm : Tensor


# What is behind the decoder's layers.
class Head(NamedTuple):
  norm : Tensor
  lm_head : __torch__.weights.Projection


# What makes image tokens of learned queries [K, D]. pos_embed, of their places in a square, [K, D]; q, k, v and
# out_proj are those of their attention to patches.
class Resampler(NamedTuple):
  query : Tensor
  pos_embed : Tensor
  kv_proj : __torch__.weights.Projection
  ln_q : __torch__.weights.Norm
  ln_kv : __torch__.weights.Norm
  q_proj : __torch__.weights.Projection
  k_proj : __torch__.weights.Projection
  v_proj : __torch__.weights.Projection
  out_proj : __torch__.weights.Projection
  ln_post : __torch__.weights.Norm
  proj : Tensor


# half_block: how int4 is laid out here, see ops.int4_half_block; 0 if that is not known. act: of the MLP's gate.
class LayerOptions(NamedTuple):
  eps : float
  half_block : int
  act : str


# A layer's keys and values of all tokens so far, each [KV, longest sequence, C].
class Cache(NamedTuple):
  keys : Tensor
  values : Tensor


# Tables by place in the sequence: rotary ones, each [longest sequence, C], and which keys a row sees, seen
# [2, longest sequence]: from its first on and before its second. That has no elements where a row sees all keys
# up to its own, and in vision towers.
class Rotary(NamedTuple):
  cos : Tensor
  sin : Tensor
  seen : Tensor


# What is recorded of the attention: nothing if last_layer < first_layer. Each head by itself if image
# has elements: the places of image tokens, [K], and text 1 for all others of the prompt but the
# first, else 0, [N].
class Recording(NamedTuple):
  first_layer : int
  last_layer : int
  first_head : int
  last_head : int
  keep_first : bool
  image : Tensor
  text : Tensor
