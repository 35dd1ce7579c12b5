# Shared pieces. Shape letters: N tokens, D hidden, H heads, Q queries, K keys, C size of a head.
# Data types by number: 6 float32, 11 bool. A bias without elements stands for "no bias", so that
# weight lists have one layout.


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if bias.numel() == 0:
    y = torch.linear(x, weight, None)
  else:
    y = torch.linear(x, weight, bias)
  return y


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], weight, bias, eps)


# Float32 inside, as LlamaRMSNorm.
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  h = x.to(6)
  h = h * torch.rsqrt((h * h).mean([-1], True) + eps)
  return weight * h.to(x.dtype)


def activation(x: Tensor, name: str) -> Tensor:
  if name == "quick_gelu":
    y = x * torch.sigmoid(x * 1.702)
  elif name == "gelu":
    y = torch.gelu(x)
  elif name == "gelu_pytorch_tanh":
    y = torch.gelu(x, approximate="tanh")
  else:
    raise AssertionError("unknown activation")
  return y


# Rotary tables cos and sin, each [length, C], as LlamaRotaryEmbedding makes them.
def rope_tables(like: Tensor, length: int, head_dim: int, theta: float) -> List[Tensor]:
  even = torch.arange(0, head_dim, 2, dtype=6, device=like.device)
  frequency = 1.0 / torch.pow(theta, even / head_dim)
  position = torch.arange(0, length, 1, dtype=6, device=like.device)
  angle = position.unsqueeze(1) * frequency.unsqueeze(0)
  angle = torch.cat([angle, angle], -1)
  return [torch.cos(angle).to(like.dtype), torch.sin(angle).to(like.dtype)]


# Rotates [H, Q, C] by rows of the tables, [Q, C].
def rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  halves = x.chunk(2, -1)
  return x * cos + torch.cat([-halves[1], halves[0]], -1) * sin


# Softmax in float32 of scaled dot products: [.., Q, C] x [.., K, C] -> [.., Q, K].
def attention_weights(q: Tensor, k: Tensor) -> Tensor:
  scores = torch.matmul(q, k.transpose(-2, -1)).to(6) * (q.size(-1) ** -0.5)
  return torch.softmax(scores, -1)
