package org.vlmvisualizer.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.vlmvisualizer.core.FileTrouble;
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
    return LongStream.of(shape).skip(1).reduce(1, (a, b) -> a * b);
  }

  /**
   * Reads a run of rows into the buffer, from its position on.
   *
   * <p>Weights are read, not mapped: mapped pages count as the process's memory until the garbage
   * collector happens to unmap them, which doubled the peak, and on Windows they lock the file.
   *
   * @param target with room for {@code count} rows; its limit is set behind them
   * @throws InputException if the file cannot be read, or ends early
   */
  public void read(long startRow, long count, ByteBuffer target) {
    long rowBytes = rowSize() * dtype.bytes();
    long position = offset + startRow * rowBytes;
    target.limit(Math.toIntExact(target.position() + count * rowBytes));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (target.hasRemaining()) {
        int n = channel.read(target, position);
        if (n < 0) {
          throw new EOFException("it ends early");
        }
        position += n;
      }
    } catch (IOException e) {
      throw new InputException(
          "The weight " + name + " in " + file + " cannot be read: " + FileTrouble.reason(e) + ".",
          e);
    }
  }

  /** The same tensor under another name. */
  StoredTensor named(String other) {
    return new StoredTensor(other, dtype, shape, file, offset, length);
  }

  /** Some of its rows, as a tensor of its own. */
  public StoredTensor rows(String other, long start, long count) {
    long rowBytes = rowSize() * dtype.bytes();
    long[] some = shape.clone();
    some[0] = count;
    return new StoredTensor(other, dtype, some, file, offset + start * rowBytes, count * rowBytes);
  }

  @Override
  public String toString() {
    return name + " " + dtype + Arrays.toString(shape);
  }
}
