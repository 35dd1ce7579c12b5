package org.vlmvisualizer.prompt;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.TokenSequence;

/** Turns questions into ids and ids into text, with a model's own tokenizer.json. */
public final class PromptEncoder implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final int imageTokenId;
  private final int imageTokens;

  /**
   * @param tokenizerJson the file's text
   * @param parsed the same, parsed
   * @param vocabSize rows of the model's embedding table
   * @param imageTokenId the id of {@code <image>}
   * @param imageTokens P, how many ids stand for one picture
   * @throws InputException if the tokenizer is broken, or has ids beyond the embedding table
   */
  public PromptEncoder(
      String tokenizerJson, JsonObject parsed, int vocabSize, int imageTokenId, int imageTokens) {
    this.vocabulary = new Vocabulary(parsed);
    this.imageTokenId = imageTokenId;
    this.imageTokens = imageTokens;
    if (vocabulary.size() > vocabSize) {
      throw new InputException(
          "Expected a tokenizer.json of at most %d ids, the rows of the model's embedding table, found %d; use the tokenizer.json that belongs to these weights."
              .formatted(vocabSize, vocabulary.size()));
    }
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
    byte[] bytes = tokenizerJson.getBytes(StandardCharsets.UTF_8);
    try {
      tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options);
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          "Expected a tokenizer that can be read, but tokenizer.json is broken ("
              + e.getMessage()
              + "); download it again.",
          e);
    }
  }

  /**
   * Renders and tokenises a question; {@code <image>} becomes P image tokens, as transformers'
   * LlavaProcessor does it.
   *
   * @throws InputException if the question is empty, or the tokenizer does not know the image token
   */
  public TokenSequence encode(PromptTemplate template, String question, boolean keepSystem) {
    PromptTemplate.Rendered prompt = template.render(question, keepSystem);
    Encoding encoding = tokenizer.encode(prompt.text(), true, false);
    long[] ids = encoding.getIds();
    CharSpan[] characters = encoding.getCharTokenSpans();
    List<Integer> expanded = new ArrayList<>();
    List<Kind> kinds = new ArrayList<>();
    int images = 0;
    for (int i = 0; i < ids.length; i++) {
      boolean image = ids[i] == imageTokenId;
      images += image ? 1 : 0;
      Kind kind = image ? Kind.IMAGE : kind(prompt, characters[i]);
      for (int n = 0; n < (image ? imageTokens : 1); n++) {
        expanded.add((int) ids[i]);
        kinds.add(kind);
      }
    }
    if (images != 1) {
      throw new InputException(
          "Expected tokenizer.json to know %s as id %d, but it found %d of them in the prompt; use the tokenizer.json that belongs to these weights."
              .formatted(PromptTemplate.IMAGE, imageTokenId, images));
    }
    int[] inputIds = expanded.stream().mapToInt(Integer::intValue).toArray();
    List<String> tokens = expanded.stream().map(vocabulary::text).toList();
    return new TokenSequence(prompt.text(), inputIds, tokens, spans(kinds));
  }

  /** The span of BOS is null. */
  private static Kind kind(PromptTemplate.Rendered prompt, CharSpan characters) {
    boolean system =
        characters != null
            && characters.getStart() >= prompt.systemStart()
            && characters.getStart() < prompt.systemEnd();
    return system ? Kind.SYSTEM : Kind.PROMPT;
  }

  private static List<Span> spans(List<Kind> kinds) {
    List<Span> spans = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= kinds.size(); i++) {
      if (i == kinds.size() || kinds.get(i) != kinds.get(start)) {
        spans.add(new Span(kinds.get(start), start, i));
        start = i;
      }
    }
    return spans;
  }

  /** What one id looks like to a reader, leading space kept. */
  public String text(int id) {
    return vocabulary.text(id);
  }

  /** Running text of an answer, control tokens left out. */
  public String decode(int[] ids) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return tokenizer.decode(wide, true).strip();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
