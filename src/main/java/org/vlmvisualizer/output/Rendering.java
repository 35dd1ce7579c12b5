package org.vlmvisualizer.output;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.Words;

/**
 * How maps become an image, and those of tokens the map of a word: what it looks like, not what it
 * says.
 *
 * @param upsampling how patches become pixels
 * @param colours of maps without negative values
 * @param composite whether the picture is a channel beside the maps
 * @param eachView whether each view of a picture is shown by itself, too
 * @param pooling how the maps of several tokens become that of a word or a phrase
 */
public record Rendering(
    Upsampling upsampling,
    HeatColours colours,
    boolean composite,
    boolean eachView,
    Pooling pooling) {
  private static final String MAPS = "maps";
  private static final String COMPOSITE = "composite";
  private static final String JOINED = "joined";
  private static final String EACH = "each";

  /** With the mean of the maps of a word's tokens. */
  public Rendering(
      Upsampling upsampling, HeatColours colours, boolean composite, boolean eachView) {
    this(upsampling, colours, composite, eachView, Pooling.MEAN);
  }

  /**
   * @throws InputException for a composite or several views without upsampling: an image has one
   *     pixel size only
   */
  public Rendering {
    if (composite && upsampling == Upsampling.NONE) {
      throw new InputException(
          "Expected display=maps with upsampling=none, found composite: the picture has other"
              + " pixels than maps of one pixel per patch. Choose another upsampling, or maps.");
    }
    if (eachView && upsampling == Upsampling.NONE) {
      throw new InputException(
          "Expected views=joined with upsampling=none, found each: views have cells of other sizes. Choose another upsampling, or joined.");
    }
  }

  /**
   * Reads the words that dialogs, macros, the command line and run.json share.
   *
   * @throws InputException if a word is not one of those expected
   */
  public static Rendering of(Words words) {
    Words lenient = name -> words.of(name).strip().toLowerCase(Locale.ROOT);
    return new Rendering(
        constant("upsampling", words, Upsampling.values()),
        constant("lut", words, HeatColours.choices()),
        lenient.isSecond("display", MAPS, COMPOSITE),
        lenient.isSecond("views", JOINED, EACH),
        constant("words", words, Pooling.values()));
  }

  /**
   * The constant that a word names, in letters of any case.
   *
   * @throws InputException if it names none
   */
  static <E extends Enum<E>> E constant(String option, Words words, E[] all) {
    String text = words.of(option);
    return Words.find(text.strip().toLowerCase(Locale.ROOT), all)
        .orElseThrow(
            () ->
                new InputException(
                    "Expected %s as one of %s, found '%s'."
                        .formatted(
                            option,
                            Arrays.stream(all).map(Words::word).collect(Collectors.joining(", ")),
                            text)));
  }

  /** The same as words. */
  public Map<String, String> words() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("upsampling", upsampling.toString());
    all.put("lut", colours.toString());
    all.put("display", composite ? COMPOSITE : MAPS);
    all.put("views", eachView ? EACH : JOINED);
    all.put("words", pooling.toString());
    return all;
  }

  /**
   * The colours of maps.
   *
   * @param signed whether they have values below 0
   */
  HeatColours colours(boolean signed) {
    return signed ? HeatColours.DIVERGING : colours;
  }

  /** The same without upsampling, and so without the picture. */
  Rendering bare() {
    return new Rendering(Upsampling.NONE, colours, false, false, pooling);
  }
}
