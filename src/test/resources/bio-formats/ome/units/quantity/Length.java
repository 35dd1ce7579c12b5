package ome.units.quantity;

import ome.units.UNITS;
import ome.units.unit.Unit;

public class Length {
  private final double micrometres;

  public Length(double micrometres) {
    this.micrometres = micrometres;
  }

  public Number value() {
    return micrometres;
  }

  public Number value(Unit<Length> unit) {
    return unit == UNITS.MICROMETER ? micrometres : null;
  }
}
