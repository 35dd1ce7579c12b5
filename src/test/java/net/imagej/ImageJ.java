package net.imagej;

import net.imagej.legacy.LegacyService;
import net.imagej.patcher.LegacyInjector;
import org.scijava.AbstractGateway;
import org.scijava.Context;
import org.scijava.service.ServiceHelper;
import org.vlmvisualizer.imagej.FijiLike;

/**
 * Stands for ImageJ2, which is not on Maven Central, under the name by which PyImageJ starts it
 * ({@code src/test/python/run_docs_scripts.py}).
 */
public final class ImageJ extends AbstractGateway {
  public ImageJ() {
    super("ImageJ", start());
  }

  private static Context start() {
    LegacyInjector.preinit();
    // In another class, since checking one that mentions ImageJ could load it unpatched.
    Context context = FijiLike.start().context;
    new ServiceHelper(context).createExactService(LegacyService.class);
    return context;
  }

  @Override
  public String getShortName() {
    return "ij";
  }
}
