package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.hub.DownloadOffer;

/** Without a display, a download needs the word beforehand. */
class DialogConsentTest {
  private static final DownloadOffer OFFER =
      new DownloadOffer(
          "a model", "org/name", 14_130_000_000L, 0, "llama2", 90L << 30, Path.of("cache"));

  @Test
  void theOptionIsTheAnswer() {
    assertTrue(new DialogConsent(true, false).to(OFFER));
  }

  @Test
  void withoutItSizeLicenceAndOptionAreTold() {
    String message =
        assertThrows(InputException.class, () -> new DialogConsent(false, false).to(OFFER))
            .getMessage();
    assertTrue(message.contains("14 GB to download, licence: llama2"), message);
    assertTrue(message.contains("download=true"), message);
  }
}
