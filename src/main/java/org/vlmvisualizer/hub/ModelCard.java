package org.vlmvisualizer.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the model card beside a model, README.md, says of its licence: in the YAML between two lines
 * of --- at its top, as a word, a list in brackets, or a list of lines.
 */
public final class ModelCard {
  static final String NOT_STATED = "not stated";

  private static final int MAX_LINES = 400;
  private static final Pattern ENTRY = Pattern.compile("(license|license_name)\\s*:\\s*(.*)");
  private static final Pattern ITEM = Pattern.compile("\\s*-\\s+(.*)");

  private ModelCard() {}

  /** The licence, on one line; "not stated" if there is no card or nothing in it. */
  public static String licence(Path folder) {
    Path card = folder.resolve("README.md");
    if (!Files.isRegularFile(card)) {
      return NOT_STATED;
    }
    try (BufferedReader lines = Files.newBufferedReader(card)) {
      return licence(top(lines));
    } catch (MalformedInputException e) {
      return NOT_STATED;
    } catch (IOException e) {
      throw DiskFaults.read(card, e);
    }
  }

  private static List<String> top(BufferedReader lines) throws IOException {
    List<String> top = new ArrayList<>();
    if (!"---".equals(lines.readLine())) {
      return top;
    }
    for (String line = lines.readLine();
        line != null && !line.strip().equals("---") && top.size() < MAX_LINES;
        line = lines.readLine()) {
      top.add(line);
    }
    return top;
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
    List<String> items = new ArrayList<>();
    for (int i = first; i < top.size(); i++) {
      Matcher item = ITEM.matcher(top.get(i));
      if (!item.matches()) {
        break;
      }
      items.add(plain(item.group(1)));
    }
    return String.join(", ", items);
  }

  private static String plain(String value) {
    return value.replaceAll("[\\[\\]\"']", "").replaceAll("\\s+#.*", "").strip();
  }
}
