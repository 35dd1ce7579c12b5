package org.vlmvisualizer.output;

import java.util.Locale;
import org.vlmvisualizer.core.InputException;

/**
 * How maps become an image: what it looks like, not what it says.
 *
 * @param upsampling how patches become pixels
 * @param colours of the maps
 * @param composite whether the picture is a channel beside the maps
 */
public record Rendering(Upsampling upsampling, HeatColours colours, boolean composite) {
  private static final String MAPS = "maps";
  private static final String COMPOSITE = "composite";

  /**
   * @throws InputException for a composite without upsampling: an image has one pixel size only
   */
  public Rendering {
    if (composite && upsampling == Upsampling.NONE) {
      throw new InputException(
          "Expected display=maps with upsampling=none, found composite: the picture has other"
              + " pixels than maps of one pixel per patch. Choose another upsampling, or maps.");
    }
  }

  /** Maps alone, in the default colours. */
  public static Rendering maps(Upsampling upsampling) {
    return new Rendering(upsampling, HeatColours.INFERNO, false);
  }

  /**
   * Reads the words that dialogs, macros and the command line share.
   *
   * @param display "maps" or "composite"
   * @throws InputException if a word is not one of those expected
   */
  public static Rendering parse(String upsampling, String lut, String display) {
    String word = display.strip().toLowerCase(Locale.ROOT);
    if (!word.equals(MAPS) && !word.equals(COMPOSITE)) {
      throw new InputException(
          "Expected display to be maps or composite, found '%s'.".formatted(display));
    }
    return new Rendering(
        Upsampling.parse(upsampling), HeatColours.parse(lut), word.equals(COMPOSITE));
  }

  /** The word for {@link #composite}. */
  public String display() {
    return composite ? COMPOSITE : MAPS;
  }

  /** The same without upsampling, and so without the picture. */
  Rendering bare() {
    return new Rendering(Upsampling.NONE, colours, false);
  }
}
