package org.vlmvisualizer.prompt;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.util.Utils;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Causes;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LibrarySettings;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.Thoughts;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.prompt.SentencePieceTokenizer.TokenizerJson;

/** Turns questions into ids and ids into text, with a model's own tokenizer.json. */
public final class PromptEncoder implements AutoCloseable {
  /** More than any decoder here has positions. */
  private static final int MAX_IMAGE_TOKENS = 1 << 17;

  /** The place of a picture in a prompt of Phi-3-V. */
  private static final Pattern NUMBERED = Pattern.compile("<\\|image_\\d+\\|>");

  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final int imageTokenId;
  private final String imageToken;

  /** What stands for a part of a video; as the image token where a model takes none. */
  private final int videoTokenId;

  private final String videoToken;

  /** What goes in front of each piece of a prompt that is tokenised in pieces; null if in one. */
  private final String prefix;

  /** Whether BOS goes in front of each of them, not of the first alone. */
  private final boolean beginsEach;

  /**
   * An encoder that tokenises a prompt with all its image tokens in one piece, as transformers
   * does.
   *
   * @param tokenizer tokenizer.json
   * @param vocabSize rows of the model's embedding table
   * @param imageTokenId the id of the token that stands for a part of a picture
   * @param videoTokenId that for a part of a video; the same where the model takes none
   * @throws InputException if the tokenizer is broken, or has ids beyond the embedding table, or
   *     the library that reads it cannot be loaded
   */
  public PromptEncoder(JsonObject tokenizer, int vocabSize, int imageTokenId, int videoTokenId) {
    this(tokenizer, vocabSize, imageTokenId, videoTokenId, null, false);
  }

  /**
   * An encoder that tokenises the texts before, between and behind the image tokens apart, as the
   * original LLaVA's {@code tokenizer_image_token} does.
   *
   * @param imageTokenId an id of no token
   * @throws InputException as the constructor
   */
  public static PromptEncoder spliced(TokenizerJson tokenizer, int vocabSize, int imageTokenId) {
    return new PromptEncoder(
        tokenizer.json(), vocabSize, imageTokenId, imageTokenId, tokenizer.prefix(), false);
  }

  /**
   * An encoder that tokenises the texts before, between and behind the pictures each as a prompt of
   * its own, BOS in front, as Phi-3-V's {@code _convert_images_texts_to_inputs} does.
   *
   * @param imageTokenId an id of no token
   * @throws InputException as the constructor
   */
  public static PromptEncoder piecewise(JsonObject tokenizer, int vocabSize, int imageTokenId) {
    return new PromptEncoder(tokenizer, vocabSize, imageTokenId, imageTokenId, "", true);
  }

  private PromptEncoder(
      JsonObject tokenizerJson,
      int vocabSize,
      int imageTokenId,
      int videoTokenId,
      String prefix,
      boolean beginsEach) {
    this.prefix = prefix;
    this.beginsEach = beginsEach;
    this.vocabulary = new Vocabulary(tokenizerJson);
    this.imageTokenId = imageTokenId;
    this.imageToken = prefix == null ? vocabulary.text(imageTokenId) : PromptTemplate.IMAGE;
    this.videoTokenId = videoTokenId;
    this.videoToken = videoTokenId == imageTokenId ? imageToken : vocabulary.text(videoTokenId);
    if (vocabulary.size() > vocabSize) {
      throw new InputException(
          "Expected a tokenizer.json of at most %d ids, the rows of the model's embedding table, found %d; use the tokenizer.json that belongs to these weights."
              .formatted(vocabSize, vocabulary.size()));
    }
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
    TokenizerParts.check(tokenizerJson);
    LibrarySettings.tell();
    byte[] bytes = tokenizerJson.toString().getBytes(StandardCharsets.UTF_8);
    try {
      tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options);
    } catch (EngineException | LinkageError e) {
      throw new InputException(
          "Expected DJL's tokenizers to load from %s, but that failed (%s); let that folder be one that can be written to, and programs be run from."
              .formatted(Utils.getEngineCacheDir("tokenizers"), Causes.innermost(e)),
          e);
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          "Expected a tokenizer that can be read, but tokenizer.json is broken (%s); download it again."
              .formatted(e.getMessage()),
          e);
    }
  }

  /**
   * Renders and tokenises a question about one or several pictures.
   *
   * @param pictures each picture's text, which stands in its place: its image tokens, perhaps with
   *     markers between
   * @throws InputException if the question is empty, the pictures have too many image tokens, or
   *     the tokenizer does not know the image token
   */
  public TokenSequence encode(
      PromptTemplate template, List<String> pictures, String question, boolean keepSystem) {
    return encode(template, pictures, question, keepSystem, List.of(), "");
  }

  /**
   * @throws InputException if there is nothing in it
   */
  public static void requireQuestion(String question) {
    if (question.isBlank()) {
      throw new InputException(
          "Expected a question about the picture, found an empty prompt; type one, such as What is in the image?");
    }
  }

  /**
   * The same within a conversation: the pictures stand at its beginning.
   *
   * @param earlier its questions and answers so far, oldest first; their tokens are {@link
   *     Kind#PROMPT}
   * @param answer what is given as the answer, as {@link #answer}; empty for the model's own.
   *     Before one without thoughts, a Thinking model's prompt ends them
   * @throws InputException as above
   */
  public TokenSequence encode(
      PromptTemplate template,
      List<String> pictures,
      String question,
      boolean keepSystem,
      List<Exchange> earlier,
      String answer) {
    boolean video = pictures.stream().noneMatch(text -> text.contains(imageToken));
    String token = video ? videoToken : imageToken;
    int imageTokens = count(pictures, token);
    refuseImageToken(question, "a question", "remove it from the prompt");
    for (Exchange exchange : earlier) {
      refuseImageToken(exchange.answer(), "an earlier answer", "ask with turn=new");
    }
    RenderedPrompt prompt = template.render(question, keepSystem, pictures, earlier, answer);
    List<Integer> ids = new ArrayList<>();
    List<Kind> kinds = new ArrayList<>();
    for (Token each : beginningOnce(prompt.text())) {
      ids.add(each.id());
      boolean image = each.id() == (video ? videoTokenId : imageTokenId);
      kinds.add(image ? Kind.IMAGE : prompt.kind(each.start()));
    }
    int found = Collections.frequency(kinds, Kind.IMAGE);
    if (found != imageTokens || found == 0) {
      throw new InputException(
          "Expected tokenizer.json to know %s as id %d, but of %d in the prompt it found %d; use the tokenizer.json that belongs to these weights."
              .formatted(token, video ? videoTokenId : imageTokenId, imageTokens, found));
    }
    int[] inputIds = ids.stream().mapToInt(Integer::intValue).toArray();
    List<String> tokens = ids.stream().map(this::text).toList();
    return new TokenSequence(prompt.readable(token), inputIds, tokens, spans(kinds));
  }

  /**
   * The tokens of an answer that is given, as they stand behind the prompt that {@link #encode}
   * makes of the other arguments.
   *
   * @return at least one id
   * @throws InputException if the answer is blank, holds an image token, or has thoughts without an
   *     end
   */
  public int[] answer(
      PromptTemplate template,
      List<String> pictures,
      String question,
      boolean keepSystem,
      List<Exchange> earlier,
      String answer) {
    refuseImageToken(answer, "an answer", "remove it from the answer");
    String written = template.written(answer);
    if (written.isEmpty()) {
      throw new InputException(
          "Expected an answer to make maps of, found an empty one; type it, or leave it out for the model's own.");
    }
    String prompt = template.render(question, keepSystem, pictures, earlier, answer).text();
    List<Integer> asked = ids(beginningOnce(prompt));
    List<Integer> all = ids(beginningOnce(prompt + template.beforeAnswer() + written));
    boolean goesOn = all.size() > asked.size() && all.subList(0, asked.size()).equals(asked);
    // Where the first word would change the prompt's last token, the answer stands by itself.
    List<Integer> own =
        goesOn ? all.subList(asked.size(), all.size()) : ids(tokens(written, 0, false));
    return own.stream().mapToInt(Integer::intValue).toArray();
  }

  private static List<Integer> ids(List<Token> tokens) {
    return tokens.stream().map(Token::id).toList();
  }

  /** As in transformers, BOS that the template writes comes without that of the tokenizer. */
  private List<Token> beginningOnce(String text) {
    List<Token> tokens = prefix == null ? tokens(text) : spliced(text);
    boolean twice =
        tokens.size() > 1 && tokens.get(0).start() < 0 && tokens.get(0).id() == tokens.get(1).id();
    return twice ? tokens.subList(1, tokens.size()) : tokens;
  }

  /** Before the prompt is put together, which many pictures would make long. */
  private static int count(List<String> pictures, String token) {
    Pattern each = Pattern.compile(token, Pattern.LITERAL);
    long count = pictures.stream().mapToLong(p -> each.matcher(p).results().count()).sum();
    if (count > MAX_IMAGE_TOKENS) {
      throw new InputException(
          "Expected at most %d image tokens in a prompt, found %d; ask about fewer pictures or tiles, or with less detail."
              .formatted(MAX_IMAGE_TOKENS, count));
    }
    return (int) count;
  }

  private void refuseImageToken(String text, String what, String remedy) {
    String numbered = numbered(text);
    for (String token : List.of(PromptTemplate.IMAGE, imageToken, videoToken, numbered)) {
      if (!token.isEmpty() && text.contains(token)) {
        throw new InputException(
            "Expected %s without %s, which the plugin adds by itself; %s."
                .formatted(what, token, remedy));
      }
    }
  }

  /** What a text takes for a picture by its number; empty if there is none, or no model does so. */
  private String numbered(String text) {
    Matcher picture = NUMBERED.matcher(text);
    return beginsEach && picture.find() ? picture.group() : "";
  }

  /**
   * @param token {@code <image>}, or what stands for a part of a video
   * @throws InputException unless the image token's id is that of the token in tokenizer.json
   */
  public void requireImageToken(String token) {
    Integer known = vocabulary.id(token);
    if (known == null || known != imageTokenId) {
      throw new InputException(
          "Expected image_token_index %d of config.json to be the id of %s in tokenizer.json, but %s; use the config.json and tokenizer.json that belong together."
              .formatted(
                  imageTokenId,
                  token,
                  known == null ? "that has no such token" : "that is " + known));
    }
  }

  /**
   * @throws InputException unless a template's thoughts end with one token of tokenizer.json
   */
  public void requireThoughts(PromptTemplate template) {
    if (template.thinks() && vocabulary.id(Thoughts.END) == null) {
      throw new InputException(
          "Expected tokenizer.json to have %s, which ends the thoughts of template %s, found no such token; choose template=auto, or that of the model."
              .formatted(Thoughts.END, template.name().toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * @param start of its text, in code points; -1 for BOS
   */
  record Token(int id, int start) {}

  /** The tokens of a text in one piece, BOS in front. */
  List<Token> tokens(String text) {
    return tokens(text, 0, true);
  }

  private List<Token> spliced(String text) {
    List<Token> tokens = new ArrayList<>();
    int start = 0;
    for (String piece : text.split(Pattern.quote(imageToken), -1)) {
      if (start > 0) {
        tokens.add(new Token(imageTokenId, start - imageToken.length()));
      }
      // Between the image tokens of one picture there is nothing.
      tokens.addAll(tokens(piece, start, start == 0 || beginsEach && !piece.isEmpty()));
      start += piece.codePointCount(0, piece.length()) + imageToken.length();
    }
    return tokens;
  }

  /**
   * @param start of the text in the prompt
   * @param first whether BOS goes in front
   */
  private List<Token> tokens(String text, int start, boolean first) {
    String before = prefix == null || text.isEmpty() ? "" : prefix;
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
        int place =
            spans[i] == null ? -1 : start + Math.max(0, spans[i].getStart() - before.length());
        tokens.add(new Token((int) ids[i], place));
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
    return id == imageTokenId ? imageToken : vocabulary.text(id);
  }

  /** Running text of an answer, control tokens left out. */
  public String decode(int[] ids) {
    return tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), true).strip();
  }

  /** The same with control tokens, and with white space around it. */
  public String decodeAll(int[] ids) {
    return tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), false);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
