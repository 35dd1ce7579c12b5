package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bytes of an answer as they come. Unlike an InputStream of the JDK's client, waiting for them
 * has a time limit and hears a cancel.
 */
final class ByteFlow implements BodySubscriber<ByteFlow> {
  /** How long a cancel may go unheard, in milliseconds. */
  static final int SLICE = 100;

  private static final Object END = new Object();

  // Never longer than two: the next bytes are requested when these are taken.
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private volatile Subscription subscription;
  private volatile boolean closed;

  @Override
  public CompletionStage<ByteFlow> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    events.add(bytes);
  }

  @Override
  public void onError(Throwable failure) {
    events.add(failure);
  }

  @Override
  public void onComplete() {
    events.add(END);
  }

  /**
   * Waits for the next bytes.
   *
   * @param stall the longest silence
   * @param alive called at least every 100 ms; may throw to stop
   * @return null at the end
   * @throws HttpTimeoutException after the longest silence
   * @throws IOException if the connection broke
   */
  @SuppressWarnings("unchecked")
  List<ByteBuffer> next(Duration stall, Runnable alive) throws IOException {
    long start = System.nanoTime();
    while (true) {
      alive.run();
      Object event = poll();
      if (event == END) {
        return null;
      }
      if (event instanceof Throwable failure) {
        throw failure instanceof IOException e ? e : new IOException(failure);
      }
      if (event != null) {
        subscription.request(1);
        return (List<ByteBuffer>) event;
      }
      if (System.nanoTime() - start > stall.toNanos()) {
        throw new HttpTimeoutException("no byte for " + stall.toSeconds() + " s");
      }
    }
  }

  private Object poll() {
    try {
      return events.poll(SLICE, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw Interruptible.cancelled();
    }
  }

  /** Ends the transfer: what was not read yet is not fetched. */
  void close() {
    closed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
