package org.vlmvisualizer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A golden checkpoint copied into a folder of its own, to be broken. */
public final class CheckpointCopy {
  public static final String WEIGHTS = "model.safetensors";

  public final Path folder;

  private CheckpointCopy(Path folder) {
    this.folder = folder;
  }

  /** Copies the checkpoint of a golden to {@code parent/checkpoint}. */
  public static CheckpointCopy of(String golden, Path parent) {
    CheckpointCopy copy = new CheckpointCopy(parent.resolve("checkpoint"));
    Path source = Golden.ROOT.resolve(golden).resolve("checkpoint");
    copy.io(() -> Files.createDirectory(copy.folder));
    for (Path file : copy.io(() -> list(source))) {
      copy.io(() -> Files.copy(file, copy.folder.resolve(file.getFileName())));
    }
    return copy;
  }

  /** Replaces a file. */
  public CheckpointCopy write(String file, String text) {
    io(() -> Files.writeString(folder.resolve(file), text));
    return this;
  }

  public CheckpointCopy delete(String file) {
    return io(
        () -> {
          Files.delete(folder.resolve(file));
          return this;
        });
  }

  /** Changes a JSON file. */
  public CheckpointCopy edit(String file, Consumer<JsonObject> change) {
    String text = io(() -> Files.readString(folder.resolve(file)));
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    change.accept(json);
    return write(file, json.toString());
  }

  /** Changes the bytes of the weights, header included. */
  public CheckpointCopy bytes(UnaryOperator<byte[]> change) {
    Path file = folder.resolve(WEIGHTS);
    io(() -> Files.write(file, change.apply(Files.readAllBytes(file))));
    return this;
  }

  /** Changes the header of the weights; the tensors' bytes stay as they are. */
  public CheckpointCopy header(Consumer<JsonObject> change) {
    return headerText(
        text -> {
          JsonObject json = JsonParser.parseString(text).getAsJsonObject();
          change.accept(json);
          return json.toString();
        });
  }

  /** Changes the header's text. */
  public CheckpointCopy headerText(UnaryOperator<String> change) {
    return bytes(
        file -> {
          int length = headerLength(file);
          String text = new String(file, 8, length, StandardCharsets.UTF_8);
          byte[] header = change.apply(text).getBytes(StandardCharsets.UTF_8);
          return ByteBuffer.allocate(file.length - length + header.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length)
              .put(header)
              .put(file, 8 + length, file.length - 8 - length)
              .array();
        });
  }

  /** Adds a tensor of one float32 at the end. */
  public CheckpointCopy add(String tensor) {
    bytes(file -> Arrays.copyOf(file, file.length + 4));
    return header(
        json -> {
          long end = 0;
          for (String name : json.keySet()) {
            JsonObject entry = json.getAsJsonObject(name);
            if (entry.has("data_offsets")) {
              end = Math.max(end, entry.getAsJsonArray("data_offsets").get(1).getAsLong());
            }
          }
          String entry = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}";
          json.add(tensor, JsonParser.parseString(entry.formatted(end, end + 4)));
        });
  }

  public static int headerLength(byte[] weights) {
    return (int) ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private <T> T io(Action<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
