/** From a picture to the network's pixel values, bit for bit as Pillow and transformers do it. */
package org.vlmvisualizer.image;
