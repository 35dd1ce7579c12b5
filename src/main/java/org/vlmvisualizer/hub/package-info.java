/**
 * Models from the Hugging Face hub, in the same cache, with the same environment variables and the
 * same layout as Python's huggingface_hub, so that neither downloads what the other has.
 *
 * <p>The flow: {@link HubModels} decides whether a text is a folder or a hub id; {@link
 * HubDownload} looks into the {@link HubCache}, asks the {@link HubClient} what there is, asks the
 * user ({@link Consent}) and lets {@link BlobDownload} bring file after file. Only {@link HubHttp}
 * opens connections.
 *
 * <p>Expected failures are {@link org.vlmvisualizer.core.InputException}s, one sentence each; the
 * sentences about the network are all in {@link HubFaults}.
 */
package org.vlmvisualizer.hub;
