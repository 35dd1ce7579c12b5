package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;

/**
 * A PyTorch file (.bin, .pt): a zip with a pickle, which tells the names, shapes and places of
 * tensors, and one uncompressed entry per storage. Tensors may share a storage (tied weights), but
 * each must lie row by row.
 *
 * <p>Source: torch 2.7, serialization.py.
 */
public final class TorchFile {
  static final int MAX_DIMENSIONS = 8;

  /** A checkpoint of a thousand tensors takes 200 kB; what is built of it is 60 times as large. */
  private static final int MAX_PICKLE_BYTES = 1 << 20;

  private static final int ZIP = 0x04034b50;

  private static final Map<String, DType> TYPES =
      Map.of(
          "FloatStorage", DType.F32,
          "HalfStorage", DType.F16,
          "BFloat16Storage", DType.BF16,
          "DoubleStorage", DType.F64,
          "LongStorage", DType.I64,
          "IntStorage", DType.I32,
          "ShortStorage", DType.I16,
          "CharStorage", DType.I8,
          "ByteStorage", DType.U8,
          "BoolStorage", DType.BOOL);

  private final Path file;
  private final Map<String, TorchZip.Entry> entries;

  private TorchFile(Path file, Map<String, TorchZip.Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Lists the tensors of a file in the order of its dictionary. No code of the file is run.
   *
   * @throws InputException if it is missing, broken, or holds anything but tensors by name
   */
  public static List<StoredTensor> list(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < 4 || WeightFiles.read(channel, 0, 4).getInt(0) != ZIP) {
        throw new InputException(
            "Expected a PyTorch file of version 1.6 or newer, which is a zip, but %s is none; load it in Python with torch.load and write it again with torch.save, or choose a checkpoint in safetensors."
                .formatted(file));
      }
      TorchFile torch = new TorchFile(file, TorchZip.list(channel));
      torch.checkByteOrder(channel);
      return torch.tensors(TorchPickle.read(torch.content(channel, "data.pkl")));
    } catch (IOException | InputException e) {
      if (e instanceof InputException told && told.getMessage().contains(file.toString())) {
        throw told;
      }
      throw new InputException(
          "Expected a PyTorch file with weights, but %s cannot be read: %s"
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  private byte[] content(FileChannel channel, String name) throws IOException {
    TorchZip.Entry entry = entries.get(name);
    if (entry == null || entry.length() > MAX_PICKLE_BYTES) {
      throw new IOException(
          "expected an entry %s of at most 1 MiB, found %s."
              .formatted(name, entry == null ? "none" : entry.length() + " bytes"));
    }
    return WeightFiles.read(channel, entry.offset(), (int) entry.length()).array();
  }

  private void checkByteOrder(FileChannel channel) throws IOException {
    if (entries.containsKey("byteorder")) {
      String order = new String(content(channel, "byteorder"), StandardCharsets.US_ASCII);
      if (!order.equals("little")) {
        throw new IOException("its numbers are not little-endian.");
      }
    }
  }

  private List<StoredTensor> tensors(Map<?, ?> dictionary) {
    List<StoredTensor> tensors = new ArrayList<>();
    dictionary.forEach(
        (key, value) -> {
          if (!(key instanceof String name) || !(value instanceof TorchPickle.Tensor tensor)) {
            throw broken(key + " is no tensor");
          }
          tensors.add(stored(name, tensor));
        });
    return tensors;
  }

  private StoredTensor stored(String name, TorchPickle.Tensor tensor) {
    TorchPickle.Storage storage = tensor.storage();
    DType dtype = TYPES.get(storage.type());
    if (dtype == null) {
      throw broken(name + " is of the unknown type " + storage.type());
    }
    TorchZip.Entry entry = entries.get("data/" + storage.key());
    if (entry == null || storage.elements() != entry.length() / dtype.bytes()) {
      throw broken("the storage of " + name + " is missing or of another size");
    }
    long elements = elements(name, tensor);
    if (tensor.offset() < 0 || tensor.offset() > storage.elements() - elements) {
      throw broken(name + " reaches beyond its storage");
    }
    return new StoredTensor(
        name,
        dtype,
        tensor.shape(),
        file,
        entry.offset() + tensor.offset() * dtype.bytes(),
        elements * dtype.bytes());
  }

  /** The number of elements; an error unless they lie one behind the other. */
  private long elements(String name, TorchPickle.Tensor tensor) {
    long[] shape = tensor.shape();
    long[] stride = tensor.stride();
    if (shape.length != stride.length) {
      throw broken("shape and strides of " + name + " do not agree");
    }
    long elements = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] < 0 || shape[i] > 0 && elements > tensor.storage().elements() / shape[i]) {
        throw broken(name + " reaches beyond its storage");
      }
      if (shape[i] > 1 && stride[i] != elements) {
        throw broken(
            name + " does not lie row by row; write it again with torch.save after .contiguous()");
      }
      elements *= shape[i];
    }
    return elements;
  }

  private InputException broken(String found) {
    String shown = CleanText.cut(found, 200);
    return new InputException(
        "Expected a PyTorch file with weights, but in " + file + " " + shown + ".");
  }
}
