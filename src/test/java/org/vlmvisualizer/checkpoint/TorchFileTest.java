package org.vlmvisualizer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.checkpoint.TestFiles.dictionary;
import static org.vlmvisualizer.checkpoint.TestFiles.pair;
import static org.vlmvisualizer.checkpoint.TestFiles.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.InputException;

/** What is read of a PyTorch file, and what is refused, by name. */
class TorchFileTest {
  private static final byte[] SIX = floats(1, 2, 3, 4, 5, 6);

  @TempDir Path folder;

  @Test
  void readsAViewWhereItLies() {
    String view = tensor("FloatStorage", 0, 6, 2, pair(2, 2), pair(2, 1));
    StoredTensor tensor = list(dictionary(view)).get(0);
    assertEquals("w", tensor.name());
    assertEquals(DType.F32, tensor.dtype());
    assertArrayEquals(new long[] {2, 2}, tensor.shape());
    float[] values = new float[4];
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    tensor.read(0, 2, bytes);
    bytes.flip().asFloatBuffer().get(values);
    assertArrayEquals(new float[] {3, 4, 5, 6}, values);
  }

  @Test
  void readsTiedWeightsTwice() {
    String one = tensor("FloatStorage", 0, 6, 0, pair(3, 2), pair(2, 1));
    String both = "\u0080\u0002}(X\1\0\0\0a" + one + "X\1\0\0\0b" + one + "u.";
    List<StoredTensor> tensors = list(both);
    assertEquals(2, tensors.size());
    assertEquals(tensors.get(0).offset(), tensors.get(1).offset());
  }

  /** Pickles that would run code in Python, and the name that the message tells. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cos\\nsystem\\n(X\\2\\0\\0\\0idtR.|os.system",
        "c__builtin__\\neval\\n(X\\1\\0\\0\\01tR.|__builtin__.eval",
        "cbuiltins\\nRuntimeError\\n)R.|builtins.RuntimeError",
        "cdecimal\\nDecimal\\n)R.|decimal.Decimal",
        "ctorch\\nload\\n)R.|torch.load",
        "ctorch._utils\\n_rebuild_tensor_v3\\n)R.|_rebuild_tensor_v3",
        "\\u008c\\2os\\u008c\\6system\\u0093)R.|os.system",
        "(ios\\nsystem\\n.|0x69",
        "(cos\\nsystem\\no.|os.system",
        "ccollections\\nOrderedDict\\n)\\u0081.|0x81",
        "\\u0082\\1.|0x82",
        "Pid\\n.|0x50",
        "X\\1\\0\\0\\0aQ.|persistent id",
        "X\\377\\377\\377\\177a.|more than there are",
        "X\\377\\377\\377\\377a.|more than there are",
        "\\u008d\\0\\0\\0\\0\\1\\0\\0\\0a.|more than there are",
        "}]K\\1s.|neither text nor number",
        "K\\1.|without a dictionary",
        "}X\\1\\0\\0\\0aK\\1s.|a is no tensor",
      })
  void refusesByName(String escaped, String named) {
    InputException refused =
        assertThrows(InputException.class, () -> list("\u0080\u0002" + unescape(escaped)));
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }

  @Test
  void refusesTensorsOutsideTheirStorage() {
    check("beyond", dictionary(tensor("FloatStorage", 0, 6, 3, pair(2, 2), pair(2, 1))));
    check("beyond", dictionary(tensor("FloatStorage", 0, 6, 0, pair(255, 255), pair(255, 1))));
    check("another size", dictionary(tensor("FloatStorage", 0, 7, 0, pair(2, 2), pair(2, 1))));
    check("missing", dictionary(tensor("FloatStorage", 1, 6, 0, pair(2, 2), pair(2, 1))));
    check("row by row", dictionary(tensor("FloatStorage", 0, 6, 0, pair(2, 3), pair(1, 2))));
    check("row by row", dictionary(tensor("FloatStorage", 0, 6, 0, pair(2, 3), pair(0, 0))));
    check("QuantStorage", dictionary(tensor("QuantStorage", 0, 6, 0, pair(2, 3), pair(3, 1))));
    // An offset of -1.
    String negative = tensor("FloatStorage", 0, 6, 9, pair(2, 2), pair(2, 1));
    check("beyond", dictionary(negative.replace("K\t", "J\u00ff\u00ff\u00ff\u00ff")));
  }

  @Test
  void refusesWhatIsNoPyTorchZip() {
    String good = dictionary(tensor("FloatStorage", 0, 6, 0, pair(3, 2), pair(2, 1)));
    checkFile("compressed", TestFiles.torch(good, List.of(SIX), false));
    checkFile(
        "torch.save", TestFiles.latin("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."));
    byte[] whole = TestFiles.torch(good, List.of(SIX), true);
    checkFile("end is missing", Arrays.copyOf(whole, whole.length - 1));
    checkFile("1 MiB", TestFiles.torch("}".repeat(1 << 21), List.of(), true));
  }

  /** Entries of the directory that share bytes, as zip bombs have. */
  @Test
  void refusesOverlappingEntries() {
    byte[] file = TestFiles.torch(dictionary("}"), List.of(SIX, SIX), true);
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int first = 0;
    int second = 0;
    for (int at = 0; at < file.length - 46; at++) {
      if (bytes.getInt(at) == 0x02014b50) {
        first = second;
        second = at;
      }
    }
    bytes.putInt(second + 42, bytes.getInt(first + 42));
    checkFile("overlap", file);
  }

  private void check(String named, String pickle) {
    checkFile(named, TestFiles.torch(pickle, List.of(SIX), true));
  }

  private void checkFile(String named, byte[] content) {
    Path file = TestFiles.write(folder.resolve("x.bin"), content);
    InputException refused = assertThrows(InputException.class, () -> TorchFile.list(file));
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
    assertTrue(refused.getMessage().contains("x.bin"), refused.getMessage());
  }

  private List<StoredTensor> list(String pickle) {
    byte[] content = TestFiles.torch(pickle, List.of(SIX), true);
    return TorchFile.list(TestFiles.write(folder.resolve("x.bin"), content));
  }

  /** Octal and Unicode escapes and \n, as in Java's own literals. */
  private static String unescape(String text) {
    return unicode(text).translateEscapes();
  }

  private static String unicode(String text) {
    return Pattern.compile("\\\\u00([0-9a-f]{2})")
        .matcher(text)
        .replaceAll(
            m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 16))));
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
