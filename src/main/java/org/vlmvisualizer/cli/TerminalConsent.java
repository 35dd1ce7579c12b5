package org.vlmvisualizer.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.DownloadOffer;

/**
 * Asks on the terminal before a download, unless --yes has answered already.
 *
 * @param err flushes each line by itself
 */
public record TerminalConsent(boolean yes, PrintWriter err) implements Consent {
  private static final int WIDTH = 100;

  @Override
  public boolean to(DownloadOffer offer) {
    if (yes) {
      return true;
    }
    Console console = System.console();
    String answer = null;
    if (console != null) {
      err.printf("%n%s%nDownload it? [y/N] ", offer.text());
      answer = console.readLine();
    }
    // Newer Java has a console even without a terminal: then no line comes.
    if (answer == null) {
      throw new InputException(
          "Expected %s on disk, found none, and no terminal to ask on. %s; add --yes to download it."
              .formatted(offer.what(), offer.text()));
    }
    return answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  /** The line that moves on a terminal; in a log file it would be noise. */
  public Progress progress() {
    if (System.console() == null) {
      return Progress.NONE;
    }
    return (stage, done, total) -> err.printf("\r%-" + WIDTH + "s", stage);
  }
}
