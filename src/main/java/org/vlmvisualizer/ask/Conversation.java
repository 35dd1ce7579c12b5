package org.vlmvisualizer.ask;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.output.AttentionResult;

/**
 * What was asked and answered about a picture so far, for a question that goes on from there: the
 * option {@code turn=next}. It belongs to the picture and to the model.
 *
 * @param last the answer that the next question follows
 */
public record Conversation(AttentionResult last) {
  private static final String NEW = "new";
  private static final String NEXT = "next";

  /**
   * Whether a question is to go on with the last answer, rather than be one of its own.
   *
   * @throws InputException if the word is neither
   */
  public static boolean goesOn(Words words) {
    return words.isSecond("turn", NEW, NEXT);
  }

  /** Its questions and answers, oldest first. */
  public List<Exchange> exchanges() {
    List<Exchange> all = new ArrayList<>(earlier());
    all.add(new Exchange(last.run().get("question").getAsString(), last.answer()));
    return all;
  }

  /** Those before the last. */
  List<Exchange> earlier() {
    List<Exchange> all = new ArrayList<>();
    JsonObject run = last.run();
    if (run.has("conversation")) {
      Gson gson = new Gson();
      run.getAsJsonArray("conversation").forEach(e -> all.add(gson.fromJson(e, Exchange.class)));
    }
    return all;
  }

  /**
   * @param picture what the next question is about
   * @throws InputException if that is not what the last answer is about, and that alone
   */
  public void requireAbout(RgbPicture picture) {
    if (last.run().getAsJsonObject("picture").has("of")) {
      throw new InputException(
          "Expected an answer about this picture alone for turn=next to go on with, found one about several pictures together; ask a question of its own, with turn=new.");
    }
    if (!last.picture().isSame(picture)) {
      throw new InputException(
          "Expected turn=next to be about what the last answer is about, found another part of the picture, or the picture changed; ask a question of its own, with turn=new.");
    }
  }

  /**
   * @throws InputException if the last answer is another model's
   */
  public void requireOf(Checkpoint checkpoint) {
    if (!last.run().get("model_sha256").getAsString().equals(checkpoint.sha256())) {
      throw new InputException(
          "Expected turn=next to go on with the model of the last answer, %s, found %s; ask that model, or ask a question of its own, with turn=new."
              .formatted(last.model(), checkpoint.folder()));
    }
  }
}
