package org.vlmvisualizer.imagej;

import java.util.ArrayList;
import java.util.List;
import net.imagej.patcher.LegacyHooks;
import org.scijava.thread.ThreadService;

/** What patched ImageJ asks Fiji: which commands are Fiji's, and which thread began which. */
final class FijiHooks extends LegacyHooks {
  private final FijiLike fiji;

  FijiHooks(FijiLike fiji) {
    this.fiji = fiji;
  }

  @Override
  public Object getContext() {
    return fiji.context;
  }

  @Override
  public Object interceptRunPlugIn(String className, String argument) {
    return fiji.run(className);
  }

  /** So that a command on a thread of a pool finds the options of the macro that called it. */
  @Override
  public Iterable<Thread> getThreadAncestors() {
    ThreadService threads = fiji.context.service(ThreadService.class);
    List<Thread> ancestors = new ArrayList<>();
    Thread thread = threads.getParent(Thread.currentThread());
    while (thread != null && !ancestors.contains(thread)) {
      ancestors.add(thread);
      thread = threads.getParent(thread);
    }
    return ancestors;
  }
}
