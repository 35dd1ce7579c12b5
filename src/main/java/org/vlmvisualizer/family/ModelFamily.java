package org.vlmvisualizer.family;

import java.util.Set;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.image.ImageProcessor;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * All that differs between families of models: how to read their configuration, what their weights
 * are called, how their picture and prompt are prepared. Every method throws {@link
 * org.vlmvisualizer.core.InputException} where a checkpoint asks for what is not supported.
 */
public interface ModelFamily {
  /** The {@code model_type} of config.json. */
  String modelType();

  ModelConfig config(Checkpoint checkpoint);

  WeightMap weightMap();

  ImageProcessor imageProcessor(Checkpoint checkpoint, Fit fit);

  PromptTemplate template(Checkpoint checkpoint);

  /** Ids that end an answer. */
  Set<Integer> eosIds(Checkpoint checkpoint);
}
