package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.RowKernel.Form;
import org.vlmvisualizer.engine.RowKernel.Product;

/** The library in C against sums in double precision, with the vectors of each processor here. */
class RowKernelTest {
  private static final String BITS = "VLM_VECTOR_BITS";
  private static final Path NATIVE = Path.of("src/main/resources/native");

  private final Random random = new Random(5);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 32",
    "1, 7, 96",
    "1, 130, 576",
    "1, 64, 4096",
    "1, 3, 11008",
    "2, 5, 160",
    "3, 9, 64",
    "4, 4, 128",
    "5, 70, 224",
    "30, 33, 320"
  })
  void productsAreThoseOfTheNumbers(int count, int rows, int columns) {
    for (String bits : new String[] {"512", "256"}) {
      RowKernel kernel = onThread(bits);
      for (Form form : Form.values()) {
        for (int group : form == Form.INT4 ? new int[] {32, 64, 128} : new int[] {0}) {
          if (group == 0 || columns % group == 0) {
            check(kernel, new Drawn(form, rows, columns, group), count);
          }
        }
      }
    }
  }

  /** Columns that fill no vector, which only matrices that are not quantised have. */
  @ParameterizedTest
  @CsvSource({"1, 5, 33", "4, 8, 130", "6, 3, 1"})
  void anyNumberOfColumnsIsMultiplied(int count, int rows, int columns) {
    for (Form form : new Form[] {Form.FLOAT32, Form.BFLOAT16, Form.FLOAT16}) {
      check(onThread("512"), new Drawn(form, rows, columns, 0), count);
    }
  }

  /** As keys and values of heads lie: two heads of queries share one of keys. */
  @Test
  void matricesThatLieApartAreMultipliedByARowEach() {
    int size = 40;
    int places = 23;
    int longest = 30;
    Drawn keys = new Drawn(Form.BFLOAT16, 3 * longest, size, 0);
    float[] queries = gaussians(6 * size);
    ByteBuffer x = floats(queries);
    ByteBuffer y = ByteBuffer.allocateDirect(6 * longest * Float.BYTES);
    Product product =
        Product.of(
            Form.BFLOAT16,
            NativeHeap.address(keys.weights),
            places,
            size,
            size,
            6,
            2,
            (long) longest * size,
            size,
            longest);
    RowKernel kernel = onThread("512");
    EngineThread.call(run(kernel, product, 1, x, y));
    float[] found = values(y);
    for (int head = 0; head < 6; head++) {
      for (int place = 0; place < longest; place++) {
        double sum = 0;
        for (int k = 0; k < size && place < places; k++) {
          sum += queries[head * size + k] * keys.value(head / 2 * longest + place, k);
        }
        assertEquals(sum, found[head * longest + place], 1e-5);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNoNumberStaysNone(float value) {
    for (Form form : Form.values()) {
      Drawn drawn = new Drawn(form, 6, 256, form == Form.INT4 ? 64 : 0);
      float[] row = gaussians(256);
      row[140] = value;
      ByteBuffer y = ByteBuffer.allocateDirect(6 * Float.BYTES);
      EngineThread.call(run(onThread("512"), drawn.product(), 1, floats(row), y));
      for (float found : values(y)) {
        assertFalse(Float.isFinite(found), form + " " + found);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 64, 333, 4096})
  void aRowIsNormed(int n) {
    for (String bits : new String[] {"512", "256"}) {
      RowKernel kernel = onThread(bits);
      float[] x = gaussians(n);
      float[] y = gaussians(n);
      float[] weight = gaussians(n);
      ByteBuffer sums = floats(x);
      ByteBuffer added = floats(y);
      ByteBuffer weights = floats(weight);
      ByteBuffer h = ByteBuffer.allocateDirect(n * Float.BYTES);
      onEngine(
          () ->
              kernel.norm(
                  NativeHeap.address(sums),
                  NativeHeap.address(added),
                  NativeHeap.address(weights),
                  1e-5f,
                  n,
                  NativeHeap.address(h)));
      double squares = 0;
      for (int i = 0; i < n; i++) {
        assertEquals(x[i] + y[i], values(sums)[i]);
        squares += Math.pow(x[i] + y[i], 2);
      }
      for (int i = 0; i < n; i++) {
        double expected = (x[i] + y[i]) / Math.sqrt(squares / n + 1e-5) * weight[i];
        assertEquals(expected, values(h)[i], 1e-6 * Math.abs(expected));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 64, 333})
  void scoresBecomeWeights(int n) {
    for (String bits : new String[] {"512", "256"}) {
      RowKernel kernel = onThread(bits);
      int stride = n + 3;
      float[] scores = gaussians(4 * stride);
      scores[0] = 300;
      scores[3 * stride + n - 1] = Float.NaN;
      ByteBuffer weights = floats(scores);
      onEngine(() -> kernel.softmax(NativeHeap.address(weights), 4, stride, n, 0.7f));
      float[] found = values(weights);
      for (int i = 0; i < found.length; i++) {
        int row = i / stride * stride;
        if (i - row >= n) {
          assertEquals(scores[i], found[i], "behind the row");
        } else if (row == 3 * stride) {
          assertTrue(Float.isNaN(found[i]));
        } else {
          double sum = 0;
          for (int k = 0; k < n; k++) {
            sum += Math.exp(0.7 * ((double) scores[row + k] - scores[i]));
          }
          assertEquals(1 / sum, found[i], 5e-7 / sum + 1e-37);
        }
      }
    }
  }

  @Test
  void gatesOpenAndClose() {
    for (String bits : new String[] {"512", "256"}) {
      RowKernel kernel = onThread(bits);
      float[] gates = gaussians(2 * 133);
      float[] wide = {-1e9f, -1000, -88, -87, -20, 0, 20, 88, 1000, 1e9f, Float.NaN};
      System.arraycopy(wide, 0, gates, 0, wide.length);
      ByteBuffer h = ByteBuffer.allocateDirect(133 * Float.BYTES);
      ByteBuffer gateUp = floats(gates);
      onEngine(() -> kernel.gate(NativeHeap.address(gateUp), 133, NativeHeap.address(h)));
      for (int i = 0; i < 133; i++) {
        double expected = gates[i] / (1 + Math.exp(-(double) gates[i])) * gates[133 + i];
        if (Double.isNaN(expected)) {
          assertTrue(Float.isNaN(values(h)[i]));
        } else {
          assertEquals(expected, values(h)[i], 1e-6 * Math.abs(expected) + 1e-28);
        }
      }
    }
  }

  private static void onEngine(Runnable work) {
    EngineThread.call(
        () -> {
          work.run();
          return null;
        });
  }

  @ParameterizedTest
  @CsvSource({"INT4, 32", "INT4, 64", "INT4, 128", "INT8, 0"})
  void wideningGivesTheNumbers(Form form, int group) {
    Drawn drawn = new Drawn(form, 50, 256, group);
    RowKernel kernel = onThread("512");
    ByteBuffer wide = ByteBuffer.allocateDirect(20 * 256 * Float.BYTES);
    ByteBuffer narrow = ByteBuffer.allocateDirect(20 * 256 * Short.BYTES);
    EngineThread.call(
        () -> {
          kernel.widen(drawn.product(), 30, 20, NativeHeap.address(wide), true);
          kernel.widen(drawn.product(), 30, 20, NativeHeap.address(narrow), false);
          return null;
        });
    float[] found = values(wide);
    narrow.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < found.length; i++) {
      int row = 30 + i / 256;
      double scale = form == Form.INT8 ? wide(drawn.scales.getShort(Short.BYTES * row)) : 1;
      float expected = (float) (drawn.value(row, i % 256) / scale);
      assertEquals(expected, found[i], 1e-6 * Math.abs(expected));
      assertEquals(bfloat16(found[i]), narrow.getShort(2 * i));
    }
  }

  /** What is in the jar was built from what is in the repository. */
  @Test
  void theLibrariesAreThoseOfTheSource() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(Files.readAllBytes(Path.of("src/main/c/row_kernel.c")));
    digest.update(Files.readAllBytes(Path.of("scripts/build-kernel")));
    String built = Files.readString(NATIVE.resolve("source.sha256")).strip();
    assertEquals(HexFormat.of().formatHex(digest.digest()), built, "run scripts/build-kernel");
  }

  @Test
  void theSettingTurnsItOffOrIsRefused() {
    assertNull(with("0", () -> EngineThread.call(RowKernel::load)));
    assertEquals("off, since VLM_VECTOR_BITS is 0", RowKernel.state());
    assertNotNull(with("256", () -> EngineThread.call(RowKernel::load)));
    assertEquals("256-bit vectors", RowKernel.state());
    InputException refused =
        assertThrows(
            InputException.class, () -> with("many", () -> EngineThread.call(RowKernel::load)));
    PlainSentence.check(refused.getMessage());
  }

  private static RowKernel onThread(String bits) {
    Engines.version();
    RowKernel kernel = with(bits, () -> EngineThread.call(RowKernel::load));
    assertNotNull(kernel, "This computer should have the row kernel.");
    return kernel;
  }

  private static <T> T with(String bits, Supplier<T> work) {
    System.setProperty(BITS, bits);
    try {
      return work.get();
    } finally {
      System.clearProperty(BITS);
    }
  }

  private void check(RowKernel kernel, Drawn drawn, int count) {
    float[] rows = gaussians(count * drawn.columns);
    ByteBuffer x = floats(rows);
    ByteBuffer y = ByteBuffer.allocateDirect(count * drawn.rows * Float.BYTES);
    EngineThread.call(run(kernel, drawn.product(), count, x, y));
    boolean whole = drawn.form == Form.INT4 && count == 1;
    double[] lost = whole ? lostByRounding(rows) : new double[rows.length];
    double[] expected = new double[count * drawn.rows];
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      int row = i % drawn.rows;
      double sum = drawn.biases[row];
      for (int k = 0; k < drawn.columns; k++) {
        sum += rows[i / drawn.rows * drawn.columns + k] * drawn.value(row, k);
        sum -= whole ? lost[k] * drawn.multipleOfScale(row, k) : 0;
      }
      expected[i] = sum;
      largest = Math.max(largest, Math.abs(sum));
    }
    float[] found = values(y);
    double[] wide = new double[found.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = found[i];
    }
    assertArrayEquals(expected, wide, 3e-6 * largest, drawn.form + " " + drawn.group);
  }

  /** Of a row in 16 bits, the largest of each 128 being 32767. */
  private static double[] lostByRounding(float[] row) {
    double[] lost = new double[row.length];
    for (int start = 0; start < row.length; start += 128) {
      int end = Math.min(start + 128, row.length);
      float largest = 0;
      for (int k = start; k < end; k++) {
        largest = Math.max(largest, Math.abs(row[k]));
      }
      for (int k = start; k < end; k++) {
        lost[k] = row[k] - Math.rint(row[k] * (32767 / largest)) * (largest / 32767);
      }
    }
    return lost;
  }

  private static Supplier<Void> run(
      RowKernel kernel, Product product, int count, ByteBuffer x, ByteBuffer y) {
    return () -> {
      kernel.multiply(product, count, NativeHeap.address(x), NativeHeap.address(y));
      return null;
    };
  }

  private float[] gaussians(int count) {
    float[] drawn = new float[count];
    for (int i = 0; i < count; i++) {
      drawn[i] = (float) random.nextGaussian();
    }
    return drawn;
  }

  private static ByteBuffer floats(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer;
  }

  private static float[] values(ByteBuffer buffer) {
    float[] values = new float[buffer.capacity() / Float.BYTES];
    buffer.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** To the nearest, of two as near to the even one. */
  private static short bfloat16(float value) {
    int bits = Float.floatToIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }

  /** A matrix of a form, drawn at random. */
  private final class Drawn {
    final Form form;
    final int rows;
    final int columns;
    final int group;
    final ByteBuffer weights;
    final ByteBuffer scales;
    final float[] biases;
    final ByteBuffer bias;

    Drawn(Form form, int rows, int columns, int group) {
      this.form = form;
      this.rows = rows;
      this.columns = columns;
      this.group = group;
      int bits =
          switch (form) {
            case FLOAT32 -> 32;
            case BFLOAT16, FLOAT16 -> 16;
            case INT8 -> 8;
            case INT4 -> 4;
          };
      weights = buffer((rows * columns * bits + 7) / 8);
      scales = buffer(Short.BYTES * (form == Form.INT4 ? rows * columns / group * 2 : rows));
      while (scales.hasRemaining()) {
        scales.putShort(bfloat16((float) random.nextGaussian()));
      }
      if (bits < 16) {
        byte[] any = new byte[weights.capacity()];
        random.nextBytes(any);
        weights.put(any);
      }
      for (int i = 0; bits >= 16 && i < rows * columns; i++) {
        float value = (float) random.nextGaussian();
        switch (form) {
          case FLOAT32 -> weights.putFloat(value);
          case BFLOAT16 -> weights.putShort(bfloat16(value));
          default -> weights.putShort(float16(value));
        }
      }
      biases = gaussians(rows);
      bias = floats(biases);
    }

    private ByteBuffer buffer(int bytes) {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    Product product() {
      return Product.of(
          form,
          NativeHeap.address(weights),
          NativeHeap.address(scales),
          NativeHeap.address(bias),
          rows,
          columns,
          group);
    }

    double value(int row, int column) {
      int i = row * columns + column;
      return switch (form) {
        case FLOAT32 -> weights.getFloat(4 * i);
        case BFLOAT16 -> wide(weights.getShort(2 * i));
        case FLOAT16 -> fromFloat16(weights.getShort(2 * i));
        case INT8 -> weights.get(i) * wide(scales.getShort(2 * row));
        case INT4 -> {
          double eights = 8 * wide(scales.getShort(scaleOf(row, column)));
          double zero = wide(scales.getShort(scaleOf(row, column) + Short.BYTES));
          yield multipleOfScale(row, column) - eights + zero;
        }
      };
    }

    /** Of int4, what is multiplied in whole numbers. */
    double multipleOfScale(int row, int column) {
      int i = row * columns + column;
      int q = weights.get(i / 2) >> (i % 2 * 4) & 15;
      return q * wide(scales.getShort(scaleOf(row, column)));
    }

    private int scaleOf(int row, int column) {
      return 2 * Short.BYTES * (row * (columns / group) + column / group);
    }
  }

  private static double wide(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Cut off after ten bits. */
  private static short float16(float number) {
    int bits = Float.floatToIntBits(number);
    int exponent = Math.getExponent(number);
    return exponent < -14
        ? 0
        : (short) (bits >>> 16 & 0x8000 | exponent + 15 << 10 | bits >>> 13 & 0x3ff);
  }

  private static double fromFloat16(short stored) {
    int exponent = stored >> 10 & 0x1f;
    double size = exponent == 0 ? 0 : Math.scalb(1024.0 + (stored & 0x3ff), exponent - 25);
    return stored < 0 ? -size : size;
  }
}
