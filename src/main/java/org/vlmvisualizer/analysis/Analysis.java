package org.vlmvisualizer.analysis;

import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.PatchGrid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenSequence;

/**
 * The answer to one question about one picture, and where the model looked.
 *
 * @param grid where the P patches lie in the picture
 * @param tokens [T]
 * @param shares [T] how each token's attention divides between picture and text
 * @param map [T, P]
 * @param matrix [N + T, N + T] the whole-sequence attention matrix
 * @param answer running text of the tokens
 * @param seconds time taken per stage
 */
public record Analysis(
    AnalysisRequest request,
    RgbPicture picture,
    PatchGrid grid,
    TokenSequence prompt,
    List<GeneratedToken> tokens,
    List<AttentionShares> shares,
    AttributionMap map,
    float[][] matrix,
    String answer,
    Map<String, Double> seconds) {}
