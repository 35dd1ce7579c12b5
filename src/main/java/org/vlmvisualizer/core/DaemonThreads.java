package org.vlmvisualizer.core;

import java.util.concurrent.ThreadFactory;

/** Threads that end with the program, whatever they are doing. */
public record DaemonThreads(String name) implements ThreadFactory {
  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
