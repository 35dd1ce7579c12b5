package org.vlmvisualizer.core;

import java.util.Map;

/**
 * What was read of prompt and answer in one more pass: S = N + T - 1 tokens, of which token t of
 * the answer is predicted by row N - 1 + t. Each is null if it was not asked for ({@link Replay}).
 * With A the attention, v the values, O_h the columns of the output matrix that belong to head h:
 *
 * @param valueLogits [T, S] what each token's values add to the logit of the answer's token: {@code
 *     Σ_l Σ_h A_lh[r, j] v_lhj · O_lhᵀ (γ ⊙ w) / rms(x)}, x the state of row r behind the last
 *     layer, γ the final norm's weight, w the token's row of the output matrix. Where a norm with
 *     weight γ_l stands behind attention, {@code γ_l ⊙ O_lh / rms(o_l)} is in the place of O_lh,
 *     o_l all that attention gives for row r
 * @param valueNorms [T, L, S] {@code ‖Σ_h A_lh[r, j] O_lh v_lhj‖}; with such a norm, {@code γ_l ⊙
 *     O_lh} is in the place of O_lh: the rest is the same for all tokens
 * @param rollout [T, S] row r of {@code Π_l ½ (mean_h A_l + 1)}, later layers on the left
 * @param similarity what the states share with the rows of the output matrix
 */
public record Replayed(
    float[][] valueLogits, float[][][] valueNorms, float[][] rollout, Similarity similarity) {

  /** Nothing was read. */
  public static final Replayed NOTHING = new Replayed(null, null, null, null);

  /**
   * {@code ReLU(h_j · w_u)} of all tokens j with the final states h.
   *
   * @param ids [S + 1] of the prompt and the whole answer
   * @param columns which column each id has
   * @param values [S, U] of the ids of the text behind the picture and of the answer
   */
  public record Similarity(int[] ids, Map<Integer, Integer> columns, float[][] values) {
    /** Of a token by the id of another. */
    public float of(int position, int id) {
      return values[position][columns.get(id)];
    }
  }
}
