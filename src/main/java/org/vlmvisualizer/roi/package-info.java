/** ROIs of ImageJ as regions of a picture, and how much of each map lies in them. */
package org.vlmvisualizer.roi;
