/** Images as single files: {@code docker save} archives and OCI image layouts, read and written as streams; root file systems as images. */
package io.gantry.image.archive;
