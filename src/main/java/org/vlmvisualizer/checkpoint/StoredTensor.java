package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.vlmvisualizer.core.InputException;

/**
 * A tensor in a file: where its bytes lie, little-endian, row by row.
 *
 * @param name as stored
 * @param offset of the first byte, counted from the file's start
 * @param length in bytes
 */
public record StoredTensor(
    String name, DType dtype, long[] shape, Path file, long offset, long length) {

  /**
   * The types of tensors, named as in safetensors. Only the first three are read; the others occur
   * in buffers, which are listed and left alone.
   */
  public enum DType {
    F32(4, true),
    F16(2, true),
    BF16(2, true),
    F64(8, false),
    I64(8, false),
    I32(4, false),
    I16(2, false),
    I8(1, false),
    U8(1, false),
    BOOL(1, false);

    private final int bytes;
    private final boolean weight;

    DType(int bytes, boolean weight) {
      this.bytes = bytes;
      this.weight = weight;
    }

    /** Whether this plugin reads weights of this type. */
    public boolean isWeight() {
      return weight;
    }

    /** Bytes of one element. */
    public int bytes() {
      return bytes;
    }
  }

  /** Elements along the first axis; 1 for a scalar. */
  public long rows() {
    return shape.length == 0 ? 1 : shape[0];
  }

  /** Elements of one row. */
  public long rowSize() {
    long size = 1;
    for (int i = 1; i < shape.length; i++) {
      size *= shape[i];
    }
    return size;
  }

  /**
   * Maps a run of rows into memory, read-only. It is the caller's to keep them below 2 GiB.
   *
   * @throws InputException if the file cannot be read
   */
  public ByteBuffer map(long startRow, long count) {
    long rowBytes = rowSize() * dtype.bytes();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, offset + startRow * rowBytes, count * rowBytes)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new InputException(
          "The weight " + name + " in " + file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /** The same tensor under another name. */
  StoredTensor named(String other) {
    return new StoredTensor(other, dtype, shape, file, offset, length);
  }

  @Override
  public String toString() {
    return name + " " + dtype + Arrays.toString(shape);
  }
}
