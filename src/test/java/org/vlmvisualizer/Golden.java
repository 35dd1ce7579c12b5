package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.family.ModelFamily;

/**
 * Figures that src/test/python/make_goldens.py computed with transformers. Its safetensors are read
 * here by other code than the plugin's.
 */
public final class Golden {
  public static final double TOLERANCE = 1e-5;
  public static final Path ROOT = Path.of("src/test/resources/golden");
  public static final List<String> NAMES =
      List.of(
          "llama-mha",
          "llama-gqa-sharded",
          "mistral-gqa-bfloat16",
          "llama-tied-system",
          "llama-crop-eos",
          "llama-float16",
          "llama-layers",
          "llama-wide");

  /** Those of make_original_goldens.py: the original format, and adapters. */
  public static final List<String> ORIGINAL =
      List.of(
          "original-bin-inside",
          "original-safetensors-beside",
          "original-mistral-identity",
          "original-lora",
          "hugging-face-lora");

  /** The bar of {@link #close} and {@link #closeToScale}. */
  public double tolerance = TOLERANCE;

  public final Path folder;
  public final JsonObject json;
  private final JsonObject header;
  private final ByteBuffer data;

  public Golden(String name) {
    this(name, "golden");
  }

  /** Of another file beside the checkpoint. */
  public static Golden of(String name, String file) {
    return new Golden(name, file);
  }

  private Golden(String name, String base) {
    folder = ROOT.resolve(name);
    try {
      json =
          JsonParser.parseString(Files.readString(folder.resolve(base + ".json")))
              .getAsJsonObject();
      ByteBuffer file =
          ByteBuffer.wrap(Files.readAllBytes(folder.resolve(base + ".safetensors")))
              .order(ByteOrder.LITTLE_ENDIAN);
      int length = (int) file.getLong();
      String text = new String(file.array(), 8, length, java.nio.charset.StandardCharsets.UTF_8);
      header = JsonParser.parseString(text).getAsJsonObject();
      data = file.slice(8 + length, file.capacity() - 8 - length).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The demo model's, for tests of chat templates: the golden checkpoints have none. */
  public static String chatTemplate() {
    try {
      return Files.readString(Path.of("src/main/resources/demo-checkpoint/chat_template.jinja"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path checkpoint() {
    return folder.resolve("checkpoint");
  }

  public Path picture() {
    return folder.resolve("picture.png");
  }

  public boolean has(String tensor) {
    return header.has(tensor);
  }

  public int[] shape(String tensor) {
    return header.getAsJsonObject(tensor).getAsJsonArray("shape").asList().stream()
        .mapToInt(e -> e.getAsInt())
        .toArray();
  }

  /** A tensor's elements, row by row. */
  public float[] floats(String tensor) {
    ByteBuffer bytes = bytes(tensor, "F32");
    float[] values = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  public int[] ints(String tensor) {
    if (header.getAsJsonObject(tensor).get("dtype").getAsString().equals("I32")) {
      ByteBuffer bytes = bytes(tensor, "I32");
      int[] values = new int[bytes.remaining() / 4];
      bytes.asIntBuffer().get(values);
      return values;
    }
    ByteBuffer bytes = bytes(tensor, "I64");
    long[] values = new long[bytes.remaining() / 8];
    bytes.asLongBuffer().get(values);
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /** A tensor's elements, 0 to 255, row by row. */
  public int[] unsignedBytes(String tensor) {
    ByteBuffer bytes = bytes(tensor, "U8");
    int[] values = new int[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.get(i) & 0xff;
    }
    return values;
  }

  private ByteBuffer bytes(String tensor, String dtype) {
    JsonObject entry = header.getAsJsonObject(tensor);
    assertEquals(dtype, entry.get("dtype").getAsString());
    int start = entry.getAsJsonArray("data_offsets").get(0).getAsInt();
    int end = entry.getAsJsonArray("data_offsets").get(1).getAsInt();
    return data.slice(start, end - start).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The largest absolute difference. NaN on either side, or another number of elements, is a
   * failure.
   */
  public static double difference(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, "number of elements");
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - actual[i]);
      if (!(difference <= Double.MAX_VALUE)) {
        throw new AssertionError("Expected " + expected[i] + " at " + i + ", found " + actual[i]);
      }
      largest = Math.max(largest, difference);
    }
    return largest;
  }

  /**
   * The largest difference as a share of the largest expected value, for what has no scale of its
   * own, such as logits. NaN is a failure here too, and against zeros alone no difference is small.
   */
  public static double relativeDifference(float[] expected, float[] actual) {
    double difference = difference(expected, actual);
    return difference / difference(expected, new float[expected.length]);
  }

  /** The root mean square of the differences, as a share of that of the expected values. */
  public static double relativeError(double[] expected, float[] actual) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - actual[i], 2);
      size += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  /** Asserts that values are those of a tensor, within {@link #tolerance}. */
  public void close(String tensor, float[] actual) {
    small(difference(floats(tensor), actual), tensor);
  }

  /** The same, as a share of the largest expected value. */
  public void closeToScale(String tensor, float[] actual) {
    small(relativeDifference(floats(tensor), actual), tensor);
  }

  private void small(double difference, String tensor) {
    assertTrue(
        difference <= tolerance,
        "%s of %s differs by %.3g".formatted(tensor, folder.getFileName(), difference));
  }

  public static float[] flatten(float[][] rows) {
    int length = Arrays.stream(rows).mapToInt(row -> row.length).sum();
    float[] flat = new float[length];
    int at = 0;
    for (float[] row : rows) {
      System.arraycopy(row, 0, flat, at, row.length);
      at += row.length;
    }
    return flat;
  }

  /** What stands in a prompt in the place of a picture. */
  public static List<String> texts(ModelFamily family, Checkpoint checkpoint) {
    return family
        .pictures(checkpoint, PictureOptions.of(Fit.PAD))
        .process(List.of(new RgbPicture(1, 1, new byte[3])), Progress.NONE)
        .texts();
  }
}
