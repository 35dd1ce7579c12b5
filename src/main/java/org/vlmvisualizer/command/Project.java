package org.vlmvisualizer.command;

import ij.IJ;
import ij.plugin.BrowserLauncher;
import java.io.IOException;
import java.util.List;
import org.vlmvisualizer.analysis.Provenance;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.MessageBox;

/** Where this plugin comes from, and how to cite it. */
final class Project {
  static final String HOME = "https://github.com/vlm-visualizer/vlm-visualizer-fiji";
  static final String HELP = HOME + "/blob/main/docs/fiji.md";
  static final String FORUM = "https://forum.image.sc/tag/fiji";
  static final String LICENCE = "BSD-2-Clause";

  /** What to cite, each as one line. */
  static final List<String> CITATIONS =
      List.of(
          "This plugin: VLM Visualizer developers. VLM Visualizer for Fiji, version "
              + Provenance.version()
              + ". "
              + HOME,
          "The method: Zhang J. VLM-Visualizer: visualizing the attention of vision-language models."
              + " 2024. https://github.com/zjysteven/VLM-Visualizer",
          "The models: Liu H, Li C, Wu Q, Lee YJ. Visual instruction tuning."
              + " NeurIPS 2023. https://arxiv.org/abs/2304.08485",
          "LLaVA-1.5: Liu H, Li C, Li Y, Lee YJ. Improved baselines with visual instruction tuning."
              + " CVPR 2024. https://arxiv.org/abs/2310.03744",
          "Fiji: Schindelin J, Arganda-Carreras I, Frise E, et al. Fiji: an open-source platform for"
              + " biological-image analysis. Nature Methods 9, 676-682 (2012)."
              + " https://doi.org/10.1038/nmeth.2019");

  /** For the foot of a dialog. */
  static final String CITATION = "Please cite VLM-Visualizer and LLaVA, see About VLM Visualizer.";

  private Project() {}

  /** Opens the documentation in the web browser, which may take its time: not on this thread. */
  static void showHelp() {
    Thread thread =
        new Thread(
            () -> {
              try {
                BrowserLauncher.openURL(HELP);
              } catch (IOException e) {
                throw new InputException("Expected a web browser; open " + HELP + " by hand.", e);
              }
            },
            "VLM Visualizer help");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((t, e) -> MessageBox.tell(IJ.getInstance(), e.getMessage()));
    thread.start();
  }
}
