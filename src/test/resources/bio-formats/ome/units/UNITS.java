package ome.units;

import ome.units.quantity.Length;
import ome.units.unit.Unit;

public class UNITS {
  public static final Unit<Length> MICROMETER = new Unit<>();
}
