package org.vlmvisualizer.core;

/** How a picture that is not square is brought into the network's square input. */
public enum Fit {
  /** Padded to a square with the mean colour, as LLaVA's authors do: nothing is cut away. */
  PAD,
  /** Shorter side scaled, centre cut out, as Hugging Face's processor does: the ends are lost. */
  CROP
}
