package org.vlmvisualizer.output;

import com.google.gson.JsonObject;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Words;

/**
 * The results of many pictures in a folder: each in a folder of its own, or in a pack ({@link
 * PackWriter}), {@code part-0001.zip} and so on. A folder with a run.json counts before a pack, and
 * a pack before those with lower numbers, so that at any moment each picture has one result.
 *
 * <p>Which pictures the packs hold is read once, and of packs that come later when a picture is
 * looked for that is not found.
 */
public final class ResultPacks implements Closeable {
  private static final String PREFIX = "part-";
  private static final String SUFFIX = ".zip";

  /** Of one pack at most. */
  public static final int PICTURES = 1000;

  private static final String TURN = "packs"; // no picture's folder: those end in a file's kind

  /** At once: a shard's pictures are every n-th, so that those of a table go around all packs. */
  private static final int OPEN = 128;

  private final Path output;
  private final Map<String, Integer> parts = new HashMap<>();
  private final Map<Integer, ResultPack> open = new LinkedHashMap<>(16, 0.75f, true);
  private int last;

  private ResultPacks(Path output) {
    this.output = output;
  }

  /**
   * @param output may be missing
   * @throws InputException if a pack in it is damaged or of another version
   */
  public static ResultPacks in(Path output) {
    ResultPacks packs = new ResultPacks(output);
    for (int number : numbers(output)) {
      packs.add(number);
    }
    return packs;
  }

  /**
   * Reads the word of dialogs, macros and the command line.
   *
   * @return whether results are to be moved into packs
   * @throws InputException if it is none that is expected
   */
  public static boolean areWanted(Words words) {
    return words.isSecond("pack", "none", "zip");
  }

  private static int[] numbers(Path output) {
    if (!Files.isDirectory(output)) {
      return new int[0];
    }
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(output, PREFIX + "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.matches(PREFIX + "\\d{4,8}" + SUFFIX)) {
          numbers.add(Integer.parseInt(name.replaceAll("\\D", "")));
        }
      }
    } catch (AccessDeniedException e) {
      return new int[0]; // what may only be written to is said to be so where that matters
    } catch (IOException | DirectoryIteratorException e) {
      throw new InputException(
          "The folder %s cannot be read (%s). Check its permissions."
              .formatted(output, FileTrouble.reason(e)),
          e);
    }
    return numbers.stream().mapToInt(i -> i).sorted().toArray();
  }

  private Path file(int number) {
    return output.resolve(PREFIX + "%04d".formatted(number) + SUFFIX);
  }

  private void add(int number) {
    try (ResultPack pack = ResultPack.open(file(number))) {
      pack.pictures().forEach(picture -> parts.put(picture, number));
    }
    last = number;
  }

  private void addNew() {
    while (Files.exists(file(last + 1))) {
      add(last + 1);
    }
  }

  /**
   * The pack that holds a result, by the folder that it had before, or one within a pack: {@code
   * results/part-0001.zip/a-png}.
   *
   * @param unpack given the pack and the result's name in it
   * @return what that gives; empty if no pack holds it
   * @throws InputException if the pack cannot be read
   */
  static <T> Optional<T> find(Path folder, BiFunction<ResultPack, String, T> unpack) {
    Path whole = folder.toAbsolutePath().normalize();
    for (Path above = whole.getParent(); above != null; above = above.getParent()) {
      String name = above.relativize(whole).toString().replace('\\', '/');
      if (Files.isRegularFile(above)) {
        try (ResultPack pack = ResultPack.open(above)) {
          return pack.has(name) ? Optional.of(unpack.apply(pack, name)) : Optional.empty();
        }
      }
      if (numbers(above).length > 0) {
        try (ResultPacks packs = in(above)) {
          return packs.hasPart(name)
              ? Optional.of(unpack.apply(packs.pack(packs.parts.get(name)), name))
              : Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /**
   * How a picture's result came about, if all its files are there.
   *
   * @param picture name of the folder of its results
   * @return as {@link SavedResult#run(Path)}
   * @throws InputException if its pack cannot be read any more
   */
  public synchronized Optional<JsonObject> run(String picture) {
    return SavedResult.run(place(picture));
  }

  /** A table of a picture's result; empty while another run replaces it, which will tell of it. */
  synchronized String table(String picture, String file) throws IOException {
    try {
      return new String(place(picture).read(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** The files of a picture's result; none, where there is no result. */
  private ResultPlace place(String picture) {
    Path folder = output.resolve(picture);
    return Files.isRegularFile(folder.resolve(ResultFiles.RUN)) || !hasPart(picture)
        ? ResultPlace.of(folder)
        : pack(parts.get(picture)).place(picture);
  }

  /** Looks again where it was not, or is no more: another run may have packed meanwhile. */
  private boolean hasPart(String picture) {
    if (!isWhereItWas(picture)) {
      parts.remove(picture);
      addNew();
    }
    return isWhereItWas(picture);
  }

  private boolean isWhereItWas(String picture) {
    Integer number = parts.get(picture);
    return number != null && Files.exists(file(number)) && pack(number).has(picture);
  }

  private ResultPack pack(int number) {
    ResultPack pack = open.get(number);
    if (pack == null || pack.isReplaced()) {
      close(number);
      closeOldest();
      pack = ResultPack.open(file(number));
      open.put(number, pack);
    }
    return pack;
  }

  private void closeOldest() {
    if (open.size() == OPEN) {
      close(open.keySet().iterator().next());
    }
  }

  private void close(int number) {
    ResultPack pack = open.remove(number);
    if (pack != null) {
      pack.close();
    }
  }

  /**
   * Moves whole results from folders into packs. Killed at any moment, each picture is in its
   * folder, in a pack, or in both; the next packing removes the folders of the latter. Pictures
   * that another run has just now, or without whole results, stay where they are.
   *
   * @param pictures names of folders
   * @param poll called while another run packs
   * @throws InputException if a pack cannot be written; then what it was to hold stays as it was
   */
  public synchronized void pack(List<String> pictures, Runnable poll) {
    List<String> all = pictures.stream().filter(this::isFolder).toList();
    for (int from = 0; from < all.size(); from += PICTURES) {
      List<String> some = all.subList(from, Math.min(from + PICTURES, all.size()));
      try (Claim turn = Claim.await(output, TURN, poll)) {
        addNew();
        packOne(some, turn);
        turn.finish();
      } catch (IOException e) {
        throw new InputException(
            "The results in %s could not be packed (%s). Make room on the disk, and run it again."
                .formatted(output, FileTrouble.reason(e)),
            e);
      }
    }
  }

  private void packOne(List<String> pictures, Claim turn) throws IOException {
    Map<String, Claim> claims = new LinkedHashMap<>();
    try {
      for (String picture : pictures) {
        Claim claim = Claim.take(output, picture);
        if (claim != null) {
          claims.put(picture, claim);
        }
      }
      claims.keySet().removeIf(picture -> !isWhole(picture, claims.get(picture)));
      List<String> fresh = new ArrayList<>();
      for (String picture : claims.keySet()) {
        if (!isPacked(picture)) {
          fresh.add(picture);
        }
      }
      if (!fresh.isEmpty()) {
        write(fresh, turn);
      }
      for (Map.Entry<String, Claim> packed : claims.entrySet()) {
        packed.getValue().check();
        remove(output.resolve(packed.getKey()));
        packed.getValue().finish();
      }
    } finally {
      claims.values().forEach(Claim::close);
    }
  }

  private boolean isFolder(String picture) {
    return Files.isRegularFile(output.resolve(picture).resolve(ResultFiles.RUN));
  }

  /** Whether all of its folder can go into a pack; gives its claim back if not. */
  private boolean isWhole(String picture, Claim claim) {
    Path folder = output.resolve(picture);
    Scratch.removeLeftovers(folder);
    boolean isWhole =
        SavedResult.run(folder).isPresent()
            && FailedResult.read(folder).isEmpty()
            && PackWriter.takes(folder);
    if (!isWhole) {
      claim.close();
    }
    return isWhole;
  }

  /** Whether a run was killed when it was about to remove the folder. */
  private boolean isPacked(String picture) throws IOException {
    return hasPart(picture)
        && Arrays.equals(
            pack(parts.get(picture)).place(picture).read(ResultFiles.RUN),
            Files.readAllBytes(output.resolve(picture).resolve(ResultFiles.RUN)));
  }

  private void write(List<String> pictures, Claim turn) throws IOException {
    Map<Integer, Set<String>> older = new HashMap<>();
    for (String picture : pictures) {
      if (parts.containsKey(picture)) {
        older.computeIfAbsent(parts.get(picture), n -> new HashSet<>()).add(picture);
      }
    }
    write(
        last + 1,
        pack -> {
          for (String picture : pictures) {
            pack.add(picture, output.resolve(picture));
          }
          turn.check();
        });
    add(last + 1);
    for (Map.Entry<Integer, Set<String>> pack : older.entrySet()) {
      leaveOut(pack.getKey(), pack.getValue());
    }
  }

  /** Writes an older pack anew, without pictures that a newer one has. */
  private void leaveOut(int number, Set<String> pictures) throws IOException {
    close(number);
    try (ResultPack pack = ResultPack.open(file(number))) {
      if (pictures.containsAll(pack.pictures())) {
        pack.close();
        Files.delete(file(number));
        return;
      }
      write(number, to -> pack.copy(name -> name.contains("/") && !isOf(name, pictures), to));
    }
  }

  private static boolean isOf(String entry, Set<String> pictures) {
    for (int end = entry.indexOf('/'); end >= 0; end = entry.indexOf('/', end + 1)) {
      if (pictures.contains(entry.substring(0, end))) {
        return true;
      }
    }
    return false;
  }

  @FunctionalInterface
  private interface Content {
    void write(PackWriter pack) throws IOException;
  }

  /** Whole, and on the disk before what it was made from is removed. */
  private void write(int number, Content content) throws IOException {
    AtomicFile.replace(
        file(number),
        Scratch.in(output),
        part -> {
          try (FileChannel file =
                  FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
              PackWriter pack =
                  new PackWriter(
                      new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16))) {
            content.write(pack);
            pack.finish();
            file.force(true);
          }
        });
    forceFolder();
  }

  /** The pack's name, too; not all systems can. */
  private void forceFolder() {
    try (FileChannel folder = FileChannel.open(output, StandardOpenOption.READ)) {
      folder.force(true);
    } catch (IOException e) {
      // Windows opens no folders, and needs not be asked.
    }
  }

  /** At one stroke: a folder that is there is whole. */
  private void remove(Path folder) throws IOException {
    Path going = Scratch.in(output);
    Files.move(folder, going, StandardCopyOption.ATOMIC_MOVE);
    FileTree.delete(going);
    ResultFiles.removeEmpty(folder.getParent(), output.toAbsolutePath().normalize());
  }

  /** What is asked later opens packs again. */
  @Override
  public synchronized void close() {
    open.values().forEach(ResultPack::close);
    open.clear();
  }
}
