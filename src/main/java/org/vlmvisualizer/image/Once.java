package org.vlmvisualizer.image;

import java.util.function.Supplier;

/** A value that is made when it is first needed. Not thread-safe. */
final class Once<T> implements Supplier<T> {
  private final Supplier<T> maker;
  private T value;

  private Once(Supplier<T> maker) {
    this.maker = maker;
  }

  static <T> Once<T> of(Supplier<T> maker) {
    return new Once<>(maker);
  }

  @Override
  public T get() {
    if (value == null) {
      value = maker.get();
    }
    return value;
  }
}
