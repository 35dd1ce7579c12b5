package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.PlaneChoice;

/** Which files of a folder are pictures, in which order, and where their results go. */
class PictureFolderTest {
  private static final PictureChoice WITHIN = new PictureChoice(true, PlaneChoice.FIRST, null);
  @TempDir Path folder;

  private void files(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "");
    }
  }

  private PictureFolder within(Path output) {
    return PictureFolder.of(folder, WITHIN, output, Progress.NONE);
  }

  private static List<String> names(PictureFolder found) {
    return found.pictures().stream().map(BatchPicture::name).toList();
  }

  private static List<String> folders(PictureFolder found) {
    return found.pictures().stream().map(BatchPicture::folder).toList();
  }

  @Test
  void foldersInAFolderAreLookedIntoOnRequest() throws Exception {
    files("10.png", "2.png", "well 10/a.tif", "well 2/a.tif", "well 2/deep/er/b.tif", "notes.txt");
    files("well 2/notes.txt", ".hidden/a.png", "well 2/.hidden.png");
    PictureFolder found = within(null);
    assertEquals(
        List.of("2.png", "10.png", "well 2/a.tif", "well 2/deep/er/b.tif", "well 10/a.tif"),
        names(found));
    assertEquals(
        List.of("2-png", "10-png", "well 2/a-tif", "well 2/deep/er/b-tif", "well 10/a-tif"),
        folders(found));
    assertEquals(List.of("notes.txt", "well 2/notes.txt"), found.skipped());
    for (int i = 0; i < 5; i++) {
      BatchPicture picture = found.pictures().get(i);
      assertEquals(i + 1, picture.frame());
      assertEquals(picture.name(), picture.identity().get().get("file").getAsString());
      BatchPicture handedOn = handedOn(found.listed().get(i)).picture(null);
      assertEquals(picture.identity().get(), handedOn.identity().get());
      assertEquals(picture.folder(), handedOn.folder());
    }
    PictureFolder own = PictureFolder.of(folder, null);
    assertEquals(List.of("2.png", "10.png"), names(own));
    assertEquals(List.of("notes.txt"), own.skipped());
  }

  /** As another program reads it. */
  private static ListedPicture handedOn(ListedPicture picture) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(picture);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ListedPicture) in.readObject();
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void linksToFoldersAreNotFollowed(@TempDir Path elsewhere) throws IOException {
    files("in/a.png");
    Files.writeString(elsewhere.resolve("out.png"), "");
    Files.createSymbolicLink(folder.resolve("in/circle"), folder);
    Files.createSymbolicLink(folder.resolve("out"), elsewhere);
    Files.createSymbolicLink(folder.resolve("same"), folder.resolve("in"));
    Files.createSymbolicLink(folder.resolve("file.png"), elsewhere.resolve("out.png"));
    PictureFolder found = within(null);
    assertEquals(List.of("file.png", "in/a.png"), names(found));
    assertEquals(Set.of("in/circle/", "out/", "same/"), new HashSet<>(found.skipped()));
    Path link = Files.createSymbolicLink(elsewhere.resolve("link"), folder);
    assertEquals(
        names(found), names(PictureFolder.of(link, WITHIN, null, Progress.NONE)), "itself is");
  }

  @Test
  void foldersWithResultsArePassedOver() throws IOException {
    files("a.png", "out/b-png/picture.png", "out/montage.png");
    files("earlier/tokens.csv", "earlier/batch.csv", "earlier/a-png/montage.png");
    files("a-png/run.json", "a-png/tokens.csv", "a-png/montage.png", "run/run.json", "run/c.png");
    PictureFolder found = within(folder.resolve("a-png/../out"));
    assertEquals(List.of("a.png", "run/c.png"), names(found));
    assertEquals(Set.of("run/run.json", "a-png/", "earlier/"), new HashSet<>(found.skipped()));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void noTwoPicturesShareAFolderWhereCapitalsDoNotCount() throws IOException {
    files("A.png", "a.PNG", "a.png", "b.png", "B/x.tif", "b/X.tif", "\u00e9.png", "e\u0301.png");
    List<String> folders = folders(within(null));
    assertEquals(
        List.of(
            "A-png", "a-PNG", "a-png", "b-png", "e\u0301-png", "\u00e9-png", "B/x-tif", "b/X-tif"),
        folders.stream().map(name -> name.replaceFirst("-[0-9a-f]{8}$", "")).toList());
    Set<String> different = new HashSet<>();
    folders.forEach(name -> assertTrue(different.add(key(name)), name));
    assertEquals(folders, folders(within(null)));
    String hashed = folders.get(2);
    assertTrue(hashed.matches("a-png-[0-9a-f]{8}"), hashed);
    Files.delete(folder.resolve("a.PNG"));
    files("0.png");
    assertEquals(hashed, folders(within(null)).get(2), "of its own name");
  }

  private static String key(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
  }

  @Test
  void anImageInZarrIsAPictureThatSaysHowToOpenIt() throws IOException {
    files("a.png", "plate.zarr/A/1/0/.zarray", "plate.zarr/thumbnail.png");
    for (PictureFolder found : List.of(within(null), PictureFolder.of(folder, null))) {
      assertEquals(List.of("a.png", "plate.zarr"), names(found));
      BatchPicture plate = found.pictures().get(1);
      InputException e =
          assertThrows(InputException.class, () -> plate.content().apply(Progress.NONE));
      PlainSentence.check(e.getMessage());
      assertTrue(e.getMessage().contains("Zarr"), e.getMessage());
    }
    InputException e =
        assertThrows(
            InputException.class, () -> PictureFolder.of(folder.resolve("plate.zarr"), null));
    PlainSentence.check(e.getMessage());
  }

  @Test
  void microscopesFilesArePicturesThatSayWhatTheyNeed() throws IOException {
    files("a.czi", "a.lif", "b.ND2", "plate.HTD", "Index.idx.xml", "other.xml");
    PictureFolder found = within(null);
    assertEquals(List.of("a.czi", "a.lif", "b.ND2", "Index.idx.xml", "plate.HTD"), names(found));
    assertEquals(List.of("other.xml"), found.skipped());
    for (BatchPicture picture : found.pictures()) {
      InputException e =
          assertThrows(InputException.class, () -> picture.content().apply(Progress.NONE));
      PlainSentence.check(e.getMessage());
      assertTrue(e.getMessage().contains("Bio-Formats"), e.getMessage());
    }
  }

  @Test
  void aFileThatCannotBeOpenedForItsPlanesIsOnePictureThatSaysWhy() throws IOException {
    files("a.tif", "b.png");
    PictureFolder found =
        PictureFolder.of(
            folder, new PictureChoice(false, PlaneChoice.ALL, null), null, Progress.NONE);
    assertEquals(List.of("a.tif", "b.png"), names(found));
    assertEquals(List.of("a-tif", "b-png"), folders(found));
    InputException e =
        assertThrows(
            InputException.class, () -> found.pictures().get(0).content().apply(Progress.NONE));
    PlainSentence.check(e.getMessage());
    assertFalse(found.hasQuestions());
  }
}
