package org.vlmvisualizer;

import java.nio.file.Path;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/** The demo model, and pictures that it was not trained on. */
public final class DemoPictures {
  public static final Path FOLDER = Path.of("src/test/resources/demo");

  /** What it answers with all that it sees. */
  public static final String QUESTION = "What is in the image?";

  private DemoPictures() {}

  /** Loads the model in float32 on the CPU; the caller closes it. */
  public static AttentionModel open() {
    return open(Checkpoint.find(Checkpoint.DEMO));
  }

  /** The same of another checkpoint. */
  public static AttentionModel open(Checkpoint checkpoint) {
    return AttentionModel.open(checkpoint, "cpu", Precision.FLOAT32, Progress.NONE);
  }

  /** Reads a picture of the folder, such as {@code page-1.png}. */
  public static RgbPicture read(String name) {
    return ImageInput.open(FOLDER.resolve(name).toString()).picture();
  }
}
