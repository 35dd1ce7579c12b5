package org.vlmvisualizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The tensors of a safetensors file, to be changed where they lie. */
public final class StoredWeights {
  private final Path file;
  private final byte[] bytes;
  private final int start;
  private final JsonObject header;

  /** Reads a file. */
  public StoredWeights(Path file) {
    this.file = file;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int length = CheckpointCopy.headerLength(bytes);
    start = 8 + length;
    header =
        JsonParser.parseString(new String(bytes, 8, length, StandardCharsets.UTF_8))
            .getAsJsonObject();
  }

  /** The names of all tensors of two dimensions in the decoder's layers. */
  public List<String> decoderMatrices() {
    List<String> names = new ArrayList<>();
    for (String name : header.keySet()) {
      boolean inLayer = name.contains("language_model") && name.contains(".layers.");
      if (inLayer && shape(name).size() == 2) {
        names.add(name);
      }
    }
    return names;
  }

  private JsonArray shape(String name) {
    return header.getAsJsonObject(name).getAsJsonArray("shape");
  }

  private ByteBuffer tensor(String name) {
    List<JsonElement> offsets =
        header.getAsJsonObject(name).getAsJsonArray("data_offsets").asList();
    int from = offsets.get(0).getAsInt();
    return ByteBuffer.wrap(bytes, start + from, offsets.get(1).getAsInt() - from)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Puts a tensor's elements, of 16 bits each, in a random order. */
  public StoredWeights shuffle(String name, Random random) {
    ByteBuffer elements = tensor(name);
    for (int i = elements.capacity() / 2 - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      short one = elements.getShort(2 * i);
      elements.putShort(2 * i, elements.getShort(2 * j));
      elements.putShort(2 * j, one);
    }
    return this;
  }

  /** Sets an element of a matrix in bfloat16, or of a vector as its only row. */
  public StoredWeights set(String name, int row, int column, float value) {
    int columns = shape(name).get(shape(name).size() - 1).getAsInt();
    short rounded = (short) (Float.floatToIntBits(value) >> 16);
    tensor(name).putShort(2 * (row * columns + column), rounded);
    return this;
  }

  /** Writes the file. */
  public void write() {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
