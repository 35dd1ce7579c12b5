package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.engine.Precision;

/** A layer in bfloat16, as processors take it that multiply it fast, beside the same in float32. */
class TowerLayerTest {
  private static final int WIDTH = 128;
  private static final int HEADS = 4;

  /**
   * Queries are drawn larger for peaked attention, of which bfloat16 rounds large scores. Of many
   * tokens, some queries are taken at a time.
   */
  @ParameterizedTest
  @CsvSource({
    "gelu, 300, 1, 0.003, 0.0045",
    "gelu_pytorch_tanh, 300, 1, 0.003, 0.0045",
    "quick_gelu, 300, 1, 0.003, 0.0045",
    "gelu, 300, 8, 0.009, 0.015",
    "gelu, 1500, 1, 0.003, 0.0045",
  })
  void narrowIsNearWide(String act, int tokens, double queries, double features, double attention) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      torch.manager().getEngine().setRandomSeed(3);
      List<PtNDArray> weights = new ArrayList<>();
      for (int[] shape : new int[][] {{3, 1}, {1, 1}, {4, 1}, {1, 4}}) {
        weights.add(random(scope, shape[0] * WIDTH, shape[1] * WIDTH));
      }
      weights.get(0).get(":" + WIDTH).muli(queries);
      NDArray x = scope.randomNormal(new Shape(tokens, WIDTH));
      PtNDArray wideTotal = torch.zeros(scope, tokens, tokens);
      PtNDArray total = torch.zeros(scope, tokens, tokens);
      NDArray wide = run(torch, scope, x, weights, act, "plain", wideTotal);
      NDArray narrow = run(torch, scope, x, weights, act, "bfloat16", total);
      assertNear(wide, narrow, features);
      assertNear(wideTotal, total, attention);
      assertEquals(tokens * HEADS, total.sum().getFloat(), tokens * HEADS * 1e-3);
      assertEquals(narrow, run(torch, scope, x, weights, act, "bfloat16", torch.zeros(scope, 0)));
    }
  }

  private static void assertNear(NDArray expected, NDArray found, double bound) {
    double error = found.sub(expected).norm().getFloat() / (double) expected.norm().getFloat();
    assertTrue(error <= bound, "relative error " + error);
  }

  private static PtNDArray random(PtNDManager scope, int rows, int columns) {
    return (PtNDArray) scope.randomNormal(new Shape(rows, columns)).div(Math.sqrt(columns));
  }

  private static NDArray run(
      Torch torch,
      PtNDManager scope,
      NDArray x,
      List<PtNDArray> weights,
      String act,
      String form,
      PtNDArray total) {
    PtNDArray one = (PtNDArray) scope.ones(new Shape(WIDTH));
    PtNDArray none = torch.zeros(scope, 0);
    IValue norm = torch.keep(torch.run("norm", one, torch.zeros(scope, WIDTH)));
    List<IValue> matrices = weights.stream().map(w -> matrix(torch, scope, form, w)).toList();
    IValue layer =
        torch.keep(
            torch.run(
                "tower_layer",
                norm,
                matrices.get(0),
                matrices.get(1),
                none,
                norm,
                matrices.get(2),
                matrices.get(3),
                none));
    IValue options = torch.keep(torch.run("tower_options", HEADS, act, 1e-5, 0, false));
    IValue tables = torch.keep(torch.run("rotary", none, none));
    return torch.tensor(
        scope,
        "vision_layer",
        (PtNDArray) x.duplicate(),
        layer,
        options,
        tables,
        new long[0],
        total);
  }

  private static IValue matrix(Torch torch, PtNDManager scope, String form, PtNDArray weight) {
    long[] shape = weight.getShape().getShape();
    PtNDArray w = torch.tensor(scope, "empty", shape, Precision.BFLOAT16.scalarType(), weight);
    torch.tensor(scope, "fill", w, 0, weight);
    w = form.equals("plain") ? torch.tensor(scope, "float32", w) : torch.tensor(scope, "pack", w);
    PtNDArray bias = (PtNDArray) scope.ones(new Shape(shape[0])).mul(0.1);
    return torch.keep(torch.run("projection", form, w, torch.zeros(scope, 0), bias));
  }
}
