package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;

/**
 * A tensor that is made while it is written. The values hang on the canonical name alone, and fit
 * into float16, so that a weight is the same in every format.
 *
 * @param name as stored
 * @param canonical name, the seed
 */
record RandomTensor(String name, String canonical, long[] shape, DType type) {
  private static final int CHUNK_ELEMENTS = 1 << 15;

  /** Values are -1024 to 1023 times 2^-15: a standard deviation of 0.018, as models begin with. */
  private static final int STEPS = 1024;

  private static final float STEP = 1f / (1 << 15);

  long elements() {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  long bytes() {
    return elements() * type.bytes();
  }

  /**
   * Parts of at most so many bytes, as transformers cuts its shards.
   *
   * @param most bytes of a part; a larger tensor is a part of its own
   */
  static List<List<RandomTensor>> shards(List<RandomTensor> tensors, long most) {
    List<List<RandomTensor>> shards = new ArrayList<>(List.of(new ArrayList<>()));
    long bytes = 0;
    for (RandomTensor tensor : tensors) {
      if (bytes > 0 && bytes + tensor.bytes() > most) {
        shards.add(new ArrayList<>());
        bytes = 0;
      }
      shards.get(shards.size() - 1).add(tensor);
      bytes += tensor.bytes();
    }
    return shards;
  }

  /** Uniform values; 1 for the weights of norms; 0, 1, 2, … for whole numbers. */
  void writeTo(OutputStream out) throws IOException {
    ByteBuffer chunk =
        ByteBuffer.allocate(CHUNK_ELEMENTS * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(canonical.hashCode());
    boolean norm = canonical.contains("norm") && canonical.endsWith("weight");
    int[] bits = new int[2 * STEPS];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = norm ? bits(1 / STEP) : bits(i - STEPS);
    }
    long count = elements();
    for (long done = 0; done < count; done += CHUNK_ELEMENTS) {
      chunk.clear();
      fill(chunk, done, (int) Math.min(CHUNK_ELEMENTS, count - done), bits, random);
      out.write(chunk.array(), 0, chunk.position());
    }
  }

  private void fill(ByteBuffer chunk, long first, int n, int[] bits, SplittableRandom random) {
    for (int i = 0; i < n; i++) {
      int value = type == DType.I64 ? 0 : bits[random.nextInt() & (bits.length - 1)];
      switch (type) {
        case I64 -> chunk.putLong(first + i);
        case F32 -> chunk.putInt(value);
        default -> chunk.putShort((short) value);
      }
    }
  }

  /** The bits of a number of steps in this type. */
  private int bits(float steps) {
    int wide = Float.floatToRawIntBits(steps * STEP);
    return switch (type) {
      case BF16 -> wide >>> 16;
      case F16 -> half(wide);
      default -> wide;
    };
  }

  /** The float16 of a float32 that has one, 0 or of at least 2^-15. */
  private static int half(int wide) {
    int sign = wide >>> 16 & 0x8000;
    int exponent = (wide >>> 23 & 0xFF) - 112;
    int mantissa = wide >>> 13 & 0x3FF;
    if (wide << 1 == 0) {
      return sign;
    }
    // Below 2^-14 there is no leading one to leave out.
    return exponent > 0 ? sign | exponent << 10 | mantissa : sign | (0x400 | mantissa) >> 1;
  }
}
