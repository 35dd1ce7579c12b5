package org.vlmvisualizer.family;

/**
 * What a family goes by, known before any file of a model is there.
 *
 * @param modelType {@code model_type} of config.json
 * @param decoder {@code model_type} of its text_config; of the original LLaVA's format, which has
 *     none, what transformers calls that decoder
 * @param tower {@code model_type} of its vision_config, or of the vision tower's own config.json
 */
public record ModelKind(String modelType, String decoder, String tower) {}
