package org.vlmvisualizer.ask;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.output.BatchTables;
import org.vlmvisualizer.output.Csv;
import org.vlmvisualizer.output.TokenText;

/**
 * A list of pictures: a table with a header, one of whose columns names files, and another, if it
 * is there, the question about each. The others are carried into the tables of the run.
 */
final class PictureList {
  private static final long MOST_BYTES = 100_000_000;
  private static final Set<String> FILE = Set.of("image", "file", "path");
  private static final Set<String> QUESTION = Set.of("question", "prompt");
  private static final char[] SEPARATORS = {',', ';', '\t'};
  private static final String MARK = "\uFEFF"; // at the start of what Excel writes as UTF-8

  private final Path list;
  private final List<String> columns;
  private final List<Entry> entries;

  /**
   * A row.
   *
   * @param question of its own, or empty
   * @param carried cells of the other columns, and of the question's
   */
  private record Entry(String file, String question, List<String> carried) {}

  private PictureList(Path list, List<String> columns, List<Entry> entries) {
    this.list = list;
    this.columns = columns;
    this.entries = entries;
  }

  /** Whether a file is taken for a list, by its name. */
  static boolean isList(Path file) {
    Path name = file.getFileName();
    return name != null
        && name.toString().toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv)")
        && Files.isRegularFile(file);
  }

  /**
   * @throws InputException if it cannot be read, is no table with a column of files, or has a line
   *     that cannot be used, with its number
   */
  static PictureList read(Path list) {
    String text = text(list);
    char separator = separator(text, list);
    List<Csv.Row> rows = Csv.rows(text, separator, list.toString());
    Header header = new Header(rows.get(0), list);
    List<Entry> entries = new ArrayList<>();
    Map<List<Object>, Integer> lines = new HashMap<>();
    for (Csv.Row row : rows.subList(1, rows.size())) {
      Entry entry = header.entry(row);
      Integer earlier =
          lines.put(List.of(file(list, row.line(), entry), entry.question), row.line());
      if (earlier != null) {
        throw refusal(
            list,
            row.line(),
            "the same picture and question as in line %d; remove one".formatted(earlier));
      }
      entries.add(entry);
    }
    if (entries.isEmpty()) {
      throw new InputException(
          "Expected a list with a line for each picture, found its header alone in %s."
              .formatted(list));
    }
    return new PictureList(list, header.carried(), entries);
  }

  private static String text(Path list) {
    try {
      if (Files.size(list) > MOST_BYTES) {
        throw new InputException(
            "Expected a list of at most %,d bytes, found %,d in %s. Divide it."
                .formatted(MOST_BYTES, Files.size(list), list));
      }
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(list)))
              .toString();
      return text.startsWith(MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new InputException(
          "Expected a list in UTF-8, found another encoding in %s. Save it as CSV UTF-8."
              .formatted(list),
          e);
    } catch (IOException e) {
      throw new InputException(
          "The list %s cannot be read (%s). Check the file and its permissions."
              .formatted(list, FileTrouble.reason(e)),
          e);
    }
  }

  /** The one by which the header has a column of files, and most columns. */
  private static char separator(String text, Path list) {
    char best = 0;
    int most = 0;
    for (char separator : SEPARATORS) {
      List<String> cells = header(text, separator, list);
      if (cells.size() > most && cells.stream().anyMatch(cell -> isOne(FILE, cell))) {
        best = separator;
        most = cells.size();
      }
    }
    if (most == 0) {
      throw new InputException(
          "Expected a list whose first line names its columns, one of them image, file or path, found none in %s."
              .formatted(list));
    }
    return best;
  }

  /** By a separator that is none, quotes may be where none can be. */
  private static List<String> header(String text, char separator, Path list) {
    try {
      return Csv.header(text, separator, list.toString());
    } catch (InputException e) {
      return List.of();
    }
  }

  private static boolean isOne(Set<String> names, String cell) {
    return names.contains(cell.strip().toLowerCase(Locale.ROOT));
  }

  private static InputException refusal(Path list, int line, String found) {
    return new InputException(
        "Expected a picture for each line of %s, found in line %d %s."
            .formatted(list, line, found));
  }

  /** What the columns are. */
  private static final class Header {
    private final Path list;
    private final List<String> names = new ArrayList<>();
    private final int file;
    private final int question; // -1 for none

    private Header(Csv.Row row, Path list) {
      this.list = list;
      row.cells().forEach(cell -> names.add(cell.strip()));
      Set<String> seen = new HashSet<>();
      for (String name : names) {
        if (name.isEmpty() || !seen.add(name.toLowerCase(Locale.ROOT))) {
          throw columns(
              "names that differ", name.isEmpty() ? "one without a name" : name + " twice");
        }
      }
      file = only(FILE);
      question = only(QUESTION);
      for (String name : carried()) {
        if (BatchTables.isOwn(name)) {
          throw columns(
              "names that the tables of a run do not have themselves", name + "; rename it");
        }
      }
    }

    private InputException columns(String expected, String found) {
      return new InputException(
          "Expected columns with %s in the list %s, found %s.".formatted(expected, list, found));
    }

    private int only(Set<String> kind) {
      int found = -1;
      for (int i = 0; i < names.size(); i++) {
        if (isOne(kind, names.get(i))) {
          if (found >= 0) {
            throw columns(
                "one for the files and one for the questions at most",
                names.get(found) + " and " + names.get(i));
          }
          found = i;
        }
      }
      return found;
    }

    /** All but that of the files. */
    private List<String> carried() {
      return without(names);
    }

    private List<String> without(List<String> cells) {
      List<String> others = new ArrayList<>(cells);
      others.remove(file);
      return List.copyOf(others);
    }

    private Entry entry(Csv.Row row) {
      List<String> cells = row.cells();
      if (cells.size() != names.size()) {
        throw refusal(
            list,
            row.line(),
            "%d cells, and %d columns in the header".formatted(cells.size(), names.size()));
      }
      String asked = question < 0 ? "" : cells.get(question).strip();
      if (cells.get(file).isBlank()) {
        throw refusal(list, row.line(), "no name of a file");
      }
      if (asked.indexOf(LocaleText.UNREADABLE) >= 0) {
        throw refusal(list, row.line(), "a question with characters that were lost");
      }
      return new Entry(cells.get(file).strip(), asked, without(cells));
    }
  }

  List<String> columns() {
    return columns;
  }

  private static Path file(Path list, int line, Entry entry) {
    try {
      if (!name(entry.file).isEmpty()) {
        return list.toAbsolutePath().getParent().resolve(entry.file).normalize();
      }
    } catch (InvalidPathException e) {
      // Said below.
    }
    throw refusal(
        list, line, "'%s', which cannot be a file here".formatted(TokenText.visible(entry.file)));
  }

  /** Relative paths are relative to the list. */
  void addTo(PictureFiles pictures) {
    Path folder = list.toAbsolutePath().getParent();
    for (Entry entry : entries) {
      String name = name(entry.file);
      pictures.add(folder, name, results(name, entry.question), entry.question, entry.carried);
    }
  }

  /** With / between, and without what leads nowhere. */
  private static String name(String file) {
    return Path.of(file).normalize().toString().replace(File.separatorChar, '/');
  }

  /**
   * Below the list's own folder, a picture's results have the picture's place; of others, and of
   * hidden ones, its name and a hash of where it is. Behind that, a hash of the question, if it is
   * the picture's own.
   */
  private static String results(String name, String question) {
    boolean elsewhere = Path.of(name).getRoot() != null || name.matches("(.*/)?\\..*");
    String plain =
        elsewhere
            ? ResultFolders.plain(name.substring(name.lastIndexOf('/') + 1))
                + "-"
                + ResultFolders.hash(name)
            : ResultFolders.plain(name);
    return question.isEmpty() ? plain : plain + "-" + ResultFolders.hash(question);
  }
}
