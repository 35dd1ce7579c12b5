package org.vlmvisualizer.analysis;

import java.util.Map;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;

/**
 * The answer to one question about one picture, and where the model looked.
 *
 * @param maps where the model looked
 * @param matrix [N + T, N + T] the whole-sequence attention matrix
 * @param kept attention per layer and head, or null if the request keeps none
 * @param answer running text of the tokens
 * @param seconds time taken per stage
 */
public record Analysis(
    AnalysisRequest request,
    RgbPicture picture,
    TokenSequence prompt,
    TokenMaps maps,
    float[][] matrix,
    HeadAttention kept,
    String answer,
    Map<String, Double> seconds) {}
