package org.vlmvisualizer.prompt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.core.InputException;

/**
 * A tokenizer.model of SentencePiece: the pieces of a byte-pair encoding, as LLaMA's and Mistral's.
 * Kinds of models whose pieces would be found in another way are refused by name.
 *
 * <p>Source: sentencepiece 0.2, sentencepiece_model.proto.
 *
 * @param pieces by id
 * @param addDummyPrefix whether a space goes in front of a text
 */
record SentencePieceModel(List<Piece> pieces, boolean addDummyPrefix) {
  /** Larger than any in use; LLaMA's has 0.5 MB and 32,000 pieces of up to 16 characters. */
  private static final int MAX_BYTES = 8 << 20;

  private static final int MAX_PIECES = 400_000;
  private static final int MAX_PIECE_CHARS = 128;

  enum Type {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  record Piece(String text, float score, Type type) {}

  /** What is read of the trainer's and the normalizer's settings. */
  private static final class Settings {
    int modelType = 1;
    boolean dummyPrefix = true;
    boolean removeExtraWhitespaces = true;
    boolean escapeWhitespaces = true;
    boolean whitespaceAsSuffix;
    int charsmapBytes;
  }

  private static final int BPE = 2;

  /**
   * @throws InputException if the file is broken or of another kind
   */
  static SentencePieceModel parse(byte[] file) {
    if (file.length > MAX_BYTES) {
      throw refused("is larger than 8 MiB");
    }
    List<Piece> pieces = new ArrayList<>();
    Settings settings = new Settings();
    try {
      ProtobufReader in = new ProtobufReader(file);
      for (int tag = in.tag(); tag != 0; tag = in.tag()) {
        switch (tag >>> 3) {
          case 1 -> pieces.add(piece(in.bytes()));
          case 2 -> readTrainer(in.bytes(), settings);
          case 3 -> readNormalizer(in.bytes(), settings);
          default -> in.skip(tag);
        }
        if (pieces.size() > MAX_PIECES) {
          throw refused("has more than " + MAX_PIECES + " pieces");
        }
      }
    } catch (IOException e) {
      throw refused("is broken (" + e.getMessage() + ")");
    }
    checkSettings(settings);
    checkPieces(pieces);
    return new SentencePieceModel(List.copyOf(pieces), settings.dummyPrefix);
  }

  private static Piece piece(byte[] message) throws IOException {
    ProtobufReader in = new ProtobufReader(message);
    byte[] text = {};
    float score = 0;
    Type type = Type.NORMAL;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 | 2 -> text = in.bytes();
        case 2 << 3 | 5 -> score = in.float32();
        case 3 << 3 -> type = type(in.number());
        default -> in.skip(tag);
      }
    }
    if (text.length == 0 || text.length > 4 * MAX_PIECE_CHARS) {
      throw refused("has an empty or overlong piece");
    }
    if (!Float.isFinite(score)) {
      throw refused("has a piece without a score");
    }
    return new Piece(utf8(text), score, type);
  }

  private static String utf8(byte[] text) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      throw refused("has an unreadable piece");
    }
  }

  private static Type type(int number) {
    if (number < 1 || number > Type.values().length) {
      throw refused("has a piece of the unknown type " + number);
    }
    return Type.values()[number - 1];
  }

  private static void readTrainer(byte[] message, Settings settings) throws IOException {
    ProtobufReader in = new ProtobufReader(message);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 3 << 3 -> settings.modelType = in.number();
        case 24 << 3 -> settings.whitespaceAsSuffix = in.bool();
        default -> in.skip(tag);
      }
    }
  }

  private static void readNormalizer(byte[] message, Settings settings) throws IOException {
    ProtobufReader in = new ProtobufReader(message);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 2 << 3 | 2 -> settings.charsmapBytes = in.bytes().length;
        case 3 << 3 -> settings.dummyPrefix = in.bool();
        case 4 << 3 -> settings.removeExtraWhitespaces = in.bool();
        case 5 << 3 -> settings.escapeWhitespaces = in.bool();
        default -> in.skip(tag);
      }
    }
  }

  private static void checkSettings(Settings s) {
    if (s.modelType != BPE) {
      throw unsupported("is of model_type " + s.modelType + " instead of 2, byte-pair encoding");
    }
    if (s.charsmapBytes > 0 || s.removeExtraWhitespaces) {
      throw unsupported("normalises text in another way than LLaMA's");
    }
    if (!s.escapeWhitespaces || s.whitespaceAsSuffix) {
      throw unsupported("treats spaces in another way than LLaMA's");
    }
  }

  private static void checkPieces(List<Piece> pieces) {
    Set<String> seen = new HashSet<>();
    int bytes = 0;
    int unknown = 0;
    for (Piece piece : pieces) {
      if (!seen.add(piece.text())) {
        throw refused("has the piece " + piece.text() + " twice");
      }
      if (piece.type() == Type.USER_DEFINED || piece.type() == Type.UNUSED) {
        throw unsupported(
            "has the piece %s of type %s, which LLaMA's have not"
                .formatted(piece.text(), piece.type()));
      }
      if (piece.type() == Type.BYTE && !piece.text().equals("<0x%02X>".formatted(bytes++ & 0xFF))) {
        throw refused("has bytes out of order");
      }
      unknown += piece.type() == Type.UNKNOWN ? 1 : 0;
    }
    if (unknown != 1 || bytes != 0 && bytes != 256) {
      throw refused(
          "has %d pieces for the unknown and %d for bytes instead of 1 and 256"
              .formatted(unknown, bytes));
    }
  }

  static InputException refused(String found) {
    return refused(found, "download it again");
  }

  private static InputException unsupported(String found) {
    return refused(found, "this kind of tokenizer is not supported, choose another model");
  }

  private static InputException refused(String found, String remedy) {
    return new InputException(
        "Expected a SentencePiece model such as LLaMA's, but tokenizer.model %s; %s."
            .formatted(found, remedy));
  }
}
