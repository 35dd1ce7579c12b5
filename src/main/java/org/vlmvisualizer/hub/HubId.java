package org.vlmvisualizer.hub;

import java.util.Optional;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;

/**
 * A model on the hub.
 *
 * @param repo as org/name
 * @param revision a branch, a tag or a commit; "main" if none was named
 */
public record HubId(String repo, String revision) {
  private static final String MAIN = "main";
  private static final String NAME = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?";
  private static final Pattern REPO = Pattern.compile(NAME + "/" + NAME);
  private static final Pattern REVISION =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_./+-]{0,198}[A-Za-z0-9_+-])?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * @throws InputException if one of them would not be taken by the hub, or would leave the cache
   */
  public HubId {
    if (!isRepo(repo)) {
      throw new InputException(
          "Expected the hub id of a model as org/name, found '" + Printable.of(repo) + "'.");
    }
    if (!isRevision(revision)) {
      throw new InputException(
          "Expected a branch, a tag or a commit after '%s@', found '%s'."
              .formatted(repo, Printable.of(revision)));
    }
  }

  /**
   * Reads org/name or org/name@revision.
   *
   * @return empty if the text has not that form, as a folder has not
   * @throws InputException if it has, but its revision cannot be one
   */
  public static Optional<HubId> parse(String text) {
    String name = text.strip();
    int at = name.indexOf('@');
    String repo = at < 0 ? name : name.substring(0, at);
    return isRepo(repo)
        ? Optional.of(new HubId(repo, at < 0 ? MAIN : name.substring(at + 1)))
        : Optional.empty();
  }

  private static boolean isRepo(String text) {
    // The hub takes no "--", which stands for "/" in the cache.
    return REPO.matcher(text).matches()
        && !text.contains("--")
        && !text.contains("..")
        && !text.endsWith(".git");
  }

  /** Whether this can name a branch, a tag or a commit, and stays within the cache. */
  static boolean isRevision(String text) {
    return REVISION.matcher(text).matches()
        && !text.contains("..")
        && !text.contains("//")
        && !text.contains("/.");
  }

  /** Whether this is the whole name of a commit: 40 hexadecimal digits. */
  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? repo : repo + "@" + revision;
  }
}
