package ome.xml.model.primitives;

public class NonNegativeInteger {
  private final Integer value;

  public NonNegativeInteger(Integer value) {
    this.value = value;
  }

  public Integer getValue() {
    return value;
  }
}
