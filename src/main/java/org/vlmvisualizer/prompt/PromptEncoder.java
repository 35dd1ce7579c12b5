package org.vlmvisualizer.prompt;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.prompt.SentencePieceTokenizer.TokenizerJson;

/** Turns questions into ids and ids into text, with a model's own tokenizer.json. */
public final class PromptEncoder implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final int imageTokenId;
  private final int imageTokens;
  private final Splice splice;

  /** How the original LLaVA puts a picture into a prompt, and what goes in front of each part. */
  private record Splice(String imageText, String prefix) {}

  /**
   * An encoder that replaces the token {@code <image>} by image tokens, as transformers does.
   *
   * @param tokenizer tokenizer.json
   * @param vocabSize rows of the model's embedding table
   * @param imageTokenId the id of {@code <image>}
   * @param imageTokens P, how many ids stand for one picture
   * @throws InputException if the tokenizer is broken, or has ids beyond the embedding table
   */
  public PromptEncoder(JsonObject tokenizer, int vocabSize, int imageTokenId, int imageTokens) {
    this(tokenizer, vocabSize, imageTokenId, imageTokens, null);
  }

  /**
   * An encoder that tokenises the text before and behind {@code <image>} apart and puts the image
   * tokens between, as the original LLaVA's {@code tokenizer_image_token} does.
   *
   * @param imageText {@code <image>}, perhaps between marks that are tokens of their own
   * @throws InputException as the constructor
   */
  public static PromptEncoder spliced(
      TokenizerJson tokenizer, int vocabSize, int imageTokenId, int imageTokens, String imageText) {
    Splice splice = new Splice(imageText, tokenizer.prefix());
    return new PromptEncoder(tokenizer.json(), vocabSize, imageTokenId, imageTokens, splice);
  }

  private PromptEncoder(
      JsonObject tokenizerJson, int vocabSize, int imageTokenId, int imageTokens, Splice splice) {
    this.splice = splice;
    this.vocabulary = new Vocabulary(tokenizerJson);
    this.imageTokenId = imageTokenId;
    this.imageTokens = imageTokens;
    if (vocabulary.size() > vocabSize) {
      throw new InputException(
          "Expected a tokenizer.json of at most %d ids, the rows of the model's embedding table, found %d; use the tokenizer.json that belongs to these weights."
              .formatted(vocabSize, vocabulary.size()));
    }
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
    TokenizerParts.check(tokenizerJson);
    UserCache.tellLibraries();
    byte[] bytes = tokenizerJson.toString().getBytes(StandardCharsets.UTF_8);
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
   * Renders and tokenises a question; {@code <image>} becomes P image tokens.
   *
   * @throws InputException if the question is empty, or the tokenizer does not know the image token
   */
  public TokenSequence encode(PromptTemplate template, String question, boolean keepSystem) {
    PromptTemplate.Rendered prompt =
        template.render(
            question, keepSystem, splice == null ? PromptTemplate.IMAGE : splice.imageText());
    Ids ids = new Ids(prompt);
    if (splice != null) {
      String text = prompt.text();
      int image = text.indexOf(PromptTemplate.IMAGE);
      int behind = image + PromptTemplate.IMAGE.length();
      ids.addText(text.substring(0, image), 0, true);
      ids.addImage();
      ids.addText(text.substring(behind), behind, false);
    } else {
      ids.addText(prompt.text(), 0, true);
    }
    return ids.sequence();
  }

  /**
   * @throws InputException unless the image token's id is that of {@code <image>} in tokenizer.json
   */
  public void requireImageToken() {
    Integer known = vocabulary.id(PromptTemplate.IMAGE);
    if (known == null || known != imageTokenId) {
      throw new InputException(
          "Expected image_token_index %d of config.json to be the id of %s in tokenizer.json, but %s; use the config.json and tokenizer.json that belong together."
              .formatted(
                  imageTokenId,
                  PromptTemplate.IMAGE,
                  known == null ? "that has no such token" : "that is " + known));
    }
  }

  /** The ids of a prompt as they come together. */
  private final class Ids {
    private final PromptTemplate.Rendered prompt;
    private final List<Integer> expanded = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();
    private int images;

    Ids(PromptTemplate.Rendered prompt) {
      this.prompt = prompt;
    }

    /**
     * @param start where the text starts in the prompt
     * @param first whether BOS goes in front
     */
    void addText(String text, int start, boolean first) {
      for (Token token : tokens(text, first)) {
        if (splice == null && token.id() == imageTokenId) {
          addImage();
        } else {
          expanded.add(token.id());
          kinds.add(token.start() < 0 ? Kind.PROMPT : kind(prompt, start + token.start()));
        }
      }
    }

    void addImage() {
      images++;
      expanded.addAll(Collections.nCopies(imageTokens, imageTokenId));
      kinds.addAll(Collections.nCopies(imageTokens, Kind.IMAGE));
    }

    TokenSequence sequence() {
      if (images != 1) {
        throw new InputException(
            "Expected tokenizer.json to know %s as id %d, but it found %d of them in the prompt; use the tokenizer.json that belongs to these weights."
                .formatted(PromptTemplate.IMAGE, imageTokenId, images));
      }
      int[] inputIds = expanded.stream().mapToInt(Integer::intValue).toArray();
      List<String> tokens = expanded.stream().map(PromptEncoder.this::text).toList();
      return new TokenSequence(prompt.text(), inputIds, tokens, spans(kinds));
    }
  }

  /**
   * @param start of its text, in characters; -1 for BOS
   */
  record Token(int id, int start) {}

  /**
   * The tokens of a text.
   *
   * @param first whether BOS goes in front
   */
  List<Token> tokens(String text, boolean first) {
    String before = splice == null || text.isEmpty() ? "" : splice.prefix();
    Encoding encoding = encoding(before + text, first);
    long[] ids = encoding.getIds();
    // The span of BOS is null.
    CharSpan[] spans = encoding.getCharTokenSpans();
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      // As in transformers, a prefix right in front of a control token is left out.
      boolean lone =
          spans[i] != null
              && spans[i].getEnd() <= before.length()
              && i + 1 < ids.length
              && vocabulary.isSpecial((int) ids[i + 1]);
      if (!lone) {
        int start = spans[i] == null ? -1 : Math.max(0, spans[i].getStart() - before.length());
        tokens.add(new Token((int) ids[i], start));
      }
    }
    return tokens;
  }

  private Encoding encoding(String text, boolean first) {
    try {
      return tokenizer.encode(text, first, false);
    } catch (RuntimeException e) {
      throw new InputException(
          "Expected a tokenizer that takes any text, but tokenizer.json is broken (%s); download it again."
              .formatted(e.getMessage()),
          e);
    }
  }

  private static Kind kind(PromptTemplate.Rendered prompt, int start) {
    boolean system = start >= prompt.systemStart() && start < prompt.systemEnd();
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
    return id == imageTokenId ? PromptTemplate.IMAGE : vocabulary.text(id);
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
