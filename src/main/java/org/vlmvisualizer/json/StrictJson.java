package org.vlmvisualizer.json;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the JSON of others: files of a checkpoint, answers of a hub, saved results. It takes JSON
 * and nothing else, where Gson's own parser also takes comments, single quotes and unquoted text.
 * What it returns is nested so little that code may walk through it by recursion.
 *
 * <p>A byte order mark is passed over, and of a key that comes twice the last value counts, both as
 * in Python. Infinity and NaN are refused, since they are no JSON.
 */
public final class StrictJson {
  /** Deeper than any file of a model, and far from the end of the stack. */
  static final int MAX_DEPTH = 100;

  /** As objects, values take some 50 bytes each; a vocabulary of 256,000 pieces has 2 million. */
  private static final int MAX_VALUES = 4_000_000;

  private static final int MAX_PLACE = 80;

  /** Unlike Gson's parsers, this leaves the reader as strict as it is. */
  private static final TypeAdapter<JsonElement> ELEMENTS = new Gson().getAdapter(JsonElement.class);

  private StrictJson() {}

  /**
   * The object that a UTF-8 text consists of.
   *
   * @throws JsonParseException if it is no JSON object, nested deeper than 100, or has more than 4
   *     million values; the message, a clause, says so
   */
  public static JsonObject object(byte[] utf8) {
    try {
      return object(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new JsonParseException("its text is not UTF-8", e);
    }
  }

  /** The same of a text. */
  public static JsonObject object(String json) {
    BoundedReader reader = new BoundedReader(json);
    try {
      JsonElement root = ELEMENTS.read(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonParseException("there is more text after its end");
      }
      if (!root.isJsonObject()) {
        throw new JsonParseException("it is no object in { }");
      }
      return root.getAsJsonObject();
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new JsonParseException("no JSON at " + place(reader), e);
    }
  }

  /** Where the reader stands, as $.text_config.hidden_size: keys are text of others too. */
  private static String place(JsonReader reader) {
    String path = reader.getPath().replaceAll("\\p{C}", "?");
    return path.length() <= MAX_PLACE ? path : path.substring(0, MAX_PLACE) + "…";
  }

  /** Counts brackets and values as they are read. */
  private static final class BoundedReader extends JsonReader {
    private int depth;
    private int values;

    BoundedReader(String json) {
      super(new StringReader(json));
    }

    @Override
    public void beginArray() throws IOException {
      super.beginArray();
      descend();
    }

    @Override
    public void beginObject() throws IOException {
      super.beginObject();
      descend();
    }

    private void descend() {
      count();
      if (++depth > MAX_DEPTH) {
        throw new JsonParseException("its brackets are nested deeper than " + MAX_DEPTH);
      }
    }

    @Override
    public void endArray() throws IOException {
      super.endArray();
      depth--;
    }

    @Override
    public void endObject() throws IOException {
      super.endObject();
      depth--;
    }

    @Override
    public String nextName() throws IOException {
      return checked(super.nextName());
    }

    @Override
    public String nextString() throws IOException {
      count();
      return checked(super.nextString());
    }

    private void count() {
      if (++values > MAX_VALUES) {
        throw new JsonParseException("it has more than " + MAX_VALUES + " values");
      }
    }

    /** Half of a surrogate pair is no character: neither a file's name nor UTF-8 can hold it. */
    private static String checked(String text) {
      boolean whole = text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
      if (!whole) {
        throw new JsonParseException("a text in it holds half of a character");
      }
      return text;
    }
  }
}
