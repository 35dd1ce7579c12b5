package org.vlmvisualizer.ask;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Mutator;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Lists of pictures as people and spreadsheets write them. */
class PictureListTest {
  @TempDir Path folder;

  private Path list(String text) throws IOException {
    return Files.writeString(folder.resolve("list.csv"), text);
  }

  private static PictureFolder read(Path list) {
    return PictureFolder.of(list, PictureChoice.plain(null), null, Progress.NONE);
  }

  private String refused(String text) throws IOException {
    Path list = list(text);
    InputException e = assertThrows(InputException.class, () -> read(list));
    PlainSentence.check(e.getMessage());
    return e.getMessage();
  }

  private static List<String> names(PictureFolder found) {
    return found.pictures().stream().map(BatchPicture::name).toList();
  }

  private static List<String> folders(PictureFolder found) {
    return found.pictures().stream().map(BatchPicture::folder).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image,well,dose\na.png,A1,\"0,5\"\nb.png,A2,1\n",
        "\uFEFFimage;well;dose\r\na.png;A1;0,5\r\nb.png;A2;1\r\n",
        "image\twell\tdose\na.png\tA1\t0,5\nb.png\tA2\t1",
        "\"Image\", well ,dose\n\na.png,A1,\"0,5\"\n\n b.png ,A2,1\n\n",
        "image,well,dose\ra.png,A1,\"0,5\"\rb.png,A2,1\r",
        "image,well,dose\n./a.png,A1,\"0,5\"\nx/../b.png,A2,1\n"
      })
  void separatorsMarksAndLineEndsAreFound(String text) throws IOException {
    PictureFolder found = read(list(text));
    assertEquals(List.of("a.png", "b.png"), names(found));
    assertEquals(List.of("a-png", "b-png"), folders(found));
    assertEquals(List.of("well", "dose"), found.columns());
    assertEquals(List.of("A1", "0,5"), found.pictures().get(0).carried());
    assertEquals(List.of("A2", "1"), found.pictures().get(1).carried());
    assertFalse(found.hasQuestions());
  }

  @Test
  void aPictureMayHaveSeveralQuestions() throws IOException {
    PictureFolder found =
        read(
            list(
                "Path,Question,remark\na.png,\"How many \"\"cells\"\"?\",\na.png,,x\na.png,Which?,\nb/c.png,Which?,\n"));
    assertEquals(List.of("a.png", "a.png", "a.png", "b/c.png"), names(found));
    assertEquals(
        List.of("How many \"cells\"?", "", "Which?", "Which?"),
        found.pictures().stream().map(BatchPicture::question).toList());
    List<String> folders = folders(found);
    assertEquals("a-png", folders.get(1));
    assertTrue(folders.get(0).matches("a-png-[0-9a-f]{8}"), folders.get(0));
    assertTrue(folders.get(2).matches("a-png-[0-9a-f]{8}"), folders.get(2));
    assertEquals(folders.get(2).substring(5), folders.get(3).substring(7));
    assertEquals(List.of("Question", "remark"), found.columns());
    assertTrue(found.hasQuestions());
  }

  @Test
  void relativePathsAreRelativeToTheListAndResultsStayInTheOutputFolder() throws IOException {
    Path picture = Files.writeString(folder.resolve("a.png"), "x");
    Path lists = Files.createDirectory(folder.resolve("lists"));
    Path list =
        Files.writeString(
            lists.resolve("l.TSV"),
            "file\n../a.png\n%s\n../lists/.hidden/a.png\nsub/b\n"
                .formatted(folder.resolve("lists/b.png")));
    PictureFolder found = read(list);
    assertEquals(1, found.pictures().get(0).identity().get().get("size").getAsLong());
    assertEquals("../a.png", found.pictures().get(0).name());
    for (int i = 0; i < 3; i++) {
      assertTrue(folders(found).get(i).matches("[ab]-png-[0-9a-f]{8}"), folders(found).get(i));
    }
    assertEquals("sub/b", folders(found).get(3));
    assertTrue(Files.exists(picture));
  }

  @Test
  void pathsThatLeadToOneFileAreOnePicture() throws IOException {
    Path a = folder.resolve("a.png");
    assertTrue(refused("image\na.png\nb.png\n./a.png\n").contains("line 4"));
    assertTrue(refused("image\na.png\n\n\n%s\n".formatted(a)).contains("line 5"));
    String sentence = refused("image,prompt\na.png,x\na.png,y\na.png,x\n");
    assertTrue(sentence.contains("line 4") && sentence.contains("line 2"), sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "picture,well\\na.png,A1|image, file or path",
        "|image, file or path",
        "\\n\\n|image, file or path",
        "image,well|its header alone",
        "image,file\\na,b|image and file",
        "image,question,prompt\\na,b,c|question and prompt",
        "image,well,Well\\na,b,c|Well twice",
        "image,well,\\na,b,c|without a name",
        "image,status\\na,b|status; rename it",
        "image,Entropy_bits\\na,b|Entropy_bits",
        "image,first_token\\na,b|first_token",
        "image,well\\na.png,A1\\nb.png|line 3",
        "image,well\\na.png,A1,x|line 2",
        "image,well\\n  ,A1|line 2",
        "image,well\\n.,A1|line 2",
        "image,well\\na\\0.png,A1|line 2",
        "image,well\\na.png,A\"1|line 2",
        "image,well\\na.png,\"A\"1|line 2",
        "image,well\\na.png,\"A\\n1\"\\nb.png,\"2|line 4",
        "image,question\\na.png,What\uFFFD|line 2"
      })
  void whatIsWrongIsSaidWithItsLine(String text, String said) throws IOException {
    String sentence = refused(text == null ? "" : text.translateEscapes());
    assertTrue(sentence.contains(said), sentence);
  }

  @Test
  void otherEncodingsAndListsWithoutEndAreRefused() throws IOException {
    Path list = folder.resolve("list.csv");
    for (var encoding : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16)) {
      Files.writeString(list, "image,Gr\u00f6\u00dfe\na.png,1\n", encoding);
      InputException e = assertThrows(InputException.class, () -> read(list));
      PlainSentence.check(e.getMessage());
      assertTrue(e.getMessage().contains("UTF-8"), e.getMessage());
    }
    try (RandomAccessFile file = new RandomAccessFile(list.toFile(), "rw")) {
      file.setLength(10_000_000_000L);
    }
    InputException e = assertThrows(InputException.class, () -> read(list));
    PlainSentence.check(e.getMessage());
    assertTrue(e.getMessage().contains("100,000,000"), e.getMessage());
  }

  @Test
  void aBrokenListIsReadOrRefused() throws IOException {
    Path list = folder.resolve("list.csv");
    byte[] whole =
        "image,well,question\na.png,A1,\n\"b,1.png\",A2,\"Say \"\"x\"\"?\"\n".getBytes(UTF_8);
    int refused =
        new Mutator(5)
            .run(
                1000,
                whole,
                mutated -> {
                  write(list, mutated);
                  read(list).pictures().forEach(picture -> inside(picture.folder()));
                });
    assertTrue(refused > 100 && refused < 1000, refused + " were refused");
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void inside(String place) {
    Path path = Path.of(place);
    assertTrue(path.getRoot() == null && !path.normalize().startsWith(".."), place);
    assertFalse(path.normalize().toString().isEmpty(), place);
  }

  @Test
  void whichFilesAreLists() throws IOException {
    assertTrue(PictureFolder.isMany(list("image\n").toString()));
    assertFalse(PictureFolder.isMany(folder.resolve("no.csv").toString()));
    assertFalse(PictureFolder.isMany("https://host/list.csv"));
    assertFalse(PictureFolder.isMany("\0"));
    assertTrue(PictureFolder.isMany(folder.toString()));
  }
}
