package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import ij.IJ;
import ij.ImagePlus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

class ResultPacksTest {
  private static final Demo DEMO = Demo.of(60, 40, 5);
  @TempDir Path folder;

  private void write(String... names) {
    for (String name : names) {
      DEMO.result(Upsampling.NEAREST, null).write(folder.resolve(name), SavedFiles.ALL);
    }
  }

  private Path part(int number) {
    return folder.resolve("part-%04d.zip".formatted(number));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        all.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return all;
  }

  @Test
  void aPackHoldsWhatTheFoldersHeld() throws Exception {
    write("a-png", "b-png", "söme 细胞-tif");
    Files.writeString(folder.resolve("a-png/mine.txt"), "keep");
    Map<String, byte[]> before = files(folder.resolve("a-png"));
    PackChild.pack(folder, List.of("a-png", "b-png", "missing-png", "söme 细胞-tif"));
    assertEquals(List.of("part-0001.zip"), names());
    try (ZipFile zip = new ZipFile(part(1).toFile())) {
      for (Map.Entry<String, byte[]> file : before.entrySet()) {
        assertArrayEquals(file.getValue(), content(zip, "a-png/" + file.getKey()));
      }
      assertArrayEquals(before.get("run.json"), content(zip, "a-png/.zattrs"));
      assertEquals("{\"zarr_format\":2}", new String(content(zip, "a-png/.zgroup")));
      String array = new String(content(zip, "a-png/patches/.zarray"));
      assertTrue(array.contains("\"shape\":[5,24,24]"), array);
      ByteBuffer chunk =
          ByteBuffer.wrap(content(zip, "a-png/patches/0.0.0")).order(ByteOrder.LITTLE_ENDIAN);
      for (int t = 0; t < 5; t++) {
        for (float value : DEMO.maps().values(t)) {
          assertEquals(value, chunk.getFloat());
        }
      }
      assertFalse(chunk.hasRemaining());
    }
  }

  private static byte[] content(ZipFile zip, String name) throws IOException {
    return zip.getInputStream(zip.getEntry(name)).readAllBytes();
  }

  @Test
  void equalResultsGiveEqualPacks() throws Exception {
    write("a-png", "b-png");
    PackChild.pack(folder, List.of("a-png", "b-png"));
    byte[] first = Files.readAllBytes(part(1));
    Files.delete(part(1));
    write("a-png", "b-png");
    PackChild.pack(folder, List.of("a-png", "b-png"));
    assertArrayEquals(first, Files.readAllBytes(part(1)));
  }

  @Test
  void savedResultsAreReadAsBefore() throws Exception {
    write("a-png", "well/b-png");
    AttentionResult before = SavedResult.read(folder.resolve("a-png"));
    PackChild.pack(folder, List.of("a-png", "well/b-png"));
    assertEquals(List.of("part-0001.zip"), names());
    for (String path :
        List.of("a-png", "part-0001.zip/a-png", "well/b-png", "part-0001.zip/well/b-png")) {
      AttentionResult after = SavedResult.read(folder.resolve(path));
      assertArrayEquals(before.picture().rgb(), after.picture().rgb());
      assertArrayEquals(before.maps().map().values(), after.maps().map().values());
      assertEquals(before.run(), after.run());
    }
    for (String path : List.of("c-png", "part-0001.zip/c-png", "part-0002.zip/a-png")) {
      refused(() -> SavedResult.read(folder.resolve(path)));
    }
  }

  /** As Python's tools read it (src/test/python/read_pack.py). */
  @Test
  void theCommittedPackIsRead() {
    AttentionResult plain = SavedResult.read(TinyPack.FOLDER.resolve(TinyPack.PLAIN));
    assertFalse(plain.hasPicture());
    assertMaps(TinyPack.plain(), plain);
    AttentionResult nested = SavedResult.read(TinyPack.FOLDER.resolve(TinyPack.NESTED));
    assertMaps(TinyPack.nested(), nested);
    assertEquals(TinyPack.nested().table().toCsv(), nested.table().toCsv());
  }

  /** By its own means: a web address of Java. */
  @Test
  void imageJOpensTheMapsOfAPack() {
    Path pack = TinyPack.FOLDER.resolve("part-0001.zip").toAbsolutePath();
    ImagePlus maps = IJ.openImage("jar:" + pack.toUri() + "!/cells-png/patches.tif");
    assertEquals(3, maps.getStackSize());
    for (int t = 0; t < 3; t++) {
      assertArrayEquals(
          TinyPack.plain().maps().values(t), (float[]) maps.getStack().getPixels(t + 1), 1e-6f);
    }
  }

  private static void assertMaps(AttentionResult expected, AttentionResult found) {
    for (int t = 0; t < expected.maps().size(); t++) {
      assertArrayEquals(expected.maps().values(t), found.maps().values(t), 1e-6f);
    }
  }

  private static String refused(Runnable work) {
    String sentence = assertThrows(InputException.class, work::run).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  /** A picture that was asked about again is in the newest pack alone. */
  @Test
  void aNewerResultTakesThePlaceOfAnOlder() throws Exception {
    write("a-png", "b-png");
    PackChild.pack(folder, List.of("a-png", "b-png"));
    Demo.of(60, 40, 3)
        .result(Upsampling.NEAREST, null)
        .write(folder.resolve("a-png"), SavedFiles.MAPS);
    assertEquals(3, SavedResult.read(folder.resolve("a-png")).maps().size());
    PackChild.pack(folder, List.of("a-png"));
    assertEquals(List.of("part-0001.zip", "part-0002.zip"), names());
    assertEquals(3, SavedResult.read(folder.resolve("a-png")).maps().size());
    assertEquals(5, SavedResult.read(folder.resolve("b-png")).maps().size());
    assertEquals(List.of("b-png"), pictures(part(1)));
    write("b-png");
    Files.writeString(folder.resolve("b-png/run.json"), json("b-png") + " "); // another run's
    PackChild.pack(folder, List.of("b-png"));
    assertEquals(List.of("part-0002.zip", "part-0003.zip"), names());
  }

  private String json(String name) throws IOException {
    return Files.readString(folder.resolve(name).resolve("run.json"));
  }

  private static List<String> pictures(Path part) {
    try (ResultPack pack = ResultPack.open(part)) {
      return List.copyOf(pack.pictures());
    }
  }

  /** Links, folders within, half results and what failed since stay; so does a claimed picture. */
  @Test
  void whatIsNoWholeResultStays() throws Exception {
    write("a-png", "b-png", "c-png", "d-png", "e-png");
    new FailedResult(new JsonObject(), "It failed.", false).write(folder.resolve("e-png"));
    Files.delete(folder.resolve("a-png/tokens.csv"));
    Files.createDirectory(folder.resolve("b-png/inside"));
    try (Claim claim = Claim.take(folder, "c-png")) {
      PackChild.pack(folder, PackChild.names(0));
      PackChild.pack(folder, List.of("a-png", "b-png", "c-png", "d-png", "e-png"));
      claim.check();
    }
    assertEquals(List.of("a-png", "b-png", "c-png", "e-png", "part-0001.zip"), names());
    assertEquals(List.of("d-png"), pictures(part(1)));
  }

  /** Two runs know of each other's packs. */
  @Test
  void packsThatComeLaterAreFound() throws Exception {
    write("a-png", "b-png", "d-png");
    try (ResultPacks other = ResultPacks.in(folder)) {
      assertFalse(other.run("c-png").isPresent());
      PackChild.pack(folder, List.of("a-png", "d-png"));
      PackChild.pack(folder, List.of("b-png"));
      assertTrue(other.run("b-png").isPresent());
      assertTrue(other.run("a-png").isPresent());
      Demo.of(60, 40, 3)
          .result(Upsampling.NEAREST, null)
          .write(folder.resolve("a-png"), SavedFiles.TABLE);
      PackChild.pack(folder, List.of("a-png"));
      assertEquals(3, other.run("a-png").get().getAsJsonArray("tokens").size());
      assertTrue(other.run("d-png").isPresent());
    }
  }

  @Test
  void damagedPacksAndThoseOfOtherVersionsAreRefused() throws Exception {
    write("a-png");
    PackChild.pack(folder, List.of("a-png"));
    byte[] whole = Files.readAllBytes(part(1));
    Files.write(part(1), java.util.Arrays.copyOf(whole, whole.length / 2));
    assertTrue(refused(() -> ResultPacks.in(folder)).contains("part-0001.zip cannot be read"));
    refused(() -> SavedResult.read(folder.resolve("a-png")));
    Files.write(part(1), new byte[0]);
    refused(() -> ResultPacks.in(folder));
    zip(Map.of("a-png/run.json", "{}"));
    assertTrue(refused(() -> ResultPacks.in(folder)).contains("another zip"));
    zip(Map.of(".zattrs", "{\"vlm_visualizer_pack\":2}"));
    assertTrue(refused(() -> ResultPacks.in(folder)).contains("version 2"));
    zip(Map.of(".zattrs", "{\"vlm_visualizer_pack\":[{\"a"));
    refused(() -> ResultPacks.in(folder));
  }

  private void zip(Map<String, String> entries) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(part(1)))) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes());
      }
    }
  }

  /** Each byte of a small pack is flipped: refused, or the same result. */
  @Test
  void flippedBytesAreNoResult() throws Exception {
    DEMO.result(Upsampling.NONE, null).write(folder.resolve("a-png"), SavedFiles.MAPS);
    AttentionResult before = SavedResult.read(folder.resolve("a-png"));
    PackChild.pack(folder, List.of("a-png"));
    byte[] whole = Files.readAllBytes(part(1));
    int refused = 0;
    for (int i = 0; i < whole.length; i += Math.max(1, whole.length / 600)) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 0x10;
      Files.write(part(1), flipped);
      try {
        AttentionResult after = SavedResult.read(folder.resolve("a-png"));
        assertArrayEquals(before.maps().map().values(), after.maps().map().values());
        assertEquals(before.run(), after.run());
      } catch (InputException e) {
        PlainSentence.check(e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 100, refused + " were refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil.txt", "/evil.txt", "..\\\\evil.txt", "C:evil.txt", "..", ""})
  void namesLeadOutOfNoFolder(String name) throws Exception {
    zip(
        Map.of(
            ".zattrs",
            "{\"vlm_visualizer_pack\":1}",
            "a-png/run.json",
            "{\"files\":[\"patches.tif\",\"%s\"]}".formatted(name),
            "a-png/patches.tif",
            "x",
            "a-png/" + name.replace("\\\\", "\\"),
            "evil",
            "../b-png/run.json",
            "{}"));
    assertEquals(List.of("a-png"), pictures(part(1)));
    refused(() -> SavedResult.read(folder.resolve("a-png")));
    assertEquals(List.of("part-0001.zip"), names());
  }

  /** A few kilobytes that would unpack to more than they say, or to more than there is room for. */
  @Test
  void aBombIsRefused() throws Exception {
    byte[] zeros = new byte[70 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(part(1)))) {
      zip.putNextEntry(new ZipEntry(".zattrs"));
      zip.write("{\"vlm_visualizer_pack\":1}".getBytes());
      zip.putNextEntry(new ZipEntry("a-png/run.json"));
      zip.write(zeros);
      zip.putNextEntry(new ZipEntry("b-png/run.json"));
      zip.write("{\"files\":[\"patches.tif\"]}".getBytes());
      zip.putNextEntry(new ZipEntry("b-png/patches.tif"));
      zip.write(zeros);
    }
    refused(() -> SavedResult.read(folder.resolve("a-png")));
    byte[] bytes = Files.readAllBytes(part(1));
    int size = indexOf(bytes, "b-png/patches.tif", true) - 22; // in the directory
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(size, 1000);
    Files.write(part(1), bytes);
    refused(() -> SavedResult.read(folder.resolve("b-png")));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(size, -2);
    Files.write(part(1), bytes);
    refused(() -> SavedResult.read(folder.resolve("b-png")));
  }

  private static int indexOf(byte[] bytes, String text, boolean last) {
    String all = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    return last ? all.lastIndexOf(text) : all.indexOf(text);
  }

  /** As by a power cut, in the middle of the zip, and in the middle of removing folders. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aKillLosesNothingAndNothingCountsTwice(boolean isWritten) throws Exception {
    int count = 120;
    Path log = Files.createTempFile("child", ".txt");
    Process child =
        new ProcessBuilder(
                JavaProcess.command(
                    List.of("-Djava.awt.headless=true"),
                    PackChild.class,
                    List.of(folder.toString(), "" + count)))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await(child, isWritten ? this::isRemoving : this::isPacking);
    child.destroyForcibly().waitFor();
    assertEquals("", Files.readString(log));
    Files.delete(log);
    List<String> pictures = PackChild.names(count);
    List<String> left = new ArrayList<>(names());
    assertEquals(isWritten, left.contains("part-0001.zip"));
    left.retainAll(pictures);
    assertTrue(isWritten ? left.size() > 0 && left.size() < count : left.size() == count);
    requireAll(pictures);
    PackChild.pack(folder, pictures);
    BatchTables.write(folder, List.of());
    left = new ArrayList<>(names());
    left.removeIf(name -> name.endsWith(".csv"));
    assertEquals(List.of("part-0001.zip"), left);
    assertEquals(new TreeSet<>(pictures), new TreeSet<>(pictures(part(1))));
    requireAll(pictures);
  }

  private void requireAll(List<String> pictures) {
    try (ResultPacks packs = ResultPacks.in(folder)) {
      for (String picture : pictures) {
        assertTrue(packs.run(picture).isPresent(), picture);
      }
    }
  }

  private static void await(Process child, BooleanSupplier moment) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!moment.getAsBoolean() && child.isAlive() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private boolean isPacking() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(
          f ->
              f.toString().endsWith(".tmp")
                  && Files.isRegularFile(f)
                  && f.toFile().length() > 100_000);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isRemoving() {
    return Files.exists(part(1)) && Files.notExists(folder.resolve("p5-png"));
  }
}
