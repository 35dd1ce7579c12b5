package org.vlmvisualizer.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the model card beside a model, README.md, says of its licence: in the YAML between two lines
 * of --- at its top, as a word, a list in brackets, or a list of lines.
 */
public final class ModelCard {
  static final String NOT_STATED = "not stated";

  /** The YAML stands at the top; what is behind this is not read. */
  private static final int MAX_BYTES = 1 << 16;

  private static final int MAX_LINE = 1000;
  private static final Pattern ENTRY = Pattern.compile("(license|license_name)\\s*:\\s*(.*)");
  private static final Pattern ITEM = Pattern.compile("\\s*-\\s+(.*)");

  private ModelCard() {}

  /** The licence, on one line; "not stated" if there is no card or nothing in it. */
  public static String licence(Path folder) {
    Path card = folder.resolve("README.md");
    if (!Files.isRegularFile(card)) {
      return NOT_STATED;
    }
    try (InputStream in = Files.newInputStream(card)) {
      String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
      return licence(top(text.lines().toList()));
    } catch (IOException e) {
      throw DiskFaults.read(card, e);
    }
  }

  private static List<String> top(List<String> lines) {
    if (lines.isEmpty() || !lines.get(0).equals("---")) {
      return List.of();
    }
    return lines.stream()
        .skip(1)
        .takeWhile(line -> !line.strip().equals("---"))
        .filter(line -> line.length() <= MAX_LINE)
        .toList();
  }

  private static String licence(List<String> top) {
    String licence = "";
    String name = "";
    for (int i = 0; i < top.size(); i++) {
      Matcher entry = ENTRY.matcher(top.get(i));
      if (!entry.matches()) {
        continue;
      }
      String value = entry.group(2).isBlank() ? items(top, i + 1) : plain(entry.group(2));
      if (entry.group(1).equals("license")) {
        licence = value;
      } else {
        name = value;
      }
    }
    // "other" has its name beside it.
    String told = licence.equals("other") && !name.isEmpty() ? name : licence;
    return told.isEmpty() ? NOT_STATED : Printable.of(told);
  }

  private static String items(List<String> top, int first) {
    return top.stream()
        .skip(first)
        .map(ITEM::matcher)
        .takeWhile(Matcher::matches)
        .map(item -> plain(item.group(1)))
        .collect(Collectors.joining(", "));
  }

  private static String plain(String value) {
    return value.replaceAll("[\\[\\]\"']", "").replaceAll("\\s+#.*", "").strip();
  }
}
