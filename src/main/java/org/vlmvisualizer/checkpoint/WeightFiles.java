package org.vlmvisualizer.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;

/**
 * The files that hold a folder's weights: safetensors if there are any, PyTorch files otherwise,
 * either in one file or in shards that an index names.
 *
 * @param files in the order of their names
 */
record WeightFiles(List<Path> files) {
  private static final List<String> SINGLE = List.of("model.safetensors", "pytorch_model.bin");
  private static final String INDEX = ".index.json";

  /**
   * @throws InputException if there are no weights, or an index names what is not there
   */
  static WeightFiles of(Checkpoint checkpoint) {
    for (String single : SINGLE) {
      if (checkpoint.has(single)) {
        return new WeightFiles(List.of(checkpoint.folder().resolve(single)));
      }
      if (checkpoint.has(single + INDEX)) {
        return new WeightFiles(shards(checkpoint, single + INDEX));
      }
    }
    throw new InputException(
        "Expected %s or %s, or an %s of either, in %s, but found none; choose a folder with a whole model."
            .formatted(SINGLE.get(0), SINGLE.get(1), INDEX, checkpoint.folder()));
  }

  /**
   * Lists all tensors.
   *
   * @throws InputException if a file is broken
   */
  List<StoredTensor> tensors() {
    return files.stream().flatMap(file -> tensors(file).stream()).toList();
  }

  /** Lists the tensors of one file, by the ending of its name. */
  static List<StoredTensor> tensors(Path file) {
    return file.toString().endsWith(".safetensors") ? Safetensors.list(file) : TorchFile.list(file);
  }

  /**
   * Bytes of a file, little-endian.
   *
   * @throws IOException if they are not there
   */
  static ByteBuffer read(FileChannel channel, long position, int count) throws IOException {
    if (position < 0 || position > channel.size() - count) {
      throw new IOException("it is cut short");
    }
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("it is cut short");
      }
    }
    return buffer.flip();
  }

  private static List<Path> shards(Checkpoint checkpoint, String index) {
    JsonObject content = checkpoint.required(index);
    List<String> names;
    try {
      Collection<JsonElement> files = content.getAsJsonObject("weight_map").asMap().values();
      names = files.stream().map(JsonElement::getAsString).distinct().sorted().toList();
    } catch (RuntimeException e) {
      throw new InputException(
          "Expected a weight_map in %s, but it is broken; download it again."
              .formatted(checkpoint.folder().resolve(index)),
          e);
    }
    return names.stream().map(name -> shard(checkpoint.folder(), index, name)).toList();
  }

  /** Only the plain name of a file beside the index is opened: no path, no device name. */
  private static Path shard(Path folder, String index, String name) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")) {
      throw new InputException(
          "Expected the names of files beside it in %s, but found '%s'; it is not opened."
              .formatted(folder.resolve(index), CleanText.cut(name, 80)));
    }
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file) && !FileTrouble.isHidden(file)) {
      throw new InputException(
          "Expected the weights %s in %s, but the file is missing; download it."
              .formatted(name, folder));
    }
    return file;
  }
}
