package org.vlmvisualizer.hub;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * What the hub says about one revision of a model.
 *
 * @param commit 40 hexadecimal digits
 * @param licence as the model's page names it; "not stated" if it does not
 */
record RepoInfo(String commit, String licence, List<RepoFile> files) {
  private static final int MAX_FILES = 100_000;

  /**
   * Reads the hub's answer to {@code /api/models/{id}/revision/{revision}?blobs=true}.
   *
   * @throws InputException if it is none
   */
  static RepoInfo parse(String json, HubId id) {
    try {
      JsonObject root = StrictJson.object(json);
      String commit = root.get("sha").getAsString();
      JsonArray siblings = root.getAsJsonArray("siblings");
      if (!HubId.isCommit(commit) || siblings.size() > MAX_FILES) {
        throw unreadable(id, null);
      }
      List<RepoFile> files = new ArrayList<>();
      for (JsonElement sibling : siblings) {
        files.add(file(sibling.getAsJsonObject()));
      }
      return new RepoInfo(commit, licence(root), List.copyOf(files));
    } catch (JsonParseException
        | IllegalStateException
        | NullPointerException
        | ClassCastException
        | ArithmeticException
        | NumberFormatException
        | UnsupportedOperationException e) {
      throw unreadable(id, e);
    }
  }

  private static RepoFile file(JsonObject sibling) {
    JsonObject lfs = object(sibling, "lfs");
    String etag = text(lfs, "sha256", text(sibling, "blobId", ""));
    JsonElement size = (lfs.has("size") ? lfs : sibling).get("size");
    return new RepoFile(
        sibling.get("rfilename").getAsString(),
        size == null || size.isJsonNull() ? -1 : size.getAsBigDecimal().longValueExact(),
        etag);
  }

  private static String licence(JsonObject root) {
    JsonObject card = object(root, "cardData");
    JsonElement stated = card.get("license");
    if (stated != null && stated.isJsonArray()) {
      List<String> all = new ArrayList<>();
      stated.getAsJsonArray().forEach(one -> all.add(one.getAsString()));
      return Printable.of(String.join(", ", all));
    }
    String licence = text(card, "license", "not stated");
    // "other" has its name beside it.
    return Printable.of(licence.equals("other") ? text(card, "license_name", licence) : licence);
  }

  private static JsonObject object(JsonObject parent, String key) {
    JsonElement value = parent.get(key);
    return value != null && value.isJsonObject() ? value.getAsJsonObject() : new JsonObject();
  }

  private static String text(JsonObject parent, String key, String byDefault) {
    JsonElement value = parent.get(key);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : byDefault;
  }

  private static InputException unreadable(HubId id, Throwable cause) {
    return new InputException(
        "Expected the list of files of %s from the hub, but its answer is none; check HF_ENDPOINT and the proxy, or try again later."
            .formatted(id),
        cause);
  }
}
