/**
 * The tools of {@code update-site/}: what a Fiji gets of this plugin, the checks of it, and a
 * rehearsal of the site. They lie among the tests since the plugin itself does not need them.
 */
package org.vlmvisualizer.updatesite;
