package ome.units.unit;

public class Unit<Q> {}
