package org.vlmvisualizer.family;

import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * All of a checkpoint but what its weights compute. Sizes, weights, tokenizer and generation are
 * read once; what hangs on a request, pictures and template, when it is asked for, which takes less
 * than a millisecond.
 *
 * <pre>{@code
 * try (Model model = Model.open(checkpoint)) {
 *   ModelInput input = model.pictures(options).process(pictures, progress);
 *   TokenSequence prompt =
 *       model.encoder().encode(model.template("auto"), input.texts(), question, false);
 * }
 * }</pre>
 *
 * @param weights by canonical name; not yet loaded
 * @param encoder closed with the model
 */
public record Model(
    Checkpoint checkpoint,
    ModelFamily family,
    ModelConfig config,
    Weights weights,
    PromptEncoder encoder,
    Generation generation)
    implements AutoCloseable {

  /**
   * Reads and checks the small files of a checkpoint.
   *
   * @throws org.vlmvisualizer.core.InputException if it asks for what is not supported
   */
  public static Model open(Checkpoint checkpoint) {
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    Weights weights = family.weights(checkpoint, config);
    Generation generation = family.generation(checkpoint);
    return new Model(
        checkpoint, family, config, weights, family.encoder(checkpoint, config), generation);
  }

  /**
   * How pictures are brought before the model.
   *
   * @throws org.vlmvisualizer.core.InputException if the options ask for what it does not do
   */
  public PictureProcessor pictures(PictureOptions options) {
    return family.pictures(checkpoint, options);
  }

  /**
   * How a question is put to the model.
   *
   * @param name of a template, or "auto" for the checkpoint's own
   * @throws org.vlmvisualizer.core.InputException if there is none of that name, or the
   *     checkpoint's own is not known
   */
  public PromptTemplate template(String name) {
    return template(family, checkpoint, name);
  }

  /** As {@link #template(String)}, of a checkpoint that is not open. */
  public static PromptTemplate template(ModelFamily family, Checkpoint checkpoint, String name) {
    return name.strip().equalsIgnoreCase("auto")
        ? family.template(checkpoint)
        : PromptTemplate.parse(name);
  }

  @Override
  public void close() {
    encoder.close();
  }
}
