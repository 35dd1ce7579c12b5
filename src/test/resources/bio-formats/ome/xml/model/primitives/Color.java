package ome.xml.model.primitives;

public class Color {
  private final int[] parts;

  public Color(int r, int g, int b, int a) {
    parts = new int[] {r, g, b, a};
  }

  public int getRed() {
    return parts[0];
  }

  public int getGreen() {
    return parts[1];
  }

  public int getBlue() {
    return parts[2];
  }
}
