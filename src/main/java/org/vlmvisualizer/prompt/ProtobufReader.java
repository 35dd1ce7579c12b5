package org.vlmvisualizer.prompt;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a message in the protocol buffers' wire format, field by field. Google's library is not
 * used: Fiji has one of its own, in a version of its own, and on a flat class path either would
 * serve both.
 *
 * <p>Source: https://protobuf.dev/programming-guides/encoding
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int I64 = 1;
  private static final int LENGTH = 2;
  private static final int I32 = 5;

  private final ByteBuffer in;

  ProtobufReader(byte[] message) {
    in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Field number × 8 + wire type; 0 at the end. */
  int tag() throws IOException {
    if (!in.hasRemaining()) {
      return 0;
    }
    long tag = varint();
    if (tag >> 3 < 1 || tag > 0xFFFFFFFFL) {
      throw new IOException("a field has no number");
    }
    return (int) tag;
  }

  /** An enum or an int32: as in C++, the lower 32 bits count. */
  int number() throws IOException {
    return (int) varint();
  }

  boolean bool() throws IOException {
    return varint() != 0;
  }

  float float32() throws IOException {
    need(Float.BYTES);
    return in.getFloat();
  }

  /** A text, bytes, or a message within. */
  byte[] bytes() throws IOException {
    long length = varint();
    need(length);
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  /** Passes over a field that nobody needs. */
  void skip(int tag) throws IOException {
    switch (tag & 7) {
      case VARINT -> varint();
      case I64 -> skipBytes(Long.BYTES);
      case LENGTH -> skipBytes(varint());
      case I32 -> skipBytes(Integer.BYTES);
      default -> throw new IOException("a field is of unknown kind " + (tag & 7));
    }
  }

  private void skipBytes(long count) throws IOException {
    need(count);
    in.position(in.position() + (int) count);
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      need(1);
      byte part = in.get();
      value |= (long) (part & 0x7F) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw new IOException("a number has no end");
  }

  private void need(long count) throws IOException {
    if (count < 0 || count > in.remaining()) {
      throw new EOFException("it ends too early");
    }
  }
}
