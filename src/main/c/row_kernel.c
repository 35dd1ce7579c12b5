// Matrices times a row or a few, y = x W^T + bias, for a decoder that writes one token after the other:
// what limits it is the memory, so weights are read once, as they are stored, and widened in
// registers. Rows and sums are float32, whatever the type of the weights. And what lies between the products
// of a token, each of which would take a call of PyTorch longer to begin than to do.
//
// Compiled once for each instruction set, which names the functions (-DISA=avx2) and how many rows of
// each side are multiplied at a time (-DTILE=2), and once without, for what all share.
// scripts/build-kernel builds it.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum form { FLOAT32, BFLOAT16, FLOAT16, INT8, INT4 };

// As RowKernel.java fills it: x [x_rows, columns], y [x_rows, rows]. Or several products that differ only
// in where they lie, such as those with the keys of each head: product i is that of matrix i / share.
// Strides are in elements.
//   int8  [rows, columns], scales [rows] bfloat16
//   int4  [rows, columns / 2] bytes, the first of two neighbours in the low half, and for each group of
//         32, 64 or 128 columns a scale and a zero, [rows, columns / group, 2] bfloat16:
//         w = (q - 8) * scale + zero. One matrix without stride. A single row is rounded to 16 bits,
//         with a scale for each 128 columns, so that whole numbers are multiplied: 3e-5 of the result.
struct product {
  int64_t form;
  const void *weights;
  const uint16_t *scales;
  const float *bias;
  const float *x;
  float *y;
  int64_t x_rows, rows, columns, row_stride, group;
  int64_t products, share, matrix_stride, x_stride, y_stride;
};

typedef void rows_of(const struct product *p, int64_t product, int64_t from, int64_t to);
typedef void round_of(const struct product *p, void *to);
typedef void norm_of(float *x, const float *y, const float *weight, float eps, int64_t n, float *h);
typedef void softmax_of(float *scores, int64_t rows, int64_t stride, int64_t n, float scale);
typedef void gate_of(const float *gate_up, int64_t n, float *h);
typedef void widen_of(const struct product *p, int64_t from, int64_t to, uint16_t *narrow, float *wide);

#ifdef ISA

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define LANES 16
#define BLOCK 128
// So far ahead memory is asked for, in bytes: the best of 0, 1, 2, 4, 6 and 8 kB.
#define AHEAD 6144

typedef float floats __attribute__((vector_size(64)));
typedef uint32_t words __attribute__((vector_size(64)));
typedef int32_t ints __attribute__((vector_size(64)));
typedef float loose_floats __attribute__((vector_size(64), aligned(4)));
typedef uint32_t loose_words __attribute__((vector_size(64), aligned(1)));
typedef int16_t shorts __attribute__((vector_size(64)));
typedef uint16_t loose_shorts __attribute__((vector_size(64), aligned(1)));
typedef uint16_t halves __attribute__((vector_size(32), aligned(2)));
typedef _Float16 float16s __attribute__((vector_size(32), aligned(2)));
typedef int8_t bytes __attribute__((vector_size(16), aligned(1)));
typedef uint8_t eight __attribute__((vector_size(8), aligned(1)));
typedef uint8_t sixteen __attribute__((vector_size(16)));
typedef uint32_t four __attribute__((vector_size(16)));

#ifdef __AVX512BW__
#include <immintrin.h>
#elif defined(__AVX2__)
#include <immintrin.h>
typedef __m256i narrower;
#define narrower_products _mm256_madd_epi16
#else
#include <arm_neon.h>
typedef int16x8_t narrower;
#define narrower_products(a, b) vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b))
#endif

#define INLINE static inline __attribute__((always_inline))
#define LOAD(type, p) (*(const type *)(p))

INLINE float total(floats v) {
  float sum = 0;
  for (int i = 0; i < LANES; i++) sum += v[i];
  return sum;
}

INLINE floats wide_float32(const void *w) { return LOAD(loose_floats, w); }
INLINE floats wide_float16(const void *w) { return __builtin_convertvector(LOAD(float16s, w), floats); }
INLINE floats wide_bfloat16(const void *w) {
  return (floats)(__builtin_convertvector(LOAD(halves, w), words) << 16);
}
INLINE floats wide_int8(const void *w) {
  return __builtin_convertvector(__builtin_convertvector(LOAD(bytes, w), ints), floats);
}

INLINE float one_bfloat16(uint16_t w) {
  uint32_t bits = (uint32_t)w << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
INLINE float one_float32(float w) { return w; }
INLINE float one_float16(_Float16 w) { return (float)w; }
INLINE float one_int8(int8_t w) { return w; }

// Four sums at a time, since one would wait for itself.
#define DOT(form, type)                                                             \
  INLINE float dot_##form(const type *w, const float *x, int64_t n) {               \
    floats a = {0}, b = {0}, c = {0}, d = {0};                                      \
    int64_t k = 0;                                                                  \
    for (; k + 4 * LANES <= n; k += 4 * LANES) {                                    \
      for (int line = 0; line < (int)sizeof(type); line++)                          \
        __builtin_prefetch((const char *)(w + k) + AHEAD + 64 * line);              \
      a += wide_##form(w + k) * LOAD(loose_floats, x + k);                          \
      b += wide_##form(w + k + LANES) * LOAD(loose_floats, x + k + LANES);          \
      c += wide_##form(w + k + 2 * LANES) * LOAD(loose_floats, x + k + 2 * LANES);  \
      d += wide_##form(w + k + 3 * LANES) * LOAD(loose_floats, x + k + 3 * LANES);  \
    }                                                                               \
    for (; k + LANES <= n; k += LANES) a += wide_##form(w + k) * LOAD(loose_floats, x + k); \
    float sum = total((a + b) + (c + d));                                           \
    for (; k < n; k++) sum += one_##form(w[k]) * x[k];                              \
    return sum;                                                                     \
  }
// TILE rows of each side.
#define TILED(form, type)                                                                   \
  INLINE void tile_##form(const type *w, int64_t stride, const float *x, int64_t n, float *y, int64_t y_stride) { \
    floats sums[TILE][TILE] = {0};                                                          \
    int64_t k = 0;                                                                          \
    for (; k + LANES <= n; k += LANES) {                                                    \
      floats weights[TILE];                                                                 \
      for (int i = 0; i < TILE; i++) weights[i] = wide_##form(w + i * stride + k);          \
      for (int j = 0; j < TILE; j++) {                                                      \
        floats row = LOAD(loose_floats, x + j * n + k);                                     \
        for (int i = 0; i < TILE; i++) sums[j][i] += weights[i] * row;                      \
      }                                                                                     \
    }                                                                                       \
    for (int j = 0; j < TILE; j++)                                                          \
      for (int i = 0; i < TILE; i++) {                                                      \
        float sum = total(sums[j][i]);                                                      \
        for (int64_t rest = k; rest < n; rest++) sum += one_##form(w[i * stride + rest]) * x[j * n + rest]; \
        y[j * y_stride + i] = sum;                                                          \
      }                                                                                     \
  }
#define FORM(form, type) DOT(form, type) TILED(form, type)
FORM(float32, float)
FORM(float16, _Float16)
FORM(bfloat16, uint16_t)
FORM(int8, int8_t)

INLINE four pairs(const uint32_t *scales, int count) {
  four v = {0};
  for (int i = 0; i < count; i++) v[i] = scales[i];
  return v << 16;
}

// Scale of each lane's eight columns, in a block.
INLINE floats lane_scales(const uint32_t *scales, int64_t group) {
  if (group == 128) {
    four v = pairs(scales, 1);
    return (floats)__builtin_shufflevector(v, v, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  } else if (group == 64) {
    four v = pairs(scales, 2);
    return (floats)__builtin_shufflevector(v, v, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  }
  four v = pairs(scales, 4);
  return (floats)__builtin_shufflevector(v, v, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
}

// A row as whole numbers: of each block of 128 columns the i-th of every four, [4, 32], filled up with
// zeros; the sum of each group; and what each block is multiplied by. What is no number stays in the sums.
struct whole_row {
  shorts *x;
  float *sums, *scales;
};

INLINE struct whole_row whole_row(const struct product *p, void *memory) {
  int64_t blocks = (p->columns + BLOCK - 1) / BLOCK, groups = p->columns / p->group;
  struct whole_row row = {memory};
  row.sums = (float *)(row.x + 4 * blocks);
  row.scales = row.sums + (groups + LANES - 1) / LANES * LANES;
  return row;
}

void JOIN(round, ISA)(const struct product *p, void *to) {
  struct whole_row row = whole_row(p, to);
  memset(row.sums, 0, (row.scales - row.sums) * sizeof(float));
  for (int64_t k = 0; k < p->columns; k += p->group) {
    floats sum = {0};
    for (int64_t i = 0; i < p->group; i += LANES) sum += LOAD(loose_floats, p->x + k + i);
    row.sums[k / p->group] = total(sum);
  }
  for (int64_t start = 0, b = 0; start < p->columns; start += BLOCK, b++) {
    float x[BLOCK] = {0};
    memcpy(x, p->x + start, (p->columns - start < BLOCK ? p->columns - start : BLOCK) * sizeof(float));
    floats mosts = {0};
    for (int k = 0; k < BLOCK; k += LANES)
      mosts = __builtin_elementwise_max(mosts, __builtin_elementwise_abs(LOAD(loose_floats, x + k)));
    float most = 0;
    for (int i = 0; i < LANES; i++) most = mosts[i] > most ? mosts[i] : most;
    row.scales[b] = most / 32767;
    float by = most > 1e-30f ? 32767 / most : 0;
    int16_t whole[BLOCK];
    for (int k = 0; k < BLOCK; k++) whole[k] = (int16_t)__builtin_roundevenf(x[k] * by);
    for (int k = 0; k < BLOCK; k++) row.x[4 * b + k % 4][k / 4] = whole[k];
  }
}

// Each two neighbours multiplied and added.
INLINE ints products(shorts a, shorts b) {
#ifdef __AVX512BW__
  return (ints)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#else
  union { shorts all; narrower each[64 / sizeof(narrower)]; } x = {a}, y = {b};
#pragma clang loop unroll(full)
  for (int i = 0; i < 64 / (int)sizeof(narrower); i++) x.each[i] = (narrower)narrower_products(x.each[i], y.each[i]);
  return (ints)x.all;
#endif
}

// The sum of a block, a lane for each eight columns.
INLINE floats block_sum(const uint8_t *w, const shorts *x) {
  loose_shorts v = LOAD(loose_shorts, w);
  ints even = products((shorts)(v & 15), x[0]) + products((shorts)(v >> 4 & 15), x[1]);
  ints odd = products((shorts)(v >> 8 & 15), x[2]) + products((shorts)(v >> 12), x[3]);
  return __builtin_convertvector(even + odd, floats);
}

// What 16 groups have, whatever their weights.
INLINE floats group_zeros(words scales, const float *sums) {
  return ((floats)(scales & 0xffff0000u) - 8 * (floats)(scales << 16)) * LOAD(loose_floats, sums);
}

INLINE float dot_int4(const uint8_t *w, const uint32_t *scales, struct whole_row x, int64_t n, const int64_t group) {
  floats sum = {0};
  int64_t g = 0, groups = n / group;
  for (; g + LANES <= groups; g += LANES) sum += group_zeros(LOAD(loose_words, scales + g), x.sums + g);
  if (g < groups) {
    uint32_t rest[LANES] = {0};
    memcpy(rest, scales + g, (groups - g) * sizeof(uint32_t));
    sum += group_zeros(LOAD(loose_words, rest), x.sums + g);
  }
  for (; n >= BLOCK; n -= BLOCK, w += BLOCK / 2, x.x += 4, scales += BLOCK / group) {
    __builtin_prefetch(w + AHEAD);
    sum += block_sum(w, x.x) * (lane_scales(scales, group) * *x.scales++);
  }
  if (n > 0) { // x is 0 behind the end
    uint8_t rest[BLOCK / 2] = {0};
    uint32_t rest_scales[4] = {0};
    memcpy(rest, w, n / 2);
    memcpy(rest_scales, scales, n / group * sizeof(uint32_t));
    sum += block_sum(rest, x.x) * (lane_scales(rest_scales, group) * *x.scales);
  }
  return total(sum);
}

INLINE void int4_row(const struct product *p, int64_t from, int64_t to, const int64_t group) {
  struct whole_row x = whole_row(p, (void *)p->x);
  for (int64_t r = from, n = p->columns; r < to; r++)
    p->y[r] = dot_int4((const uint8_t *)p->weights + r * (n / 2), (const uint32_t *)p->scales + r * (n / group), x, n, group);
}

#define PRODUCT(form, type)                                                                     \
  INLINE void form##_product(const struct product *p, int64_t product, int64_t from, int64_t to) { \
    const type *w = (const type *)p->weights + product / p->share * p->matrix_stride;           \
    const float *x = p->x + product * p->x_stride;                                              \
    float *y = p->y + product * p->y_stride;                                                    \
    int64_t n = p->columns, stride = p->row_stride, r = from;                                   \
    for (; r + TILE <= to && p->x_rows >= TILE; r += TILE) {                                    \
      int64_t m = 0;                                                                            \
      for (; m + TILE <= p->x_rows; m += TILE)                                                  \
        tile_##form(w + r * stride, stride, x + m * n, n, y + m * p->rows + r, p->rows);        \
      for (; m < p->x_rows; m++)                                                                \
        for (int i = 0; i < TILE; i++)                                                          \
          y[m * p->rows + r + i] = dot_##form(w + (r + i) * stride, x + m * n, n);              \
    }                                                                                           \
    for (; r < to; r++)                                                                         \
      for (int64_t m = 0; m < p->x_rows; m++)                                                   \
        y[m * p->rows + r] = dot_##form(w + r * stride, x + m * n, n);                          \
  }
PRODUCT(float32, float)
PRODUCT(float16, _Float16)
PRODUCT(bfloat16, uint16_t)
PRODUCT(int8, int8_t)

INLINE halves to_bfloat16(floats v) { // rounded to the nearest, of two as near to the even
  words bits = (words)v;
  return __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, halves);
}

// The whole numbers of an int8 matrix's rows, [to - from, columns].
INLINE void widen_int8(const int8_t *w, int64_t count, uint16_t *narrow, float *wide) {
  for (int64_t k = 0; k < count; k += LANES) {
    int8_t some[LANES] = {0};
    int64_t left = count - k < LANES ? count - k : LANES;
    memcpy(some, w + k, left);
    floats value = wide_int8(some);
    halves rounded = to_bfloat16(value);
    if (wide)
      memcpy(wide + k, &value, left * sizeof *wide);
    else
      memcpy(narrow + k, &rounded, left * sizeof *narrow);
  }
}

// Rows from..to of an int8 or int4 matrix, widened, [to - from, columns].
void JOIN(widen, ISA)(const struct product *p, int64_t from, int64_t to, uint16_t *narrow, float *wide) {
  int64_t n = p->columns;
  if (p->form == INT8) {
    widen_int8((const int8_t *)p->weights + from * n, (to - from) * n, narrow, wide);
    return;
  }
  for (int64_t r = from; r < to; r++) {
    const uint8_t *w = (const uint8_t *)p->weights + r * (n / 2);
    const uint16_t *scales = p->scales + r * (n / p->group * 2);
    for (int64_t k = 0; k < n; k += LANES) {
      const uint16_t *s = scales + k / p->group * 2;
      float scale = one_bfloat16(s[0]), zero = one_bfloat16(s[1]);
      eight v = LOAD(eight, w + k / 2);
      sixteen q = __builtin_shufflevector(v & 15, v >> 4, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
      floats value = __builtin_convertvector(__builtin_convertvector(q, ints), floats) * scale + (zero - 8 * scale);
      if (wide)
        *(loose_floats *)(wide + (r - from) * n + k) = value;
      else
        *(halves *)(narrow + (r - from) * n + k) = to_bfloat16(value);
    }
  }
}

// Several rows by an int4 matrix, which is widened TILE rows at a time.
INLINE void int4_product(const struct product *p, int64_t from, int64_t to) {
  float *wide = malloc(TILE * p->columns * sizeof(float));
  for (int64_t r = from; wide && r < to; r += TILE) {
    int64_t end = r + TILE < to ? r + TILE : to;
    JOIN(widen, ISA)(p, r, end, NULL, wide);
    struct product some = *p;
    some.weights = wide;
    some.y += r;
    float32_product(&some, 0, 0, end - r);
  }
  if (!wide) // told as what is no number
    for (int64_t m = 0; m < p->x_rows; m++)
      for (int64_t r = from; r < to; r++) p->y[m * p->rows + r] = __builtin_nanf("");
  free(wide);
}

INLINE void some_rows(const struct product *p, int64_t product, int64_t from, int64_t to) {
  switch (p->form) {
    case FLOAT32: float32_product(p, product, from, to); break;
    case FLOAT16: float16_product(p, product, from, to); break;
    case BFLOAT16: bfloat16_product(p, product, from, to); break;
    case INT8: int8_product(p, product, from, to); break;
    default:
      if (p->x_rows > 1)
        int4_product(p, from, to);
      else if (p->group == 128)
        int4_row(p, from, to, 128);
      else if (p->group == 64)
        int4_row(p, from, to, 64);
      else
        int4_row(p, from, to, 32);
  }
  for (int64_t m = 0; m < p->x_rows && (p->bias || p->form == INT8); m++)
    for (int64_t r = from; r < to; r++) {
      float *y = p->y + m * p->rows + r;
      *y = *y * (p->form == INT8 ? one_bfloat16(p->scales[r]) : 1) + (p->bias ? p->bias[r] : 0);
    }
}

// Rows from..to of a product, by as many rows of x at a time as a core's cache holds beside the weights.
void JOIN(rows, ISA)(const struct product *p, int64_t product, int64_t from, int64_t to) {
  int64_t most = 524288 / (p->columns * (int64_t)sizeof(float)) / TILE * TILE + TILE;
  for (int64_t m = 0; m < p->x_rows; m += most) {
    struct product some = *p;
    some.x += m * p->columns;
    some.y += m * p->rows;
    some.x_rows = p->x_rows - m < most ? p->x_rows - m : most;
    some_rows(&some, product, from, to);
  }
}

// The vector at x, its end filled up if there are less than LANES left.
INLINE floats up_to(const float *x, int64_t left, float fill) {
  if (left >= LANES) return LOAD(loose_floats, x);
  float some[LANES];
  for (int i = 0; i < LANES; i++) some[i] = i < left ? x[i] : fill;
  return LOAD(loose_floats, some);
}

INLINE void put(float *to, int64_t left, floats v) { memcpy(to, &v, (left < LANES ? left : LANES) * sizeof(float)); }

INLINE floats either(ints which, floats a, floats b) { return (floats)((which & (ints)a) | (~which & (ints)b)); }

// e^x to the last digit but one, of x from -87 to 88, or else of these: S. L. Moshier, Cephes 2.8, expf. What
// is no number stays none.
INLINE floats exponential(floats x) {
  floats zero = {0};
  x = either(x < -87, zero - 87, either(x > 88, zero + 88, x));
  floats whole = __builtin_elementwise_roundeven(x * 1.44269504f);
  x = x - whole * 0.693359375f + whole * 2.12194440e-4f;
  floats y = ((((1.9875691500e-4f * x + 1.3981999507e-3f) * x + 8.3334519073e-3f) * x + 4.1665795894e-2f) * x + 1.6666665459e-1f) * x + 5.0000001201e-1f;
  return (y * x * x + x + 1) * (floats)((__builtin_convertvector(whole, ints) + 127) << 23);
}

// Adds y to x [n] and puts x / sqrt(mean of x^2 + eps) * weight into h.
void JOIN(norm, ISA)(float *x, const float *y, const float *weight, float eps, int64_t n, float *h) {
  floats squares = {0};
  for (int64_t k = 0; k < n; k += LANES) {
    floats sum = up_to(x + k, n - k, 0) + up_to(y + k, n - k, 0);
    put(x + k, n - k, sum);
    squares += sum * sum;
  }
  float by = 1 / __builtin_sqrtf(total(squares) / n + eps);
  for (int64_t k = 0; k < n; k += LANES) put(h + k, n - k, up_to(x + k, n - k, 0) * by * up_to(weight + k, n - k, 0));
}

// softmax(scale * scores) of the first n of each row, in their place.
void JOIN(softmax, ISA)(float *scores, int64_t rows, int64_t stride, int64_t n, float scale) {
  for (float *s = scores; s < scores + rows * stride; s += stride) {
    floats mosts = up_to(s, n, s[0]), sums = {0};
    for (int64_t k = LANES; k < n; k += LANES) mosts = __builtin_elementwise_max(mosts, up_to(s + k, n - k, s[0]));
    float most = mosts[0];
    for (int i = 1; i < LANES; i++) most = mosts[i] > most ? mosts[i] : most;
    for (int64_t k = 0; k < n; k += LANES) {
      floats e = exponential((up_to(s + k, n - k, -__builtin_inff()) - most) * scale);
      put(s + k, n - k, e);
      sums += e;
    }
    float by = 1 / total(sums);
    for (int64_t k = 0; k < n; k++) s[k] *= by;
  }
}

// gate / (1 + e^-gate) * up of gate and up [n], one behind the other.
void JOIN(gate, ISA)(const float *gate_up, int64_t n, float *h) {
  for (int64_t k = 0; k < n; k += LANES) {
    floats gate = up_to(gate_up + k, n - k, 0);
    put(h + k, n - k, gate / (1 + exponential(-gate)) * up_to(gate_up + n + k, n - k, 0));
  }
}

#else

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#ifdef __x86_64__
#include <cpuid.h>
rows_of rows_avx2, rows_avx512;
round_of round_avx2, round_avx512;
norm_of norm_avx2, norm_avx512;
softmax_of softmax_avx2, softmax_avx512;
gate_of gate_avx2, gate_avx512;
widen_of widen_avx2, widen_avx512;

static uint64_t saved_registers(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low | (uint64_t)high << 32;
}

// 0 if the processor, or the system, knows neither.
static int instructions(void) {
  uint32_t a, b, c, d, b7, c7, d7;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return 0;
  int xsave = c >> 27 & 1, fma = c >> 12 & 1, f16c = c >> 29 & 1, avx2 = b7 >> 5 & 1;
  if (!(xsave && fma && f16c && avx2) || (saved_registers() & 0x6) != 0x6) return 0;
  uint32_t wanted = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31; // F, DQ, CD, BW, VL
  return (b7 & wanted) == wanted && (saved_registers() & 0xe6) == 0xe6 ? 512 : 256;
}

#define CHOSEN(function) (isa == 512 ? function##_avx512 : function##_avx2)
#else
rows_of rows_neon;
round_of round_neon;
norm_of norm_neon;
softmax_of softmax_neon;
gate_of gate_neon;
widen_of widen_neon;
static int instructions(void) { return 128; }
#define CHOSEN(function) function##_neon
#endif

// The threads are PyTorch's own: a second set would wait for a core while PyTorch's still spin.
typedef void gomp_parallel(void (*)(void *), void *, unsigned, unsigned);
typedef void kmpc_fork_call(void *, int32_t, void (*)(int32_t *, int32_t *, void *), void *);

#ifdef __x86_64__
static int is_intel(void) {
  uint32_t a, b, c, d;
  return __get_cpuid(0, &a, &b, &c, &d) && b == 0x756e6547; // "Genu"
}
#else
static int is_intel(void) { return 0; }
#endif

static int isa;
static rows_of *rows;
static round_of *round_row;
static widen_of *widen;
static gomp_parallel *gomp;
static kmpc_fork_call *kmpc;
static unsigned threads = 1;

struct work {
  const struct product *p;
  int64_t step, count;
  int64_t next; // grabbed one by one, since cores differ in speed
  uint16_t *narrow;
  float *wide;
};

static void run(void *argument) {
  struct work *work = argument;
  int64_t each = (work->p->rows + work->step - 1) / work->step, i;
  while ((i = __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED)) < work->count) {
    int64_t from = i % each * work->step, to = from + work->step;
    if (to > work->p->rows) to = work->p->rows;
    if (work->narrow)
      widen(work->p, from, to, work->narrow + from * work->p->columns, NULL);
    else if (work->wide)
      widen(work->p, from, to, NULL, work->wide + from * work->p->columns);
    else
      rows(work->p, i / each, from, to);
  }
}

static void run_kmpc(int32_t *thread, int32_t *bound, void *work) {
  (void)thread, (void)bound;
  run(work);
}

static void share(struct work *work) {
  if (threads < 2 || work->count < 2) {
    run(work);
  } else if (gomp) {
    gomp(run, work, threads, 0);
  } else {
    static struct { int32_t reserved, flags, more[2]; const char *source; } place = {0, 2, {0, 0}, ";unknown;unknown;0;0;;"};
    kmpc(&place, 1, run_kmpc, work);
  }
}

// See norm, softmax and gate above; x and y [1, n].
EXPORT void vlm_norm(float *x, const float *y, const float *weight, float eps, int64_t n, float *h) {
  CHOSEN(norm)(x, y, weight, eps, n, h);
}
EXPORT void vlm_softmax(float *scores, int64_t rows, int64_t stride, int64_t n, float scale) {
  CHOSEN(softmax)(scores, rows, stride, n, scale);
}
EXPORT void vlm_gate(const float *gate_up, int64_t n, float *h) { CHOSEN(gate)(gate_up, n, h); }

// Bits of the vectors that are used, at most those given; 0 if none will do. To be called first.
// gomp, kmpc: GOMP_parallel or else __kmpc_fork_call of PyTorch's OpenMP; null for one thread.
EXPORT int vlm_start(void *gomp_function, void *kmpc_function, int thread_count, int most) {
  isa = instructions();
  if (isa > most) isa = isa == 512 && most >= 256 ? 256 : 0;
  rows = CHOSEN(rows);
  round_row = CHOSEN(round);
  widen = CHOSEN(widen);
  gomp = (gomp_parallel *)gomp_function;
  kmpc = (kmpc_fork_call *)kmpc_function;
  threads = gomp || kmpc ? thread_count : 1;
  return isa;
}

// Whether any number of rows by float32, or by 16 bits that are widened, is faster here than in PyTorch: MKL
// leaves AVX-512 to processors of its own maker.
EXPORT int vlm_outruns_mkl(void) { return isa == 512 && !is_intel(); }

// The row as whole numbers; null if memory is short.
static float *whole(const struct product *p) {
  static char *made;
  static int64_t size;
  int64_t blocks = (p->columns + 127) / 128, needed = blocks * (256 + sizeof(float)) + (p->columns / p->group + 16) * sizeof(float) + 64;
  if (needed > size) {
    free(made);
    made = malloc(needed);
    size = made ? needed : 0;
  }
  if (!made) return NULL;
  void *aligned = (void *)(((uintptr_t)made + 63) & ~(uintptr_t)63);
  round_row(p, aligned);
  return aligned;
}

// One caller at a time. Returns 0, or 1 if memory is short.
EXPORT int vlm_multiply(const struct product *given) {
  struct product p = *given;
  if (p.form == INT4 && p.x_rows == 1) {
    p.x = whole(given);
    if (!p.x) return 1;
  }
  static const int bits[] = {32, 16, 16, 8, 4};
  int64_t row_bytes = p.columns * bits[p.form] / 8 + 1;
  // Large enough that threads do not fight for the next one.
  int64_t step = 1048576 / row_bytes + 1;
  int64_t fair = p.rows * p.products / (4 * (int64_t)threads) + 1;
  if (step > fair) step = fair * row_bytes < 8192 ? 8192 / row_bytes + 1 : fair;
  if (step > p.rows) step = p.rows;
  struct work work = {&p, step, (p.rows + step - 1) / step * p.products, 0, NULL, NULL};
  share(&work);
  return 0;
}

// Rows of an int8 or int4 matrix, from start on, as bfloat16 [count, columns], or as float32 if narrow is
// null. Of int8, the whole numbers.
EXPORT void vlm_widen(const struct product *given, int64_t start, int64_t count, uint16_t *narrow, float *wide) {
  struct product p = *given;
  p.weights = (const uint8_t *)p.weights + (p.form == INT8 ? start * p.columns : start * (p.columns / 2));
  p.scales += p.form == INT8 ? start : start * (p.columns / p.group * 2);
  p.rows = count;
  struct work work = {&p, 16, (count + 15) / 16, 0, narrow, wide};
  share(&work);
}
#endif
