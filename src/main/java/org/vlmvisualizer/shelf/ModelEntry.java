package org.vlmvisualizer.shelf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.shelf.KnownModels.KnownModel;

/**
 * A line of the list of models: what is on this computer, what the plugin knows of it, or both.
 *
 * @param listed null for a model that the plugin's own list does not have
 * @param onDisk null for a model that is not on this computer
 * @param time of its last answer that was timed; null before
 */
public record ModelEntry(ListedModel listed, KnownModel onDisk, AnswerTime time) {
  private static final double GIGA = 1e9;

  /** What a user writes for it. */
  public String name() {
    return onDisk == null ? listed.id() : onDisk.name();
  }

  /** A few words, or none. */
  public String goodFor() {
    return listed == null ? "" : listed.goodFor();
  }

  /** As its own files say; before they are there, as its page says. */
  public String licence() {
    return onDisk == null ? listed.licence() : onDisk.licence();
  }

  /** "yes", "after a download", or why the plugin cannot run it; empty for what is no model. */
  public String runs() {
    return onDisk == null ? "after a download" : onDisk.runs();
  }

  /** Of its files; empty if it is not on this computer. */
  public String folder() {
    return onDisk == null ? "" : onDisk.folder().toString();
  }

  /** Whether a question can be put to it, if need be after a download. */
  boolean isUsable() {
    return onDisk == null || onDisk.runs().equals("yes");
  }

  boolean isRemovable() {
    return onDisk != null && onDisk.isRemovable();
  }

  /** Bytes on disk, or of the download. */
  public Figure size() {
    long bytes = onDisk == null ? listed.downloadBytes() : onDisk.bytes();
    return new Figure(bytes, ModelShelf.size(bytes));
  }

  /** Billions of parameters, written as 256 M, 7.1 B. */
  public Figure parameters() {
    if (listed == null) {
      return Figure.NONE;
    }
    double billions = listed.size().parameters() / GIGA;
    return new Figure(
        billions,
        billions < 0.9995
            ? text("%.3g M", billions * 1e3).replaceFirst("\\.0+(?= )", "")
            : text("%.1f B", billions));
  }

  /** GB of memory that it takes. */
  public Figure memory(Precision precision) {
    if (listed == null) {
      return Figure.NONE;
    }
    double gigabytes = listed.memory(precision) / GIGA;
    return new Figure(gigabytes, text("%.1f GB", gigabytes));
  }

  /** Seconds that an answer took; not known before the first. */
  public Figure answer() {
    return time == null ? Figure.NONE : new Figure(time.seconds(), time.text());
  }

  /** All of it in sentences. */
  public String details() {
    List<String> said = new ArrayList<>();
    said.add(name() + (goodFor().isEmpty() ? "." : ": " + goodFor() + "."));
    if (!licence().isEmpty()) {
      said.add("Licence: " + licence() + ".");
    }
    if (listed != null) {
      said.add(
          "%s parameters; memory %s in int4, %s in bfloat16, up to %s in float32."
              .formatted(
                  parameters(),
                  memory(Precision.INT4),
                  memory(Precision.BFLOAT16),
                  memory(Precision.FLOAT32)));
    }
    said.add(
        time == null
            ? "No answer was timed on this computer yet."
            : "An answer took %s on this computer (%s).".formatted(time.text(), time.conditions()));
    said.add(place());
    return String.join(" ", said);
  }

  private String place() {
    if (onDisk == null) {
      return "Not on this computer: about %s to download; the exact size and the licence are shown before."
          .formatted(size());
    }
    String problem = runs().startsWith("no: ") ? " It cannot be run: " + runs().substring(4) : "";
    return "On this computer in %s, %s.%s".formatted(folder(), size(), problem);
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
