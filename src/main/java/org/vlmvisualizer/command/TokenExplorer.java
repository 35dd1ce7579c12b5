package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.gui.Roi;
import ij.macro.Interpreter;
import java.awt.GraphicsEnvironment;
import java.io.File;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.explorer.Explorer;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HtmlReport;
import org.vlmvisualizer.output.MapStyle;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.picture.PixelChecksum;

/**
 * Explores a result: its answer as text, the map of the tokens that are chosen in it over the
 * picture. The result is the one in {@code folder}; without that, the active image's ({@link
 * LastResult}).
 *
 * <p>With {@code report}, it writes an HTML page instead of opening windows, also without a
 * display:
 *
 * <pre>run("VLM Token Explorer", "folder=[results] report=[report.html]");</pre>
 */
@Plugin(
    type = Command.class,
    description =
        "The answer as text beside the picture: choose tokens and see where the model looked for them.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "VLM Token Explorer", weight = 2)
    })
public class TokenExplorer extends VisualizerCommand {
  @Parameter(persist = false, required = false)
  private ImagePlus image;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Folder of a saved result (optional)",
      description = "Without one: the result of the active image")
  private File folder;

  @Parameter(
      persist = false,
      required = false,
      style = "save",
      label = "Write an HTML report instead to (optional)")
  private File report;

  @Override
  void execute() {
    AttentionResult result =
        withPicture(isGiven(folder) ? SavedResult.read(folder.toPath()) : atHand());
    if (isGiven(report)) {
      HtmlReport.write(result, MapStyle.of(result), report.toPath());
      return;
    }
    if (GraphicsEnvironment.isHeadless() || Interpreter.isBatchMode()) {
      throw new InputException(
          "The Token Explorer needs a display, found none; give report=FILE to write its content as an HTML page.");
    }
    Explorer.open(result, new ExplorerModel(context()));
  }

  /** A dialog asks for a folder only where there is nothing to show yet. */
  @Override
  boolean hasOwnWindow() {
    try {
      atHand();
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  /** With the pixels of the active image, where they are what was asked about and not saved. */
  private AttentionResult withPicture(AttentionResult result) {
    ImagePlus active = orActive(image);
    if (result.hasPicture()
        || active == null
        || PixelChecksum.of(active) != result.source().checksum()) {
      return result;
    }
    SourceFrame source = result.source();
    RgbPicture size = result.picture();
    Roi part = new Roi(source.originX(), source.originY(), size.width(), size.height());
    return result.with(ImageInput.of(active, part).picture());
  }

  /** The result of the image that the user looks at. */
  private AttentionResult atHand() {
    return LastResult.of(orActive(image));
  }
}
