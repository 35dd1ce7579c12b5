package org.vlmvisualizer.spark;

import ij.gui.Roi;
import java.awt.Rectangle;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;

/**
 * A question about the pictures of a folder, as it is sent to the executors.
 *
 * @param model as the user calls it
 * @param folder of the model, where the driver has it
 * @param sha256 of the model
 * @param words values of the options of a question and of its files, by their names
 * @param images folder or list of the pictures
 * @param region the part of each picture to ask about, or null for all of it
 * @param output folder for the results
 */
record Question(
    String model,
    String folder,
    String sha256,
    String prompt,
    Map<String, String> words,
    String images,
    Rectangle region,
    String output)
    implements Serializable {

  /** The same with another value of an option. */
  Question with(String option, String value) {
    Map<String, String> changed = new HashMap<>(words);
    changed.put(option, value);
    return new Question(model, folder, sha256, prompt, changed, images, region, output);
  }

  RequestOptions options() {
    return asked().withMatrix(files().matrix());
  }

  private RequestOptions asked() {
    return RequestOptions.of(prompt, words::get);
  }

  /** Which files of each result are written. */
  SavedFiles files() {
    return SavedFiles.of(words::get, asked().request().keep());
  }

  /** Whether results are moved into packs. */
  boolean packing() {
    return ResultPacks.areWanted(words::get);
  }

  /** The region as ImageJ has it. */
  Roi roi() {
    return region == null ? null : new Roi(region);
  }
}
