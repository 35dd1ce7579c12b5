package org.vlmvisualizer.shelf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
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
  /** What stands for a figure that is not known. */
  public static final String NONE = "–";

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
  public boolean isUsable() {
    return onDisk == null || onDisk.runs().equals("yes");
  }

  /** On disk, or of the download. */
  public long bytes() {
    return onDisk == null ? listed.downloadBytes() : onDisk.bytes();
  }

  /** Billions of parameters; NaN if not known. */
  public double billions() {
    return known(model -> model.size().parameters());
  }

  /** GB of memory that it takes; NaN if not known. */
  public double memory(Precision precision) {
    return known(model -> model.memory(precision));
  }

  /** Seconds that an answer took; NaN before the first. */
  public double seconds() {
    return time == null ? Double.NaN : time.seconds();
  }

  private double known(ToDoubleFunction<ListedModel> figure) {
    return listed == null ? Double.NaN : figure.applyAsDouble(listed) / GIGA;
  }

  /** Parameters as people read them: 256 M, 7.1 B. */
  public String parameters() {
    double billions = billions();
    if (Double.isNaN(billions)) {
      return NONE;
    }
    return billions < 0.9995
        ? text("%.3g M", billions * 1e3).replaceFirst("\\.0+(?= )", "")
        : text("%.1f B", billions);
  }

  /** Memory as people read it. */
  public String memoryText(Precision precision) {
    double memory = memory(precision);
    return Double.isNaN(memory) ? NONE : text("%.1f GB", memory);
  }

  /** Seconds of an answer as people read them. */
  public String answerText() {
    return time == null ? NONE : time.text();
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
                  memoryText(Precision.INT4),
                  memoryText(Precision.BFLOAT16),
                  memoryText(Precision.FLOAT32)));
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
          .formatted(ModelShelf.size(bytes()));
    }
    String problem = runs().startsWith("no: ") ? " It cannot be run: " + runs().substring(4) : "";
    return "On this computer in %s, %s.%s".formatted(folder(), ModelShelf.size(bytes()), problem);
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
