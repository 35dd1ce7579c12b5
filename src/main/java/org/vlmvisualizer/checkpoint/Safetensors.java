package org.vlmvisualizer.checkpoint;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * The header of a safetensors file: 8 bytes of length, that many bytes of JSON, then the tensors
 * without gap or overlap. Nothing of it is trusted before it is checked.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class Safetensors {
  /**
   * The format allows 100 MB, which as objects would fill memory; a checkpoint of a thousand
   * tensors in one file takes 150 kB.
   */
  private static final long MAX_HEADER_BYTES = 2 << 20;

  private static final Gson GSON = new Gson();

  private Safetensors() {}

  /**
   * Lists the tensors of a file in the order in which they lie there.
   *
   * @throws InputException if the file is missing, cut short, or its header does not agree with it
   */
  public static List<StoredTensor> list(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long headerBytes = size < 8 ? -1 : WeightFiles.read(channel, 0, 8).getLong();
      if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, size - 8)) {
        throw broken(file, "its header length does not fit its size of " + size + " bytes");
      }
      byte[] header = WeightFiles.read(channel, 8, (int) headerBytes).array();
      List<StoredTensor> tensors = parse(file, header, 8 + headerBytes);
      checkLayout(file, tensors, 8 + headerBytes, size);
      return tensors;
    } catch (IOException e) {
      throw new InputException(
          "Expected a safetensors file, but %s cannot be read (%s)."
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  private static List<StoredTensor> parse(Path file, byte[] header, long dataStart) {
    List<StoredTensor> tensors = new ArrayList<>();
    try {
      for (Map.Entry<String, JsonElement> e : StrictJson.object(header).entrySet()) {
        if (!e.getKey().equals("__metadata__")) {
          tensors.add(tensor(file, e.getKey(), e.getValue().getAsJsonObject(), dataStart));
        }
      }
    } catch (JsonParseException
        | IllegalStateException
        | ClassCastException
        | UnsupportedOperationException
        | NumberFormatException
        | NullPointerException
        | IndexOutOfBoundsException e) {
      throw broken(file, "its header is not the JSON that the format prescribes");
    }
    tensors.sort(Comparator.comparingLong(StoredTensor::offset));
    return tensors;
  }

  private static StoredTensor tensor(Path file, String name, JsonObject entry, long dataStart) {
    String type = entry.get("dtype").getAsString();
    DType dtype;
    try {
      dtype = DType.valueOf(type);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "Expected weights of type F32, F16 or BF16, but %s in %s is %s; convert the checkpoint."
              .formatted(name, file, type));
    }
    List<JsonElement> sizes = entry.getAsJsonArray("shape").asList();
    long[] shape = sizes.stream().mapToLong(JsonElement::getAsLong).toArray();
    List<JsonElement> offsets = entry.getAsJsonArray("data_offsets").asList();
    long start = offsets.get(0).getAsLong();
    long length = offsets.get(1).getAsLong() - start;
    if (start < 0 || length < 0 || length != bytes(shape, dtype)) {
      throw broken(file, "the offsets of " + name + " do not agree with its shape");
    }
    return new StoredTensor(name, dtype, shape, file, dataStart + start, length);
  }

  /** Bytes of a tensor, or -1 if the shape is impossible. */
  private static long bytes(long[] shape, DType dtype) {
    long bytes = dtype.bytes();
    for (long size : shape) {
      if (size < 0 || (size > 0 && bytes > Long.MAX_VALUE / size)) {
        return -1;
      }
      bytes *= size;
    }
    return bytes;
  }

  private static void checkLayout(Path file, List<StoredTensor> tensors, long start, long size) {
    long next = start;
    for (StoredTensor tensor : tensors) {
      if (tensor.offset() != next) {
        throw broken(file, "there is a gap or an overlap before " + tensor.name());
      }
      next += tensor.length();
    }
    if (next != size) {
      throw broken(file, "it has %d bytes where its header tells of %d".formatted(size, next));
    }
  }

  private static InputException broken(Path file, String found) {
    return new InputException(
        "Expected a whole safetensors file, but %s is broken: %s. Download it again."
            .formatted(file, found));
  }

  /** A tensor to be written; the bytes are little-endian, row by row. */
  public record Content(String name, DType dtype, long[] shape, ByteBuffer bytes) {}

  /**
   * Writes a file, tensors in the order given.
   *
   * @throws IOException if it cannot be written; what there is of it stays
   */
  public static void write(Path file, Content... tensors) throws IOException {
    JsonObject header = new JsonObject();
    long offset = 0;
    for (Content tensor : tensors) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", tensor.dtype().name());
      entry.add("shape", GSON.toJsonTree(tensor.shape()));
      long[] offsets = {offset, offset + tensor.bytes().remaining()};
      entry.add("data_offsets", GSON.toJsonTree(offsets));
      header.add(tensor.name(), entry);
      offset += tensor.bytes().remaining();
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(json.length).flip();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      write(channel, length);
      write(channel, ByteBuffer.wrap(json));
      for (Content tensor : tensors) {
        write(channel, tensor.bytes());
      }
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
