package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.DecoderConfig.Sight;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.TokenSequence;

/**
 * What a sequence's tokens are to each layer by their place: the angles by which they are rotated,
 * and, where that is not simply all up to their own, which keys they see. Token i sees the keys
 *
 * <pre>
 *   of text                         max(0, i + 1 - w) .. i
 *   of a picture with tokens a .. b min(a, max(0, i + 1 - w)) .. b
 * </pre>
 *
 * with the window w in layers that slide, and from 0 on in the others: always one range, so that no
 * mask of all tokens by all tokens is needed. A picture's tokens are those in a row.
 *
 * <p>Source: transformers 4.57, masking_utils.py and create_masks_for_generate in
 * modeling_gemma3.py.
 */
final class LayerTables implements AutoCloseable {
  private final Torch torch;
  private final PtNDManager owner;
  private final DecoderConfig config;
  private final TokenSequence prompt;
  private final int length;

  /** The first and the last token of each one's picture, or the token itself. */
  private final int[] starts;

  private final int[] ends;
  private final Tables full;
  private final Tables sliding;
  private final IValue all;

  /** As weights.py has them. */
  private record Tables(PtNDArray cos, PtNDArray sin, PtNDArray seen, IValue value) {}

  /**
   * @param length of the prompt and what may come behind it
   */
  LayerTables(
      Torch torch, PtNDManager owner, DecoderConfig config, TokenSequence prompt, int length) {
    this.torch = torch;
    this.owner = owner;
    this.config = config;
    this.prompt = prompt;
    this.length = length;
    starts = IntStream.range(0, length).toArray();
    ends = starts.clone();
    if (sight().bothWays()) {
      findPictures(prompt.imagePositions());
    }
    full = tables(config.rope(), sight().bothWays(), Integer.MAX_VALUE);
    boolean slides = sight().sliding().contains(true);
    sliding = slides ? tables(sight().slidingRope(), true, sight().window()) : full;
    IntStream layers = IntStream.range(0, config.numHiddenLayers());
    all = IValue.listFrom(layers.mapToObj(this::of).toArray(IValue[]::new));
  }

  private Sight sight() {
    return config.sight();
  }

  private void findPictures(int[] places) {
    for (int k = 1; k < places.length; k++) {
      if (places[k] == places[k - 1] + 1) {
        starts[places[k]] = starts[places[k - 1]];
      }
    }
    for (int k = places.length - 2; k >= 0; k--) {
      if (places[k] == places[k + 1] - 1) {
        ends[places[k]] = ends[places[k + 1]];
      }
    }
  }

  private Tables tables(RopeConfig rope, boolean ranges, int window) {
    RotaryTables rotary = RotaryTables.of(rope, config.headDim(), prompt.positions(), length);
    PtNDArray cos = torch.create(owner, rotary.cos(), length, config.headDim());
    PtNDArray sin = torch.create(owner, rotary.sin(), length, config.headDim());
    PtNDArray seen = ranges ? seen(window) : torch.zeros(owner, 0);
    return new Tables(cos, sin, seen, torch.run("layer_tables", cos, sin, seen));
  }

  /** [2, length]: the first key that each token sees, and the one behind the last. */
  private PtNDArray seen(int window) {
    long[] seen = new long[2 * length];
    for (int i = 0; i < length; i++) {
      seen[i] = Math.min(starts[i], earliest(i, window));
      seen[length + i] = ends[i] + 1L;
    }
    return torch.create(owner, LongBuffer.wrap(seen), DataType.INT64, 2, length);
  }

  private static int earliest(int place, int window) {
    return Math.max(0, place + 1 - window);
  }

  /** The tables of a layer. */
  IValue of(int layer) {
    return tables(layer).value();
  }

  private Tables tables(int layer) {
    return sight().slides(layer) ? sliding : full;
  }

  /** The tables of all layers. */
  IValue all() {
    return all;
  }

  /** The same of one layer: cosines, sines and the keys that are seen. */
  List<PtNDArray> arrays(int layer) {
    Tables tables = tables(layer);
    return List.of(tables.cos(), tables.sin(), tables.seen());
  }

  /** The first key that a token of text sees in a layer. */
  int first(int layer, int place) {
    return sight().slides(layer) ? earliest(place, sight().window()) : 0;
  }

  /** The first token whose state depends on that of another one. */
  int firstSeeing(int place) {
    return starts[place];
  }

  @Override
  public void close() {
    all.close();
    full.value().close();
    if (sliding != full) {
      sliding.value().close();
    }
  }
}
