/**
 * Boxes and points in answers: the formats that families of models write them in, to pixels of the
 * picture. Answers are not trusted: what cannot be read is left out and counted.
 */
package org.vlmvisualizer.boxes;
