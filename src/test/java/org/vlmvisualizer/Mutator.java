package org.vlmvisualizer;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;

/** Breaks files at random, always in the same way for the same seed. */
public final class Mutator {
  private static final long[] EXTREMES = {
    0, 1, -1, 255, 65535, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
  };
  private static final String[] NUMBERS = {
    "0", "-1", "1e9", "1000000000", "268435456", "2147483648", "9223372036854775808", "1e400",
    "0.5", "null", "true", "\"x\"", "[]", "{}", "[1,[2]]", "-0"
  };
  private static final Pattern VALUE = Pattern.compile("-?[0-9.]+|\"[^\"]{0,40}\"|true|false|null");
  private static final double MAX_SECONDS = 1;
  private static final long MAX_BYTES = 100_000_000;

  private final Random random;
  private int refused;

  public Mutator(long seed) {
    random = new Random(seed);
  }

  /**
   * Hands mutations of a file to a reader, which may refuse them with an {@link InputException} and
   * do nothing else, within a second and 100 MB each.
   *
   * @return how many were refused
   */
  public int run(int count, byte[] file, Consumer<byte[]> reader) {
    for (int i = 0; i < count; i++) {
      byte[] mutated = mutate(file);
      String name = "Mutation " + i + " of " + count;
      bounded(
          name,
          () -> {
            try {
              reader.accept(mutated);
            } catch (InputException e) {
              refused++;
            } catch (RuntimeException | Error e) {
              throw new AssertionError(name + " was not refused", e);
            }
          });
    }
    return refused;
  }

  /**
   * Runs something, and fails if it takes more than a second of processor time or 100 MB. On a busy
   * computer a clock would tell of the others.
   */
  public static void bounded(String name, Runnable task) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long start = threads.getCurrentThreadCpuTime();
    task.run();
    double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
    bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
    if (seconds > MAX_SECONDS || bytes > MAX_BYTES) {
      throw new AssertionError("%s took %.1f s, %d bytes".formatted(name, seconds, bytes));
    }
  }

  private byte[] mutate(byte[] file) {
    byte[] mutated = file;
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      mutated = mutateOnce(mutated);
    }
    return mutated;
  }

  private byte[] mutateOnce(byte[] file) {
    if (file.length < 2) {
      return new byte[] {(byte) random.nextInt()};
    }
    byte[] copy = file.clone();
    int at = random.nextInt(file.length);
    int length = Math.min(1 + random.nextInt(32), file.length - at);
    switch (random.nextInt(8)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt();
      case 2 -> copy = Arrays.copyOf(file, at);
      case 3 -> copy = join(file, at, new byte[0], at + length);
      case 4 -> copy = join(file, at, Arrays.copyOfRange(file, at, at + length), at);
      case 5 -> {
        int from = random.nextInt(file.length - length + 1);
        System.arraycopy(file, from, copy, at, length);
      }
      case 6 -> {
        byte[] extreme = new byte[8];
        ByteBuffer.wrap(extreme)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(EXTREMES[random.nextInt(EXTREMES.length)]);
        System.arraycopy(extreme, 0, copy, at, Math.min(length > 16 ? 8 : 4, file.length - at));
      }
      default -> copy = otherValue(file, at);
    }
    return copy;
  }

  /** Puts another number or text in the place of the next one behind a position. */
  private byte[] otherValue(byte[] file, int at) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    Matcher value = VALUE.matcher(text);
    if (!value.find(at)) {
      return Arrays.copyOf(file, at);
    }
    byte[] other = NUMBERS[random.nextInt(NUMBERS.length)].getBytes(StandardCharsets.ISO_8859_1);
    return join(file, value.start(), other, value.end());
  }

  private static byte[] join(byte[] file, int end, byte[] middle, int start) {
    return ByteBuffer.allocate(end + middle.length + file.length - start)
        .put(file, 0, end)
        .put(middle)
        .put(file, start, file.length - start)
        .array();
  }
}
