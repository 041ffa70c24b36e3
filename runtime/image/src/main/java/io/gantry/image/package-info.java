/**
 * The image model: digests, references, manifests, configs and images as values, as the OCI image specification 1.1 and Docker's image
 * specification 1.2 define them. Sub-packages hold what works on them: the content store, the tar codec, decompression, applying and
 * writing layers, archives, and unpacking into a storage driver.
 */
package io.gantry.image;
