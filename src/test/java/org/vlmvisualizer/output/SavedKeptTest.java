package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import ij.io.Opener;
import ij.process.LUT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Mutator;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.attribution.KeptMaps;
import org.vlmvisualizer.core.Gathered;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Spread;

/** What was kept of layers and heads, through files and back. */
class SavedKeptTest {
  private static final int TOKENS = 3;

  @TempDir Path folder;

  /** Made-up rows that sum to 1. */
  private static HeadAttention kept(
      int tokens, IndexRange layers, IndexRange heads, boolean averaged, boolean vision) {
    int patches = Demo.of(60, 40, 1).grid().size();
    int rows = layers.size() * (averaged ? 1 : heads.size());
    Random random = new Random(1);
    float[][] image = new float[tokens][rows * patches];
    float[][] rest = new float[tokens][HeadAttention.SUMS * rows];
    for (int t = 0; t < tokens; t++) {
      for (int i = 0; i < rows; i++) {
        double sum = 0;
        for (int p = 0; p < patches; p++) {
          image[t][i * patches + p] = random.nextFloat() / patches;
          sum += image[t][i * patches + p];
        }
        for (int s = 0; s < HeadAttention.SUMS; s++) {
          rest[t][s * rows + i] = (float) ((1 - sum) * (s + 1) / 6);
        }
      }
    }
    float[][] tower = new float[patches][patches];
    for (float[] row : tower) {
      row[random.nextInt(patches)] = 1;
    }
    return new HeadAttention(
        layers,
        heads,
        averaged,
        image,
        rest,
        vision ? tower : null,
        Layout.of(Demo.of(60, 40, 1).grid()));
  }

  private AttentionResult write(HeadAttention kept) {
    AttentionResult bare = Demo.of(60, 40, kept.size()).result(Upsampling.NONE, null);
    AttentionResult result =
        new AttentionResult(
            bare.maps(),
            bare.picture(),
            bare.source(),
            bare.rendering(),
            bare.answer(),
            bare.sequence(),
            null,
            kept,
            bare.run());
    result.write(folder, result.heatmaps());
    return result;
  }

  private AttentionResult writeDefault() {
    return write(kept(TOKENS, new IndexRange(3, 4), new IndexRange(1, 5), false, true));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 3, 4, 1, 5, false, true",
    "2, 0, 3, 0, 3, true, false",
    "1, 0, 0, 0, 0, false, true",
    "1, 2, 2, 0, 7, true, true",
    "4, 0, 1, 0, 7, false, false"
  })
  void readsBackWhatWasWritten(
      int tokens,
      int firstLayer,
      int lastLayer,
      int firstHead,
      int lastHead,
      boolean averaged,
      boolean vision) {
    HeadAttention written =
        kept(
            tokens,
            new IndexRange(firstLayer, lastLayer),
            new IndexRange(firstHead, lastHead),
            averaged,
            vision);
    AttentionResult result = write(written);
    AttentionResult saved = SavedResult.read(folder);
    HeadAttention read = saved.kept();
    assertEquals(result.run(), saved.run());
    assertEquals(written.layers(), read.layers());
    assertEquals(written.heads(), read.heads());
    assertEquals(averaged, read.averaged());
    for (int t = 0; t < tokens; t++) {
      assertArrayEquals(written.image()[t], read.image()[t]);
      assertArrayEquals(written.rest()[t], read.rest()[t]);
    }
    if (vision) {
      assertTrue(Arrays.deepEquals(written.vision(), read.vision()));
    } else {
      assertNull(read.vision());
      assertFalse(Files.exists(folder.resolve(KeptImages.VISION)));
    }
  }

  /** Of learned queries, files hold what lies on patches, which gives the same maps. */
  @ParameterizedTest
  @ValueSource(strings = {"language", "vlm-visualizer"})
  void learnedQueriesComeBackOnPatches(String method) {
    HeadAttention plain = kept(TOKENS, new IndexRange(0, 1), new IndexRange(0, 2), false, true);
    Layout grid = plain.layout();
    int queries = 9;
    Random random = new Random(2);
    float[][] looked = new float[queries][grid.tokens()];
    for (float[] row : looked) {
      row[random.nextInt(row.length)] += 0.25f;
      row[random.nextInt(row.length)] += 0.75f;
    }
    Layout layout =
        new Layout(
                grid.views(),
                new int[queries],
                IntStream.range(0, queries).map(k -> -1).toArray(),
                new Spread(new int[queries + 1], new int[0], new float[0]))
            .with(new Gathered(looked, null));
    float[][] image = new float[TOKENS][6 * queries];
    for (float[] row : image) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat() / queries;
      }
    }
    HeadAttention kept =
        new HeadAttention(
            plain.layers(), plain.heads(), false, image, plain.rest(), plain.vision(), layout);
    write(kept);
    HeadAttention read = SavedResult.read(folder).kept();
    IndexRange all = IndexRange.ALL;
    for (int t = 0; t < TOKENS; t++) {
      float[] before = new KeptMaps(kept, method, all, all, false).token(t).values();
      float[] after = new KeptMaps(read, method, all, all, false).token(t).values();
      assertArrayEquals(before, after, 1e-6f);
    }
  }

  @Test
  void imageJOpensTheFilesAsTheyAreDocumented() {
    HeadAttention kept = writeDefault().kept();
    ImagePlus heads = open(KeptImages.HEADS);
    assertArrayEquals(new int[] {24, 24, 5, 2, TOKENS}, heads.getDimensions());
    int slice = heads.getStackIndex(2, 1, 3);
    float[] expected =
        Arrays.copyOfRange(kept.image()[2], kept.offset(0, 1), kept.offset(0, 1) + 576);
    assertArrayEquals(expected, (float[]) heads.getStack().getPixels(slice));
    assertEquals(" shows, layer 3, head 2", heads.getStack().getSliceLabel(slice));
    assertTrue(heads.getInfoProperty().contains("Layers: 3-4\nHeads: 1-5"));
    assertTrue(heads.isHyperStack());
    for (LUT lut : heads.getLuts()) {
      assertArrayEquals(HeatColours.INFERNO.lut(1).getBytes(), lut.getBytes());
    }
    assertEquals("µm", heads.getCalibration().getUnit());

    ImagePlus shares = open(KeptImages.SHARES);
    assertArrayEquals(new int[] {5, 2, 4, 1, TOKENS}, shares.getDimensions());
    double sum = 0;
    for (int c = 1; c <= 4; c++) {
      sum += shares.getStack().getProcessor(shares.getStackIndex(c, 1, 2)).getf(4, 1);
    }
    assertEquals(1, sum, 1e-6);
    int first = shares.getStackIndex(2, 1, 2);
    assertEquals(
        kept.rest(1, HeadAttention.FIRST, 1, 4), shares.getStack().getProcessor(first).getf(4, 1));
    assertEquals(" picture, first token", shares.getStack().getSliceLabel(first));

    float[] vision = (float[]) open(KeptImages.VISION).getProcessor().getPixels();
    assertArrayEquals(kept.vision()[7], Arrays.copyOfRange(vision, 7 * 576, 8 * 576));
  }

  private ImagePlus open(String name) {
    return new Opener().openImage(folder.resolve(name).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {KeptImages.HEADS, KeptImages.SHARES, KeptImages.VISION})
  void refusesADamagedFile(String name) throws Exception {
    writeDefault();
    Path file = folder.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {bytes.length / 2, 100, 3, 0}) {
      Files.write(file, Arrays.copyOf(bytes, length));
      refused();
    }
    Files.delete(file);
    assertTrue(refused().contains(name + " is missing"));
  }

  /** A claim of terabytes costs no memory. */
  @ParameterizedTest
  @CsvSource({"0, 9999, 0, 9999", "3, 5, 1, 5", "3, 4, 1, 4", "4, 3, 1, 5", "-9, 0, 1, 5"})
  void refusesAShapeThatTheFilesDoNotHave(int a, int b, int c, int d) throws Exception {
    writeDefault();
    Path file = folder.resolve("run.json");
    JsonObject run = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    JsonObject kept = run.getAsJsonObject("kept");
    kept.getAsJsonObject("layers").addProperty("first", a);
    kept.getAsJsonObject("layers").addProperty("last", b);
    kept.getAsJsonObject("heads").addProperty("first", c);
    kept.getAsJsonObject("heads").addProperty("last", d);
    Files.writeString(file, run.toString());
    Mutator.bounded("shape", this::refused);
  }

  @ParameterizedTest
  @ValueSource(strings = {KeptImages.HEADS, KeptImages.SHARES, "run.json"})
  void mutationsAreReadOrRefused(String name) throws Exception {
    writeDefault();
    Path file = folder.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    boolean json = name.equals("run.json");
    // Of a TIFF, the part that tells what is in it.
    int header = json ? whole.length : ByteBuffer.wrap(whole).getInt(4) + 400;
    byte[] start = Arrays.copyOf(whole, header);
    new Mutator(11).run(500, start, mutated -> read(file, mutated, json ? null : whole, header));
  }

  private void read(Path file, byte[] mutated, byte[] whole, int header) {
    try {
      byte[] bytes = mutated;
      if (whole != null && mutated.length == header) {
        bytes = Arrays.copyOf(mutated, whole.length);
        System.arraycopy(whole, header, bytes, header, whole.length - header);
      }
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SavedResult.read(folder);
  }

  private String refused() {
    String sentence =
        assertThrows(InputException.class, () -> SavedResult.read(folder)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }
}
