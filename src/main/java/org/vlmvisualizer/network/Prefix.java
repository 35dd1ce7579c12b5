package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Positions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Reuse;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

/**
 * What the next question about the same pictures need not compute again: the features of their
 * image tokens, the tower's attention if it was recorded, and of the prompt up to the end of the
 * last picture the keys, the values and, if they were recorded, the rows of attention.
 *
 * <p>The reused is what a run of its own would compute, to the bit. Every prompt is read in two
 * pieces, up to that end and from there on: in one piece, the same rows would be part of a product
 * of another size, which has other last digits, and in bfloat16 another third digit. Attention goes
 * backwards, or within one picture, so no row of the first piece depends on the second; its
 * rotation depends on its place, and on the prompt's length where {@link RopeConfig#at} says so.
 *
 * <p>A run takes the caches over, with more room, and gives them back, so that it needs no more
 * memory for them than without.
 */
final class Prefix implements AutoCloseable {
  /** Room behind the prefix that is not worth a copy. */
  private static final double SPARE = 1.25;

  /** What rows of the prompt were recorded of. */
  private record Recorded(IndexRange layers, IndexRange heads, boolean keepFirst) {
    static Recorded of(TraceRequest request) {
      return new Recorded(request.layers(), request.heads(), request.keepFirst());
    }
  }

  private final LlavaNetwork network;
  private final byte[] picture;
  private final PtNDManager owner;
  private String reason;
  private PtNDArray image; // as the connector gives it, null before the picture was seen
  private PtNDArray gathered; // what image tokens were gathered from, [K, P], or null
  private PtNDArray attention; // [places of all crops, places of the largest] or null
  private VisionLayers vision = VisionLayers.NONE;
  private int[] ids = {}; // whose keys and values are there
  private int[] places = {}; // of the image tokens among them
  private Positions positions; // of all of them
  private RopeConfig rope; // by which their keys are rotated
  private Caches caches;
  private PtNDArray total; // [rows, rows] or larger, summed over layers; or null
  private Recorded recorded;

  /**
   * Of a picture that was not seen yet.
   *
   * @param picture its {@link #checksum}
   * @param reason why it is not there, a clause
   */
  Prefix(LlavaNetwork network, byte[] picture, String reason) {
    this.network = network;
    this.picture = picture;
    this.reason = reason;
    owner = (PtNDManager) network.torch.manager().newSubManager();
  }

  /** SHA-256 of all that the features of image tokens are made of. */
  static byte[] checksum(ModelInput input) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (Crop crop : input.crops()) {
      update(digest, new int[] {crop.frames(), crop.width(), crop.height()});
      update(digest, crop.values());
    }
    Spread spread = input.layout().spread();
    update(digest, spread.start());
    update(digest, spread.patch());
    update(digest, spread.weight());
    return digest.digest();
  }

  private static void update(MessageDigest digest, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate((1 + values.length) * Float.BYTES);
    bytes.putInt(values.length).asFloatBuffer().put(values);
    digest.update(bytes.array());
  }

  private static void update(MessageDigest digest, int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate((1 + values.length) * Integer.BYTES);
    bytes.putInt(values.length).asIntBuffer().put(values);
    digest.update(bytes.array());
  }

  boolean isOf(byte[] other) {
    return Arrays.equals(picture, other);
  }

  /**
   * Where the text behind the last picture begins; 0 in a prompt without pictures or text behind
   * them, which is read in one piece.
   */
  static int end(TokenSequence prompt) {
    int end = prompt.textStart();
    return end < prompt.length() ? end : 0;
  }

  /** Looks at the picture, unless all that is asked for is there, and tells what is. */
  Reuse see(ModelInput input, TokenSequence prompt, TraceRequest request, Progress progress) {
    boolean known = image != null;
    boolean looks = !known || request.vision() != VisionLayers.NONE && request.vision() != vision;
    if (looks) {
      look(input, request.vision(), progress);
    }
    String missing = known ? missing(prompt, request) : reason;
    if (!missing.isEmpty()) {
      return new Reuse(0, !looks, missing);
    }
    return new Reuse(
        ids.length, !looks, looks ? "the vision tower's attention was not recorded so far" : "");
  }

  /** Why the rows of a prompt are not there; empty if they are. */
  private String missing(TokenSequence prompt, TraceRequest request) {
    int end = end(prompt);
    if (end == 0) {
      return "the prompt has no text behind a picture";
    } else if (ids.length == 0) {
      return "the last question about the picture ended before it was read";
    } else if (!Arrays.equals(ids, head(prompt.inputIds(), end))
        || !Arrays.equals(places, prompt.imagePositions())) {
      return "the text up to the end of the picture is another";
    } else if (!positions.startLike(prompt.positions(), end)) {
      return "the time between the pictures is another";
    } else if (!rope(prompt).equals(rope)) {
      return "the model rotates a prompt of this length otherwise";
    } else if (request.promptRows() && !Recorded.of(request).equals(recorded)) {
      return "attention within the prompt was not recorded of these layers and heads";
    }
    return "";
  }

  private void look(ModelInput input, VisionLayers wanted, Progress progress) {
    try (PtNDManager run = (PtNDManager) network.torch.manager().newSubManager()) {
      VisionTower.Output seen = network.tower.run(run, input.crops(), wanted, progress);
      if (image == null) {
        // Recording changes nothing of the features.
        Connector.Output made = network.connector.run(run, seen, input.layout().spread());
        image = made.image();
        image.attach(owner);
        gathered = made.gathered();
        if (gathered != null) {
          gathered.attach(owner);
        }
      }
      if (wanted != VisionLayers.NONE) {
        close(attention);
        attention = seen.attention();
        attention.attach(owner);
        vision = wanted;
      }
    }
  }

  /** As the {@link Connector} gives it, once it was seen. */
  PtNDArray image() {
    return image;
  }

  /** The same of what its tokens were gathered from, or null. */
  PtNDArray gathered() {
    return gathered;
  }

  /** As the tower gives it, asked for in {@link #see}, or null. */
  PtNDArray attention(VisionLayers wanted) {
    return wanted == VisionLayers.NONE ? null : attention;
  }

  /**
   * Makes room for a whole sequence, behind the rows that are reused.
   *
   * @param tokens of prompt and longest answer
   */
  Caches caches(Reuse reuse, int tokens) {
    if (reuse.promptTokens() == 0) {
      forgetRows();
      caches = network.decoder.caches(tokens);
    } else {
      caches.resize(ids.length, tokens);
    }
    return caches;
  }

  /**
   * [N, N] for the attention within the prompt, with the rows that are reused; null if it is not
   * recorded. To be asked for behind {@link #caches}.
   */
  PtNDArray total(Reuse reuse, TokenSequence prompt, TraceRequest request) {
    if (!request.promptRows()) {
      return null;
    }
    PtNDArray all = network.torch.zeros(owner, prompt.length(), prompt.length());
    if (reuse.promptTokens() > 0) {
      network.torch.tensor(owner, "put_corner", all, total).close();
    }
    close(total);
    total = all;
    recorded = Recorded.of(request);
    return all;
  }

  /** From here on, the rows up to the end of the picture can be reused. */
  void hasRead(TokenSequence prompt) {
    places = prompt.imagePositions();
    ids = head(prompt.inputIds(), end(prompt));
    positions = prompt.positions();
    rope = rope(prompt);
  }

  private RopeConfig rope(TokenSequence prompt) {
    return network.config.decoder().rope().at(prompt.length());
  }

  /** Gives back what the end of a sequence took. */
  void trim() {
    int rows = ids.length;
    if (rows == 0) {
      forgetRows();
      return;
    }
    if (caches.room() > SPARE * rows) {
      caches.resize(rows, rows);
    }
    if (total != null && total.getShape().get(0) > rows) {
      PtNDArray all = total;
      total = network.torch.tensor(owner, "corner", all, rows);
      all.close();
    }
  }

  private void forgetRows() {
    ids = new int[0];
    if (caches != null) {
      caches.close();
      caches = null;
    }
    close(total);
    total = null;
    recorded = null;
  }

  /** What it holds, in the device's memory. */
  long bytes() {
    long rows = caches == null ? 0 : caches.bytes();
    return rows + bytes(image) + bytes(gathered) + bytes(attention) + bytes(total);
  }

  private static long bytes(PtNDArray array) {
    return array == null ? 0 : array.size() * Float.BYTES;
  }

  private static int[] head(int[] all, int count) {
    return Arrays.copyOf(all, count);
  }

  private static void close(PtNDArray array) {
    if (array != null) {
      array.close();
    }
  }

  @Override
  public void close() {
    forgetRows();
    owner.close();
  }
}
