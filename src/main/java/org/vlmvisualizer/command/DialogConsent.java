package org.vlmvisualizer.command;

import ij.IJ;
import java.awt.GraphicsEnvironment;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.DownloadOffer;

/**
 * Asks in a dialog before a download. A macro and a Fiji without display are not asked, since a
 * dialog would stop them: they say {@code download} beforehand.
 *
 * @param download the answer, given beforehand
 * @param macro whether a macro would be asked
 */
record DialogConsent(boolean download, boolean macro) implements Consent {
  @Override
  public boolean to(DownloadOffer offer) {
    if (download) {
      return true;
    }
    if (GraphicsEnvironment.isHeadless() || macro) {
      throw new InputException(
          "Expected %s on disk, found none, and macros are not asked. %s; add download=true to the options to download it."
              .formatted(offer.what(), offer.text()));
    }
    // Modal; the command runs on a thread of its own, so Fiji stays alive meanwhile.
    return MessageBox.confirm(
        IJ.getInstance(),
        "Not on this computer yet: %s.\n%s.\nDownload it?".formatted(offer.what(), offer.text()),
        "Download",
        "Do not");
  }
}
