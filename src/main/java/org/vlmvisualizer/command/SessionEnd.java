package org.vlmvisualizer.command;

import org.scijava.plugin.Plugin;
import org.scijava.service.AbstractService;
import org.scijava.service.SciJavaService;
import org.scijava.service.Service;
import org.vlmvisualizer.ask.ModelKeeper;

/** Gives the loaded model back when ImageJ is quit, which need not end Java. */
@Plugin(type = Service.class)
public final class SessionEnd extends AbstractService implements SciJavaService {
  @Override
  public void dispose() {
    ModelKeeper.ofThisSession().close();
  }
}
