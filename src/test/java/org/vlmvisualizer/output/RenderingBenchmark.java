package org.vlmvisualizer.output;

import ij.ImagePlus;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vlmvisualizer.Defaults;

/**
 * The drawing of maps and the table, for JMH: {@code scripts/benchmark --jmh}. A picture of a
 * megapixel on LLaVA-1.5's grid of 24 × 24 patches, 64 tokens.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RenderingBenchmark {
  private static final int SIDE = 1024;
  private static final int TOKENS = 64;

  private final Demo demo = Demo.of(SIDE, SIDE, TOKENS);
  private final float[] plane = new float[SIDE * SIDE];
  private int token;

  /** How patches become pixels. */
  @State(Scope.Benchmark)
  public static class Look {
    @Param({"NEAREST", "BILINEAR", "BICUBIC"})
    private Upsampling upsampling;
  }

  /** One map as the explorer shows it. */
  @State(Scope.Benchmark)
  public static class Style {
    @Param({"false", "true"})
    private boolean smooth;

    private MapStyle style;

    @Setup
    public void setUp() {
      style = MapStyle.of(Defaults.maps(smooth ? Upsampling.BILINEAR : Upsampling.NEAREST));
    }
  }

  /** Patches of one token to the pixels of its map. */
  @Benchmark
  public float[] plane(Look look) {
    new PatchSampler(demo.grid(), look.upsampling, SIDE, SIDE).sample(values(), plane);
    return plane;
  }

  /** The picture that lies over the source in the explorer. */
  @Benchmark
  public BufferedImage layer(Style look) {
    Rectangle whole = new Rectangle(SIDE, SIDE);
    return MapLayer.of(demo.grid(), values(), 0.01, look.style, whole, SIDE, SIDE);
  }

  /** The hyperstack of all tokens. */
  @Benchmark
  public ImagePlus hyperstack(Look look) {
    return HeatmapStack.of(
        demo.maps(), demo.picture(), demo.source(), Defaults.maps(look.upsampling), "");
  }

  /** Picture and all maps, a panel each. */
  @Benchmark
  public BufferedImage montage() {
    return Montage.of(
        demo.maps(), demo.picture(), demo.source(), Defaults.maps(Upsampling.NEAREST));
  }

  /** The figures of all tokens, as text. */
  @Benchmark
  public String table() {
    return TokenTable.of(demo.maps(), demo.source()).toCsv();
  }

  private float[] values() {
    return demo.maps().values(token++ % TOKENS);
  }
}
